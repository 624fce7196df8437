// Tensors whose elements are wanted in other brackets than they have: they are put so into a spill, and are ranges of it from then on.
import { decodeBytes } from "../columns/bytes.js";
import { product } from "../columns/lists.js";
import type { RowSet } from "../columns/row-set.js";
import type { Seen } from "../engine/cells.js";
import { Mode } from "../engine/codes.js";
import type { RowStyle, RowSyntax, RowTexts } from "../engine/rows.js";
import { TransloadError } from "../errors.js";
import type { Spill } from "../io/store.js";
import { bytesInCells } from "./base64.js";
import type { TableJob } from "./job.js";
import { PickedRows } from "./picked.js";
import { bytesOf, CLOSE, type Range, reread, scannerInside } from "./ranges.js";
import type { Rules } from "./rules.js";

/** Bytes in which it is looked for what the first object is. */
const HEAD = 64;
/** A row of no cells has its brackets all the same. */
const LISTS: RowStyle["texts"] = (_, width) => ({ before: (i) => (i === 0 ? "[" : ","), after: width === 0 ? "[]" : "]", between: "," });
const BARE: RowStyle["texts"] = (_, width) => ({ before: (i) => (i === 0 ? "" : ","), after: "", between: width === 0 ? "" : "," });

/** Rows that were read, and cells in each. */
interface Counted {
  readonly rows: number;
  readonly width: number;
}

export class Nesting {
  readonly #job: TableJob;
  readonly #rules: Rules;
  readonly #spill: Spill;

  constructor(job: TableJob, rules: Rules) {
    this.#job = job;
    this.#rules = rules;
    this.#spill = job.spill();
  }

  /** The text of a range's rows, in other brackets; of some of them. */
  *rewritten(
    range: Range,
    syntax: RowSyntax,
    width: number | undefined,
    texts: RowStyle["texts"],
    gaps: Pick<RowStyle, "nan" | "nulls">,
    set?: RowSet,
  ): Generator<Uint8Array, Counted, void> {
    const style: RowStyle = { cells: "json", missing: "null", ...gaps, texts };
    const request = { ...this.#rules.request(syntax, undefined), ...(width !== undefined && { width }) };
    const { reader: all, feed, close } = reread(this.#job, range, request, style);
    const reader = set ? new PickedRows(all, set, true) : all;
    try {
      for (;;) {
        const text = reader.next();
        if (text) yield text;
        else if (reader.done || !feed()) return { rows: reader.rows, width: reader.width ?? 0 };
      }
    } finally {
      close();
    }
  }

  /** Its elements one behind the other, in row-major order. */
  flat(range: Range): Range {
    let flat = range;
    for (let depth = range.nested ? (range.inner?.[0] ?? 1) : 0; depth > 0; depth--) flat = this.#peeled(flat);
    return { ...flat, nested: false, inner: undefined };
  }

  /** Flat elements in the brackets that the shape asks for. */
  nested(range: Range, shape: readonly number[]): Range {
    const inner = shape.slice(1);
    const [to, store] = this.#put(
      range,
      this.#kept(range, "grouped", product(inner), () => bracketed(inner)),
    );
    return { ...range, nested: true, to, store, rows: shape[0] ?? 0, inner: [inner.length, inner[0] ?? 0] };
  }

  /** A tensor of this shape with those of its elements that are picked alone; itself where all are wanted. */
  picked(range: Range, shape: readonly number[]): Range {
    const { picked: set } = this.#job.options;
    if (!set) return range;
    const inner = shape.slice(1);
    const syntax = range.nested ? "lists" : inner.length === 0 ? "cells" : "grouped";
    const width = syntax === "grouped" ? product(inner) : undefined;
    const text = this.rewritten(range, syntax, width, range.nested ? LISTS : BARE, { nan: "token", nulls: true }, set);
    let rows = 0;
    function* counted(): Generator<Uint8Array, void, void> {
      rows = (yield* text).rows;
    }
    const [to, store] = this.#put(range, counted());
    const facts = range.facts && { ...range.facts, ...(range.facts.shape && { shape: [rows, ...inner] }) };
    const own = { ...range, facts, to, store, rows: range.nested ? rows : rows * product(inner) };
    return range.seen ? { ...own, seen: this.#seen(own) } : own;
  }

  /**
   * A column that is written as these bytes, whose cells are lists, and what is in them.
   * @throws TransloadError E_RAGGED, E_MIXED or E_NESTED where they are no tensor together.
   */
  column(name: string, rows: number, bytes: Iterable<Uint8Array>): Range {
    const range: Range = { name, from: 1, to: 1, path: [], rows, nested: true, facts: undefined, seen: undefined };
    const [to, store] = this.#put(range, bytes);
    const column = { ...range, to, store };
    const seen = this.#seen(column);
    return { ...column, seen, inner: seen && [seen.shape.length, seen.shape[0] ?? 0] };
  }

  /** One level of brackets less. */
  #peeled(range: Range): Range {
    const text = this.#kept(range, "lists", undefined, BARE);
    let counted: Counted = { rows: 0, width: 0 };
    function* bare(): Generator<Uint8Array, void, void> {
      counted = yield* text;
    }
    const [to, store] = this.#put(range, bare());
    const { rows, width } = counted;
    // of lists without members nothing is left but what stood between them
    return width === 0 ? { ...range, rows: 0, to: range.from } : { ...range, rows: rows * width, to, store };
  }

  /** Cells as they stand: what a NaN becomes is told where they are written. */
  #kept(range: Range, syntax: RowSyntax, width: number | undefined, texts: RowStyle["texts"]): Generator<Uint8Array, Counted, void> {
    return this.rewritten(range, syntax, width, texts, { nan: "token", nulls: true });
  }

  /** Puts this into the spill, where it is found from the range's first offset on. Returns where it ends. */
  #put({ from }: Range, bytes: Iterable<Uint8Array>): [to: number, store: NonNullable<Range["store"]>] {
    const at = this.#spill.append(new Uint8Array());
    let to = from;
    for (const piece of bytes) {
      this.#spill.append(piece);
      to += piece.length;
    }
    return [to, { read: (offset, target) => this.#spill.read(at + offset - from, target) }];
  }

  /** What was refused are bytes as TensorFlow Serving spells them. */
  #bytesIn(range: Range, error: unknown): TransloadError | undefined {
    if (!(error instanceof TransloadError) || error.code !== "E_OBJECT") return undefined;
    const head = bytesOf(this.#job.store, range).next().value ?? new Uint8Array();
    return bytesInCells(range.name ?? "", decodeBytes(head.subarray(0, HEAD)), this.#job.target.form);
  }

  #seen(range: Range): Seen | undefined {
    const { form } = this.#job.target;
    const scanner = scannerInside(this.#job, range, Mode.Tensor);
    if (form.refusesNull) scanner.refuseNull(true);
    try {
      const cells = scanner.cells(surveyOf(range.name));
      for (const bytes of bytesOf(this.#job.store, range)) {
        scanner.push(bytes);
        cells.next();
      }
      scanner.push(CLOSE);
      scanner.last();
      while (!cells.done) cells.next();
      return cells.seen[0];
    } catch (error) {
      throw this.#bytesIn(range, error) ?? listFault(error, range.name ?? "", form.id);
    } finally {
      scanner.close();
    }
  }
}

/** What stands before each cell of an element of this shape. */
export function bracketed(inner: readonly number[]): RowTexts {
  return { before: bracketsOf(inner), after: "]".repeat(inner.length), between: "," };
}

/** What stands before each cell of an element of this shape. */
export function bracketsOf(inner: readonly number[]): RowTexts["before"] {
  return (i) => {
    let block = 1;
    let opened = 0;
    for (let k = inner.length - 1; k >= 0; k--) {
      block *= inner[k] as number;
      if (i % block === 0) opened++;
    }
    return (i === 0 ? "" : `${"]".repeat(opened)},`) + "[".repeat(opened);
  };
}

/** A tensor is only looked at. */
export function surveyOf(name = "") {
  return {
    layout: "tensor" as const,
    names: [name],
    width: undefined,
    dtype: undefined,
    cast: "error" as const,
    batchRows: undefined,
    reuse: true,
    survey: true,
  };
}

/** What is wrong with the lists in a column's cells. */
function listFault(error: unknown, name: string, form: string): unknown {
  if (!(error instanceof TransloadError)) return error;
  const { code, row } = error;
  const column = `column ${JSON.stringify(name)}`;
  const place = row === undefined ? {} : { row };
  const at = row === undefined ? "" : `, as row ${row} shows`;
  switch (code) {
    case "E_RAGGED":
      return new TransloadError(code, `${column} holds lists of different lengths, which are no tensor for ${form}${at}`, place);
    case "E_MIXED":
      return new TransloadError(code, `${column} holds lists beside scalars, which are no tensor for ${form}${at}`, place);
    case "E_OBJECT":
      return new TransloadError("E_NESTED", `${column} holds objects, which have no datatype in ${form}${at}`, place);
    default:
      return new TransloadError(code, error.detail.includes(column) ? error.detail : `${column}: ${error.detail}`, place);
  }
}
