// `convert` of several inputs: files, folders, patterns of names, manifests of pieces, and payloads one behind the other in one input.
import { type Joined, joinInputs, requestFor, untilRight } from "../api/join/join.js";
import { inputOfOperand, type Operand } from "../api/join/operand.js";
import { operandsOf } from "../api/join/operands.js";
import { isCut } from "../dialects/needs.js";
import { TransloadError } from "../errors.js";
import { compressor } from "../io/compression.js";
import { blame, type ReadInput } from "../io/disk-errors.js";
import { openOutput } from "../io/output.js";
import type { Output } from "../io/target.js";
import { FIRST_GUESS, type Guesses, once } from "../lanes/guessing.js";
import { checkSplit, piecesOf } from "../lanes/pieces.js";
import type { SplitOptions } from "../options/convert.js";
import type { Request } from "../options/request.js";
import type { RemoteOptions } from "../remote/open.js";
import { goesToFile } from "./closing.js";
import { type ConvertCall, compressionFor, type Shape } from "./convert-call.js";
import { openHeaders } from "./header-file.js";
import { openInput, openPayload } from "./input.js";
import { limitsOf } from "./options.js";
import { linesOf, writePieces } from "./pieces.js";
import { type Progress, progressOf } from "./progress.js";
import { remoteOf } from "./remote.js";
import type { Report } from "./report.js";

const STDIN = "-";

/** The inputs that the words of a call name; `-` among them is standard input. */
export async function calledBy(words: readonly string[], remote: RemoteOptions): Promise<readonly Operand[]> {
  if (words.length > 0 && !words.includes(STDIN)) return operandsOf(words, undefined, remote);
  const input = await openInput(STDIN, "");
  const { stream } = await openPayload(input, {});
  const { name, stats } = input;
  return operandsOf(words.length > 0 ? words : [STDIN], { name, path: undefined, stats, stream }, remote);
}

/** Converts them into one output. Text that is converted on several threads is of one file; here one does it all. */
export async function convertSeveral(
  operands: readonly Operand[],
  call: ConvertCall,
  options: SplitOptions,
  shape: Shape,
  report: Report,
): Promise<void> {
  if (call.share) throw new TransloadError("E_OPTION", "--share: shares are those of one file; here there are several inputs");
  const onWarning = once((warning) => report.warn(warning));
  let progress: Progress | undefined;
  const onProgress = (bytes: number) => progress?.update(bytes);
  const asked = { ...options, ...limitsOf(call), onWarning, onProgress };
  checked(operands, asked); // before anything is opened
  progress = progressOf({ size: sizeOf(operands) }, report);
  try {
    const toFile = goesToFile(call.output);
    if (shape === "files") await intoPieces(operands, call, asked);
    else await untilRight((guesses) => intoOne(operands, call, asked, shape, guesses));
    if (toFile) progress?.close(undefined);
  } finally {
    progress?.stop();
  }
}

/** @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION. */
function checked(operands: readonly Operand[], options: SplitOptions): Request {
  return isCut(options) ? requestFor(operands, options, checkSplit) : requestFor(operands, options);
}

function sizeOf(operands: readonly Operand[]): number | undefined {
  const sizes = operands.map(({ stats, object }) => object?.size ?? (stats?.isFile() ? stats.size : Number.NaN));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return Number.isNaN(all) ? undefined : all;
}

function inputsOf(operands: readonly Operand[]): readonly ReadInput[] {
  return operands.map(inputOfOperand);
}

/** The inputs, joined; what goes wrong is an error of the one that it is about. */
async function joining(
  operands: readonly Operand[],
  { fileColumn }: ConvertCall,
  options: SplitOptions,
  guesses: Guesses,
  work: (joined: Joined) => Promise<void>,
  output?: Output,
): Promise<void> {
  const joined = await joinInputs(operands, checked(operands, options), fileColumn, guesses);
  try {
    await work(joined);
  } catch (error) {
    throw joined.blame(blame(error, operands.length === 1 ? operands[0]?.name : "the inputs", output?.name));
  }
}

async function intoPieces(operands: readonly Operand[], call: ConvertCall, options: SplitOptions): Promise<void> {
  const { output, sync, clean = false } = call;
  await joining(operands, call, options, FIRST_GUESS, async (joined) => {
    const pieces = piecesOf(joined.pump(), options.signal, joined.blame);
    const own = { pieces, inputs: inputsOf(operands), refuseChanged: joined.refuseChanged };
    const onWarning = options.onWarning ?? (() => {});
    await writePieces(own, output as string, {
      compression: compressionFor(call.output, call.compress),
      sync,
      clean,
      onWarning,
      remote: remoteOf(call),
    });
  });
}

async function intoOne(
  operands: readonly Operand[],
  call: ConvertCall,
  options: SplitOptions,
  shape: Shape,
  guesses: Guesses,
): Promise<void> {
  const { output: target, headerOut, sync } = call;
  const compression = compressionFor(call.output, call.compress);
  const packing = compression ? [compressor(compression)] : [];
  const inputs = inputsOf(operands);
  const output = await openOutput(target, inputs, sync, remoteOf(call));
  const headers = headerOut === undefined ? undefined : await openHeaders(headerOut, inputs, sync, output, remoteOf(call));
  const sink = compression || !output.patch ? undefined : { patch: output.patch };
  const asked = { ...options, ...(headers && { onHeaders: headers.take }) };
  const fill = async (joined: Joined) => {
    const chunks = shape === "lines" ? linesOf(piecesOf(joined.pump(), options.signal, joined.blame)) : joined.bytes(sink);
    await output.fill(chunks, ...packing);
    await headers?.fill(compression);
    joined.refuseChanged();
    await output.commit();
    await headers?.output.commit();
  };
  try {
    await joining(operands, call, asked, guesses, fill, output);
  } catch (error) {
    await output.discard();
    await headers?.output.discard();
    throw error;
  }
}
