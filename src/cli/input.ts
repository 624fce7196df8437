import { createReadStream, fstatSync, openSync, type Stats } from "node:fs";
import type { Readable } from "node:stream";
import { isatty } from "node:tty";
import { TransloadError } from "../errors.js";
import { cannotRead } from "./disk.js";
import { openPipe } from "./pipe.js";

/** Where a payload comes from. */
export interface Input {
  readonly name: string;
  readonly stream: Readable;
  /** Bytes, where they are known. */
  readonly size: number | undefined;
  readonly stats: Stats;
}

const STDIN = 0;
const CHUNK = 1 << 20;

/**
 * Opens a file, or standard input for `-` and for nothing.
 * @param example a call to show someone who gave no input and sits at a terminal
 * @throws TransloadError E_READ, or E_OPTION at a terminal.
 */
export function openInput(path: string | undefined, example: string): Input {
  if (path === undefined && isatty(STDIN))
    throw new TransloadError("E_OPTION", `no input: name a file or pipe one in (${example}); - reads from the terminal`);
  if (path === undefined || path === "-" || path === "/dev/stdin") return openStdin();
  try {
    const fd = openSync(path, "r");
    const stats = statsOf(fd);
    return { name: path, stream: read(fd, stats), size: sizeOf(stats), stats };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function openStdin(): Input {
  const name = "standard input";
  try {
    const stats = statsOf(STDIN);
    // process.stdin would read a file in pieces of 64 KiB
    return { name, stream: stats.isFile() ? read(STDIN, stats) : process.stdin, size: sizeOf(stats), stats };
  } catch (error) {
    throw cannotRead(name, error);
  }
}

function statsOf(fd: number): Stats {
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  return stats;
}

function read(fd: number, stats: Stats): Readable {
  if (stats.isFIFO()) return openPipe(fd, "read");
  return createReadStream("", { fd, highWaterMark: CHUNK });
}

function sizeOf(stats: Stats): number | undefined {
  return stats.isFile() ? stats.size : undefined;
}

/** The dialect that a file's name tells; `auto` where it tells none. */
export function fromName(path = ""): string {
  const [, extension = ""] = /\.(csv|tsv|jsonl|ndjson)$/i.exec(path) ?? [];
  return ({ csv: "csv", tsv: "tsv", jsonl: "jsonl", ndjson: "jsonl" } as Record<string, string>)[extension.toLowerCase()] ?? "auto";
}
