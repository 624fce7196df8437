import { checkHeader } from "../binary/check.js";
import { binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import type { RowLabels } from "../columns/labels.js";
import { type Choice, choose, type Form, type Layout, paramsBeside, type SourceName } from "../dialects/index.js";
import type { Seen } from "../engine/cells.js";
import { Look } from "../engine/codes.js";
import { type CreateScanner, limited } from "../engine/index.js";
import { endOf } from "../envelope/content.js";
import { Opening } from "../envelope/opening.js";
import { Rewriter } from "../envelope/rewriter.js";
import type { Warning } from "../errors.js";
import { abortable } from "../io/abort.js";
import { blameSource, chunksOf, type Source } from "../io/source.js";
import { CargoReader } from "../lanes/cargo.js";
import { chunksOfBatches } from "../lanes/printing.js";
import { type Moved, readable } from "../lanes/readable.js";
import { prepared, type Recoding, refuseEncoded } from "../lanes/recoding.js";
import type { DateUnit, InspectedCells, InspectedColumn, Inspection, StringLook } from "../model/inspection.js";
import type { ColumnSummary } from "../model/summary.js";
import { checkOptions, INSPECT } from "../options/check.js";
import type { RowOptions } from "../options/convert.js";
import { type Beside, encodingIn, NOTHING, type Parts, partsOf } from "../options/request.js";
import { inputFacts } from "./input-facts.js";
import { nodeHost, scannerOf } from "./node.js";
import { batchesOf } from "./read.js";
import { Summary } from "./summary.js";

/** What may be asked of a survey. */
export interface InspectOptions
  extends Pick<RowOptions, "header" | "delimiter" | "quote" | "skipLines" | "comment" | "escape" | "na" | "text" | "typing"> {
  /** Dialect or form of the payload, or `auto` (the default). */
  from?: SourceName;
  /** Encoding of the payload's text, where that is not UTF-8. As in ConvertOptions. */
  encoding?: string;
  /** Bytes of the JSON of a request with binary tensors, where HTTP tells them. As in ConvertOptions. */
  headerLength?: number;
  /** `reference` reads with stream-json, slowly: the same findings. Default `core`. */
  engine?: "core" | "reference";
  /**
   * What the values of each column are like, too: mean, deviation, histogram, how many different ones there are, and the most frequent. It is
   * the same pass, and takes some ten times as long. Default false.
   */
  summary?: boolean;
  /** Where to spill to what must be read twice for a summary: names behind rows, records that may have other keys. */
  spillDir?: string;
  /** Bytes that a row, or a cell, may have. Default 512 MiB. */
  maxRowBytes?: number;
  /** Ends the survey with E_ABORT. */
  signal?: AbortSignal;
  /** Something was noticed that the caller should know of. */
  onWarning?: (warning: Warning) => void;
  /** Bytes used up so far, after each chunk. */
  onProgress?: (bytes: number) => void;
}

/**
 * Reads a payload to its end and tells what it holds.
 * @throws TransloadError for the first fault in it.
 */
export async function inspect(source: Source, options: InspectOptions = {}): Promise<Inspection> {
  checkOptions("inspect", options, INSPECT);
  const { from = "auto", headerLength } = options;
  const { encoding } = encodingIn(options);
  refuseEncoded(binaryForm(from), encoding);
  checkHeader(from, headerLength);
  const { rows } = partsOf(options);
  const { recoding, request } = prepared({ from, rows, ...(encoding !== undefined && { encoding }) });
  try {
    return await surveyOf(source, options, recoding, request.rows);
  } catch (error) {
    throw blameSource(recoding ? recoding.honest(error) : error, source);
  }
}

async function surveyOf(
  source: Source,
  options: InspectOptions,
  recoding: Recoding | undefined,
  { headerLength: _, ...rows }: Parts["rows"],
): Promise<Inspection> {
  const { from: asked = "auto", engine, maxRowBytes, signal, spillDir } = options;
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of abortable(chunksOf(source, { lend: true }), signal)) {
      yield chunk;
      bytes += chunk.length;
      options.onProgress?.(bytes);
    }
  }
  const createScanner = limited(await scannerOf(engine), maxRowBytes);
  const binary = binaryForm(asked);
  if (binary) {
    // its cells are looked at as the text they become
    let index: RowLabels | undefined;
    let beside: Beside | undefined;
    const stored = new Map<string, string>();
    const told = {
      onLabels: (found: RowLabels) => {
        index = found;
      },
      onBeside: (found: Beside) => {
        beside = found;
      },
    };
    const { headerLength } = options;
    const batches = batchesOf(counted(), { from: binary.id, ...(headerLength !== undefined && { headerLength }) }, told);
    const around = { labels: () => index, beside: () => beside };
    const text = chunksOfBatches(noting(batches, stored), { ...NOTHING, to: "mlflow", ...around }, nodeHost({}));
    const found = await survey(text, "mlflow", createScanner, warn, options);
    const columns = found.columns.map((column) => {
      const dtype = stored.get(column.name);
      return dtype === undefined ? column : { ...column, stored: dtype };
    });
    const siblings = beside ? [...beside.members.keys()] : found.siblings;
    return { ...found, columns, siblings, form: binary.id, dialect: binary.id, ...(index && { index }), bytes, warnings };
  }
  choose(asked, true);
  const onWarning = (warning: Warning) => {
    // what a conversion drops beside the payload is nothing that an inspection does not see
    if (warning.code !== "W_DROPPED" || !warning.message.startsWith('"')) warn(warning);
  };
  const { from, moved, chunks } = await readable(
    recoding ? recoding.of(counted()) : counted(),
    { from: asked, rows, limits: { ...(maxRowBytes && { maxRowBytes }) }, run: { ...(engine && { engine }), onWarning } },
    nodeHost({ ...(spillDir && { spillDir }) }),
  );
  const found = await survey(chunks, from, createScanner, warn, options);
  const encoded = recoding?.changed && recoding.encoding !== undefined && { encoding: recoding.encoding };
  return { ...found, ...(moved && ownFacts(moved, choose(asked, true), found)), ...encoded, bytes, warnings };
}

/** Goes through a payload in a form that the typed lane reads. */
async function survey(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  from: string,
  createScanner: CreateScanner,
  warn: (warning: Warning) => void,
  options: InspectOptions,
): Promise<Omit<Inspection, "bytes" | "warnings">> {
  const reading = new Survey(from, createScanner, warn);
  const summary = options.summary ? new Summary(from, options) : undefined;
  try {
    for await (const chunk of chunks) {
      reading.push(chunk);
      await summary?.push(chunk);
    }
    const found = reading.end();
    await summary?.end();
    const summaries = summary?.columns(found.columns.length);
    if (!summaries) return found;
    return { ...found, columns: found.columns.map((column, i) => ({ ...column, summary: summaries[i] as ColumnSummary })) };
  } finally {
    summary?.close();
  }
}

/** Batches as they pass; of the first the dtypes are kept. */
async function* noting(batches: AsyncIterable<Batch>, dtypes: Map<string, string>): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    if (dtypes.size === 0)
      for (const { name, dtype, timezone } of batch.columns)
        dtypes.set(name, timezone === undefined ? dtype : `${dtype.slice(0, -1)}, ${timezone}]`);
    yield batch;
  }
}

/** What a payload whose cells had to move was before. */
function ownFacts({ form, layout, told }: Moved, from: Choice, found: Pick<Inspection, "layout" | "columns">): Partial<Inspection> {
  // what inputs are together was told behind them
  const array = layout === "inputs" && found.layout === "tensor" ? endOf("np", form, from, 1) : undefined;
  const own = told();
  return {
    form: (array?.form ?? form).id,
    dialect: form.dialect,
    layout,
    siblings: [...(own?.siblings ?? [])],
    ...(layout === "inputs" && own && inputFacts(own, found.columns)),
  };
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
    if (last) this.#rewriter.scanner.last();
    const cargo = this.#cargo as CargoReader;
    for (let step = cargo.next(); step; step = cargo.next()) {
      if (step.type === "start") this.#scalar = step.scalar;
      if (step.type === "end" && step.cells) {
        const { rows, seen } = step.cells;
        this.#rows = rows;
        for (const column of seen) this.#columns.push(inspected(column, rows, this.#scalar));
      }
    }
  }

  end(): Omit<Inspection, "bytes" | "warnings"> {
    this.push(new Uint8Array(), true);
    const rewriter = this.#rewriter as Rewriter;
    rewriter.end();
    rewriter.scanner.close();
    const form = rewriter.form as Form;
    const layout = rewriter.layout as Layout;
    const params = paramsBeside(form, this.#from);
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
      ...(layout === "frame" && { labels: labelsOf(rewriter) }),
      params: rewriter.paramsWithin !== undefined || rewriter.siblings.some((key) => params.has(key)),
      siblings: [...rewriter.siblings],
    };
  }
}

const LOOKS: readonly (readonly [StringLook, number])[] = [
  ["empty", Look.Empty],
  ["text", Look.Plain],
  ["numbered", Look.Numbered],
  ["na", Look.Missing],
  ["nan", Look.Nan],
  ["whole", Look.Whole],
  ["decimal", Look.Decimal],
  ["boolean", Look.Truth],
  ["date", Look.Date],
  ["zoned", Look.Zoned],
  ["far", Look.Far],
];
const UNITS: readonly (readonly [DateUnit, number])[] = [
  ["day", Look.Day],
  ["minute", Look.Minute],
  ["second", Look.Second],
  ["subsecond", Look.Subsecond],
];
const SEPARATORS: readonly (readonly ["T" | " ", number])[] = [
  ["T", Look.Tee],
  [" ", Look.Blank],
];

function inspected(seen: Seen, rows: number, scalar: boolean): InspectedColumn {
  const { name, shape, nulls, nans } = seen;
  return { name, dtype: dtypeOf(seen), nulls, nans, shape: [...shape], rows, ...(scalar && { scalar }), cells: cellsOf(seen) };
}

function labelsOf({ members, columns, oddLabel }: Rewriter): NonNullable<Inspection["labels"]> {
  const unnamed = members.includes("columns") ? "unread" : "none";
  return { index: members.includes("index"), columns: columns === undefined ? unnamed : oddLabel === undefined ? "texts" : "others" };
}

function cellsOf({ wholes, reals, strings, booleans, nested, looks }: Seen): InspectedCells {
  const has = (bit: number) => (looks & bit) !== 0;
  const namesIn = <Name>(of: readonly (readonly [Name, number])[]) => of.filter(([, bit]) => has(bit)).map(([name]) => name);
  const units = namesIn(UNITS);
  return {
    ...(wholes && { integers: { least: `${wholes[0]}`, greatest: `${wholes[1]}`, ...(has(Look.Endless) && { endless: true as const }) } }),
    ...(reals && { floats: { least: reals[0], greatest: reals[1], fractions: has(Look.Fraction), long: has(Look.Long) } }),
    ...(strings && {
      strings: {
        looks: namesIn(LOOKS),
        ascii: !has(Look.Foreign),
        ...(has(Look.Lone) && { lone: true as const }),
        base64: has(Look.Unpadded) ? ("none" as const) : has(Look.Junk) ? ("loose" as const) : ("exact" as const),
        ...(units.length > 0 && { dates: { units, separators: namesIn(SEPARATORS) } }),
      },
    }),
    ...(booleans && { booleans: true as const }),
    ...(nested && { nested: true as const }),
  };
}

/** What pandas infers for a column of such cells, and numpy for a tensor; strings are its object dtype, too. */
function dtypeOf({ integers, floats, strings, booleans, nested, nulls, wholes }: Seen): string {
  const numbers = integers || floats;
  if (nested || (strings && (numbers || booleans)) || (booleans && (numbers || nulls > 0))) return "object";
  if (strings) return "string";
  if (booleans) return "bool";
  if (floats || (integers && nulls > 0)) return "float64";
  const [least, greatest] = wholes ?? [1n, 0n];
  if (least > greatest || greatest >= 2n ** 64n || least < -(2n ** 63n) || (least < 0n && greatest >= 2n ** 63n)) return "object";
  return greatest >= 2n ** 63n ? "uint64" : "int64";
}
