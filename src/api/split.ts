import { binaryAt, binaryForm } from "../binary/form.js";
import { Batch } from "../columns/batch.js";
import { TransloadError } from "../errors.js";
import { expansionLimit } from "../io/expansion.js";
import { fileOf, type Source } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import { chunksOfBatches } from "../lanes/printing.js";
import { Pump } from "../lanes/pump.js";
import type { ConvertOptions } from "./convert.js";
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

export type SplitOptions = Omit<ConvertOptions, "signal">;

/**
 * Cuts a payload into pieces of at most `maxRows` rows and `maxBytes` bytes, each a whole payload with its own head,
 * parameters and index, cut between rows. Chunks of the source may be handed on as they are, and must not be written to afterwards.
 * @throws TransloadError E_LIMIT for a row that is larger than a piece may be; and as `convert` does.
 */
export async function* split(source: Source, options: SplitOptions): AsyncGenerator<Piece, void, undefined> {
  if (options.maxRows === undefined && options.maxBytes === undefined)
    throw new TransloadError("E_OPTION", "say how large a piece may be, with maxRows or maxBytes");
  const pump = await pumpOf(source, options);
  try {
    let firstRow = 0;
    for (let number = 0; await pump.more(); number++) {
      const piece = new PieceOf(pump, number, firstRow);
      yield piece;
      for await (const _ of piece); // what the caller left
      firstRow += piece.rows;
    }
  } finally {
    await pump.close();
  }
}

async function pumpOf(source: Source, options: SplitOptions): Promise<Pump> {
  // rows that pass are bytes of the chunk, which the caller may keep
  const { head, chunks, file } = await unpack(source, { ...expansionLimit(options), lend: false });
  try {
    return await pumpOfChunks(source, head, chunks, file, options);
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
  options: SplitOptions,
): Promise<Pump> {
  const path = fileOf(source);
  const { from = path === undefined ? "auto" : formOfName(path) } = options;
  if (!binaryForm(from) && !(from === "auto" && binaryAt(head))) {
    const own = { ...options, from, ...(file && { file }) };
    return new Pump(chunks, own, nodeHost(own));
  }
  if (file !== undefined) await chunks.return?.();
  return pumpOfBatches(file ?? chunks, { ...options, from });
}

/** A binary file as the text that its batches are printed as, behind whose rows nothing stands. */
function pumpOfBatches(source: Source, { columns, file, ...options }: SplitOptions): Pump {
  const own = {
    ...(options.from && { from: options.from }),
    ...(columns && { columns }),
    ...(options.spillDir && { spillDir: options.spillDir }),
    ...(options.maxRowBytes !== undefined && { maxRowBytes: options.maxRowBytes }),
  };
  const host = nodeHost({ ...(options.spillDir && { spillDir: options.spillDir }) });
  const text = chunksOfBatches(batchesOf(file ?? source, own), { to: "mlflow" }, host);
  return new Pump(text, { ...options, from: "mlflow", fixed: true }, host);
}

class PieceOf implements Piece {
  readonly number: number;
  readonly firstRow: number;
  rows = 0;
  readonly #pump: Pump;
  #over = false;

  constructor(pump: Pump, number: number, firstRow: number) {
    this.#pump = pump;
    this.number = number;
    this.firstRow = firstRow;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (!this.#over && (await this.#pump.more())) {
      const next = this.#pump.take();
      if (next instanceof Uint8Array) yield next;
      else if (!(next instanceof Batch)) {
        this.#over = true;
        this.rows = next.rows;
      }
    }
  }
}
