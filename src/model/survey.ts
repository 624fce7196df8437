// One pass over a payload, which gathers the facts that a verdict is made of. What is around it is the host's: nothing here is Node's.
import { checkHeader } from "../binary/check.js";
import { type BinaryForm, binaryAt, binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import type { RowLabels } from "../columns/labels.js";
import { type Choice, choose, FORMS, type Form, type Layout, paramsBeside } from "../dialects/index.js";
import type { Seen } from "../engine/cells.js";
import { Look } from "../engine/codes.js";
import { type CreateScanner, limited } from "../engine/index.js";
import { endOf } from "../envelope/content.js";
import { parted } from "../envelope/flags.js";
import { Opening } from "../envelope/opening.js";
import { Rewriter } from "../envelope/rewriter.js";
import type { Warning } from "../errors.js";
import { peek } from "../io/peek.js";
import { batchesIn, counted } from "../lanes/batches.js";
import { CargoReader } from "../lanes/cargo.js";
import { type Host, spilling } from "../lanes/host.js";
import { chunksOfBatches } from "../lanes/printing.js";
import { type Moved, readable } from "../lanes/readable.js";
import { prepared, refuseEncoded } from "../lanes/recoding.js";
import type { InspectOptions } from "../options/inspect.js";
import { type Beside, encodingIn, NOTHING, partsOf, readRequestOf } from "../options/request.js";
import { givenParams } from "./given.js";
import { inputFacts } from "./input-facts.js";
import type { DateUnit, InspectedCells, InspectedColumn, Inspection, StringLook } from "./inspection.js";
import { Summarizer } from "./summarizer.js";
import type { ColumnSummary } from "./summary.js";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** @throws TransloadError E_DIALECT or E_OPTION for what no survey can be asked. */
export function checkSurvey({ from = "auto", headerLength, ...options }: InspectOptions): void {
  refuseEncoded(binaryForm(from), encodingIn(options).encoding);
  checkHeader(from, headerLength);
  if (!binaryForm(from)) choose(from, true);
}

/**
 * Reads the chunks to their end and tells what they hold.
 * @throws TransloadError for the first fault in them.
 */
export async function surveyOf(chunks: Chunks, options: InspectOptions, host: Host): Promise<Inspection> {
  const { from = "auto", headerLength, maxRowBytes, engine } = options;
  const { encoding } = encodingIn(options);
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  let bytes = 0;
  const use = (used: number) => {
    bytes = used;
    options.onProgress?.(used);
  };
  const createScanner = limited(await host.scannerOf(engine), maxRowBytes);
  const { head, rest } = await peek(counted(chunks, use));
  const binary = binaryForm(from) ?? (from === "auto" ? binaryAt(head) : undefined);
  refuseEncoded(binary, encoding);
  if (binary) {
    const random: Host["random"] = async (own) => {
      const file = await host.random(own);
      use(file.size);
      return file;
    };
    const found = await ofBinary(binary, rest, headerLength, { createScanner, warn, options, host: { ...host, random } });
    return { ...found, bytes, warnings };
  }
  const onWarning = (warning: Warning) => {
    // what a conversion drops beside the payload is nothing that an inspection does not see
    if (warning.code !== "W_DROPPED" || !warning.message.startsWith('"')) warn(warning);
  };
  const asked = { from, rows: partsOf(options).rows, ...(encoding !== undefined && { encoding }) };
  const { recoding, request: own } = prepared(asked);
  const { headerLength: _, ...rows } = own.rows;
  const request = { from, rows, limits: { ...(maxRowBytes && { maxRowBytes }) }, run: { ...(engine && { engine }), onWarning } };
  try {
    const {
      from: read,
      moved,
      chunks: text,
    } = await readable(recoding ? recoding.of(rest) : rest, { ...request, noted: formOf(OIP) }, spilling(host));
    const found = await ofText(text, read, { createScanner, warn, options, host });
    const encoded = recoding?.changed && recoding.encoding !== undefined && { encoding: recoding.encoding };
    return { ...found, ...(moved && ownFacts(moved, choose(from, true), found)), ...encoded, bytes, warnings };
  } catch (error) {
    throw recoding ? recoding.honest(error) : error;
  }
}

interface Reading {
  readonly createScanner: CreateScanner;
  readonly warn: (warning: Warning) => void;
  readonly options: InspectOptions;
  readonly host: Host;
}

/** Of a binary file: its cells are looked at as the text they become. */
async function ofBinary(
  { id }: BinaryForm,
  chunks: Chunks,
  headerLength: number | undefined,
  reading: Reading,
): Promise<Omit<Inspection, "bytes" | "warnings">> {
  const { host } = reading;
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
  const request = { ...readRequestOf({ from: id, ...(headerLength !== undefined && { headerLength }) }), ...told };
  const around = { labels: () => index, beside: () => beside };
  const batches = noting(batchesIn(chunks, request, host), stored);
  const text = chunksOfBatches(batches, { ...NOTHING, to: "mlflow", ...around }, spilling(host));
  const found = await ofText(text, "mlflow", reading);
  const columns = found.columns.map((column) => {
    const dtype = stored.get(column.name);
    return dtype === undefined ? column : { ...column, stored: dtype };
  });
  const siblings = beside ? [...beside.members.keys()] : found.siblings;
  return { ...found, columns, siblings, form: id, dialect: id.split(":")[0] as string, ...(index && { index }) };
}

async function ofText(
  chunks: Chunks,
  from: string,
  { createScanner, warn, options, host }: Reading,
): Promise<Omit<Inspection, "bytes" | "warnings">> {
  const reading = new Survey(from, createScanner, warn);
  const summarizer = options.summary ? new Summarizer(from, options, spilling(host)) : undefined;
  try {
    for await (const chunk of chunks) {
      reading.push(chunk);
      await summarizer?.push(chunk);
    }
    const found = reading.end();
    await summarizer?.end();
    const summaries = summarizer?.columns(found.columns.length);
    if (!summaries) return found;
    return { ...found, columns: found.columns.map((column, i) => ({ ...column, summary: summaries[i] as ColumnSummary })) };
  } finally {
    summarizer?.close();
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
  // what is said to the server is none of the model's
  const all = own?.besides.get("parameters");
  const params = all === undefined ? undefined : parted(all).models;
  return {
    form: (array?.form ?? form).id,
    dialect: form.dialect,
    layout,
    ...(params !== undefined && { params: true, given: givenParams(params) }),
    siblings: [...(own?.siblings ?? [])],
    ...(layout === "inputs" && own && inputFacts(own, found.columns)),
  };
}

/** Parameters are noted as this form calls them, whatever the payload does. */
const [NOTED, PARAMS] = ["mlflow:split", "params"];
/** Where cells have to move, what stands beside them is noted as this form has it. */
const OIP = "oip:columns";

function formOf(id: string): Form {
  return FORMS.find((form) => form.id === id) as Form;
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
          noted: formOf(NOTED),
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
      ...givenOf(rewriter),
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

function givenOf({ besides }: Rewriter): Pick<Inspection, "given"> {
  const text = besides.get(PARAMS);
  return text === undefined ? {} : { given: givenParams(text) };
}

function labelsOf({ members, columns, oddLabel, countsFromZero }: Rewriter): NonNullable<Inspection["labels"]> {
  const unnamed = members.includes("columns") ? "unread" : "none";
  const index = members.includes("index");
  return {
    index,
    ...(countsFromZero && { fromZero: true as const }),
    columns: columns === undefined ? unnamed : oddLabel === undefined ? "texts" : "others",
  };
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
