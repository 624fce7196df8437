// The rows of a tensor, one behind the other, as columns: out of the body, or out of the header's JSON.

import { encode, swapBytes } from "../../columns/bytes.js";
import type { Column } from "../../columns/column.js";
import { DATATYPES } from "../../columns/datatype.js";
import { NUMERIC, type NumericDType, storedAs } from "../../columns/dtype.js";
import { changedAround, product } from "../../columns/lists.js";
import { sliceRows } from "../../columns/rows.js";
import { lengthOf } from "../../columns/texts.js";
import { Mode } from "../../engine/codes.js";
import { coreScanner } from "../../engine/index.js";
import { TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";
import { brains, halves } from "../half.js";
import { LITTLE } from "../npy/header.js";
import { openTexts } from "./elements.js";
import type { TensorFacts } from "./header.js";

/** A tensor that is read row by row, from first to last. */
export interface TensorRows {
  readonly name: string;
  /** Rows, and the shape of each. */
  readonly count: number;
  readonly inner: readonly number[];
  /** Bytes of a row, about. */
  readonly rowBytes: number;
  /** The next so many rows. */
  take(rows: number): Promise<Column>;
}

/**
 * Opens a tensor; what each element says of its own length, and whether it is text, is looked at first.
 * @throws TransloadError E_SHAPE for elements that are not as long, or as many, as the header says.
 */
export async function openRows(file: RandomAccess, facts: TensorFacts): Promise<TensorRows> {
  if (facts.data !== undefined) return listRows(facts, facts.data);
  const { bytes } = DATATYPES[facts.datatype] as { bytes?: number };
  return bytes === undefined ? textRows(file, facts) : numberRows(file, facts, bytes);
}

function around({ name, shape, bytes }: TensorFacts): Pick<TensorRows, "name" | "count" | "inner" | "rowBytes"> {
  const count = shape[0] ?? 1;
  return { name, count, inner: shape.slice(1), rowBytes: Math.ceil(bytes / Math.max(1, count)) };
}

function numberRows(file: RandomAccess, facts: TensorFacts, width: number): TensorRows {
  const own = around(facts);
  const { name, inner, rowBytes } = own;
  let at = facts.at;
  const take = async (rows: number): Promise<Column> => {
    const bytes = await file.read(at, at + rows * rowBytes);
    at += bytes.length;
    if (bytes.length < rows * rowBytes)
      throw new TransloadError("E_TRUNCATED", `the body ends inside tensor ${JSON.stringify(name)}`, { offset: at });
    if (!LITTLE && width > 1) swapBytes(bytes, width as 2);
    return { name, shape: inner, ...cellsOf(bytes, facts.datatype) };
  };
  return { ...own, take };
}

function cellsOf(bytes: Uint8Array<ArrayBuffer>, datatype: string): Pick<Column, "dtype" | "values"> {
  const dtype = DATATYPES[datatype]?.dtype as NumericDType;
  const { buffer, byteOffset, length } = bytes;
  if (datatype === "FP16") return { dtype, values: halves(new Uint16Array(buffer, byteOffset, length / 2)) };
  if (datatype === "BF16") return { dtype, values: brains(new Uint16Array(buffer, byteOffset, length / 2)) };
  // as numpy reads what is neither 0 nor 1
  if (datatype === "BOOL") for (let i = 0; i < length; i++) if ((bytes[i] as number) > 1) bytes[i] = 1;
  const { array } = NUMERIC[dtype];
  return { dtype, values: new array(buffer, byteOffset, length / array.BYTES_PER_ELEMENT) };
}

async function textRows(file: RandomAccess, facts: TensorFacts): Promise<TensorRows> {
  const own = around(facts);
  const perRow = product(own.inner);
  const elements = await openTexts(file, facts);
  const take = async (rows: number) => elements.take(rows * perRow, { name: own.name, shape: own.inner });
  return { ...own, take };
}

/** A tensor whose cells stand in the JSON, however they are nested there: servers go by the shape. */
function listRows(facts: TensorFacts, data: string): TensorRows {
  const { name, shape } = facts;
  const own = around(facts);
  const flat = cellsIn(facts, data);
  const cells = lengthOf(flat);
  if (cells !== product(shape))
    throw new TransloadError(
      "E_SHAPE",
      `tensor ${JSON.stringify(name)} has ${cells} elements, and its shape [${shape.join(", ")}] asks for ${product(shape)}`,
    );
  const column = changedAround({ ...flat, shape: [] }, { shape: own.inner });
  let at = 0;
  const take = async (rows: number) => sliceRows(column, at, (at += rows));
  return { ...own, rowBytes: Math.ceil(data.length / Math.max(1, own.count)), take };
}

/** The numbers or texts of a JSON list, whose syntax has been checked, without the lists around them. */
function cellsIn({ name, datatype }: TensorFacts, data: string): Column {
  const dtype = DATATYPES[datatype]?.dtype as NumericDType | "string";
  const scanner = coreScanner(() => [], 0);
  try {
    scanner.nan("pass");
    scanner.watch(1);
    scanner.push(encode(data));
    scanner.last();
    scanner.next();
    scanner.watch(0);
    scanner.startCargo(Mode.Tensor, undefined);
    const how = { layout: "tensor", names: [name], width: undefined, dtype, cast: "error", batchRows: data.length, reuse: false } as const;
    const found = scanner.cells(how).next()?.columns[0];
    if (!found) return { name, dtype, values: storedAs(dtype) ? new NUMERIC[dtype as NumericDType].array(0) : [], shape: [] };
    if (found.dtype === dtype) return found;
    throw new TransloadError("E_DTYPE", `cells of ${found.dtype} where ${datatype} is said`);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    throw new TransloadError(error.code, `tensor ${JSON.stringify(name)}: ${error.detail}`, {}, { cause: error });
  } finally {
    scanner.close();
  }
}
