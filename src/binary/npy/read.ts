// numpy's .npy to a tensor: the cells that stand behind the header, in either order of bytes and of dimensions.

import { Batch } from "../../columns/batch.js";
import { swapBytes } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { NAT, NUMERIC, type TimeUnit } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";
import { type BinaryRead, checkBare, rowsOfBatch } from "../form.js";
import { halves } from "../half.js";
import { KINDS, LITTLE, type NpyHeader, readNpyHeader, TIME } from "./header.js";
import { readTexts } from "./text.js";

/** Bytes read at once where columns are gathered from all over the file. */
const GATHER = 1 << 22;

/**
 * Reads an array, `name` its own, as a tensor of any rank.
 * @throws TransloadError E_SYNTAX for a damaged header, E_DTYPE for structured or object arrays, E_SHAPE for a shape that none has,
 * E_TRUNCATED for missing cells, E_LIMIT for more of them than so small a file may have.
 */
export async function* readNpy(file: RandomAccess, options: BinaryRead, name = ""): AsyncGenerator<Batch, void, undefined> {
  const header = await readNpyHeader(file);
  const { shape, cellBytes: bytes } = header;
  const rows = shape[0] ?? 1;
  const inner = shape.slice(1);
  const perRow = product(inner);
  const need = header.at + rows * perRow * bytes;
  if (file.size < need)
    throw new TransloadError("E_TRUNCATED", `the array ends after ${file.size - header.at} of ${need - header.at} bytes`, {
      offset: file.size,
    });
  if (file.size > need) throw new TransloadError("E_TRAILING", "something follows the array", { offset: need });
  const bare = need === header.at;
  if (bare) checkBare(Math.max(rows, rows * perRow), file.size, options);
  const step = rowsOfBatch(perRow * Math.max(1, bytes), options);
  for (let row = 0; row < rows || row === 0; row += step) {
    const count = Math.min(step, rows - row);
    const cells =
      header.fortran && shape.length > 1 && !bare
        ? await gather(file, header, row, count)
        : await file.read(header.at + row * perRow * bytes, header.at + (row + count) * perRow * bytes);
    const column = columnOf(cells, header, name, inner, { count: count * perRow, first: row * perRow });
    yield new Batch({ rowOffset: row, rowCount: count, columns: [column], kind: shape.length === 0 ? "scalar" : "tensor" });
  }
}

/** Rows of an array whose first dimension varies fastest, put together from all over the file. */
async function gather(
  file: RandomAccess,
  { cellBytes: bytes, shape, at }: NpyHeader,
  row: number,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const rows = shape[0] as number;
  const inner = shape.slice(1);
  const perRow = product(inner);
  const out = new Uint8Array(count * perRow * bytes);
  // the run of rows of one inner cell lies together; inner cells follow each other with their own first dimension fastest
  const stride = rows * bytes;
  const whole = count === rows;
  const runs = whole ? Math.max(1, Math.floor(GATHER / stride)) : 1;
  for (let k = 0; k < perRow; k += runs) {
    const n = Math.min(runs, perRow - k);
    const from = at + k * stride + row * bytes;
    const cells = await file.read(from, from + (whole ? n * stride : count * bytes));
    for (let j = 0; j < n; j++) {
      const to = place(k + j, inner) * bytes;
      for (let r = 0; r < count; r++) {
        const source = j * stride + r * bytes;
        for (let b = 0; b < bytes; b++) out[to + r * perRow * bytes + b] = cells[source + b] as number;
      }
    }
  }
  return out;
}

/** The row-major place of the inner cell that is number k when the first dimension varies fastest. */
function place(k: number, inner: readonly number[]): number {
  let left = k;
  let at = 0;
  const strides: number[] = [];
  for (let d = inner.length - 1, stride = 1; d >= 0; stride *= inner[d--] as number) strides[d] = stride;
  inner.forEach((length, d) => {
    at += (left % length) * (strides[d] as number);
    left = Math.floor(left / length);
  });
  return at;
}

function columnOf(
  cells: Uint8Array<ArrayBuffer>,
  { kind, big, cellBytes: bytes }: NpyHeader,
  name: string,
  shape: readonly number[],
  { count, first }: { count: number; first: number },
): Column {
  const [, unit] = TIME.exec(kind) ?? [];
  const dtype = unit ? "int64" : KINDS[kind];
  if (!dtype) return { name, dtype: "string", values: readTexts(cells, count, kind, big, first), shape };
  if (big === LITTLE && bytes > 1) swapBytes(cells, bytes as 2);
  if (kind === "b1") for (let i = 0; i < cells.length; i++) if ((cells[i] as number) > 1) cells[i] = 1;
  if (unit) return timesOf(new BigInt64Array(cells.buffer, cells.byteOffset, cells.length / bytes), unit as TimeUnit, name, shape);
  const values =
    kind === "f2"
      ? halves(new Uint16Array(cells.buffer, cells.byteOffset, cells.length / 2))
      : new NUMERIC[dtype].array(cells.buffer, cells.byteOffset, cells.length / bytes);
  return { name, dtype, values, shape };
}

/** numpy's "not a time" is a null here. */
function timesOf(values: BigInt64Array<ArrayBuffer>, unit: TimeUnit, name: string, shape: readonly number[]): Column {
  const valid = values.includes(NAT) ? { valid: Uint8Array.from(values, (time) => Number(time !== NAT)) } : {};
  return { name, dtype: `datetime64[${unit}]`, values, shape, ...valid };
}
