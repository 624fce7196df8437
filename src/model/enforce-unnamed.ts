// Signatures whose columns have no names: they are taken by position.
import type { Reading } from "../dialects/index.js";
import { judgeArray } from "./array.js";
import { LONE_LOST } from "./cast.js";
import { castTo } from "./cast-signature.js";
import { spellShape } from "./enforce-tensors.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { isBeyond64, isStr, kindsOf } from "./kinds.js";
import { dropNames } from "./names.js";
import type { PythonInput } from "./python-input.js";
import type { ColumnSpec, ColumnType, ScalarType } from "./signature.js";

export function enforceUnnamed(input: PythonInput, specs: readonly ColumnSpec[], reading: Reading, to: Findings): void {
  const count = `${specs.length} column${specs.length === 1 ? "" : "s"} without names`;
  if (input.kind === "dict") {
    to.refuse("F_FORM", `${to.who} refuses an object of tensors where the model's signature has ${count}; send a list of rows`);
    return;
  }
  if (input.kind === "frame") {
    if (input.columns.length < specs.length) to.refuse("F_COLUMN", `${to.who} needs ${count}, and the rows have ${input.columns.length}`);
    else
      for (const [i, spec] of specs.entries()) {
        const column = input.columns[i] as InspectedColumn;
        // in a list of objects each column is an array that numpy has made by itself
        const check =
          reading === "ujson" || reading === "numpy"
            ? () => checkUncast(column, spec.type, reading, to)
            : () => castTo(column, spec.type, reading, to);
        if (reading === "numpy") to.about(column.name, () => judgeArray([column], "kept", to));
        to.about(column.name, check);
      }
    dropNames(
      input.columns.slice(specs.length).map(({ name }) => name),
      to,
    );
    return;
  }
  const { shape, cells } = input;
  const width = shape.length < 2 ? 1 : (shape[1] as number);
  if (shape.length > 2 || width < specs.length || shape[0] === 0) {
    to.refuse("F_SHAPE", `${to.who} needs rows of ${count}, and this is ${spellShape(shape)}`);
    return;
  }
  if (width > specs.length)
    to.change("F_EXTRA", `${to.who} drops the last ${width - specs.length} of ${width} cells a row: the model's signature has ${count}`);
  if (specs.some(({ type }) => type !== specs[0]?.type))
    to.depend("F_TYPE", "whether the cells of every column fit its type is not told in a list; validate it as a split");
  else castTo({ ...cells, shape: [] }, (specs[0] as ColumnSpec).type, reading, to);
}

/**
 * Azure ML casts by name alone, so a column without one must have its type already (_enforce_mlflow_datatype): numbers are
 * only widened within their kind, and objects become numbers where the type is double.
 */
export function checkUncast(column: InspectedColumn, type: ColumnType, reading: "ujson" | "numpy", to: Findings): void {
  if (typeof type !== "string" || type === "any" || type === "sparkml-vector") return;
  const k = kindsOf(column);
  const bare = !k.strings && !k.booleans && !k.listed;
  const numbers = bare && (k.integers || k.floats || k.nans) && !isBeyond64(k);
  const whole = numbers && !k.floats && !k.nans && !k.nulls;
  const bits = whole && k.least >= 0n && k.greatest <= 1n;
  const booleans = k.booleans && !k.strings && !k.integers && !k.floats && !k.nans && !k.nulls;
  // numpy makes texts of all cells beside a text, and pandas 3 `str` of those
  const str = reading === "numpy" ? k.strings && !k.nulls && !k.listed && to.since("pandas", "3") : isStr(k, to);
  const objects = reading === "ujson" || k.strings || k.nulls || k.listed || isBeyond64(k);
  const fits: Readonly<Record<ScalarType, boolean>> = {
    boolean: !numbers && !str && (k.nulls ? !bare || isBeyond64(k) : true),
    integer: false,
    long: whole && k.greatest < 2n ** 63n,
    float: bits,
    double: (!whole || bits) && !booleans && !str,
    string: objects,
    binary: objects,
    datetime: !numbers && !k.booleans && !str && (k.strings || k.rows === 0),
  };
  if (!fits[type])
    to.refuse("F_TYPE", `${to.who} casts columns by name alone, and refuses ${column.dtype} for a ${type} column without one`);
  else if (type === "boolean") {
    if (column.cells.strings?.lone) to.change("F_ENCODING", LONE_LOST);
    if (k.strings) to.depend("F_CAST", "texts stay texts in a boolean column without a name, which may not be what the model wants");
  }
  // pandas.to_numeric reads the empty text, too
  else if (type !== "long") castTo(type === "double" ? withoutEmpty(column) : column, type, "ujson", to);
  if (type === "double" && k.strings && !str)
    to.depend("F_RANGE", "texts of numbers beyond 64 bits, or beyond a double, are refused in a double column without a name");
}

function withoutEmpty(column: InspectedColumn): InspectedColumn {
  const { strings } = column.cells;
  if (!strings) return column;
  return {
    ...column,
    cells: { ...column.cells, strings: { ...strings, looks: strings.looks.map((look) => (look === "empty" ? "nan" : look)) } },
  };
}
