// What a run that was disturbed may leave behind: all of its output, or what was there before.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

interface Entry {
  piece: string;
  bytes: number;
  sha256: string;
}

/** How often a fault is made: a few times in every run of the tests, and as often as the figures say with FAULTS=200. */
export function rounds(few: number): number {
  return Number(process.env.FAULTS ?? few);
}

/** A csv of so many rows. */
export function rows(count: number): string {
  return `a,b\n${Array.from({ length: count }, (_, i) => `${i},${i * 2}.5`).join("\n")}\n`;
}

/** Where there is a manifest, what it says of the pieces is so. Returns its pieces, or undefined without one. */
export function manifestOf(folder: string): readonly string[] | undefined {
  const path = join(folder, "manifest.json");
  if (!existsSync(path)) return undefined;
  const entries = JSON.parse(readFileSync(path, "utf8")) as Entry[];
  for (const { piece, bytes, sha256 } of entries) {
    const file = readFileSync(join(folder, piece));
    expect({ piece, bytes: file.length, sha256: digest(file) }).toEqual({ piece, bytes, sha256 });
  }
  return entries.map(({ piece }) => piece);
}

/** Files that a run hides until they are whole. */
export function hidden(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(".transload-")) : [];
}

export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
