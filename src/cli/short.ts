// The short way: a small file of text that becomes another file. Its time is that of a start, so that nothing is loaded but what it needs:
// neither commander nor streams, and no way to tell what is wrong. It either succeeds or hands over to the long way (command.ts), which
// begins anew and says why. So it may refuse whatever it likes, and has no rules of its own.
//
// Nothing runs beside it, so it waits for the disk in the main thread, and a signal ends it by its own effect. What that may leave behind,
// in the moment between a hidden file and its name, the next run sweeps.
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { basename } from "node:path";
import { formOfName } from "../api/extension.js";
import { binaryAt, binaryForm } from "../binary/form.js";
import { concat } from "../columns/bytes.js";
import { atomicFile, PERMISSIONS } from "../io/atomic.js";
import { compressionOf } from "../io/compression.js";
import { DiskSpill, FileStore } from "../io/disk.js";
import { refuseSame } from "../io/disk-errors.js";
import { compressionAt } from "../io/peek.js";
import { refuseChanged } from "../io/source.js";
import { sweepSync } from "../io/temporary.js";
import { stageFor } from "../lanes/chain.js";
import { isSeveral } from "../lanes/documents.js";
import type { Host } from "../lanes/host.js";
import { requestOf } from "../options/request.js";
import { atTerminal, closingLine, type Done } from "./closing.js";
import { isPattern } from "./pieces.js";
import type { ShortCall } from "./short-call.js";

/** What the long way reads at once, too. */
const LARGEST = 1 << 20;
const STDERR = 2;

/** Converts a file; false where that is for the long way. Nothing is left of it then. */
export async function convertShortly(call: ShortCall): Promise<boolean> {
  const started = performance.now();
  try {
    const input = statSync(call.input);
    const existing = statSync(call.output, { throwIfNoEntry: false });
    if (!isPlain(call, input, existing)) return false;
    const bytes = readFileSync(call.input);
    refuseChanged(call.input, input, statSync(call.input));
    if (compressionAt(bytes) || binaryAt(bytes)) return false;
    const { chunks, rows } = await converted(bytes, call);
    write(concat(chunks), call, existing);
    if (!call.quiet) close({ rows, bytes: bytes.length, seconds: (performance.now() - started) / 1000 });
    return true;
  } catch {
    return false;
  }
}

/** The output is whole, whether or not somebody can be told. */
function close(done: Done): void {
  try {
    if (atTerminal()) writeSync(STDERR, `${closingLine(done)}\n`);
  } catch {}
}

/** A small file of text becomes another one. */
function isPlain({ input: name, output, from, to }: ShortCall, input: Stats, existing: Stats | undefined): boolean {
  if (existing) refuseSame(existing, { stats: input, name });
  if (basename(name) === "manifest.json") return false;
  const files = input.isFile() && input.size <= LARGEST && (existing?.isFile() ?? true) && !isPattern(output);
  return files && ![name, output].some((path) => compressionOf(path).compression) && !binaryForm(from) && !binaryForm(to);
}

async function converted(
  bytes: Uint8Array,
  { input: file, from: asked, to }: ShortCall,
): Promise<{ chunks: Uint8Array[]; rows: number | undefined }> {
  const from = asked === "auto" ? formOfName(file) : asked;
  if (binaryForm(from) || isSeveral(from, bytes, "request", asked !== "auto")) handOver();
  const chunks: Uint8Array[] = [];
  const request = requestOf("convert", { from, to, file, onWarning: handOver });
  let rows = 0;
  const outlet = { full: false, drained: () => Promise.resolve(), endPiece: (ended: number) => void (rows = ended) };
  const stage = stageFor(request, hostOf(file), (chunk) => chunks.push(chunk), outlet);
  try {
    await stage.push(bytes);
    await stage.end();
    return { chunks, rows: rows || stage.told?.cargoRows };
  } finally {
    stage.close();
  }
}

/** What a conversion of text finds around it. */
function hostOf(file: string): Host {
  return {
    spill: () => new DiskSpill(undefined),
    input: () => new FileStore(file),
    random: handOver,
    npz: handOver,
    scannerOf: handOver,
  };
}

function handOver(): never {
  throw new Error("transload: this is for the long way");
}

function write(bytes: Uint8Array, { output, sync }: ShortCall, existing: Stats | undefined): void {
  const path = existing ? realpathSync(output) : output; // a link stays one
  if (existing) accessSync(path, constants.W_OK);
  const file = atomicFile(path, output, sync);
  try {
    fill(openSync(file.temporary, "wx"), bytes, existing?.mode, sync);
    file.commit();
    sweepSync(file.folder);
  } catch (error) {
    file.discard();
    throw error;
  }
}

function fill(fd: number, bytes: Uint8Array, mode: number | undefined, sync: boolean): void {
  try {
    if (mode !== undefined) fchmodSync(fd, mode & PERMISSIONS);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
