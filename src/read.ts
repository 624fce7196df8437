import type { Batch } from "./batch.js";
import { CargoReader } from "./cargo.js";
import { choose } from "./dialects/index.js";
import type { DType } from "./dtype.js";
import type { Cast } from "./engine/cells.js";
import { scannerOf } from "./engine/index.js";
import type { Warning } from "./errors.js";
import { chunksOf, fileOf, type Source } from "./io/source.js";
import { Opening } from "./opening.js";
import { checkOptions } from "./options.js";
import { readable } from "./readable.js";
import { Rewriter } from "./rewriter.js";

export interface ReadOptions {
  /** Dialect or form of the payload, or `auto` (the default). */
  from?: string;
  /** Of all numeric columns, or by name. Default float64, in which whole numbers must then be exact. Strings stay strings. */
  dtype?: DType | Readonly<Record<string, DType>>;
  cast?: Cast;
  /** Names for columns that have none, or that come after the rows. */
  columns?: readonly string[];
  /** Rows of a batch. Default: about a mebibyte of cells. */
  batchRows?: number;
  /** Batches borrow the reader's memory and are valid until the next one is asked for. */
  reuse?: boolean;
  engine?: "core" | "reference";
  onWarning?: (warning: Warning) => void;
  /** Of records, delimited files and lines: as in ConvertOptions. */
  fixed?: boolean;
  ragged?: "error" | "pad";
  header?: boolean;
  delimiter?: string;
  quote?: string;
  na?: readonly string[];
  text?: readonly string[];
  typing?: "lexical" | "pandas";
  /** Where to spill to what must be read twice, when the source is no path. */
  spillDir?: string;
}

/**
 * A payload's rows as typed columns, batch by batch. Named tensors come one after the other, each with its name.
 * Stopping early closes the source.
 * @throws TransloadError for the first fault in the input, after the batches before it; one in the first 64 KiB of the
 * rows, from which dtypes are chosen, comes before any batch.
 */
export async function* readBatches(source: Source, options: ReadOptions = {}): AsyncGenerator<Batch, void, undefined> {
  choose(options.from ?? "auto", true);
  const { dtype, cast = "error", batchRows, reuse = false, ...moving } = options;
  const { onWarning } = options;
  checkOptions(options);
  const file = fileOf(source);
  const {
    from: name,
    moved,
    chunks,
    batches,
  } = await readable(
    chunksOf(source, { lend: true }),
    { ...moving, ...(file !== undefined && { file }) },
    { dtype, cast, batchRows, reuse },
  );
  if (batches) {
    yield* batches;
    return;
  }
  const from = choose(name, true);
  // they have been given already
  const columns = moved ? undefined : options.columns;
  const createScanner = await scannerOf(options.engine);
  const opening = new Opening();
  let rewriter: Rewriter | undefined;
  let cargo: CargoReader | undefined;

  function* take(chunk: Uint8Array, last: boolean): Generator<Batch> {
    let bytes = chunk;
    if (!rewriter) {
      const opened = opening.push(chunk, last);
      if (!opened) return;
      bytes = opened.chunk;
      rewriter = new Rewriter(
        {
          from,
          to: undefined,
          columns,
          nan: undefined,
          typed: { dtype, cast, batchRows, reuse },
          renames: false,
          createScanner,
          write: () => {},
          warn: (warning) => onWarning?.(warning),
        },
        opened.start,
      );
      cargo = new CargoReader(rewriter);
    }
    rewriter.scanner.push(bytes);
    const reader = cargo as CargoReader;
    for (let step = reader.next(); step; step = reader.next()) if (step.type === "batch") yield step.batch;
  }

  for await (const chunk of chunks) yield* take(chunk, false);
  yield* take(new Uint8Array(), true);
  (rewriter as unknown as Rewriter).end();
}
