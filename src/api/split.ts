import { checkHeader, checkTarget } from "../binary/check.js";
import { binaryAt, binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import type { RowLabels } from "../columns/labels.js";
import { TransloadError } from "../errors.js";
import { abortable, abortError } from "../io/abort.js";
import { peek } from "../io/peek.js";
import { blameSource, fileOf, isSources, type Source, type Sources } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import { chunksOfBatches } from "../lanes/printing.js";
import { Pump } from "../lanes/pump.js";
import { prepared, refuseEncoded } from "../lanes/recoding.js";
import type { ConvertOptions } from "../options/convert.js";
import { type Beside, NOTHING, type Request, requestOf } from "../options/request.js";
import { formOfName } from "./extension.js";
import { nodeHost } from "./node.js";
import { batchesOf } from "./read.js";

/** One of the payloads that a large one is cut into: its bytes, to be read before the next piece is asked for. */
export interface Piece extends AsyncIterable<Uint8Array> {
  /** Counts from 0. */
  readonly number: number;
  /** Row of the payload that the piece begins with. */
  readonly firstRow: number;
  /** Rows of the piece, once it has been read. */
  readonly rows: number;
}

/** What may be asked of a conversion in pieces: `maxRows` or `maxBytes`, and all that `convert` takes. */
export type SplitOptions = ConvertOptions;

/**
 * Cuts a payload into pieces of at most `maxRows` rows and `maxBytes` bytes, each a whole payload with its own head,
 * parameters and index, cut between rows. A list of paths is several sources, as for `readBatches`. Chunks of the source may be handed on as they are, and must not be written to afterwards.
 * @throws TransloadError E_LIMIT for a row that is larger than a piece may be; and as `convert` does.
 */
export async function* split(source: Source | Sources, options: SplitOptions): AsyncGenerator<Piece, void, undefined> {
  const request = requestOf("split", options);
  if (options.maxRows === undefined && options.maxBytes === undefined)
    throw new TransloadError("E_OPTION", "say how large a piece may be, with maxRows or maxBytes");
  checkHeader(request.from, request.rows.headerLength);
  checkTarget(request.to, request.target, request.what);
  if (isSources(source)) {
    const [{ operandsOf }, { joinInputs }] = await Promise.all([import("./join/operands.js"), import("./join/join.js")]);
    const joined = await joinInputs(await operandsOf(source), request);
    yield* piecesOf(joined.pump(), options.signal, joined.blame);
    joined.refuseChanged();
    return;
  }
  const named = (error: unknown) => blameSource(error, source);
  const pump = await pumpOf(source, request, options.from === undefined).catch((error) => {
    throw named(error);
  });
  yield* piecesOf(pump, options.signal, named);
}

/** The pieces that a conversion is cut into as it runs; its errors are those of what `blame` makes of them. */
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

/** `unnamed`: the form is told by the file's name, where it has one. */
async function pumpOf(source: Source, request: Request, unnamed: boolean): Promise<Pump> {
  // rows that pass are bytes of the chunk, which the caller may keep
  const { head, chunks, file } = await unpack(source, { ...request.limits, lend: false });
  try {
    return await pumpOfChunks(source, head, chunks, file, unnamed, request);
  } catch (error) {
    await chunks.return?.();
    throw error;
  }
}

async function pumpOfChunks(
  source: Source,
  head: Uint8Array,
  chunks: AsyncIterableIterator<Uint8Array>,
  file: string | undefined,
  unnamed: boolean,
  request: Request,
): Promise<Pump> {
  const path = fileOf(source);
  const from = unnamed && path !== undefined ? formOfName(path) : request.from;
  const binary = binaryForm(from) ?? (from === "auto" ? binaryAt(head) : undefined);
  if (!binary) {
    const run = { ...request.run, ...(file !== undefined && { file }) };
    return new Pump(abortable(chunks, run.signal), { ...request, from, run }, nodeHost(run));
  }
  refuseEncoded(binary, request.encoding);
  prepared({ ...request, from: binary.id });
  if (file !== undefined) await chunks.return?.();
  return pumpOfBatches(file ?? chunks, { ...request, from });
}

/** A binary file as the text that its batches are printed as, behind whose rows nothing stands but labels. */
async function pumpOfBatches(source: Source, { rows, run, ...request }: Request): Promise<Pump> {
  const { columns, headerLength, ...others } = rows;
  const { file, onProgress, ...quiet } = run;
  const { spillDir, signal } = run;
  const own = {
    from: request.from,
    ...request.limits,
    ...(columns && { columns }),
    ...(headerLength !== undefined && { headerLength }),
    ...(spillDir && { spillDir }),
    ...(signal && { signal }),
  };
  const host = nodeHost({ ...(spillDir && { spillDir }) });
  let labels: RowLabels | undefined;
  let beside: Beside | undefined;
  const told = {
    onLabels: (found: RowLabels) => {
      labels = found;
    },
    onBeside: (found: Beside) => {
      beside = found;
    },
  };
  const batches = batchesOf(file ?? source, { ...own, ...(onProgress && { onProgress }) }, told);
  // what a file says of its labels, and a request of its parameters, comes before the first batch
  const middle = { ...NOTHING, run: quiet, to: "mlflow", labels: () => labels, beside: () => beside };
  const { rest } = await peek(chunksOfBatches(batches, middle, host));
  const read = labels ? others : { ...others, fixed: true };
  try {
    return new Pump(rest, { ...request, what: "request", targetWhat: request.what, from: "mlflow", rows: read, run: quiet }, host);
  } catch (error) {
    await rest.return?.();
    throw error;
  }
}

/** A pump whose errors name the file. */
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
