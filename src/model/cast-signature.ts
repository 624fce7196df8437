// What becomes of a column in a type of the signature's, a nested one too.
import type { Reading } from "../dialects/index.js";
import { castColumn } from "./cast.js";
import type { Findings } from "./finding.js";
import { becomesDate, isDateName } from "./guess.js";
import type { InspectedColumn } from "./inspection.js";
import { kindsOf, shapeOf } from "./kinds.js";
import { type ColumnType, type ScalarType, spell } from "./signature.js";
import { judgeStored } from "./stored.js";

const DATED: Readonly<Record<ScalarType, "keeps" | "refuses" | "changes">> = {
  datetime: "keeps",
  string: "changes",
  binary: "changes",
  long: "changes",
  boolean: "changes",
  integer: "refuses",
  float: "refuses",
  double: "refuses",
};

export function castTo(column: InspectedColumn, type: ColumnType, reading: Reading, to: Findings): void {
  if (type === "any" || type === "sparkml-vector") return;
  if (typeof type === "object") {
    castNested(column, type, reading, to);
    return;
  }
  if (reading === "parquet") {
    judgeStored(column, type, to);
    return;
  }
  const dated = reading === "ujson" && isDateName(column.name, to) ? becomesDate(column) : "no";
  if (dated === "yes") castDated(column, type, to);
  else if (dated === "maybe")
    to.depend("F_DATE", `${to.who} makes dates of what pandas can read as such, for the column's name, and refuses or changes them then`);
  else castColumn(column, type, reading, to);
}

/** Of lists and objects only the ranks are known here. */
function castNested(column: InspectedColumn, type: ColumnType & object, reading: Reading, to: Findings): void {
  const k = kindsOf(column);
  const single = k.integers || k.floats || k.nans || k.booleans || k.strings;
  const missing = k.nulls && !k.listed && !single;
  // a list of objects has its cells as they are, of any depth; in lists of lists the ranks tell
  const deep = column.cells.nested && !single;
  const fits = reading === "numpy" ? deep || missing || shapeOf(column).length === depthOf(type) : k.rows === 0 || !single;
  if (missing && reading === "frame" && to.since("mlflow", "3.17")) return; // the model is given None, be the column optional or not
  if (!fits) to.refuse("F_TYPE", `${to.who} refuses such cells in a column of ${spell(type)}`);
  else if (k.rows > 0) to.depend("F_TYPE", `whether every cell is ${spell(type)} is not checked here`);
}

/** Lists around a single value; -1 where it is not lists alone. */
function depthOf(type: ColumnType): number {
  if (typeof type === "string") return 0;
  const inner = type.type === "array" ? depthOf(type.items) : -1;
  return inner < 0 ? -1 : inner + 1;
}

/** Azure ML casts after pandas has made dates of a column for its name. */
function castDated(column: InspectedColumn, type: ScalarType, to: Findings): void {
  const why = `pandas takes ${JSON.stringify(column.name)} for the name of dates`;
  const zoned = column.cells.strings?.looks.includes("zoned") ?? false;
  if (type === "datetime" && zoned)
    to.refuse("F_DATE", `${to.who} refuses times with Z or an offset in a datetime column; write them in UTC, without one`);
  else if (DATED[type] === "refuses")
    to.refuse("F_DATE", `${to.who} refuses this ${type} column: ${why}, and makes dates of its cells first; name it otherwise`);
  else if (DATED[type] === "changes") {
    const what = type === "long" ? "nanoseconds since 1970" : type === "boolean" ? "true" : "Timestamps";
    to.change("F_DATE", `${to.who} gives the model ${what}: ${why}; name it otherwise, in payload and model`);
    if (zoned && type === "long") to.depend("F_DATE", "times with different offsets are refused");
  } else if (column.cells.strings?.looks.includes("empty")) to.change("F_DATE", "empty texts become NaT in a datetime column");
  else if (column.cells.integers || column.cells.floats)
    to.change("F_DATE", `${to.who} reads these numbers as seconds, milliseconds … since 1970, by their size: ${why}`);
}
