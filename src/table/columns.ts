import { encode } from "../columns/bytes.js";
import { product } from "../columns/lists.js";
import { rowsFault } from "../dialects/needs.js";
import { jsonPath } from "../engine/fault.js";
import type { CellKinds, RowReader, RowStyle, RowSyntax, RowTexts } from "../engine/rows.js";
import type { ColumnWriter } from "../envelope/layouts/writer.js";
import { Tape } from "../envelope/tape.js";
import { optionText, TransloadError } from "../errors.js";
import { Blocks } from "./blocks.js";
import { count, type TableJob, type Wait } from "./job.js";
import { datatypeOf, kindsOf, refuseMixed } from "./kinds.js";
import type { Output } from "./output.js";
import { bytesOf, type Range, reread } from "./ranges.js";
import type { Rules } from "./rules.js";

const LIST = Uint8Array.of(0x5b /* [ */);
const CLOSE = Uint8Array.of(0x5d /* ] */);
const NULL = encode("null");

/** Rows that became columns, each in stretches of a spill. */
interface Scattered {
  readonly names: readonly string[];
  readonly kinds: readonly CellKinds[];
  readonly rows: number;
}

/** Columns, or tensors: lists that pass whole, one after the other, and rows that become such. */
export class Columns {
  /** Rows that have become columns. */
  scattered: Scattered | undefined;
  readonly #job: TableJob;
  readonly #rules: Rules;
  readonly #output: Output;
  readonly #blocks: Blocks;

  constructor(job: TableJob, rules: Rules, output: Output) {
    this.#job = job;
    this.#rules = rules;
    this.#output = output;
    this.#blocks = new Blocks(job.spill());
  }

  // ---- rows become columns

  /** The columns' cells wait in blocks, of which they are put together at the end. */
  style(syntax: RowSyntax): RowStyle {
    return this.#rules.scatterStyle(syntax, (bytes, ends) => this.#blocks.append(bytes, ends));
  }

  *scatter(reader: RowReader): Generator<Wait, void, void> {
    while (!reader.done) {
      reader.next();
      if (!reader.done) yield "more";
    }
    this.scattered = { names: reader.names ?? [], kinds: reader.kinds, rows: reader.rows };
    this.#output.told(reader);
  }

  *gather({ names, kinds, rows }: Scattered): Generator<Wait, void, void> {
    const { sink, target, options } = this.#job;
    this.#output.put(this.#writer.head());
    for (const [i, name] of names.entries()) {
      const own = kinds[i] as CellKinds;
      if (target.layout === "named") refuseMixed(own, target.form, name);
      this.#output.put(`${this.#writer.before(name, i === 0)}[`);
      for (const bytes of this.#blocks.column(i)) {
        this.#output.put(bytes);
        if (sink.full) yield "pause";
      }
      this.#output.put(`]${this.#writer.after([rows], datatypeOf(own, target.form, options.datatype, name))}`);
    }
    this.#blocks.close();
  }

  // ---- lists as they are

  *pass(ranges: readonly Range[]): Generator<Wait, void, void> {
    const { target, options, rewriter } = this.#job;
    if (target.form.content === "np" && ranges.length > 1)
      throw new TransloadError(
        "E_TARGET",
        `${target.form.id} is one tensor, and there are ${ranges.length}; ${target.form.dialect}:columns takes them`,
      );
    const names = ranges.map((range) => range.name ?? range.facts?.name ?? "input");
    const fault = rowsFault(
      new Map(ranges.map((range, i) => [names[i] as string, shapeOf(range)[0]])),
      target,
      rewriter?.ownInputs ?? false,
    );
    if (fault) throw fault;
    this.#output.put(this.#writer.head());
    for (const [i, range] of ranges.entries()) {
      const shape = shapeOf(range);
      const name = names[i] as string;
      const datatype = range.facts?.datatype ?? datatypeOf(kindsOf(range.seen), target.form, options.datatype, name);
      this.#output.put(`${this.#writer.before(name, i === 0)}[`);
      if (!range.nested && shape.length > 1 && target.layout === "named") yield* this.nest(range, shape);
      // MLServer's numpy cuts nested texts to the length of the last dimension
      else if (datatype === "BYTES" && range.nested && target.layout === "inputs") yield* this.#flatten(range, shape);
      else yield* this.copy(range);
      this.#output.put(`]${this.#writer.after(shape, datatype, rewriter?.keepsContent ? range.facts?.parameters : undefined)}`);
    }
  }

  /** Cells as they stand, but for NaN where the target has null for it. */
  *copy(range: Range): Generator<Wait, void, void> {
    const { store, sink } = this.#job;
    const gap = this.#rules.gap("nan");
    if (gap === "null" || gap === "finite") return yield* this.#copyWithNulls(range, gap);
    for (const bytes of bytesOf(store, range)) {
      this.#output.put(bytes);
      if (sink.full) yield "pause";
    }
  }

  *#copyWithNulls(range: Range, gap: "null" | "finite"): Generator<Wait, void, void> {
    const { createScanner, sink, store } = this.#job;
    const scanner = createScanner(() => range.path, range.from - 1);
    const tape = new Tape(scanner, (bytes) => this.#output.put(bytes), range.from);
    tape.mode = "copy";
    scanner.watch(0);
    scanner.nan("tell");
    scanner.push(LIST);
    scanner.next();
    const events = (end: boolean) => {
      for (let event = scanner.next(); event !== "more" && event !== "end"; event = scanner.next())
        if (event === "nanStart") {
          const infinite = scanner.slice(scanner.offset - 1, scanner.offset)[0] === 0x49; /* I */
          if (gap === "finite" && infinite)
            throw new TransloadError("E_NAN", `Infinity, for which the target has nothing; ${optionText("nan", "null")} writes null`, {
              offset: scanner.offset - 1,
            });
          tape.startNan(scanner.offset - 1);
        } else if (event === "nanEnd") tape.endNan(scanner.offset, NULL);
      if (!end) tape.takeChunk();
    };
    for (const bytes of bytesOf(store, range)) {
      scanner.push(bytes);
      events(false);
      if (sink.full) yield "pause";
    }
    // a number, or a NaN, may end where the range does: the reference engine tells of it only now
    scanner.push(CLOSE);
    events(true);
    tape.take(range.to);
    scanner.close();
  }

  /** Flat values in the brackets that their shape asks for. */
  *nest(range: Range, shape: readonly number[]): Generator<Wait, void, void> {
    const inner = shape.slice(1);
    const texts = { before: bracketsOf(inner), after: "]".repeat(inner.length), between: "," };
    yield* this.#copyCells(range, "grouped", product(inner), texts, true);
  }

  /** The cells of a matrix one behind the other. */
  *#flatten(range: Range, shape: readonly number[]): Generator<Wait, void, void> {
    const { form } = this.#job.target;
    const [, width] = shape;
    if (shape.length !== 2 || width === undefined)
      throw new TransloadError(
        "E_TARGET",
        `text in a tensor of rank ${shape.length}, which ${form.id} takes flat only; rank 2 is flattened`,
      );
    const before = (i: number) => (i === 0 ? "" : ",");
    yield* this.#copyCells(range, "lists", width, { before, after: "", between: "," }, !form.refusesNull);
  }

  *#copyCells(range: Range, syntax: RowSyntax, width: number, texts: RowTexts, nulls: boolean): Generator<Wait, void, void> {
    const style: RowStyle = { cells: "json", missing: "null", nan: this.#rules.gap("nan"), nulls, texts: () => texts };
    const request = { ...this.#rules.request(syntax, undefined), width };
    const { reader, feed, close } = reread(this.#job, range, request, style);
    for (;;) {
      const text = reader.next();
      if (text) {
        this.#output.put(text);
        if (this.#job.sink.full) yield "pause";
      } else if (reader.done || !feed()) return close();
    }
  }

  get #writer(): ColumnWriter {
    return this.#rules.columns as ColumnWriter;
  }
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

/** The shape that a tensor says it has, checked against its elements; or the one it was seen to have. */
export function shapeOf({ rows, facts, nested, inner, seen, from, path }: Range): readonly number[] {
  const shape = facts?.shape;
  if (!shape) return [rows, ...(seen?.shape ?? (inner?.[0] === 1 ? [inner[1]] : []))];
  const what = facts?.name === undefined ? "the tensor" : `input ${JSON.stringify(facts.name)}`;
  const refuse = (has: string, asks: string | number) =>
    new TransloadError("E_SHAPE", `${what} has ${has}, and its shape [${shape.join(", ")}] asks for ${asks}`, {
      offset: from,
      path: jsonPath(path),
    });
  const cells = nested ? (shape[0] ?? 1) : product(shape);
  if (cells !== rows) throw refuse(count(rows, "element"), cells);
  if (inner && inner[0] + 1 !== shape.length) throw refuse(`lists ${inner[0] + 1} deep`, shape.length);
  if (inner && inner[1] !== shape[1]) throw refuse(`rows of ${count(inner[1], "element")}`, shape[1] as number);
  return shape;
}
