import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { type Kind, type PayloadDialect, type PayloadOptions, payload, rowsOf } from "../data/payload.js";
import { parseSize } from "../data/size.js";
import { timeProgram } from "./process.js";

export const FOLDER = fileURLToPath(new URL("../.data/", import.meta.url));

export interface PayloadFile {
  path: string;
  bytes: number;
}

export interface PayloadChoice {
  dialect?: PayloadDialect;
  spaces?: boolean;
  oneRow?: boolean;
  late?: boolean;
}

/** A generated payload in .data/, made unless it is there. */
export function payloadFile(kind: Kind, size: string, { dialect = "azureml", ...choice }: PayloadChoice = {}): PayloadFile {
  const { spaces = false, oneRow = false, late = false } = choice;
  const name = `${kind}${spaces ? "-spaces" : ""}${oneRow ? "-row" : ""}${late ? "-late" : ""}-${size}`;
  const path = `${FOLDER}${name}.${dialect === "csv" || dialect === "jsonl" ? dialect : `${dialect}.json`}`;
  if (!existsSync(path)) {
    process.stderr.write(`  making ${path.slice(FOLDER.length)}\n`);
    mkdirSync(FOLDER, { recursive: true });
    const switches = [...(spaces ? ["--spaces"] : []), ...(oneRow ? ["--one-row"] : []), ...(late ? ["--late"] : [])];
    const args = ["--kind", kind, "--size", size, "--dialect", dialect, ...switches, "-o", `${path}.part`];
    timeProgram(process.execPath, ["--import", "tsx", "data/generate.ts", ...args]);
    renameSync(`${path}.part`, path);
  }
  return { path, bytes: statSync(path).size };
}

/** SHA-256 of the payload with these options, as the generator writes it. */
export function hashPayload(options: PayloadOptions): string {
  const hash = createHash("sha256");
  for (const text of payload(options)) hash.update(text);
  return hash.digest("hex");
}

/** Rows of heart's table, and the sum of all its cells in the order of the text, read from the generator's csv of as many rows. */
export function sumPayload(size: string, dialect: PayloadDialect = "csv"): string {
  const limit = rowsOf({ kind: "heart", dialect, size: parseSize(size) });
  let rows = -1;
  let sum = 0;
  let tail = "";
  for (const text of payload({ kind: "heart", dialect: "csv", size: 0, rows: limit })) {
    const lines = (tail + text).split("\n");
    tail = lines.pop() ?? "";
    for (const line of lines) if (rows++ >= 0) for (const cell of line.split(",")) sum += Number(cell);
  }
  return `${rows} rows, sum ${sum}`;
}

/** SHA-256 of a file, which is in the page cache afterwards. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await finished(createReadStream(path, { highWaterMark: 1 << 20 }).on("data", (chunk) => void hash.update(chunk)));
  return hash.digest("hex");
}
