// One dtype for a column that several files have, each with its own: the one that holds all of their numbers as they are.
import type { Column } from "../../columns/column.js";
import type { DType } from "../../columns/dtype.js";
import { optionText, TransloadError } from "../../errors.js";

/** The dtypes that hold every number of one dtype, the narrowest first. Of 64-bit integers a float64 holds not all. */
const HELD_BY: Readonly<Partial<Record<DType, readonly DType[]>>> = {
  int8: ["int16", "int32", "int64", "float32", "float64"],
  int16: ["int32", "int64", "float32", "float64"],
  int32: ["int64", "float64"],
  uint8: ["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"],
  uint16: ["int32", "uint32", "int64", "uint64", "float32", "float64"],
  uint32: ["int64", "uint64", "float64"],
  float32: ["float64"],
};

/** What is known of a column, and of which file. */
export interface Known {
  readonly column: Pick<Column, "name" | "dtype" | "shape" | "lists" | "timezone">;
  readonly input: string;
}

/** The narrowest dtype that holds both; undefined where none does. */
function commonDtype(one: DType, other: DType): DType | undefined {
  const [left, right] = [one, other].map((dtype) => [dtype, ...(HELD_BY[dtype] ?? [])]) as [DType[], DType[]];
  return left.find((dtype) => right.includes(dtype));
}

/**
 * What the column is, with another file's of the same name.
 * @throws TransloadError E_DTYPE where no dtype holds both, or their times are of other zones; E_SHAPE for cells of other shapes.
 */
export function widened(known: Known, column: Known["column"]): Known {
  const { column: first, input } = known;
  const name = JSON.stringify(column.name);
  const dtype = commonDtype(first.dtype, column.dtype);
  if (dtype === undefined)
    throw new TransloadError(
      "E_DTYPE",
      `its column ${name} holds ${column.dtype}, and that of ${input} ${first.dtype}; ${optionText("dtype")} says what both are to be`,
    );
  if (first.timezone !== column.timezone)
    throw new TransloadError(
      "E_DTYPE",
      `its column ${name} has times in ${column.timezone ?? "no zone"}, and that of ${input} in ${first.timezone ?? "none"}`,
    );
  if (!isAlike(first, column))
    throw new TransloadError("E_SHAPE", `its column ${name} has cells of shape ${shown(column)}, and that of ${input} ${shown(first)}`);
  return dtype === first.dtype ? known : { ...known, column: { ...first, dtype } };
}

/** Lists of any length are as deep as those of the other; others have one shape. */
function isAlike(one: Known["column"], other: Known["column"]): boolean {
  if (!one.lists && !other.lists) return `${one.shape}` === `${other.shape}`;
  return (one.lists ?? one.shape).length === (other.lists ?? other.shape).length;
}

function shown({ shape, lists }: Known["column"]): string {
  return lists ? `lists, ${lists.length} deep` : `[${shape.join(", ")}]`;
}
