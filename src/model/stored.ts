// Whether MLflow takes a column of a Parquet file as it is stored. It hands the file to pandas.read_parquet, and enforces the signature on what
// comes back without a cast before (mlflow/models/utils.py, _enforce_mlflow_datatype; run on 3.17.2 with pandas 2.3 and 3.1).
import { a } from "./cast.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn } from "./inspection.js";
import { kindsOf } from "./kinds.js";
import type { ScalarType } from "./signature.js";

/** What a column is in pandas: its kind, and the bits of its numbers. */
export interface Pandas {
  readonly kind: "int" | "uint" | "float" | "bool" | "text" | "bytes" | "time" | "zoned";
  readonly bits: number;
  /** A column of Python's objects: false and true beside null, and bytes. */
  readonly objects: boolean;
}

export function judgeStored(column: InspectedColumn, type: ScalarType, to: Findings): void {
  const { stored, nulls, shape, rows } = column;
  const k = kindsOf(column);
  if (stored === undefined || shape.length > 0 || k.listed) {
    to.depend("F_TYPE", `whether ${to.who} takes lists in ${a({ name: type })} is not checked here`);
    return;
  }
  const pandas = inPandas(stored, nulls > 0);
  const bits = k.integers && k.least >= 0n && k.greatest <= 1n;
  if (!fits(pandas, type, bits || rows === 0, to)) {
    const why = nulls > 0 && pandas.kind === "float" && /int/.test(stored) ? ", which the null makes float64" : "";
    to.refuse(
      "F_TYPE",
      `${to.who} casts nothing of a Parquet file, and refuses ${stored}${why} for ${a({ name: type })}; convert it with the model's types`,
    );
  } else if (type === "binary" && pandas.kind === "text")
    to.change("F_BASE64", `${to.who} does not decode base64 of a Parquet file: the model is given its text`);
  else if (type === "boolean" && pandas.kind === "text") to.change("F_CAST", "texts stay texts in a boolean column");
  else if (type === "datetime" && pandas.kind === "text")
    to.depend("F_DATE", "texts are dates in a datetime column where numpy can read them, and refused otherwise");
}

function inPandas(stored: string, nulls: boolean): Pandas {
  const bits = Number(/\d+/.exec(stored)?.[0] ?? 0);
  const number = (kind: "int" | "uint" | "float") => (nulls && kind !== "float" ? { kind: "float" as const, bits: 64 } : { kind, bits });
  if (stored.startsWith("int")) return { ...number("int"), objects: false };
  if (stored.startsWith("uint")) return { ...number("uint"), objects: false };
  if (stored.startsWith("float")) return { ...number("float"), objects: false };
  if (stored === "bool") return { kind: "bool", bits: 8, objects: nulls };
  if (stored === "datetime64[D]") return { kind: "time", bits: 64, objects: true }; // datetime.date
  if (stored.startsWith("datetime64")) return { kind: stored.includes(",") ? "zoned" : "time", bits: 64, objects: false };
  return stored === "bytes" ? { kind: "bytes", bits: 0, objects: true } : { kind: "text", bits: 0, objects: false };
}

/** Whether MLflow takes such a column for this type, casting nothing but to more bits. `zeroOrOne`: all cells are 0 or 1, or there are none. */
export function fits({ kind, bits, objects }: Pandas, type: ScalarType, zeroOrOne: boolean, to: Findings): boolean {
  // up to pandas 2 texts are objects
  const object = objects || (kind === "text" && !to.since("pandas", "3"));
  switch (type) {
    case "string":
      return object || kind === "text";
    case "binary":
      return object || kind === "text";
    case "boolean":
      return object || kind === "bool";
    case "integer":
      return (kind === "int" && bits <= 32) || (kind === "uint" && bits < 32);
    case "long":
      return kind === "int" || (kind === "uint" && bits < 64);
    case "float":
      return (kind === "float" && bits <= 32) || (kind === "int" && bits === 64 && zeroOrOne);
    case "double":
      // true, false and null are one and zero to it
      return (
        kind === "float" ||
        ((kind === "int" || kind === "uint") && bits <= 32) ||
        (kind === "int" && zeroOrOne) ||
        (kind === "bool" && objects)
      );
    case "datetime":
      return kind === "time" || (kind === "text" && object);
  }
}
