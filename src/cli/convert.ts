import { checkConvert, convert } from "../api/convert.js";
import { formOfName } from "../api/extension.js";
import type { Operand } from "../api/join/operand.js";
import { nodeHost } from "../api/node.js";
import { split } from "../api/split.js";
import { transferred } from "../api/transfer.js";
import { binaryForm } from "../binary/form.js";
import { TransloadError } from "../errors.js";
import { compressor } from "../io/compression.js";
import { blame } from "../io/disk-errors.js";
import { interruptibly } from "../io/leaving.js";
import { openOutput } from "../io/output.js";
import { pourFile } from "../jobs/pour.js";
import { isSeveral, payloadKeys, startsPayload } from "../lanes/documents.js";
import { flows, guessesColumns, isTransfer, pourExchange } from "../lanes/exchange.js";
import { corrected, FIRST_GUESS, type Guesses, once } from "../lanes/guessing.js";
import { checkSplit } from "../lanes/pieces.js";
import { Pump } from "../lanes/pump.js";
import type { SplitOptions } from "../options/convert.js";
import type { Request } from "../options/request.js";
import { goesToFile } from "./closing.js";
import { addOptions, type ConvertCall, compressionFor, conversionOf, informed, type Shape, shapeOf } from "./convert-call.js";
import { openHeaders } from "./header-file.js";
import { type Input, mayCallOthers, openInput, openPayload, type Payload } from "./input.js";
import type { Define } from "./job.js";
import { addDefinitions, addLimits, addVoice, limitsOf } from "./options.js";
import { linesOf, writePieces } from "./pieces.js";
import { type Progress, progressOf } from "./progress.js";
import { remoteOf } from "./remote.js";
import type { Report } from "./report.js";

const EXAMPLE = "transload convert payload.json -t mlflow";

export const define: Define = (command, start) => {
  addVoice(addDefinitions(addLimits(addOptions(command)))).action((words: string[], call: ConvertCall) => {
    start(call, async (report) => {
      const options = conversionOf(call);
      const shape = shapeOf(call, options);
      const [path, ...others] = words;
      const several = others.length > 0 || call.fileColumn !== undefined || (path !== undefined && mayCallOthers(path));
      if (several) return await runSeveral(words, call, options, shape, report);
      await run(path, call, await interruptibly(informed(options, call, path)), shape, report);
    });
  });
};

/** Several inputs; where the words call but one file, that is none. */
async function runSeveral(words: readonly string[], call: ConvertCall, options: SplitOptions, shape: Shape, report: Report): Promise<void> {
  const { calledBy, convertSeveral } = await import("./several.js");
  const operands = await interruptibly(calledBy(words, remoteOf(call)));
  const [one, ...others] = operands;
  const told = await interruptibly(informed(options, call, one?.path));
  const alone = one && others.length === 0 && call.fileColumn === undefined && !one.piece && !one.stream ? one.path : undefined;
  if (alone !== undefined) await run(alone, call, told, shape, report);
  else await convertSeveral(operands, call, told, shape, report);
}

/** Converts, and begins anew where a column turns out to be another than its first rows. */
async function run(path: string | undefined, call: ConvertCall, options: SplitOptions, shape: Shape, report: Report): Promise<void> {
  const onWarning = once((warning) => report.warn(warning));
  // before anything is opened
  requestFor(shape, { ...options, from: options.from === "auto" ? formOfName(path ?? "") : (options.from as string) });
  for (let guesses: Guesses = FIRST_GUESS; ; ) {
    try {
      return await attempt(path, call, { ...options, onWarning }, shape, report, guesses);
    } catch (error) {
      if (error instanceof Several) {
        const { convertSeveral } = await import("./several.js");
        return convertSeveral([error.operand], call, options, shape, report);
      }
      const better = error instanceof Misled ? corrected(guesses, error.cause) : undefined;
      if (!better) throw error;
      guesses = better;
    }
  }
}

/** @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION. */
function requestFor(shape: Shape, options: SplitOptions): Request {
  return shape === "whole" ? checkConvert(options) : checkSplit(options);
}

/** The input holds several payloads. */
class Several extends Error {
  readonly operand: Operand;

  constructor({ name, file, stats, object }: Input, payload: Payload) {
    super();
    if (object?.ranged) this.operand = { name, path: undefined, stats: undefined, object };
    else this.operand = file === undefined ? { name, path: undefined, stats, stream: payload.stream } : { name, path: file, stats };
  }
}

/** A conversion from a file to a file that is to begin anew. */
class Misled extends Error {}

async function attempt(
  path: string | undefined,
  { output: target, headerOut, compress, sync, jobs = 1, share, clean = false, ...call }: ConvertCall,
  options: SplitOptions,
  shape: Shape,
  report: Report,
  guesses: Guesses,
): Promise<void> {
  const { onWarning } = options;
  let progress: Progress | undefined;
  const onProgress = (bytes: number) => progress?.update(bytes);
  const compression = compressionFor(target, compress);
  const remote = remoteOf(call);
  const input = await openInput(path, EXAMPLE, remote);
  // a text that is recoded has other offsets than the input
  const around = (payload: Payload) => (options.encoding === undefined ? payload.around : undefined);
  const several = options.from === "auto";
  const payload = await openPayload(input, { ...limitsOf(call), onProgress, recalls: report.shows, several }).catch(async (error) => {
    throw await report.trace(blame(error, input.name), input, undefined);
  });
  const told: SplitOptions = {
    ...options,
    from: options.from === "auto" ? payload.form : (options.from as string),
    // what must be read twice is read from the file again
    ...(payload.file !== undefined && { file: payload.file }),
    ...(!payload.compressed && { onProgress }),
  };
  const { what = "request" } = options;
  if (!binaryForm(told.from as string) && isSeveral(told.from as string, payload.head, what, options.from !== "auto"))
    throw new Several(input, payload);
  if (shape === "files") {
    const pieces = split(payload.stream, told);
    progress = progressOf(input, report);
    try {
      const own = { pieces, inputs: input, refuseChanged: input.refuseChanged };
      await writePieces(own, target as string, { compression, sync, clean, remote, onWarning: (warning) => onWarning?.(warning) });
      progress?.close(undefined);
    } catch (error) {
      throw await report.trace(blame(error, input.name), input, around(payload));
    } finally {
      progress?.stop();
    }
    return;
  }
  const toFile = goesToFile(target);
  const output = await openOutput(target, input, sync, remote);
  const headers = headerOut === undefined ? undefined : await openHeaders(headerOut, input, sync, output, remote);
  const sink = compression || !output.patch ? undefined : { patch: output.patch, guesses };
  const asked = requestFor(shape, { ...told, ...(headers && { onHeaders: headers.take }) });
  let rows: number | undefined;
  const onRows = (counted: number) => {
    rows = counted;
  };
  const request = { ...asked, run: { ...asked.run, onRows, object: payload.object } };
  // from a pipe, or to one, the exchange itself begins anew
  const restarts = sink !== undefined && payload.file !== undefined && guessesColumns(request);
  progress = progressOf(input, report);
  try {
    if (share) checkShare(request, payload, jobs);
    const packing = compression ? [compressor(compression)] : [];
    if (shape === "lines") await output.fill(linesOf(split(payload.stream, told)), ...packing);
    else {
      const { lent } = payload;
      const { fd, size } = input;
      const file = payload.file !== undefined && fd !== undefined && size !== undefined ? { fd, size } : undefined;
      const host = nodeHost(request.run, { jobs, share });
      if (lent && !compression && !isTransfer(request)) await output.pour((own) => pourFile(file, jobs, lent, request, host, own));
      else if (!compression && flows(request))
        await output.pour((own) => pourExchange(lent?.() ?? payload.stream, request, host, own, sink));
      else if (isTransfer(request)) await output.fill(transferred(streamed(payload), request, { jobs, share }, sink), ...packing);
      else if (request.rows.picked || request.rows.choice)
        await output.fill(new Pump(streamed(payload), request, host).bytes(), ...packing);
      else await output.fill(payload.stream, convert(told), ...packing);
    }
    await headers?.fill(compression);
    input.refuseChanged();
    await output.commit();
    await headers?.output.commit();
    if (toFile) progress?.close(rows);
  } catch (error) {
    await output.discard();
    await headers?.output.discard();
    if (restarts && corrected(guesses, error)) throw new Misled("", { cause: error });
    if (output.patch && payload.file !== undefined && isAnother(error, payload, what)) throw new Several(input, payload);
    throw await report.trace(blame(error, input.name, output.name), input, around(payload));
  } finally {
    progress?.stop();
    await input.object?.close();
  }
}

/** What follows the payload is another. */
function isAnother(error: unknown, { around }: Payload, what: "request" | "response"): boolean {
  if (!(error instanceof TransloadError) || error.code !== "E_TRAILING" || error.offset === undefined) return false;
  return around !== undefined && startsPayload(around.at(error.offset, 1 << 8), payloadKeys(what));
}

/** The payload's chunks, which nobody begins to read before they are asked for. */
async function* streamed(payload: Payload): AsyncGenerator<Uint8Array, void, undefined> {
  yield* payload.stream;
}

/** @throws TransloadError E_OPTION for what has no shares. */
function checkShare(request: Request, { file, compressed }: Payload, jobs: number): void {
  if (jobs > 1) refuseShare("a share is read by one thread; leave out --jobs");
  if (compressed) refuseShare("what is compressed has no shares; expand it first, or read all of it");
  if (file === undefined) refuseShare("a pipe has no shares; name a file");
  if (!flows(request))
    refuseShare(`shares are those of a text's rows, whose dtypes --infer head or --dtype tells; this is ${request.from}`);
}

function refuseShare(why: string): never {
  throw new TransloadError("E_OPTION", `--share: ${why}`);
}
