// Where a row seems to end, told from the bytes behind a place alone. It is a guess: what looks like rows may stand in a string. Whoever reads
// the stretch before proves it (stretch.ts), so that a wrong guess costs time and nothing else.
import { encode } from "../columns/bytes.js";

const QUOTE = 0x22; /* " */
const ESCAPE = 0x5c; /* \ */
const COMMA = 0x2c;
const FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const OPEN: readonly number[] = [0x5b /* [ */, 0x7b /* { */];
const CLOSE: readonly number[] = [0x5d /* ] */, 0x7d /* } */];

const OUTSIDE = encode("[]{},:0123456789+-.eEtruefalsnNIity");

/** What is known of a document's rows: how they are set apart, and what each of them looks like. */
export type RowLook =
  /** Lists or objects between commas: what they begin with, brackets or the first key, and how many members each has; of objects it may be any. */
  | { readonly kind: "values"; readonly opening: Uint8Array; readonly members: number | undefined }
  /** A JSON value on each line. */
  | { readonly kind: "lines" }
  /** So many fields on each line, which may hold line feeds between quotes. */
  | { readonly kind: "fields"; readonly delimiter: number; readonly quote: number; readonly fields: number };

/** Where a value or a line ends, and how many members or fields it has. */
interface Extent {
  readonly end: number;
  readonly members: number;
}

/** The look of rows of which the first is at this place; undefined where it goes on beyond the bytes, or is none. */
export function lookAt(bytes: Uint8Array, at: number): RowLook | undefined {
  const value = valueAt(bytes, at);
  if (!value) return undefined;
  if (bytes[at] === OPEN[0]) {
    let depth = at;
    while (bytes[depth] === OPEN[0]) depth++;
    return { kind: "values", opening: bytes.slice(at, depth), members: value.members };
  }
  const keyEnd = valueAt(bytes, skipSpace(bytes, at + 1))?.end;
  return keyEnd === undefined ? undefined : { kind: "values", opening: bytes.slice(at, keyEnd), members: undefined };
}

/** Just behind the row that begins here; undefined where it goes on beyond the bytes. */
export function rowEnd(bytes: Uint8Array, at: number, look: RowLook): number | undefined {
  if (look.kind === "values") return valueAt(bytes, at)?.end;
  const end = look.kind === "lines" ? bytes.indexOf(FEED, at) + 1 : (fieldsAt(bytes, at, look)?.end ?? 0);
  return end > 0 ? end : undefined;
}

/** The first end of a row at or behind this place, with another row behind it; undefined where these bytes have none. */
export function boundaryBehind(bytes: Uint8Array, from: number, look: RowLook): number | undefined {
  return look.kind === "values" ? betweenValues(bytes, from, look) : betweenLines(bytes, from, look);
}

/** Whether rows of this look go on behind the end of one, as far as these bytes go: text that looks like rows ends somewhere. */
export function goesOn(bytes: Uint8Array, look: RowLook): boolean {
  if (look.kind === "lines") return true;
  return look.kind === "values" ? valuesGoOn(bytes, look) : fieldsGoOn(bytes, look);
}

function valuesGoOn(bytes: Uint8Array, { opening, members }: RowLook & { kind: "values" }): boolean {
  // an object may lack the first one's first key
  const start = members === undefined ? opening.subarray(0, 1) : opening;
  for (let at = skipSpace(bytes, 0); at < bytes.length; at = skipSpace(bytes, at)) {
    if (CLOSE.includes(bytes[at] as number)) return true;
    if (bytes[at] !== COMMA) return false;
    const next = skipSpace(bytes, at + 1);
    if (next + start.length > bytes.length) return true;
    if (!startsWith(bytes, next, start)) return false;
    const row = valueAt(bytes, next);
    if (!isPlain(bytes.subarray(next, row?.end))) return false;
    if (!row) return true;
    if (members !== undefined && row.members !== members) return false;
    at = row.end;
  }
  return true;
}

/** Whether what stands outside of strings is something that JSON has there, NaN and Infinity included: seen from within a string, text does. */
function isPlain(row: Uint8Array): boolean {
  for (let i = 0; i < row.length; i++) {
    const byte = row[i] as number;
    if (byte === QUOTE) i = (stringEnd(row, i) ?? row.length) - 1;
    else if (byte > SPACE && !OUTSIDE.includes(byte)) return false;
  }
  return true;
}

function fieldsGoOn(bytes: Uint8Array, look: RowLook & { kind: "fields" }): boolean {
  for (let at = 0; at < bytes.length && bytes[at] !== FEED && bytes[at] !== RETURN; ) {
    const line = fieldsAt(bytes, at, look);
    if (!isQuoted(bytes.subarray(at, line?.end), look)) return false;
    if (!line) return true;
    if (line.members !== look.fields) return false;
    at = line.end;
  }
  return true;
}

/** Whether each quote that opens stands where a field begins, or behind another: seen from within a text, its end is one that opens. */
function isQuoted(line: Uint8Array, { delimiter, quote }: RowLook & { kind: "fields" }): boolean {
  let quoted = false;
  for (let i = line.indexOf(quote); i >= 0; i = line.indexOf(quote, i + 1)) {
    if (!quoted && i > 0 && line[i - 1] !== delimiter && line[i - 1] !== quote) return false;
    quoted = !quoted;
  }
  return true;
}

function betweenValues(bytes: Uint8Array, from: number, look: RowLook & { kind: "values" }): number | undefined {
  const { opening, members } = look;
  for (let comma = bytes.indexOf(COMMA, from); comma >= 0; comma = bytes.indexOf(COMMA, comma + 1)) {
    const at = skipSpace(bytes, comma + 1);
    if (!OPEN.includes(bytes[at] as number) || !startsWith(bytes, at, opening)) continue;
    let end = comma;
    while (end > from && (bytes[end - 1] as number) <= SPACE) end--;
    if (end === from || !CLOSE.includes(bytes[end - 1] as number)) continue;
    const row = valueAt(bytes, at);
    if (row && (members === undefined || row.members === members)) return end;
  }
  return undefined;
}

function betweenLines(bytes: Uint8Array, from: number, look: RowLook): number | undefined {
  for (let feed = bytes.indexOf(FEED, from); feed >= 0; feed = bytes.indexOf(FEED, feed + 1)) {
    const next = bytes[feed + 1];
    const last = bytes[feed - (bytes[feed - 1] === RETURN ? 2 : 1)];
    // an empty line may be a row, or none where it is the last
    if (next === undefined || next <= SPACE || feed < from + 2 || last === FEED) continue;
    if (look.kind === "fields" && fieldsAt(bytes, feed + 1, look)?.members !== look.fields) continue;
    return feed + 1;
  }
  return undefined;
}

/** How a line of fields looks. @throws nothing; undefined where it does not end. */
export function fieldsLook(bytes: Uint8Array, at: number, delimiter: string, quote: string): RowLook | undefined {
  const marks = { delimiter: delimiter.charCodeAt(0), quote: quote.charCodeAt(0) };
  const line = fieldsAt(bytes, at, marks);
  return line && { kind: "fields", ...marks, fields: line.members };
}

function fieldsAt(bytes: Uint8Array, at: number, { delimiter, quote }: { delimiter: number; quote: number }): Extent | undefined {
  let quoted = false;
  let members = 1;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) quoted = !quoted;
    else if (quoted) continue;
    else if (byte === delimiter) members++;
    else if (byte === FEED) return { end: i + 1, members };
  }
  return undefined;
}

/** The JSON value that begins here, as its brackets and strings have it; whether it is one, a scanner says. */
function valueAt(bytes: Uint8Array, at: number): Extent | undefined {
  let depth = 0;
  let members = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      const end = stringEnd(bytes, i);
      if (end === undefined) return undefined;
      i = end - 1;
    } else if (OPEN.includes(byte)) depth++;
    else if (byte === COMMA && depth === 1) members++;
    else if (CLOSE.includes(byte)) depth--;
    if (depth === 0) return { end: i + 1, members: members + 1 };
  }
  return undefined;
}

function stringEnd(bytes: Uint8Array, at: number): number | undefined {
  for (let i = at + 1; i < bytes.length; i++) {
    if (bytes[i] === ESCAPE) i++;
    else if (bytes[i] === QUOTE) return i + 1;
  }
  return undefined;
}

/** The brackets that are open at the end of these bytes, closed. */
export function closing(bytes: Uint8Array): Uint8Array {
  const open: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) i = (stringEnd(bytes, i) ?? bytes.length) - 1;
    else if (OPEN.includes(byte)) open.push(CLOSE[OPEN.indexOf(byte)] as number);
    else if (CLOSE.includes(byte)) open.pop();
  }
  return Uint8Array.from(open.reverse());
}

/** From here on the first byte that is no white space. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] as number) <= SPACE) at++;
  return at;
}

function startsWith(bytes: Uint8Array, at: number, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[at + i] === byte);
}
