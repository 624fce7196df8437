import type { DType } from "../columns/dtype.js";
import { type ErrorCode, optionText, type Place, TransloadError } from "../errors.js";
import { Err, St } from "./codes.js";

/** Everything an engine knows of the first fault in the input. */
export interface Fault {
  /** One of codes.ts's Err. */
  error: number;
  /** One of codes.ts's St: what the reader was in the middle of. */
  state: number;
  /** The byte at fault. */
  byte: number;
  /** Byte of the innermost open container, `[` or `{`; 0 outside all. */
  container: number;
  /** For a ragged list: its length, and what its siblings have. */
  found?: number;
  expected?: number;
  /** Depth of the ragged list inside the cargo: 1 for a row. */
  level?: number;
  place: Place;
}

const OPEN_LIST = 0x5b; /* [ */

/** The error a caller sees for a fault. Both engines come through here, so they speak alike. */
export function refuse(fault: Fault): TransloadError {
  const { error, state, byte, container, place } = fault;
  const got = show(byte);
  switch (error) {
    case Err.Number:
      return new TransloadError("E_NUMBER", `bad number: ${numberReason(state, got)}`, place);
    case Err.Escape:
      return new TransloadError(
        "E_ESCAPE",
        `bad escape in a string: ${got} after a backslash${state === St.Esc ? "" : " u, expected four hexadecimal digits"}`,
        place,
      );
    case Err.Control:
      return new TransloadError("E_CONTROL", `raw control character ${got} in a string; write it as an escape`, place);
    case Err.Literal:
      return new TransloadError(
        "E_SYNTAX",
        `bad literal at ${got}; JSON has true, false and null, and NaN, Infinity, -Infinity are read as Python writes them`,
        place,
      );
    case Err.Bracket:
      return new TransloadError("E_BRACKET", `${got} closes what ${container === OPEN_LIST ? "[" : "{"} opened`, place);
    case Err.Depth:
      return new TransloadError("E_DEPTH", "nested deeper than 512 levels", place);
    case Err.Trailing:
      return new TransloadError("E_TRAILING", `the document is complete, but ${got} follows it`, place);
    case Err.Ragged:
      return new TransloadError("E_RAGGED", ragged(fault), place);
    case Err.Mixed:
      return new TransloadError(
        "E_MIXED",
        `${byte === OPEN_LIST ? "a list stands where its siblings are scalars" : `a scalar (${got}…) stands where its siblings are lists`}${inRow(place)}`,
        place,
      );
    case Err.Object:
      return new TransloadError(
        "E_OBJECT",
        `an object where a row, a list or a scalar is expected${inRow(place)}; records are no rows here, nor are bytes in TensorFlow Serving's spelling, {"b64": …}`,
        place,
      );
    case Err.Record:
      return new TransloadError(
        "E_MIXED",
        `${byte === OPEN_LIST ? "a list" : `a scalar (${got}…)`} stands${inRow(place)} where its siblings are objects`,
        place,
      );
    case Err.Null:
      return new TransloadError("E_NULL", `null${inRow(place)}, which the target's servers refuse in every dtype`, place);
    case Err.Nan:
      return new TransloadError(
        "E_NAN",
        `NaN or Infinity${inRow(place)}; ${optionText("nan", "null")} or ${optionText("nan", "token")} lets it through`,
        place,
      );
    case Err.Utf8:
      // whichever byte it is: to UTF-8 an é before a comma is a letter cut short, at whose second byte the comma stands
      return new TransloadError(
        "E_UTF8",
        `byte ${got} cannot stand here in UTF-8; payloads must be UTF-8; if the text is Windows-1252, ${optionText("encoding", "windows-1252")} reads it`,
        place,
      );
    default:
      return unexpected(fault, got);
  }
}

function unexpected({ state, container, byte, place }: Fault, got: string): TransloadError {
  if ((state === St.Value || state === St.ValueOrClose) && (byte === 0x2b /* + */ || byte === 0x2e) /* . */)
    return new TransloadError("E_NUMBER", `bad number: it cannot begin with ${got}`, place);
  if (
    (state === St.Value || state === St.ValueOrClose || state === St.KeyOrClose || state === St.Key) &&
    (byte === 0x5d || byte === 0x7d) &&
    (byte === 0x5d) !== (container === OPEN_LIST) &&
    container !== 0
  )
    return new TransloadError("E_BRACKET", `${got} closes what ${container === OPEN_LIST ? "[" : "{"} opened`, place);
  return new TransloadError("E_SYNTAX", `expected ${expectation(state, container)} but found ${got}`, place);
}

function expectation(state: number, container: number): string {
  switch (state) {
    case St.ValueOrClose:
      return "a value or ]";
    case St.KeyOrClose:
      return "a key in quotes or }";
    case St.Key:
      return "a key in quotes";
    case St.Colon:
      return ":";
    case St.After:
      return container === OPEN_LIST ? ", or ]" : ", or }";
    default:
      return "a value";
  }
}

function numberReason(state: number, got: string): string {
  switch (state) {
    case St.Minus:
      return `${got} after a minus, expected a digit`;
    case St.Dot:
      return `${got} after the decimal point, expected a digit`;
    case St.Exp:
    case St.ExpSign:
      return `${got} in the exponent, expected a digit`;
    case St.Zero:
      return `${got} after a leading zero`;
    default:
      return `${got} after its digits`;
  }
}

function ragged({ found = 0, expected = 0, level = 1, place }: Fault): string {
  if (level === 1) return `row ${place.row} has ${found} ${found === 1 ? "cell" : "cells"}, expected ${expected}`;
  return `a list at depth ${level + 1} of row ${place.row} has ${found} ${found === 1 ? "member" : "members"}, its siblings have ${expected}`;
}

function inRow({ row, cell }: Place): string {
  if (row === undefined) return "";
  return cell === undefined ? ` in row ${row}` : ` in row ${row}, cell ${cell}`;
}

/** A byte as a person reads it. */
function show(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  const named: Record<number, string> = { 32: "a space", 10: "a line feed", 13: "a carriage return", 9: "a tab", 0: "NUL" };
  return named[byte] ?? `0x${byte.toString(16).padStart(2, "0")}`;
}

/** What was open when the input ended. */
export function truncated(state: number, depth: number, place: Place): TransloadError {
  if (depth === 0 && state === St.Value) return new TransloadError("E_EMPTY", "the input is empty", place);
  const inside =
    state === St.Str || (state >= St.Esc && state <= St.Hex4)
      ? "a string"
      : state >= St.Minus && state <= St.ExpDigits
        ? "a number"
        : state === St.Lit
          ? "a literal"
          : undefined;
  const open = depth === 1 ? "1 bracket is" : `${depth} brackets are`;
  return new TransloadError(
    "E_TRUNCATED",
    `the input ends ${inside ? `inside ${inside}` : "too early"}: ${depth > 0 ? `${open} still open` : "no value"}`,
    place,
  );
}

/** `$.input_data.data[4][2]`. */
export function jsonPath(parts: readonly (string | number)[]): string {
  return `$${parts.map((p) => (typeof p === "number" ? `[${p}]` : /^[A-Za-z_]\w*$/.test(p) ? `.${p}` : `[${JSON.stringify(p)}]`)).join("")}`;
}

/** A cell that its column cannot take. */
export interface CellFault {
  error: number;
  column: string;
  dtype: DType;
  /** Nobody asked for the dtype: the cells before looked so. */
  guessed: boolean;
  /** There were none but nulls. */
  unseen?: true;
  /** The cell's text, or the beginning of it. */
  text: string;
  place: Place;
}

/** A cell showed that its column is another than was guessed from the cells before it. */
export class GuessError extends TransloadError {
  readonly columnName: string;
  /** What has room for both; undefined where nothing has. */
  readonly wider: DType | undefined;

  constructor(code: ErrorCode, detail: string, place: Place, column: string, wider: DType | undefined) {
    super(code, detail, place);
    this.columnName = column;
    this.wider = wider;
  }
}

/** The error without the place of a text that nobody has seen; its row and cell stay. */
export function withoutPlace(error: unknown): unknown {
  if (!(error instanceof TransloadError)) return error;
  const { row, cell } = error;
  return placed(error, { ...(row !== undefined && { row }), ...(cell !== undefined && { cell }) });
}

/** The same without the offset, which is that of a text of the same lines and rows. */
export function withoutOffset(error: unknown): unknown {
  if (!(error instanceof TransloadError) || error.offset === undefined) return error;
  const { offset: _, ...place } = placeOf(error);
  return placed(error, place);
}

function placeOf(error: TransloadError): Place {
  const fields = ["offset", "line", "column", "path", "row", "cell"] as const;
  return Object.fromEntries(fields.flatMap((field) => (error[field] === undefined ? [] : [[field, error[field]]])));
}

function placed(error: TransloadError, place: Place): TransloadError {
  if (error instanceof GuessError) return new GuessError(error.code, error.detail, place, error.columnName, error.wider);
  return new TransloadError(error.code, error.detail, place, { cause: error });
}

/** What has room for the cells of a column so far, and for this one: text where they are of two kinds, or no number type has them all. */
function widerThan(dtype: DType, text: string): DType | undefined {
  if (/^[[{]/.test(text)) return undefined;
  const whole = /^-?\d+$/.test(text);
  if (dtype === "int64" && /^[1-9]\d{0,19}$/.test(text) && BigInt(text) < 2n ** 64n) return "uint64";
  const number = whole || /^[+-]?(?:\.?\d|NaN$|inf$|infinity$)/i.test(text);
  return (dtype === "int64" || dtype === "uint64") && number && !whole ? "float64" : "string";
}

/** What the first cell of a column says that it is. */
function dtypeOf(text: string): DType | undefined {
  if (/^(?:true|false)$/.test(text)) return "bool";
  const whole = /^-?(?:0|[1-9]\d*)$/.test(text) ? BigInt(text) : undefined;
  if (whole !== undefined) return whole >= -(2n ** 63n) && whole < 2n ** 63n ? "int64" : widerThan("int64", text);
  return /^-?(?:\d+(?:\.\d*)?(?:[eE]|$)|\d+\.\d|NaN$|Infinity$)/.test(text) ? "float64" : widerThan("string", text);
}

export function refuseCell(fault: CellFault): TransloadError {
  const refused = cellFault(fault);
  const { column, dtype, guessed, unseen, text } = fault;
  if (!guessed || (fault.error !== Err.Range && fault.error !== Err.Kind)) return refused;
  const wider = unseen ? dtypeOf(text) : widerThan(dtype, text);
  // what is not exact says itself what to ask for
  const misled = wider !== undefined && !(fault.error === Err.Range && dtype === "float64");
  const remedy = misled
    ? `; the first rows misled: name its dtype, ${optionText("dtype", column === "" ? wider : { [column]: wider })}`
    : "";
  return new GuessError(refused.code, refused.detail + remedy, fault.place, column, wider);
}

/** What is said of an object in a column's cell, which no dtype is for. */
export function objectIn(column: string, row: number | undefined, place: Place): TransloadError {
  const where = `row ${row}${column === "" ? "" : `, column ${JSON.stringify(column)}`}`;
  return new TransloadError(
    "E_NESTED",
    `${where}: an object, which no dtype holds; ${optionText("nested", "json")} makes it a text, its JSON`,
    place,
  );
}

function cellFault({ error, column, dtype, guessed, text, place }: CellFault): TransloadError {
  const where = `row ${place.row}${column === "" ? "" : `, column ${JSON.stringify(column)}`}`;
  switch (error) {
    case Err.Range:
      if (/^-?(NaN|Infinity)/.test(text))
        return new TransloadError("E_RANGE", `${where}: ${text} does not fit ${dtype}, which has no NaN or Infinity`, place);
      if (guessed && (dtype === "int64" || dtype === "uint64"))
        return new TransloadError("E_RANGE", `${where}: ${text} does not fit ${dtype}`, place);
      if (guessed && Number.isFinite(Number(text)))
        return new TransloadError(
          "E_RANGE",
          `${where}: ${text} is not exact in ${dtype}; ask for int64, uint64, or float64 to round it`,
          place,
        );
      return new TransloadError(
        "E_RANGE",
        `${where}: ${text} does not fit ${dtype}; another dtype holds it, or ${optionText("cast", "clip")} cuts it to fit`,
        place,
      );
    case Err.Kind:
      if (text.startsWith("{")) return objectIn(column, place.row, place);
      return new TransloadError(
        "E_DTYPE",
        `${where}: ${kindOf(text)} where the column holds ${dtype === "string" ? "strings" : dtype}`,
        place,
      );
    case Err.Null:
      return new TransloadError("E_NULL", `${where}: null, which the target's servers refuse in every dtype`, place);
    default:
      return new TransloadError(
        "E_NAN",
        `${where}: ${text}; ${optionText("nan", "null")} or ${optionText("nan", "token")} lets it through`,
        place,
      );
  }
}

function kindOf(text: string): string {
  if (text.startsWith('"')) return "a string";
  if (text.startsWith("[")) return "a list";
  return `${text}`;
}

/** A row, or a cell of it, that cannot be read or written. */
export interface RowFault {
  error: number;
  row: number;
  cell: number;
  name: string | undefined;
  /** Cells a row must have. */
  width: number;
  place: Place;
}

export function refuseRow({ error, row, cell, name, width, place }: RowFault): TransloadError {
  const where = `row ${row}, ${name === undefined ? `cell ${cell}` : `column ${JSON.stringify(name)}`}`;
  const at = { ...place, cell };
  switch (error) {
    case Err.Ragged:
      return new TransloadError(
        "E_RAGGED",
        `row ${row} has ${cell < width ? `${cell} ${cell === 1 ? "cell" : "cells"}` : `more than ${width} ${width === 1 ? "cell" : "cells"}`}, expected ${width}`,
        place,
      );
    case Err.Record:
      return new TransloadError("E_MIXED", `row ${row} is no object, where its siblings are`, place);
    case Err.Object:
      return new TransloadError("E_OBJECT", `row ${row} is no object with a list of features and nothing else`, place);
    case Err.Null:
      return new TransloadError("E_NULL", `${where}: null, which the target's servers refuse`, at);
    case Err.Nan:
      return new TransloadError(
        "E_NAN",
        `${where}: NaN or Infinity; ${optionText("nan", "null")} or ${optionText("nan", "token")} lets it through`,
        at,
      );
    case Err.Missing:
      return new TransloadError(
        "E_MISSING",
        `${where}: no value, and the target's servers take no gap; ${optionText("missing", "token")} writes NaN, and ${optionText("missing", "null")} null, where they take that`,
        at,
      );
    case Err.Nested:
      return new TransloadError(
        "E_NESTED",
        `${where}: a list or an object, which a field of a delimited file cannot hold; ${optionText("nested", "json")} makes it a text, its JSON`,
        at,
      );
    case Err.Surrogate:
      return new TransloadError("E_ESCAPE", `${where}: half of a surrogate pair, which UTF-8 cannot spell`, at);
    case Err.OpenQuote:
      return new TransloadError("E_QUOTE", `${where}: the quote that begins here does not end`, at);
    case Err.StrayQuote:
      return new TransloadError(
        "E_QUOTE",
        `${where}: a quote inside a field that is not quoted; quote the field, and write the quote twice`,
        at,
      );
    default:
      return new TransloadError("E_QUOTE", `${where}: text behind the quote that ends the field; a quote inside is written twice`, at);
  }
}

/** A label of a frame's columns that is no string, where there are strings for names. */
export function refuseLabel(label: string, form: string): TransloadError {
  const what = label.startsWith("[") ? "a list, of a MultiIndex" : "no string";
  const remedy = `give them with ${optionText("columns", ["a", "b", "c"])}`;
  return new TransloadError("E_COLUMNS", `the label ${label} is ${what}, and ${form} has strings for names; ${remedy}`);
}

/** A record has a key that is none of the columns. */
export function refuseKey(name: string, names: readonly string[], place: Place): TransloadError {
  const list = names.length > 12 ? `${names.slice(0, 12).join(", ")}, … (${names.length})` : names.join(", ");
  return new TransloadError(
    "E_COLUMNS",
    `record ${place.row} has a key ${JSON.stringify(name)}, which is none of the columns ${list}`,
    place,
  );
}
