// Tables of every dtype: as plain cells, as batches, and read back from whatever they were written to.
import { Batch, type ColumnLike as Column, type DType, readBatches, type TypedArray } from "../../src/index.js";
import type { Draw } from "./draw.js";
import { ARRAYS } from "./feed.js";

export const TIMES: readonly DType[] = ["datetime64[D]", "datetime64[s]", "datetime64[ms]", "datetime64[us]", "datetime64[ns]"];
const DTYPES = [...Object.keys(ARRAYS), "string", "bytes", ...TIMES] as DType[];
const NAT = -(2n ** 63n);

/** A table as lists of cells, null where there is none. */
export type Table = { name: string; dtype: DType; cells: (number | bigint | string | Uint8Array | null)[] }[];

function columnOf({ name, dtype, cells }: Table[number]): Column {
  const nothing = nothingIn(dtype);
  const values = cells.map((cell) => cell ?? nothing);
  const valid = cells.includes(null) ? { valid: Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1)) } : {};
  if (dtype === "string" || dtype === "bytes") return { name, dtype, values: values as string[], shape: [], ...valid };
  const array = TIMES.includes(dtype) ? BigInt64Array : ARRAYS[dtype as "int8"];
  return { name, dtype, values: new array(values as never) as TypedArray, shape: [], ...valid };
}

function nothingIn(dtype: DType): number | bigint | string | Uint8Array {
  if (dtype === "string") return "";
  if (dtype === "bytes") return new Uint8Array();
  if (TIMES.includes(dtype)) return NAT;
  return dtype.startsWith("float") ? Number.NaN : dtype.endsWith("64") ? 0n : 0;
}

export function batchesOf(table: Table, size: number): Batch[] {
  const rows = table[0]?.cells.length ?? 0;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => {
    const columns = table.map((column) => columnOf({ ...column, cells: column.cells.slice(i * size, (i + 1) * size) }));
    return new Batch({ rowOffset: i * size, rowCount: Math.min(size, rows - i * size), columns, kind: "frame" });
  });
}

/** What batches hold: the table again. */
export async function tableOf(source: string | Iterable<Uint8Array>, options = {}): Promise<Table> {
  const table: Table = [];
  for await (const { columns } of readBatches(source, options))
    columns.forEach(({ name, dtype, values, valid }, i) => {
      table[i] ??= { name, dtype, cells: [] };
      values.forEach((value, r) => void table[i]?.cells.push(valid?.[r] === 0 ? null : (value as number)));
    });
  return table;
}

function cell({ pick, upTo, between }: Draw, dtype: DType): number | bigint | string | Uint8Array {
  if (dtype === "bytes")
    return Uint8Array.from(pick([[], [0], [255, 254, 0, 128], [104, 105], Array.from({ length: 300 }, (_, i) => i % 256)]));
  if (dtype === "datetime64[D]") return BigInt(pick([0, 1, -1, 18262, -719162, 100000]));
  if (dtype === "datetime64[s]") return BigInt(pick([0, 1, -1, 1577836800, -62135596800]));
  if (TIMES.includes(dtype))
    return pick([0n, 1n, -1n, 1577836800123n, -1577836800123456n, dtype.includes("ns") ? 1577836800123456789n : 2n]);
  if (dtype === "string") return pick(["", "a", "b", "long text, longer than sixteen bytes", "é", "日本", "\u{1f600}", '"q"', "0"]);
  if (dtype === "bool") return upTo(1);
  if (dtype === "float32") return Math.fround(pick([0, -0, 1.5, -2.25, 1e30, 0.1, Number.POSITIVE_INFINITY]));
  if (dtype === "float64") return pick([0, -0, 1.5, -2.25, 1e300, 0.1, 5e-324, Number.NEGATIVE_INFINITY]);
  const bits = Number(/\d+/.exec(dtype)?.[0]);
  const signed = !dtype.startsWith("u");
  const few = upTo(2) > 0;
  const top = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const bottom = signed ? -top - 1n : 0n;
  const value = few ? BigInt(upTo(5)) : between(bottom, top);
  return bits === 64 ? value : Number(value);
}

export function table(draw: Draw): Table {
  const { pick, upTo } = draw;
  const rows = upTo(300);
  return Array.from({ length: upTo(4) + 1 }, (_, i) => {
    const dtype = pick(DTYPES);
    const nulls = upTo(2) === 0;
    const constant = upTo(3) === 0 ? cell(draw, dtype) : undefined;
    const cells = Array.from({ length: rows }, () => (nulls && upTo(3) === 0 ? null : (constant ?? cell(draw, dtype))));
    return { name: `c${i}`, dtype, cells };
  });
}

/** Parquet has no whole seconds. */
export function inMilliseconds({ name, dtype, cells }: Table[number]): Table[number] {
  if (dtype !== "datetime64[s]") return { name, dtype, cells };
  return { name, dtype: "datetime64[ms]", cells: cells.map((time) => (time === null ? null : (time as bigint) * 1000n)) };
}
