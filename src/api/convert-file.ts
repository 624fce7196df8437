import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { binaryAt } from "../binary/form.js";
import { TransloadError } from "../errors.js";
import { abortable, close } from "../io/abort.js";
import { checkPath } from "../io/chunks.js";
import { compressionOf, compressor } from "../io/compression.js";
import { blame, NO_FILE, type ReadInput } from "../io/disk-errors.js";
import { openOutput } from "../io/output.js";
import { nameOf, refuseChanged, regularFileOf, type Sources } from "../io/source.js";
import type { Output } from "../io/target.js";
import { unpack } from "../io/unpack.js";
import type { OpenFile } from "../jobs/open-file.js";
import { pourFile } from "../jobs/pour.js";
import { isTransfer } from "../lanes/exchange.js";
import { checkJobs } from "../options/check.js";
import type { ConvertOptions } from "../options/convert.js";
import type { Request } from "../options/request.js";
import type { RemoteOptions } from "../remote/open.js";
import type { RemoteHeaders } from "../remote/store.js";
import { isRemote, textOf } from "../remote/url.js";
import { checkConvert, convert } from "./convert.js";
import { formOfName } from "./extension.js";
import { inputOfOperand } from "./join/operand.js";
import { nodeHost } from "./node.js";
import { transferred } from "./transfer.js";

/** What `convertFile` takes besides what `convert` does. */
export interface ConvertFileOptions extends Omit<ConvertOptions, "file">, RemoteHeaders {
  /**
   * Wait until the disk has what was written, the file's name included. True by default; without it a file is done sooner, and a power failure
   * may lose it.
   */
  sync?: boolean;
  /**
   * Threads that convert the rows of a file of text; 1 by default. What is written, and what is refused and where, is the same for any number.
   * They are kept for a while. What they cost: docs/performance.md.
   */
  jobs?: number;
  /** Of several sources: a column of this name, before the others, with the name of the file that each row is of. */
  fileColumn?: string;
}

/**
 * Converts a file to a file, or several to one; either may be an object elsewhere, by its URL. Text goes through a few buffers that are used in
 * turn, without streams. The target appears whole, under its name, or not at all; what is there before stays until then. A device or a pipe is
 * written to as it is. What is compressed is expanded, and a target whose name ends in .gz, .zst or .br is compressed. The form of the source is
 * told by its name or first bytes where `from` names none.
 *
 * A list of sources becomes one payload, with their rows one behind the other, in the order of the list; of one form or of several. Each of them is
 * a file, a folder, a pattern of names (`data/*.json`), or the manifest of a folder of pieces. They are read by one thread.
 * @throws TransloadError as `convert` does; E_READ and E_WRITE for either file; E_OPTION where both are one; E_ABORT by `signal`.
 */
export async function convertFile(from: string | URL | Sources, to: string | URL, options: ConvertFileOptions): Promise<void> {
  const { sync = true, jobs = 1, fileColumn, headers, ...own } = options;
  const remote: RemoteOptions = { headers, signal: own.signal };
  if (typeof sync !== "boolean") throw new TransloadError("E_OPTION", "`sync` is true or false");
  checkJobs(jobs);
  const target = pathOf(to);
  if (isList(from)) return convertAll(from, target, sync, own, fileColumn, remote);
  if (fileColumn !== undefined) return convertAll([from], target, sync, own, fileColumn, remote);
  const source = pathOf(from);
  const auto = (own.from ?? "auto") === "auto";
  const named: ConvertOptions = auto ? { ...own, from: formOfName(source) } : own;
  const { limits, run } = checkConvert(named);
  const { signal } = run;
  try {
    // what is lent may be worked on and written, and not wait in streams; a pipe is opened but once
    const regular = regularFileOf(source) !== undefined;
    const opened = await unpack(source, { ...limits, lend: regular, remote });
    try {
      const form = auto ? binaryAt(opened.head)?.id : undefined;
      const told = { ...named, ...(form !== undefined && { from: form }), ...(opened.file !== undefined && { file: opened.file }) };
      const checked = checkConvert(told);
      const request: Request = { ...checked, run: { ...checked.run, object: opened.object } };
      const { compression } = compressionOf(target);
      const inputs = inputOf(source);
      if (compression === undefined && !isTransfer(request)) {
        const chunks = abortable(opened.chunks, signal);
        await written(inputs, target, sync, remote, (output) =>
          withFile(opened.file, (file) => output.pour((sink) => pourFile(file, jobs, () => chunks, request, nodeHost(request.run), sink))),
        );
        return;
      }
      if (regular) await close(opened.chunks, signal);
      const { chunks } = regular ? await unpack(source, { ...limits, lend: false }) : opened;
      const packing = compression ? [compressor(compression)] : [];
      const fill = (output: Output) =>
        isTransfer(request)
          ? output.fill(transferred(chunks, request, { jobs }), ...packing)
          : output.fill(Readable.from(chunks, { objectMode: false }), convert(told), ...packing);
      await written(inputs, target, sync, remote, fill).finally(() => close(chunks, signal));
    } finally {
      await close(opened.chunks, signal);
    }
  } catch (error) {
    const blamed = blame(error, nameOf(source), nameOf(target));
    throw blamed instanceof TransloadError ? blamed.inFile(nameOf(source)) : blamed;
  }
}

/** Several sources to one target. */
async function convertAll(
  sources: Sources,
  target: string,
  sync: boolean,
  options: ConvertOptions,
  fileColumn: string | undefined,
  remote: RemoteOptions,
): Promise<void> {
  const [{ operandsOf }, { joinInputs, requestFor, untilRight }] = await Promise.all([
    import("./join/operands.js"),
    import("./join/join.js"),
  ]);
  const operands = await operandsOf(sources, undefined, remote);
  const request = requestFor(operands, options);
  const inputs = operands.map(inputOfOperand);
  const { compression } = compressionOf(target);
  const packing = compression ? [compressor(compression)] : [];
  await untilRight(async (guesses) => {
    const joined = await joinInputs(operands, request, fileColumn, guesses);
    try {
      await written(inputs, target, sync, remote, async (output) => {
        const sink = compression || !output.patch ? undefined : { patch: output.patch };
        await output.fill(joined.bytes(sink), ...packing);
        joined.refuseChanged();
      });
    } catch (error) {
      throw joined.blame(blame(error, "the inputs", nameOf(target)));
    }
  });
}

function inputOf(source: string): ReadInput {
  return { name: nameOf(source) as string, stats: isRemote(source) ? NO_FILE : statSync(source) };
}

/** The target takes its name when the work is done, and is gone where it fails. */
async function written(
  inputs: ReadInput | readonly ReadInput[],
  target: string,
  sync: boolean,
  remote: RemoteOptions,
  work: (output: Output) => Promise<void>,
): Promise<void> {
  const output = await openOutput(target, inputs, sync, remote);
  try {
    await work(output);
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** Opens the file, where there is one, for what reads it here and there. @throws TransloadError E_READ where it has changed meanwhile. */
async function withFile(path: string | undefined, work: (file: OpenFile | undefined) => Promise<void>): Promise<void> {
  if (path === undefined) return work(undefined);
  const fd = openSync(path, "r");
  try {
    const before = fstatSync(fd);
    await work({ fd, size: before.size });
    refuseChanged(path, before, fstatSync(fd));
  } finally {
    closeSync(fd);
  }
}

function isList(from: string | URL | Sources): from is Sources {
  return Array.isArray(from);
}

/** A path that is whole; the text of a URL. */
function pathOf(file: string | URL): string {
  checkPath(file);
  if (isRemote(file)) return textOf(file);
  return resolve(file instanceof URL ? fileURLToPath(file) : file);
}
