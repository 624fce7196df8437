import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block of a page: a command, a program, or what either prints. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

/** A page of prose, `README.md` or `docs/errors.md`. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((found) => ({
    language: found[1] as string,
    text: found[2] as string,
    line: text.slice(0, found.index).split("\n").length,
  }));
  return { path, text, blocks };
}

/** The pages of this folder. */
export function pagesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

/** Prose without its fenced blocks. */
export function prose({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
