import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { Kind, PayloadDialect } from "../data/payload.js";
import { timeProgram } from "./process.js";

export const FOLDER = fileURLToPath(new URL("../.data/", import.meta.url));

export interface PayloadFile {
  path: string;
  bytes: number;
}

/** A generated payload in .data/, made unless it is there. */
export function payloadFile(
  kind: Kind,
  size: string,
  { dialect = "azureml", spaces = false, oneRow = false }: { dialect?: PayloadDialect; spaces?: boolean; oneRow?: boolean } = {},
): PayloadFile {
  const path = `${FOLDER}${kind}${spaces ? "-spaces" : ""}${oneRow ? "-row" : ""}-${size}.${dialect}.json`;
  if (!existsSync(path)) {
    process.stderr.write(`  making ${path.slice(FOLDER.length)}\n`);
    mkdirSync(FOLDER, { recursive: true });
    const switches = [...(spaces ? ["--spaces"] : []), ...(oneRow ? ["--one-row"] : [])];
    const args = ["--kind", kind, "--size", size, "--dialect", dialect, ...switches, "-o", `${path}.part`];
    timeProgram(process.execPath, ["--import", "tsx", "data/generate.ts", ...args]);
    renameSync(`${path}.part`, path);
  }
  return { path, bytes: statSync(path).size };
}

/** SHA-256 of a file, which is in the page cache afterwards. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await finished(createReadStream(path, { highWaterMark: 1 << 20 }).on("data", (chunk) => void hash.update(chunk)));
  return hash.digest("hex");
}
