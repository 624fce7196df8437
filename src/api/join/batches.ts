// Several inputs as batches, one behind the other, where a binary file is among them and typed columns are wanted. Binary files have dtypes, which are
// looked at first; text is read as these.
import { Batch } from "../../columns/batch.js";
import { castBatch } from "../../columns/cast.js";
import type { Column } from "../../columns/column.js";
import { type DType, type DTypeChoice, dtypeNamed, isNumeric, NUMERIC, nothingIn, storedAs } from "../../columns/dtype.js";
import type { RowLabels } from "../../columns/labels.js";
import { pickColumns } from "../../columns/pick.js";
import { TransloadError, type Warning } from "../../errors.js";
import { abortable } from "../../io/abort.js";
import { batchesIn } from "../../lanes/batches.js";
import { labelled } from "../../lanes/labels.js";
import type { ReadRequest, Request } from "../../options/request.js";
import { nodeHost } from "../node.js";
import { type Columns, inOrder, type Picked, takenName } from "./columns.js";
import type { Joining } from "./converted.js";
import { type Known, widened } from "./dtypes.js";
import type { Looked } from "./look.js";
import { checkRows } from "./manifest.js";
import { isAgain } from "./operand.js";
import { JoinedText } from "./text.js";

/** How several inputs become batches. */
export interface Gathering extends Joining {
  readonly batches: ReadRequest["batches"];
  /** The columns to read, and their new names. */
  readonly picked?: Picked | undefined;
}

/** The dtypes that columns get, by name; a tensor's has no name. */
type DTypesOf = Map<string, Known>;

/** The batches of all inputs, in their order, with columns in the first's. */
export async function* joinedBatches(inputs: readonly Looked[], how: Gathering): AsyncGenerator<Batch, void, undefined> {
  const dtypes = await dtypesOf(inputs, how);
  let first: Columns | undefined;
  let kind: Batch["kind"] | undefined;
  let rows = 0;
  for (const input of inputs) {
    const { name, piece } = input.operand;
    const before: number = rows;
    try {
      for await (const batch of batchesOfInput(input, dtypes, how)) {
        refuseOther((kind ??= batch.kind), batch, name, first);
        const named = batch.kind === "frame" ? batch.columns.map((column) => column.name) : undefined;
        first ??= { names: named ?? [], input: name };
        const ordered = named ? inFirstOrder(batch, named, first, dtypes, how) : batch;
        yield finished(ordered, before, name, how);
        rows = before + batch.rowOffset + batch.rowCount;
      }
      if (piece) checkRows(piece, rows - before);
    } catch (error) {
      throw error instanceof TransloadError ? error.inFile(name) : error;
    }
  }
}

/** What binary files say of their columns, before any of their rows is given out. */
async function dtypesOf(inputs: readonly Looked[], how: Gathering): Promise<DTypesOf> {
  const all: DTypesOf = new Map();
  for (const input of inputs) {
    const { name } = input.operand;
    // what passes but once is read as the others are
    if (!input.binary || !isAgain(input.operand)) continue;
    try {
      const batch = await firstBatch(input, how);
      for (const column of batch?.columns ?? []) {
        const known = all.get(column.name);
        if (!isAsked(column, how)) all.set(column.name, known ? widened(known, column) : { column, input: name });
      }
    } catch (error) {
      throw error instanceof TransloadError ? error.inFile(name) : error;
    }
  }
  return all;
}

/** The caller has said what this column is to be. */
function isAsked({ name, dtype }: Pick<Column, "name" | "dtype">, { batches: { dtype: asked } }: Gathering): boolean {
  if (typeof asked === "object") return dtypeNamed(asked, name) !== undefined;
  return asked !== undefined && asked !== "infer" && isNumeric(dtype);
}

async function firstBatch(input: Looked, how: Gathering): Promise<Batch | undefined> {
  for await (const batch of binaryBatches(input, { ...how, batches: { batchRows: 1 } })) return batch;
  return undefined;
}

function batchesOfInput(input: Looked, dtypes: DTypesOf, how: Gathering): AsyncIterable<Batch> {
  if (!input.binary) return textBatches(input, dtypes, how);
  return castAll(binaryBatches(input, how), dtypes, input.operand.name, how);
}

/** A binary file's batches, its labels as what they are to be. */
async function* binaryBatches(
  input: Looked,
  { limits, rows, run, batches, target, to }: Gathering,
): AsyncGenerator<Batch, void, undefined> {
  const { chunks, file, object } = await input.open();
  const { headerLength } = rows;
  const { spillDir, signal } = run;
  const { batchRows, batchBytes, dictionary } = batches;
  let found: RowLabels | undefined;
  const reading: ReadRequest = {
    from: input.from,
    rows: { ...(headerLength !== undefined && { headerLength }) },
    limits,
    run: {},
    batches: { batchRows, batchBytes, dictionary },
    // labels are columns like others to whoever reads batches
    ...(to !== undefined && {
      onLabels: (own) => {
        found = own;
      },
    }),
  };
  const host = nodeHost({ object, ...(file !== undefined && { file }), ...(spillDir !== undefined && { spillDir }) });
  const read = batchesIn(abortable(chunks, signal), reading, host);
  const warn = (warning: Warning) => run.onWarning?.(warning);
  yield* to === undefined ? read : labelled(read, () => found, { to, index: target.index ?? "keep", warn });
}

/** A text's batches: its columns are what those of the binary files are. */
async function* textBatches(input: Looked, dtypes: DTypesOf, how: Gathering): AsyncGenerator<Batch, void, undefined> {
  const dtype = askedOf(dtypes, how.batches.dtype);
  const { fileColumn: _, ...joining } = how;
  const text = new JoinedText([input], { ...joining, to: undefined, asked: dtype });
  const { limits, run, batches } = how;
  const { spillDir, engine, onWarning } = run;
  const own = { ...(spillDir && { spillDir }), ...(engine && { engine }), ...(onWarning && { onWarning }) };
  const request: ReadRequest = {
    from: text.from,
    rows: text.rows(),
    limits,
    run: own,
    ...(how.to !== undefined && { labels: how.target.index ?? "keep" }),
    batches: { ...batches, dtype, infer: typeof dtype === "object", reuse: false },
  };
  try {
    yield* batchesIn(text.chunks(), request, nodeHost(own));
  } catch (error) {
    throw text.blame(error);
  }
}

/** What text is read as: what was asked for, and by name what the binary files have. */
function askedOf(dtypes: DTypesOf, asked: DTypeChoice | undefined): DTypeChoice | undefined {
  if (typeof asked === "string" && asked !== "infer") return asked;
  const tensor = dtypes.get("")?.column.dtype;
  if (tensor !== undefined && dtypes.size === 1) return tensor;
  const own = [...dtypes].map(([name, { column }]) => [name, `${column.dtype}?`] as const);
  return { ...Object.fromEntries(own), ...(typeof asked === "object" && asked) } as DTypeChoice;
}

/** The batches, each column as what it is in all files, or as what was asked for. */
async function* castAll(
  batches: AsyncIterable<Batch>,
  dtypes: DTypesOf,
  input: string,
  how: Gathering,
): AsyncGenerator<Batch, void, undefined> {
  const { dtype, cast = "error" } = how.batches;
  for await (const batch of batches) {
    const common = batch.columns.filter((column) => !isAsked(column, how));
    for (const column of common) {
      const known = dtypes.get(column.name);
      // of what passes but once nothing was known
      dtypes.set(column.name, known ? checked(known, column) : { column, input });
    }
    const named = Object.fromEntries(common.map(({ name }) => [name, (dtypes.get(name) as Known).column.dtype]));
    const one = castBatch(batch, named, cast, false);
    yield dtype === undefined || dtype === "infer" ? one : castBatch(one, dtype, cast, false);
  }
}

/** A column that is wider than what has been given out already cannot become narrower. */
function checked(known: Known, column: Column): Known {
  const wide = widened(known, column);
  if (wide === known) return known;
  throw new TransloadError(
    "E_DTYPE",
    `its column ${JSON.stringify(column.name)} holds ${column.dtype}, and that of ${known.input} ${known.column.dtype}; read the wider one first, or a file and no pipe`,
  );
}

function refuseOther(kind: Batch["kind"], batch: Batch, name: string, first: Columns | undefined): void {
  const one = (what: Batch["kind"]) => (what === "frame" ? "rows of columns" : what === "tensor" ? "a tensor" : "a single value");
  if (batch.kind === "scalar")
    throw new TransloadError("E_FORM", "it holds a single value, which has no rows that could stand behind others");
  if (kind !== batch.kind)
    throw new TransloadError("E_FORM", `it holds ${one(batch.kind)}, and ${first?.input ?? name} holds ${one(kind)}`);
  if (batch.kind === "tensor" && batch.columns[0]?.name !== "")
    throw new TransloadError("E_FORM", "it holds tensors with names, which have no rows in common that could stand behind others");
}

/** The batch's columns in the order of the first input's; one that is missing is null, where that was asked for. */
function inFirstOrder(batch: Batch, names: readonly string[], first: Columns, dtypes: DTypesOf, { target }: Gathering): Batch {
  if (inOrder(first, names, target.missing === "null")) return batch;
  const missing = first.names.filter((name) => !names.includes(name));
  const { rowOffset, rowCount, kind } = batch;
  const columns = [...batch.columns, ...missing.map((name) => nulls(name, dtypes.get(name)?.column.dtype ?? "float64", rowCount))];
  return pickColumns(new Batch({ rowOffset, rowCount, kind, columns }), first.names, first.names);
}

function nulls(name: string, dtype: DType, rows: number): Column {
  const stored = storedAs(dtype);
  const nothing = nothingIn(dtype);
  const values = stored ? new NUMERIC[stored].array(rows).fill(nothing as never) : new Array(rows).fill(nothing);
  return { name, dtype, shape: [], values: values as Column["values"], valid: new Uint8Array(rows) };
}

/** As it is given out: behind the rows before it, with the name of its file, and with the columns that are wanted. */
function finished(batch: Batch, before: number, file: string, { fileColumn, picked }: Gathering): Batch {
  const { rowCount, kind, columns } = batch;
  if (fileColumn !== undefined && kind !== "frame") throw nameless();
  if (fileColumn !== undefined && columns.some(({ name }) => name === fileColumn)) throw takenName(fileColumn);
  const own: Column[] =
    fileColumn === undefined ? [] : [{ name: fileColumn, dtype: "string", shape: [], values: new Array<string>(rowCount).fill(file) }];
  const block = own.length === 0 ? batch.block : undefined;
  const whole = new Batch({ rowOffset: before + batch.rowOffset, rowCount, kind, columns: [...own, ...columns], block });
  return picked ? pickColumns(whole, picked.names, picked.renamed) : whole;
}

function nameless(): TransloadError {
  return new TransloadError("E_OPTION", "a tensor's columns have no names, so the files' can have none beside them");
}

/** What of the request concerns the batches. */
export function batchParts({ typed }: Pick<Request, "typed">): ReadRequest["batches"] {
  const { dtype, cast, batchRows } = typed;
  return { dtype, cast, batchRows };
}
