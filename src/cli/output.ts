import {
  accessSync,
  closeSync,
  constants,
  createWriteStream,
  fchmodSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { isatty } from "node:tty";
import { TransloadError } from "../errors.js";
import { cannotWrite } from "./disk.js";
import type { Input } from "./input.js";
import { openPipe } from "./pipe.js";

/** Where the result goes. A file appears, whole, with `commit`; until then nothing of it is there. */
export interface Output {
  readonly name: string;
  readonly stream: Writable;
  /** Has these bytes put over the first ones when the file is complete; undefined where that cannot be done. */
  readonly patch?: (bytes: Uint8Array) => void;
  commit(): void;
  discard(): void;
}

const STDOUT = 1;
const BUFFERED = 1 << 20;
const PERMISSIONS = 0o777;

/**
 * Opens a file, or standard output for `-` and for nothing. Devices and pipes are written to as they are.
 * @throws TransloadError E_WRITE, or E_OPTION when it is the input.
 */
export function openOutput(path: string | undefined, input: Input): Output {
  if (path === undefined || path === "-" || path === "/dev/stdout") return openStdout(input);
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats) refuseSame(stats, input);
    if (stats?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    return stats && !stats.isFile() ? openDirect(path) : openAtomic(path, stats);
  } catch (error) {
    throw error instanceof TransloadError ? error : cannotWrite(path, error);
  }
}

function openStdout(input: Input): Output {
  const stats = fstatSync(STDOUT);
  refuseSame(stats, input);
  // process.stdout would write a file or a device synchronously
  const plain = stats.isFile() || (stats.isCharacterDevice() && !isatty(STDOUT));
  const stream = plain ? createWriteStream("", { fd: STDOUT, highWaterMark: BUFFERED }) : process.stdout;
  return { name: "standard output", stream, commit: () => {}, discard: () => {} };
}

function openDirect(path: string): Output {
  const fd = openSync(path, "w");
  const stream = fstatSync(fd).isFIFO() ? openPipe(fd, "write") : createWriteStream("", { fd, highWaterMark: BUFFERED });
  return { name: path, stream, commit: () => {}, discard: () => {} };
}

/** Writes to a file of its own in the same folder, which takes the name at the end. */
function openAtomic(path: string, existing: Stats | undefined): Output {
  const target = existing ? realpathSync(path) : path; // a link stays one
  if (existing) accessSync(target, constants.W_OK);
  const temporary = join(dirname(target), `.transload-${process.pid}-${Date.now().toString(36)}`);
  const fd = openSync(temporary, "wx");
  let open = true;
  const discard = () => {
    if (open) rmSync(temporary, { force: true });
    open = false;
    process.removeListener("exit", discard);
  };
  process.once("exit", discard);
  if (existing) fchmodSync(fd, existing.mode & PERMISSIONS);
  let start: Uint8Array | undefined;
  const commit = () => {
    try {
      if (start) overwrite(temporary, start);
      renameSync(temporary, target);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    open = false;
    process.removeListener("exit", discard);
  };
  const patch = (bytes: Uint8Array) => {
    start = bytes;
  };
  return { name: path, stream: createWriteStream("", { fd, highWaterMark: BUFFERED }), patch, commit, discard };
}

/** The stream has closed its descriptor by now. */
function overwrite(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "r+");
  try {
    writeSync(fd, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(fd);
  }
}

function refuseSame(stats: Stats, { stats: other, name }: Input): void {
  if (stats.isFile() && other.isFile() && stats.ino === other.ino && stats.dev === other.dev)
    throw new TransloadError("E_OPTION", `${name} is both the input and the output; write to another file`);
}
