// Several inputs as one payload, for those who convert, cut or read it.

import { binaryForm } from "../../binary/form.js";
import type { Batch } from "../../columns/batch.js";
import { withoutColumns } from "../../columns/pick.js";
import { optionText, TransloadError } from "../../errors.js";
import { abortable } from "../../io/abort.js";
import { batchesIn } from "../../lanes/batches.js";
import { exchange, type FileSink, isTransfer } from "../../lanes/exchange.js";
import { corrected, FIRST_GUESS, type Guesses, once } from "../../lanes/guessing.js";
import { pickRows } from "../../lanes/picked.js";
import { Pump } from "../../lanes/pump.js";
import type { SplitOptions } from "../../options/convert.js";
import type { ReadRequest, Request } from "../../options/request.js";
import { checkConvert } from "../convert.js";
import { formOfName } from "../extension.js";
import { nodeHost } from "../node.js";
import { batchParts, joinedBatches } from "./batches.js";
import { pickedWith } from "./columns.js";
import { onward } from "./converted.js";
import { type Looked, look, type Reading } from "./look.js";
import { isAgain, type Operand } from "./operand.js";
import { refuseAnyChanged } from "./operands.js";
import { JoinedText } from "./text.js";

/** Where all of the target goes: to begin anew costs nothing but the reading. */
type Sink = Pick<FileSink, "patch">;

/** Several inputs under way to a target. */
export interface Joined {
  /** The target's bytes. `sink`: where they go, when that is a file of the caller's, which begins anew where a guess was wrong (untilRight). */
  bytes(sink?: Sink): AsyncIterable<Uint8Array>;
  /** The target, as far as somebody reads it: for those who cut it into pieces. */
  pump(): Pump;
  /** What went wrong, as an error of the input that it is about. */
  blame(error: unknown): unknown;
  /** @throws TransloadError E_READ where one of the inputs is no longer what it was. */
  refuseChanged(): void;
}

/**
 * What is asked of a conversion of these inputs. Where nobody has named a form, what is for one form alone goes with that of all names.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION.
 */
export function requestFor(
  operands: readonly Operand[],
  options: SplitOptions,
  check: (options: SplitOptions) => Request = checkConvert,
): Request {
  const from = options.from ?? "auto";
  const forms = new Set(operands.map(({ name }) => formOfName(name)));
  const [one, ...others] = forms;
  return { ...check({ ...options, from: from === "auto" && one !== undefined && others.length === 0 ? one : from }), from };
}

/**
 * What the inputs become together. Those that are regular files are looked at, one by one, and opened again when their turn comes.
 * @throws TransloadError E_READ, E_OPTION; and what is wrong with the first bytes of one.
 */
export async function joinInputs(
  operands: readonly Operand[],
  request: Request,
  fileColumn?: string,
  guesses = FIRST_GUESS,
): Promise<Joined> {
  const quiet = { ...request, run: { ...request.run, onWarning: once(request.run.onWarning) } };
  const inputs = await lookedAt(operands, quiet);
  const typed = binaryForm(request.to) !== undefined && inputs.some(({ binary }) => binary !== undefined);
  const again = { guesses, again: operands.every(isAgain) };
  const joined = typed ? ofBatches(inputs, quiet, fileColumn, again) : ofText(inputs, quiet, fileColumn, again);
  return { ...joined, refuseChanged: () => refuseAnyChanged(operands) };
}

/**
 * Does this, and does it again where a column is guessed to be another than it turns out to be: the first attempt with what is guessed of nothing.
 * @throws what the last of them throws.
 */
export async function untilRight(attempt: (guesses: Guesses) => Promise<void>): Promise<void> {
  for (let guesses = FIRST_GUESS; ; ) {
    try {
      return await attempt(guesses);
    } catch (error) {
      const better = corrected(guesses, error);
      if (!better) throw error;
      guesses = better;
    }
  }
}

/** The same as batches. */
export async function* joinedBatchesOf(
  operands: readonly Operand[],
  request: ReadRequest,
  fileColumn?: string,
): AsyncGenerator<Batch, void, undefined> {
  const { batches, rows, run, limits } = request;
  const { columns, renamed, ...others } = rows;
  const reading: Reading = { ...request, what: request.what ?? "request", rows: others };
  const inputs = await lookedAt(operands, reading);
  const picked = pickedWith(fileColumn, rows);
  if (inputs.some(({ binary }) => binary)) {
    yield* pickedOf(joinedBatches(inputs, { ...reading, target: {}, to: undefined, batches, fileColumn, picked }), rows);
    refuseAnyChanged(operands);
    return;
  }
  const text = new JoinedText(inputs, { ...reading, rows, target: {}, to: undefined, asked: batches.dtype, fileColumn });
  const own = { from: text.from, rows: text.rows(), limits, run: text.run(), batches };
  try {
    yield* batchesIn(abortable(text.chunks(), run.signal), own, nodeHost(text.run()));
  } catch (error) {
    throw text.blame(error);
  }
  refuseAnyChanged(operands);
}

async function lookedAt(operands: readonly Operand[], reading: Reading): Promise<readonly Looked[]> {
  const inputs: Looked[] = [];
  for (const operand of operands) inputs.push(await look(operand, reading));
  return inputs;
}

function ofText(
  inputs: readonly Looked[],
  request: Request,
  fileColumn: string | undefined,
  again: Omit<FileSink, "patch">,
): Omit<Joined, "refuseChanged"> {
  const { to, typed, what } = request;
  const binary = binaryForm(to) !== undefined;
  const asked = typed.dtype ?? (binary ? ("infer" as const) : undefined);
  const text = new JoinedText(inputs, { ...request, to: binary ? undefined : to, asked, fileColumn });
  const onward: Request = {
    ...request,
    from: text.from,
    what: "request",
    targetWhat: request.targetWhat ?? what,
    rows: text.rows(),
    target: text.target(),
    run: text.run(),
  };
  const { encoding: _, ...own } = onward;
  const host = nodeHost(own.run);
  const chunks = () => abortable(text.chunks(), request.run.signal) as AsyncIterable<Uint8Array>;
  const pump = () => new Pump(chunks(), own, host);
  return {
    bytes: (sink) => (isTransfer(own) ? exchange(chunks(), own, host, sink && { ...sink, ...again }) : pump().bytes()),
    pump,
    // a guess that was wrong is for whoever begins anew
    blame: (error) => (corrected(again.guesses, error) ? error : text.blame(error)),
  };
}

function ofBatches(
  inputs: readonly Looked[],
  request: Request,
  fileColumn: string | undefined,
  again: Omit<FileSink, "patch">,
): Omit<Joined, "refuseChanged"> {
  const { encoding: _, ...own } = request;
  const { columns, renamed, drop, picked: wanted, choice, ...rows } = request.rows;
  const picked = pickedWith(fileColumn, request.rows);
  const run = onward(request.run);
  const gathering = { ...request, rows, run: request.run, batches: batchParts(request), fileColumn, picked };
  const host = { ...nodeHost(run), batches: () => pickedOf(joinedBatches(inputs, gathering), request.rows) };
  return {
    // the batches are there, whatever form they are said to be read from
    bytes: (sink) => exchange(nothing(), { ...own, from: "arrows", rows, run }, host, sink && { ...sink, ...again }),
    pump: () => {
      throw new TransloadError("E_OPTION", `${request.to} is not cut into pieces; cut the text that it is made of`);
    },
    blame: (error) => error,
  };
}

/** The rows that are wanted of batches of typed columns, without the columns that are not. */
async function* pickedOf(batches: AsyncIterable<Batch>, { drop, picked, choice }: Request["rows"]): AsyncGenerator<Batch, void, undefined> {
  if (choice)
    throw new TransloadError(
      "E_OPTION",
      `${optionText("where")} and ${optionText("sample")} are of one binary file, or of several files of text; make one of these first`,
    );
  const dropped = drop ? withoutColumns(batches, drop) : batches;
  yield* picked ? pickRows(dropped, picked, false) : dropped;
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
