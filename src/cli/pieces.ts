import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { TransloadError } from "../errors.js";
import { type Piece, type SplitOptions, split } from "../split.js";
import { blame, cannotWrite } from "./disk.js";
import type { Input } from "./input.js";
import { openOutput } from "./output.js";

/** A line of the manifest. */
interface Entry {
  piece: string;
  rows: number;
  firstRow: number;
  bytes: number;
  sha256: string;
}

const PLACE = /\{(0+)\}/;

/** Whether a path names many files: it holds zeros in braces. */
export function isPattern(path: string | undefined): path is string {
  return path !== undefined && PLACE.test(path);
}

/** Writes each piece to a file of its own, and a manifest beside them. Every file appears whole or not at all. */
export async function writePieces(input: Input, pattern: string, options: SplitOptions): Promise<void> {
  const entries: Entry[] = [];
  try {
    mkdirSync(dirname(pattern), { recursive: true });
  } catch (error) {
    throw cannotWrite(dirname(pattern), error);
  }
  try {
    for await (const piece of split(input.stream, options)) {
      const path = pattern.replace(PLACE, (_, zeros: string) => `${piece.number}`.padStart(zeros.length, "0"));
      entries.push(await writePiece(piece, path, input));
    }
  } catch (error) {
    throw blame(error, input.name);
  }
  await writeManifest(join(dirname(pattern), "manifest.json"), entries, input);
}

async function writePiece(piece: Piece, path: string, input: Input): Promise<Entry> {
  const output = openOutput(path, input);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of piece) {
      hash.update(chunk);
      bytes += chunk.length;
      await write(output.stream, chunk);
    }
    await end(output.stream);
    output.commit();
  } catch (error) {
    output.discard();
    throw error instanceof TransloadError ? error : cannotWrite(path, error);
  }
  return { piece: basename(path), rows: piece.rows, firstRow: piece.firstRow, bytes, sha256: hash.digest("hex") };
}

async function writeManifest(path: string, entries: readonly Entry[], input: Input): Promise<void> {
  const output = openOutput(path, input);
  await write(output.stream, Buffer.from(`[\n${entries.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n]\n`));
  await end(output.stream);
  output.commit();
}

/** Writes each piece as a line of its own to one output. */
export async function writeLines(input: Input, sink: Writable, options: SplitOptions): Promise<void> {
  for await (const piece of split(input.stream, options)) {
    for await (const chunk of piece) await write(sink, onOneLine(chunk));
    await write(sink, Buffer.from("\n"));
  }
  await end(sink);
}

/** Between its tokens JSON may break lines; inside them it has none. */
function onOneLine(chunk: Uint8Array): Uint8Array {
  if (!chunk.includes(0x0a) && !chunk.includes(0x0d)) return chunk;
  return chunk.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte));
}

function write(sink: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (sink.write(chunk, (error) => error && reject(error))) resolve();
    else sink.once("drain", resolve);
  });
}

function end(sink: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.once("error", reject);
    sink.end(resolve);
  });
}
