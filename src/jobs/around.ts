// What stands around a document's rows, as its first bytes tell.
import { readSync } from "node:fs";
import { concat, encode } from "../columns/bytes.js";
import { choose, type Layout } from "../dialects/index.js";
import { cargoStart } from "../envelope/cargo-start.js";
import { formOf } from "../envelope/detect.js";
import { prepared } from "../lanes/recoding.js";
import type { ReadRequest, Request } from "../options/request.js";
import { closing, fieldsLook, lookAt, type RowLook, rowEnd, skipSpace } from "./boundary.js";

const LAYOUTS: readonly Layout[] = ["frame", "tensor", "records", "ndarray", "lines", "delimited"];
const START = 1 << 20;
/** A head is read again with every part. */
const LONGEST_HEAD = 1 << 18;
/** Before a document's labels are left out. */
const LONGEST_START = 1 << 26;
/** Records of the head, so that it has keys which some of them lack. */
const RECORDS = 1 << 14;
const COMMA = 0x2c;
const SPACE = 0x20;
const BYTE_ORDER_MARK = encode("\ufeff");

/** The first rows of a document, and what is around them. */
export interface Around {
  readonly layout: Layout;
  readonly look: RowLook;
  readonly first: Uint8Array;
  readonly others: Uint8Array;
  /** The first row again, with what stands before a row that is not the first. */
  readonly another: Uint8Array;
  readonly tail: Uint8Array;
}

/** What a source is read as. */
export type Source = Pick<Request, "from" | "what" | "rows">;

/**
 * Whether a row is read as its own bytes and the head say, and these stand in the file as they are read.
 * @throws TransloadError E_OPTION as `prepared` does.
 */
export function standsAlone(request: Pick<ReadRequest, "from" | "what" | "encoding" | "rows">): boolean {
  const { typing, ragged } = request.rows;
  return prepared(request).recoding === undefined && typing !== "pandas" && ragged !== "pad";
}

/**
 * The first rows of an open file, of so many bytes at least, and at most with what is before them; undefined where its rows are not told by
 * that.
 */
export function aroundRows(fd: number, size: number, source: Source, least: number, longest = LONGEST_HEAD): Around | undefined {
  for (let length = START; ; length *= 8) {
    const around = aroundIn(read(fd, Math.min(length, size)), source, least, longest);
    if (around) return around;
    if (length >= Math.min(size, LONGEST_START)) return undefined;
  }
}

function read(fd: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
}

function aroundIn(start: Uint8Array, source: Source, least: number, longest: number): Around | undefined {
  const choice = choose(source.from, true, source.what);
  const found = formOf(choice, start);
  if (!found || !LAYOUTS.includes(found.layout)) return undefined;
  if (found.layout === "lines" || found.layout === "delimited") return aroundLines(start, source, found.layout, least, longest);
  const cargo = cargoStart(choice, start);
  if (!cargo) return undefined;
  const at = skipSpace(start, cargo.offset);
  const look = lookAt(start, at);
  const row = look && rowEnd(start, at, look);
  if (!look || row === undefined) return undefined;
  const end = headEnd(start, at, row, look, found.layout === "records", least);
  if (end === undefined) return undefined;
  const first = start.subarray(0, end);
  const { labels } = cargo;
  const others = labels ? concat([first.subarray(0, labels.from), first.subarray(labels.to)]) : first;
  if (others.length > longest) return undefined;
  const tail = closing(start.subarray(0, at));
  return { layout: found.layout, look, first, others, another: concat([encode(","), start.subarray(at, row)]), tail };
}

/** Where the head's rows end: behind the first of them, or so many bytes; where they may lack keys, behind some more if there are any. */
function headEnd(start: Uint8Array, at: number, row: number, look: RowLook, keyed: boolean, least: number): number | undefined {
  const wanted = at + (keyed ? Math.max(RECORDS, least) : least);
  if (row >= wanted) return row;
  return endBehind(start, at, wanted, look) ?? (least === 0 ? row : undefined);
}

/** Where the first row ends that ends there or behind it, with another behind it: known, and not guessed, as they are gone through one by one. */
function endBehind(start: Uint8Array, at: number, wanted: number, look: RowLook): number | undefined {
  for (let begin = at; ; ) {
    const end = rowEnd(start, begin, look);
    const next = end === undefined ? undefined : nextRow(start, end, look);
    if (end === undefined || next === undefined) return undefined;
    // an empty line may be a row, or none where it is the last
    if (end >= wanted && (look.kind === "values" || (end > begin + 2 && (start[end] as number) > SPACE))) return end;
    begin = next;
  }
}

function nextRow(start: Uint8Array, end: number, look: RowLook): number | undefined {
  const comma = skipSpace(start, end);
  if (look.kind === "values" && start[comma] !== COMMA) return undefined;
  const next = look.kind === "values" ? skipSpace(start, comma + 1) : end;
  return next < start.length ? next : undefined;
}

function aroundLines(
  start: Uint8Array,
  { from, what, rows }: Source,
  layout: "lines" | "delimited",
  least: number,
  longest: number,
): Around | undefined {
  const marked = BYTE_ORDER_MARK.every((byte, i) => start[i] === byte);
  let at = marked ? BYTE_ORDER_MARK.length : 0;
  let look: RowLook | undefined = { kind: "lines" };
  if (layout === "delimited") {
    const [form] = choose(from, true, what).forms;
    look = fieldsLook(start, at, rows.delimiter ?? form?.delimiter ?? ",", rows.quote ?? '"');
    if (look && rows.header !== false && !form?.headless) at = rowEnd(start, at, look) ?? start.length;
  }
  const row = look && rowEnd(start, at, look);
  if (!look || row === undefined) return undefined;
  const end = headEnd(start, at, row, look, layout === "lines", least);
  if (end === undefined) return undefined;
  const first = start.subarray(0, end);
  return first.length > longest
    ? undefined
    : { layout, look, first, others: first, another: start.subarray(at, row), tail: new Uint8Array() };
}
