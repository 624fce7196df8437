// A column of Arrow's as ours: lists around cells, places in dictionaries, and runs of one cell.
import type { Column } from "../../columns/column.js";
import { changedAround, FIXED_SHAPE, inDimensions, inLists } from "../../columns/lists.js";
import { sliceRows, takeRows } from "../../columns/rows.js";
import { changed, lengthOf } from "../../columns/texts.js";
import { jsonColumn, mapText, NULL, rowTexts, structKeys, structText } from "../json-cells.js";
import { endsIn, placesIn } from "../places.js";
import { type Buffers, type Node, numbersIn } from "./body.js";
import { cellsOf, noCell, offsetsOf, validOf } from "./cells.js";
import type { Reading } from "./reading.js";
import { type ArrowField, type ArrowType, fixedShapeOf, isNested } from "./schema.js";

/** The next column of a message, of so many rows. @throws RangeError, or Error, where it is damaged; TransloadError for what is no cell. */
export function columnOf(field: ArrowField, body: Buffers, rows: number, of: Reading): Column {
  const own = cellsOrLists(field, body, rows, of);
  if (isNested(field)) return jsonColumn(of.name, rowTexts(own, rows));
  const fixed = fixedShapeOf(field);
  if (!fixed || fixed.length === 0 || own.lists?.some(({ valid }) => valid)) return asTensor(own, field, rows);
  return asTensor(changedAround(own, { shape: fixed }), field, rows);
}

/** A tensor's cells have more dimensions than the lists that they are written in. */
function asTensor(column: Column, { metadata }: ArrowField, rows: number): Column {
  // other extensions have metadata of their own kind, which need not be JSON
  const said = metadata.get("ARROW:extension:name") === FIXED_SHAPE ? metadata.get("ARROW:extension:metadata") : undefined;
  if (said === undefined) return column;
  const { shape } = JSON.parse(said) as { shape?: unknown };
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw new Error(`a shape that is none, ${said.slice(0, 100)}`);
  return inDimensions(column, shape, rows);
}

/** The same, of which `lists` tell all lists, be their lengths the type's own or not. */
export function cellsOrLists(field: ArrowField, body: Buffers, rows: number | undefined, of: Reading): Column {
  const node = body.node();
  if (rows !== undefined && node.length !== rows) throw new RangeError(`a column of ${node.length} cells in a batch of ${rows} rows`);
  const { type, dictionary } = field;
  if (dictionary) return decoded(dictionary, node, body, of);
  if (type.kind === "runs") return spreadRuns(field, node, body, of);
  if (type.kind === "fixed list") return fixedLists(field, type.length, node, body, of);
  if (type.kind === "struct") return structs(field, node, body, of);
  if (type.kind === "map") return maps(field, node, body, of);
  if (type.kind !== "list") return cellsOf(field, node, body, of);
  return type.view ? viewedLists(field, type.offsets, node, body, of) : packedLists(field, type.offsets, node, body, of);
}

/** Cells by their places in a dictionary. */
function decoded({ id, index }: { readonly id: number; readonly index: ArrowType }, node: Node, body: Buffers, of: Reading): Column {
  const valid = validOf(node, body);
  if (index.kind !== "int") throw noCell(of.name, index);
  const known = of.dictionaryOf(id);
  const places = numbersIn(
    body.buffer((index.bits / 8) * node.length),
    PLACES[`${index.bits}${index.signed}`] as typeof Int32Array,
    node.length,
    of.swap,
  );
  return changed(takeRows(known, placesIn(places, rowsOf(known), valid)), { name: of.name });
}

const PLACES: Readonly<Record<string, unknown>> = {
  "8true": Int8Array,
  "16true": Int16Array,
  "32true": Int32Array,
  "64true": BigInt64Array,
  "8false": Uint8Array,
  "16false": Uint16Array,
  "32false": Uint32Array,
  "64false": BigUint64Array,
};

/** None of these columns has a shape that its lists do not tell. */
function rowsOf(column: Column): number {
  return column.lists ? (column.lists[0]?.offsets.length ?? 1) - 1 : lengthOf(column);
}

/** Runs of one cell: where each ends, and the cells. */
function spreadRuns({ children }: ArrowField, { length }: Node, body: Buffers, of: Reading): Column {
  const [ends, values] = children as readonly [ArrowField, ArrowField];
  const until = cellsOrLists(ends, body, undefined, of).values as ArrayLike<number | bigint>;
  const cells = cellsOrLists(values, body, undefined, of);
  const count = rowsOf(cells);
  of.guard.gave(length);
  const rows = new Int32Array(length);
  let at = 0;
  for (let run = 0; at < length; run++) {
    const end = Number(until[run] ?? 0);
    if (run >= count || end <= at) throw new RangeError("unexpected end of a message: runs that do not reach the last row");
    rows.fill(run, at, Math.min(end, length));
    at = end;
  }
  return takeRows(cells, rows);
}

function fixedLists({ children }: ArrowField, size: number, node: Node, body: Buffers, of: Reading): Column {
  const valid = validOf(node, body);
  of.guard.gave(node.length * size);
  const cells = cellsOrLists(children[0] as ArrowField, body, undefined, of);
  if (rowsOf(cells) < node.length * size) throw new RangeError(`unexpected end of a message: its lists have ${rowsOf(cells)} cells`);
  const offsets = Int32Array.from({ length: node.length + 1 }, (_, i) => i * size);
  return within(cells, offsets, valid);
}

function packedLists({ children }: ArrowField, bytes: 4 | 8, node: Node, body: Buffers, of: Reading): Column {
  const valid = validOf(node, body);
  const own = offsetsOf(body, bytes, node.length, of.swap);
  const cells = cellsOrLists(children[0] as ArrowField, body, undefined, of);
  return within(cells, endsIn(own, rowsOf(cells)), valid);
}

function structs({ children }: ArrowField, node: Node, body: Buffers, of: Reading): Column {
  const valid = validOf(node, body);
  const keys = structKeys(
    of.name,
    children.map(({ name }) => name),
  );
  // a key may be long, and stands in every row
  of.guard.gave(node.length * keys.reduce((sum, key) => sum + key.length, 0));
  const fields = children.map((child) => itemsOf(child, node.length, body, of));
  const own = (i: number) => fields.map((texts) => texts[i] as string);
  return jsonColumn(
    of.name,
    Array.from({ length: node.length }, (_, i) => (valid?.[i] === 0 ? NULL : structText(keys, own(i)))),
  );
}

function maps({ children }: ArrowField, node: Node, body: Buffers, of: Reading): Column {
  const valid = validOf(node, body);
  const own = offsetsOf(body, 4, node.length, of.swap);
  const [{ children: pair }] = children as readonly [ArrowField];
  const [key, value] = pair as readonly [ArrowField, ArrowField];
  const entries = body.node();
  validOf(entries, body);
  const keys = itemsOf(key, entries.length, body, of);
  const values = itemsOf(value, entries.length, body, of);
  const ends = endsIn(own, entries.length);
  const text = isText(key);
  const map = (from: number, to: number) => mapText(of.name, keys.slice(from, to), values.slice(from, to), text);
  return jsonColumn(
    of.name,
    Array.from({ length: node.length }, (_, i) => (valid?.[i] === 0 ? NULL : map(ends[i] as number, ends[i + 1] as number))),
  );
}

/** What a struct, or a map, has of one field, as JSON. */
function itemsOf(field: ArrowField, least: number, body: Buffers, of: Reading): string[] {
  const column = cellsOrLists(field, body, undefined, of);
  const count = rowsOf(column);
  if (count < least) throw new RangeError(`unexpected end of a message: a field of ${count} cells in ${least} structs`);
  return rowTexts(column, count);
}

function isText({ type, children }: ArrowField): boolean {
  return type.kind === "text" || (type.kind === "runs" && children[1] !== undefined && isText(children[1]));
}

/** Lists that may lie in any order, and upon each other. */
function viewedLists({ children }: ArrowField, bytes: 4 | 8, node: Node, body: Buffers, of: Reading): Column {
  const { length } = node;
  const valid = validOf(node, body);
  const numbers = () => {
    const own = body.buffer(bytes * length);
    return bytes === 4 ? numbersIn(own, Int32Array, length, of.swap) : numbersIn(own, BigInt64Array, length, of.swap);
  };
  const [starts, sizes] = [numbers(), numbers()];
  const cells = cellsOrLists(children[0] as ArrowField, body, undefined, of);
  const known = rowsOf(cells);
  const offsets = new Int32Array(length + 1);
  let total = 0;
  for (let i = 0; i < length; i++) {
    const [from, size] = valid?.[i] === 0 ? [0, 0] : [Number(starts[i]), Number(sizes[i])];
    if (!(from >= 0 && size >= 0 && from + size <= known))
      throw new RangeError("unexpected end of a message: a list of cells that are not there");
    total += size;
    of.guard.gave(size);
    if (total >= 2 ** 31) throw new RangeError("more cells in one batch than there may be");
    offsets[i + 1] = total;
  }
  const rows = new Int32Array(total);
  for (let i = 0; i < length; i++)
    for (let to = offsets[i] as number, from = Number(starts[i]); to < (offsets[i + 1] as number); to++) rows[to] = from++;
  const seen = takeRows(cells, rows);
  return inLists(seen, [{ offsets, ...(valid && { valid }) }, ...(seen.lists ?? [])]);
}

/** Cells, or lists, in the lists that end so. What lies in a list that is null is left out. */
function within(cells: Column, ends: Int32Array<ArrayBuffer>, valid: Uint8Array<ArrayBuffer> | undefined): Column {
  const first = ends[0] as number;
  const length = ends.length - 1;
  const last = ends[length] as number;
  const own = first > 0 || last < rowsOf(cells) ? sliceRows(cells, first, last) : cells;
  const hidden = valid?.some((present, i) => present === 0 && ends[i + 1] !== ends[i]);
  const offsets = first > 0 ? ends.map((end) => end - first) : ends;
  if (!hidden) return inLists(own, [{ offsets, ...(valid && { valid }) }, ...(own.lists ?? [])]);
  const kept = new Int32Array(length + 1);
  const rows: number[] = [];
  for (let i = 0; i < length; i++) {
    if (valid?.[i] !== 0) for (let row = offsets[i] as number; row < (offsets[i + 1] as number); row++) rows.push(row);
    kept[i + 1] = rows.length;
  }
  const seen = takeRows(own, Int32Array.from(rows));
  return inLists(seen, [{ offsets: kept, ...(valid && { valid }) }, ...(seen.lists ?? [])]);
}
