// A payload in pieces, each to be read before the next is asked for. Nothing here is Node's.
import { binaryAt, binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import type { RowLabels } from "../columns/labels.js";
import { isCut } from "../dialects/needs.js";
import { abortError, TransloadError } from "../errors.js";
import { abortable } from "../io/abort.js";
import { peek } from "../io/peek.js";
import { type Checks, SPLIT } from "../options/check.js";
import type { SplitOptions } from "../options/convert.js";
import { type Beside, NOTHING, type Request, readRequestOf, requestOf } from "../options/request.js";
import { batchesIn, counted } from "./batches.js";
import { checkEnds, checkTransfer, isTransfer } from "./exchange.js";
import { type Host, spilling } from "./host.js";
import { chunksOfBatches } from "./printing.js";
import { Pump } from "./pump.js";
import { prepared, refuseEncoded } from "./recoding.js";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** One of the payloads that a large one is cut into: its bytes, to be read before the next piece is asked for. */
export interface Piece extends AsyncIterable<Uint8Array> {
  /** Counts from 0. */
  readonly number: number;
  /** Row of the payload that the piece begins with. */
  readonly firstRow: number;
  /** Rows of the piece, once it has been read. */
  readonly rows: number;
}

/**
 * What is asked, and that it can be.
 * @throws TransloadError E_DIALECT, E_DTYPE or E_OPTION.
 */
export function checkSplit(options: SplitOptions, checks: Checks = SPLIT): Request {
  const request = requestOf("split", options, checks);
  if (!isCut(request.pieces)) throw new TransloadError("E_OPTION", "say how large a piece may be, with maxRows or maxBytes");
  if (isTransfer(request)) checkTransfer(request);
  else checkEnds(request);
  return request;
}

/**
 * The pieces of these chunks, which must be ours to keep: rows that pass are handed on as they lie there.
 * @param blame makes of an error what is thrown, also to those who read a piece
 */
export async function* piecesIn(
  chunks: Chunks,
  request: Request,
  host: Host,
  blame: (error: unknown) => unknown = (error) => error,
): AsyncGenerator<Piece, void, undefined> {
  const pump = await pumpOf(chunks, request, host).catch((error) => {
    throw blame(error);
  });
  yield* piecesOf(pump, request.run.signal, blame);
}

/** The pieces that a conversion is cut into as it runs; its errors are what `blame` makes of them. */
export async function* piecesOf(
  pump: Pump,
  signal: AbortSignal | undefined,
  blame: (error: unknown) => unknown,
): AsyncGenerator<Piece, void, undefined> {
  const more = () =>
    pump.more().catch((error) => {
      throw blame(error);
    });
  const feed: Feed = { more, take: () => pump.take() };
  try {
    let firstRow = 0;
    for (let number = 0; await feed.more(); number++) {
      if (signal?.aborted) throw abortError(signal);
      const piece = new PieceOf(feed, number, firstRow);
      yield piece;
      for await (const _ of piece); // what the caller left
      firstRow += piece.rows;
    }
  } finally {
    await pump.close();
  }
}

async function pumpOf(chunks: Chunks, request: Request, host: Host): Promise<Pump> {
  const { from, encoding, run } = request;
  const { head, rest } = await peek(abortable(chunks, run.signal));
  try {
    const binary = binaryForm(from) ?? (from === "auto" ? binaryAt(head) : undefined);
    refuseEncoded(binary, encoding);
    if (!binary) return new Pump(rest, request, host);
    prepared({ ...request, from: binary.id });
    return await pumpOfBatches(rest, { ...request, from: binary.id }, host);
  } catch (error) {
    await rest.return?.();
    throw error;
  }
}

/** A binary file as the text that its batches are printed as, behind whose rows nothing stands but labels. */
async function pumpOfBatches(chunks: Chunks, { rows, run, ...request }: Request, host: Host): Promise<Pump> {
  const { columns, renamed, drop, choice, headerLength, ...others } = rows;
  const picks = columns && renamed ? Object.fromEntries(renamed.map((name, i) => [name, columns[i] as string])) : columns;
  const { file: _, onProgress, ...quiet } = run;
  let labels: RowLabels | undefined;
  let beside: Beside | undefined;
  const reading = {
    ...readRequestOf({
      from: request.from,
      ...request.limits,
      ...(picks && { columns: picks }),
      ...(drop && { drop }),
      ...choice,
      ...(headerLength !== undefined && { headerLength }),
    }),
    onLabels: (found: RowLabels) => {
      labels = found;
    },
    onBeside: (found: Beside) => {
      beside = found;
    },
  };
  const batches = batchesIn(counted(chunks, onProgress), reading, host);
  const after = spilling(host);
  // what a file says of its labels, and a request of its parameters, comes before the first batch
  const middle = { ...NOTHING, run: quiet, to: "mlflow", labels: () => labels, beside: () => beside };
  const { rest } = await peek(chunksOfBatches(batches, middle, after));
  const read = labels ? others : { ...others, fixed: true };
  try {
    return new Pump(rest, { ...request, what: "request", targetWhat: request.what, from: "mlflow", rows: read, run: quiet }, after);
  } catch (error) {
    await rest.return?.();
    throw error;
  }
}

/** A pump whose errors are blamed on what is read. */
type Feed = Pick<Pump, "more" | "take">;

class PieceOf implements Piece {
  readonly number: number;
  readonly firstRow: number;
  rows = 0;
  readonly #feed: Feed;
  #over = false;

  constructor(feed: Feed, number: number, firstRow: number) {
    this.#feed = feed;
    this.number = number;
    this.firstRow = firstRow;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (!this.#over && (await this.#feed.more())) {
      const next = this.#feed.take();
      if (next instanceof Uint8Array) yield next;
      else if (!(next instanceof Batch)) {
        this.#over = true;
        this.rows = next.rows;
      }
    }
  }
}
