// A request or an answer of Open Inference Protocol's whose tensors are binary: JSON, and behind it the bytes of each. It is read as the same
// request in JSON is: inputs that are a DataFrame together (content type pd) are columns, and otherwise each is a tensor by its name.

import { Batch } from "../../columns/batch.js";
import type { Column } from "../../columns/column.js";
import { changedAround } from "../../columns/lists.js";
import { membersOf } from "../../engine/members.js";
import { listed, placesAmong, TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";
import { type BinaryRead, checkBare, rowsOfBatch } from "../form.js";
import { readHeader, type TensorFacts } from "./header.js";
import { openRows, type TensorRows } from "./rows.js";

/**
 * Reads the tensors of a body: of an answer where it has no inputs. BF16 and FP16 are float32; BYTES are text where all of a tensor's are
 * UTF-8, and bytes where they are not.
 * @throws TransloadError as `readHeader` and `openRows`; E_RAGGED for columns of unequal length, E_SHAPE for one without rows; E_COLUMNS.
 */
export async function* readOip(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const { tensors, beside } = await readHeader(file, options.headerLength);
  options.onBeside?.({ members: beside, datatypes: new Map(tensors.map(({ name, datatype }) => [name, datatype])) });
  const content = contentIn(beside.get("parameters"));
  const wanted = options.columns
    ? placesAmong(
        tensors.map(({ name }) => name),
        options.columns,
      ).map((place) => tensors[place] as TensorFacts)
    : tensors;
  if (content === "pd") return yield* frameOf(file, wanted, options);
  // one array, whose name says nothing
  const nameless = content === "np" && tensors.length === 1;
  for (const facts of wanted) yield* tensorOf(file, nameless ? { ...facts, name: "" } : facts, options);
}

function contentIn(parameters: string | undefined): string | undefined {
  const [, text] = (parameters?.startsWith("{") ? membersOf(parameters) : []).findLast(([key]) => key === "content_type") ?? [];
  return text === undefined ? undefined : /^"(\w+)"$/.exec(text)?.[1];
}

async function* tensorOf(file: RandomAccess, facts: TensorFacts, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const rows = await openRows(file, facts);
  refuseBare(file, rows, options);
  const step = rowsOfBatch(rows.rowBytes, options);
  for (let row = 0; row < rows.count || row === 0; row += step) {
    const count = Math.min(step, rows.count - row);
    const kind = facts.shape.length === 0 ? "scalar" : "tensor";
    yield new Batch({ rowOffset: row, rowCount: count, columns: [await rows.take(count)], kind });
  }
}

async function* frameOf(file: RandomAccess, all: readonly TensorFacts[], options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const count = countOf(all);
  const columns: TensorRows[] = [];
  for (const facts of all) columns.push(await openRows(file, facts));
  for (const column of columns) refuseBare(file, column, options);
  const step = rowsOfBatch(
    columns.reduce((sum, { rowBytes }) => sum + rowBytes, 0),
    options,
  );
  for (let row = 0; row < count || row === 0; row += step) {
    const rows = Math.min(step, count - row);
    const taken: Column[] = [];
    for (const column of columns) taken.push(asCells(await column.take(rows)));
    yield new Batch({ rowOffset: row, rowCount: rows, columns: taken, kind: "frame" });
  }
}

/** Rows that all columns have. */
function countOf(all: readonly TensorFacts[]): number {
  const scalar = all.find(({ shape }) => shape.length === 0);
  if (scalar)
    throw new TransloadError("E_SHAPE", `tensor ${JSON.stringify(scalar.name)} is a single value, and has no rows to be a column of`);
  const counts = all.map(({ shape }) => shape[0] as number);
  if (new Set(counts).size > 1)
    throw new TransloadError("E_RAGGED", `columns of unequal length: ${listed(all.map(({ name }, i) => `${name} has ${counts[i]}`))}`);
  return counts[0] ?? 0;
}

/** A row's cell where its other dimensions have but one. */
function asCells(column: Column): Column {
  return column.shape.length > 0 && column.shape.every((length) => length === 1) ? changedAround(column, { shape: [] }) : column;
}

/** Rows that take no bytes. */
function refuseBare(file: RandomAccess, { count, rowBytes }: TensorRows, options: BinaryRead): void {
  if (rowBytes === 0) checkBare(count, file.size, options);
}
