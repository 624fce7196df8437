import { CargoReader } from "./cargo.js";
import { type Choice, choose, dialectOf, type Form, type Layout } from "./dialects/index.js";
import type { Seen } from "./engine/cells.js";
import { type CreateScanner, scannerOf } from "./engine/index.js";
import type { Warning } from "./errors.js";
import { chunksOf, type Source } from "./io/source.js";
import { Opening } from "./opening.js";
import { Rewriter } from "./rewriter.js";

export interface InspectOptions {
  /** Dialect or form of the payload, or `auto` (the default). */
  from?: string;
  engine?: "core" | "reference";
  onWarning?: (warning: Warning) => void;
  /** Bytes used up so far, after each chunk. */
  onProgress?: (bytes: number) => void;
}

export interface InspectedColumn {
  name: string;
  /** What numpy or pandas makes of the cells: int64, float64, bool, string or object. */
  dtype: string;
  nulls: number;
  /** NaN and Infinity tokens. */
  nans: number;
  /** Shape of one row's cells, [] for a scalar. */
  shape: number[];
  rows: number;
}

/** What a payload is, from one pass over all of it. */
export interface Inspection {
  /** `azureml:split`. */
  form: string;
  dialect: string;
  layout: Layout;
  rows: number;
  /** [rows, columns] of a frame; the tensor's own shape; empty for named tensors, whose columns have theirs. */
  shape: number[];
  /** A frame's columns, or each tensor as one. */
  columns: InspectedColumn[];
  /** Inference parameters ride along. */
  params: boolean;
  bytes: number;
  warnings: Warning[];
}

/**
 * Reads a payload to its end and tells what it holds.
 * @throws TransloadError for the first fault in it.
 */
export async function inspect(source: Source, options: InspectOptions = {}): Promise<Inspection> {
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  const reading = new Survey(options.from ?? "auto", await scannerOf(options.engine), warn);
  let bytes = 0;
  for await (const chunk of chunksOf(source)) {
    reading.push(chunk);
    bytes += chunk.length;
    options.onProgress?.(bytes);
  }
  return { ...reading.end(), bytes, warnings };
}

class Survey {
  readonly #from: Choice;
  readonly #createScanner: CreateScanner;
  readonly #warn: (warning: Warning) => void;
  readonly #opening = new Opening();
  readonly #columns: InspectedColumn[] = [];
  #rewriter: Rewriter | undefined;
  #cargo: CargoReader | undefined;
  #rows = 0;
  #scalar = false;

  constructor(from: string, createScanner: CreateScanner, warn: (warning: Warning) => void) {
    this.#from = choose(from, true);
    this.#createScanner = createScanner;
    this.#warn = warn;
  }

  push(chunk: Uint8Array, last = false): void {
    let bytes = chunk;
    if (!this.#rewriter) {
      const opened = this.#opening.push(chunk, last);
      if (!opened) return;
      bytes = opened.chunk;
      this.#rewriter = new Rewriter(
        {
          from: this.#from,
          to: undefined,
          columns: undefined,
          nan: undefined,
          typed: { dtype: undefined, cast: "error", batchRows: undefined, reuse: true, survey: true },
          renames: false,
          createScanner: this.#createScanner,
          write: () => {},
          warn: this.#warn,
        },
        opened.start,
      );
      this.#cargo = new CargoReader(this.#rewriter);
    }
    this.#rewriter.scanner.push(bytes);
    const cargo = this.#cargo as CargoReader;
    for (let step = cargo.next(); step; step = cargo.next()) {
      if (step.type === "start") this.#scalar = step.scalar;
      if (step.type === "end" && step.cells) {
        const { rows, seen } = step.cells;
        this.#rows = rows;
        this.#columns.push(...seen.map((column) => inspected(column, rows)));
      }
    }
  }

  end(): Omit<Inspection, "bytes" | "warnings"> {
    this.push(new Uint8Array(), true);
    const rewriter = this.#rewriter as Rewriter;
    rewriter.end();
    const form = rewriter.form as Form;
    const layout = rewriter.layout as Layout;
    const { params } = dialectOf(form);
    const [first] = this.#columns;
    const names = layout === "frame" ? rewriter.columns : undefined;
    const columns = this.#columns.map((column, i) => ({ ...column, name: names?.[i] ?? column.name }));
    const shape =
      layout === "frame" ? [this.#rows, columns.length] : layout === "tensor" && !this.#scalar ? [this.#rows, ...(first?.shape ?? [])] : [];
    return {
      form: form.id,
      dialect: form.dialect,
      layout,
      rows: this.#rows,
      shape,
      columns,
      params: params !== undefined && rewriter.siblings.includes(params),
    };
  }
}

function inspected({ name, shape, nulls, nans, ...kinds }: Seen, rows: number): InspectedColumn {
  return { name, dtype: dtypeOf(kinds, nulls > 0), nulls, nans, shape: [...shape], rows };
}

/** What pandas infers for a column of such cells, and numpy for a tensor; strings are its object dtype, too. */
function dtypeOf({ integers, floats, strings, booleans, nested }: Omit<Seen, "name" | "shape" | "nulls" | "nans">, nulls: boolean): string {
  const numbers = integers || floats;
  if (nested || (strings && (numbers || booleans)) || (booleans && (numbers || nulls))) return "object";
  if (strings) return "string";
  if (booleans) return "bool";
  if (floats || (integers && nulls)) return "float64";
  return integers ? "int64" : "object";
}
