// Requests: pieces of the payload, each whole in memory, so that it can be sent again, or cut.
//
// Where a form has rows, a piece of the payload is a request as it stands. Where it has columns (Open Inference Protocol), nothing can be
// cut between its rows: there the pieces are MLflow's, and each becomes a request by itself.
import { nodeHost } from "../api/node.js";
import { split } from "../api/split.js";
import { concat, decode, encode } from "../columns/bytes.js";
import { choose, type Dialect } from "../dialects/index.js";
import { membersOf } from "../engine/members.js";
import { formOf } from "../envelope/detect.js";
import { TransloadError } from "../errors.js";
import type { Source } from "../io/source.js";
import { Pump } from "../lanes/pump.js";
import type { SplitOptions } from "../options/convert.js";
import { requestOf } from "../options/request.js";

/** A request, and the rows that it asks about. */
export interface Part {
  /** Counts from 0, in the order of the rows. */
  readonly number: number;
  /** Row of the payload that it begins with. */
  readonly first: number;
  readonly rows: number;
  readonly body: Uint8Array;
  /** The same rows as MLflow's, where the request itself cannot be cut. */
  readonly cargo?: Uint8Array;
}

/** How requests are made. */
export interface PartsOptions {
  /** How the payload is read and cut, and what it becomes. */
  readonly cutting: SplitOptions;
  readonly server: Dialect;
  /** A member that stands at the start of every request: `"params":{…},`. */
  readonly params: string | undefined;
}

const ROWS = "mlflow";
const BRACE = 0x7b; /* { */

/** The payload as requests; what has no rows is none. */
export async function* partsOf(source: Source, options: PartsOptions): AsyncGenerator<Part, void, undefined> {
  let number = 0;
  const { cutting } = options;
  for await (const part of piecesOf(source, hasRows(cutting.to) ? cutting : asRows(options)))
    for await (const own of written(part, options)) {
      if (number === 0 && options.params !== undefined) checkParams(part.body, options.server);
      yield { ...own, number: number++ };
    }
}

/** The same rows in requests of at most so many. */
export async function cut(part: Part, options: PartsOptions, maxRows: number): Promise<Part[]> {
  const { cargo, body } = part;
  const form = cargo ? ROWS : exactForm(options.cutting.to, body);
  const smaller: Part[] = [];
  for await (const piece of piecesOf(cargo ?? body, { from: form, to: form, maxRows }))
    for await (const own of cargo ? written(piece, options) : [piece])
      smaller.push({ ...own, number: part.number, first: part.first + own.first });
  return smaller;
}

async function* piecesOf(source: Source, options: SplitOptions): AsyncGenerator<Part, void, undefined> {
  for await (const piece of split(source, options)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of piece) chunks.push(chunk);
    if (piece.rows > 0) yield { number: piece.number, first: piece.firstRow, rows: piece.rows, body: concat(chunks) };
  }
}

/** A piece as a request; as several, where it became larger than a request may be. */
async function* written(piece: Part, options: PartsOptions): AsyncGenerator<Part, void, undefined> {
  const { cutting, params } = options;
  if (hasRows(cutting.to)) return yield { ...piece, body: withParams(piece.body, params) };
  const body = withParams(await fromRows(piece.body, cutting), params);
  if (body.length <= (cutting.maxBytes ?? Number.POSITIVE_INFINITY) + (params?.length ?? 0) || piece.rows === 1)
    return yield { ...piece, body, cargo: piece.body };
  for await (const half of piecesOf(piece.body, { from: ROWS, to: ROWS, maxRows: Math.ceil(piece.rows / 2) }))
    yield* written({ ...half, first: piece.first + half.first }, options);
}

/** Whether a payload of this dialect, or form, can be cut between rows. */
function hasRows(to: string): boolean {
  return choose(to).forms.some(({ layouts }) => layouts.some((layout) => layout !== "named" && layout !== "inputs"));
}

/** The pieces that will become requests: what is missing is still to be told from what is NaN. */
function asRows({ cutting, server }: PartsOptions): SplitOptions {
  const { datatype: _, nan: __, ...others } = cutting;
  return { ...others, to: ROWS, missing: cutting.missing ?? server.missing ?? "null" };
}

async function fromRows(rows: Uint8Array, { to, nan, missing, index, datatype }: SplitOptions): Promise<Uint8Array> {
  const target = Object.entries({ nan, missing, index, datatype }).filter(([, value]) => value !== undefined);
  const request = requestOf("score", { ...Object.fromEntries(target), from: ROWS, to });
  const chunks: Uint8Array[] = [];
  for await (const chunk of new Pump([rows], request, nodeHost({})).bytes()) chunks.push(chunk);
  return concat(chunks);
}

/** A request as it was written has one form, which a smaller one keeps. */
function exactForm(to: string, body: Uint8Array): string {
  const choice = choose(to, true);
  return choice.exact ? choice.name : (formOf(choice, body)?.form.id ?? choice.name);
}

function withParams(body: Uint8Array, params: string | undefined): Uint8Array {
  return params === undefined ? body : concat([body.subarray(0, 1), encode(params), body.subarray(1)]);
}

/** @throws TransloadError E_OPTION for a payload that has parameters itself, or is no object that could have some. */
function checkParams(body: Uint8Array, { params: key = "" }: Dialect): void {
  if (body[0] !== BRACE) throw new TransloadError("E_OPTION", "a request of this form has no place for parameters; leave them out");
  if (membersOf(decode(body)).some(([name]) => name === key || name === "params"))
    throw new TransloadError("E_OPTION", `the payload has ${key} of its own; say those there, or leave out the others`);
}
