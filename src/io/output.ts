// The one writer of every command. Whatever is written goes through fill(), which succeeds only when it has been told that every
// byte is written; of a file, that it is on the disk.
import {
  access as accessCallback,
  close,
  constants,
  createWriteStream,
  fchmodSync,
  fstatSync,
  fsync,
  open as openCallback,
  realpath as realpathCallback,
  type Stats,
  stat as statCallback,
} from "node:fs";
import { type Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { TransloadError } from "../errors.js";
import type { RemoteOptions } from "../remote/open.js";
import { isRemote } from "../remote/url.js";
import { atomicFile, PERMISSIONS } from "./atomic.js";
import { cannotWrite, ofWriting, refuseSame } from "./disk-errors.js";
import { beforeLeaving, interruptibly } from "./leaving.js";
import { openPipe } from "./pipe.js";
import { fileSink, newFileSink, type Sink, streamSink } from "./sink.js";
import type { Opened, Output } from "./target.js";
import { sweep } from "./temporary.js";

const STDOUT = 1;
const BUFFERED = 1 << 20;

// node:fs/promises would load more than all that is needed of it
const access = promisify(accessCallback);
const open = promisify(openCallback);
const syncFile = promisify(fsync);
const closeFile = promisify(close);
const realpath = promisify(realpathCallback);
const stat = promisify(statCallback);

/**
 * Opens a file, an object elsewhere by its URL, or standard output for `-` and for nothing. Devices and pipes are written to as they are.
 * `input`: the files that are read, where there are such, which no output may be. `sync`: a file is on the disk, its bytes and its name, and not in the system's memory alone, when it has been committed.
 * @throws TransloadError E_WRITE, or E_OPTION when it is the input.
 */
export async function openOutput(
  path: string | undefined,
  input: Opened | undefined,
  sync: boolean,
  remote: RemoteOptions = {},
): Promise<Output> {
  if (path !== undefined && isRemote(path)) return (await import("./uploaded.js")).openUploaded(path, input, remote);
  if (path === undefined || path === "-" || path === "/dev/stdout") return openStdout(sync, input);
  try {
    const stats = await placeOf(path, input);
    return stats && !stats.isFile() ? await openDirect(path, stats) : await openAtomic(path, stats, sync);
  } catch (error) {
    throw error instanceof TransloadError ? error : cannotWrite(path, error);
  }
}

/** Looks whether a file may be written there, long before it is. @throws TransloadError as openOutput() does, as far as that is known then. */
export async function checkOutput(path: string, input: Opened | undefined): Promise<void> {
  try {
    const stats = await placeOf(path, input);
    if (stats?.isFile()) await access(path, constants.W_OK);
  } catch (error) {
    throw error instanceof TransloadError ? error : cannotWrite(path, error);
  }
}

/** What stands where something is to be written, if that may be. */
async function placeOf(path: string, input: Opened | undefined): Promise<Stats | undefined> {
  const stats = await interruptibly(existing(path));
  if (stats && input) refuseSame(stats, input);
  if (stats?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  return stats;
}

/** Writes a text to standard output. @throws TransloadError E_WRITE. */
export async function print(text: string): Promise<void> {
  await openStdout(false).fill([Buffer.from(text)]);
}

/** Opens a new file to be filled, of which nobody knows yet. */
export async function openFile(path: string, name: string, sync: boolean): Promise<Writer & { readonly fd: number }> {
  const fd = await interruptibly(open(path, "wx"));
  return { fd, ...fileWriter(name, fd, sync, newFileSink(fd)) };
}

export function existing(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** Writes to a file of its own in the same folder, which takes the name at the end. */
async function openAtomic(path: string, existing: Stats | undefined, sync: boolean): Promise<Output> {
  const target = existing ? await realpath(path) : path; // a link stays one
  if (existing) await access(target, constants.W_OK);
  const file = atomicFile(target, path, sync);
  const callOff = beforeLeaving(file.discard);
  const { fd, fill, pour } = await openFile(file.temporary, path, sync);
  if (existing) fchmodSync(fd, existing.mode & PERMISSIONS);
  void sweep(file.folder);
  const commit = () => {
    file.commit();
    callOff();
  };
  const discard = () => {
    file.discard();
    callOff();
  };
  return { name: path, fill, pour, patch: file.patch, commit, discard };
}

function openStdout(sync: boolean, input?: Opened): Output {
  const name = "standard output";
  const stats = fstatSync(STDOUT);
  if (input) refuseSame(stats, input);
  // process.stdout would write a file or a device synchronously
  const plain = stats.isFile() || (stats.isCharacterDevice() && !process.getBuiltinModule("node:tty").isatty(STDOUT));
  const flush = sync && stats.isFile();
  const writer = plain ? openedWriter(name, STDOUT, flush) : streamWriter(name, stdoutPipe());
  return { name, ...writer, commit: () => {}, discard: () => {} };
}

async function openDirect(path: string, stats: Stats): Promise<Output> {
  const writer = stats.isFIFO()
    ? streamWriter(path, await openPipe(path, "write"))
    : fileWriter(path, await interruptibly(open(path, "w")), false);
  return { name: path, ...writer, commit: () => {}, discard: () => {} };
}

type Writer = Pick<Output, "fill" | "pour">;

/** Writes to an open file, and closes it. */
function fileWriter(name: string, fd: number, sync: boolean, sink = fileSink(fd)): Writer {
  return {
    // the stream closes it
    fill: (...steps) => fill(name, createWriteStream("", { fd, highWaterMark: BUFFERED, flush: sync }), steps),
    pour: (work) =>
      told(name, async () => {
        try {
          await work(sink);
          if (sync) await syncFile(fd);
        } finally {
          await closeFile(fd);
        }
      }),
  };
}

/** Writes to a file that was open before us, and leaves it open: whatever is opened next would take its number. */
function openedWriter(name: string, fd: number, sync: boolean): Writer {
  const sink = fileSink(fd);
  const end = async () => (sync ? syncFile(fd) : undefined);
  return {
    fill: (...steps) => fill(name, writableOf(sink, end), steps),
    pour: (work) => told(name, () => work(sink).then(end)),
  };
}

function writableOf(sink: Sink, end: () => Promise<void>): Writable {
  const write = (views: readonly Uint8Array[], done: (error?: Error) => void) => void sink.write(views).then(() => done(), done);
  return new Writable({
    highWaterMark: BUFFERED,
    write: (chunk, _, done) => write([chunk], done),
    writev: (chunks, done) =>
      write(
        chunks.map(({ chunk }) => chunk),
        done,
      ),
    final: (done) => void end().then(() => done(), done),
  });
}

function streamWriter(name: string, stream: Writable): Writer {
  return {
    fill: (...steps) => fill(name, stream, steps),
    pour: (work) =>
      told(name, async () => {
        const ended = finished(stream);
        ended.catch(() => {}); // met below, or told by the write
        try {
          await work(streamSink(stream));
        } catch (error) {
          stream.destroy();
          throw error;
        }
        stream.end();
        await ended;
      }),
  };
}

function fill(name: string, sink: Writable, steps: Parameters<Output["fill"]>): Promise<void> {
  return told(name, () => pipeline(...([...steps, sink] as unknown as [Readable, Writable])));
}

/** What writing says, as an error of this output. */
async function told(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw ofWriting(error) ? cannotWrite(name, error) : error;
  }
}

/** Standard output where it is a pipe or a terminal: each chunk is taken, or refused, before the next. */
function stdoutPipe(): Writable {
  process.stdout.on("error", () => {}); // the chunk's own callback tells
  return new Writable({ highWaterMark: BUFFERED, write: (chunk, _, done) => void process.stdout.write(chunk, done) });
}
