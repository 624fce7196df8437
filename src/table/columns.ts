import { encode } from "../columns/bytes.js";
import { product } from "../columns/lists.js";
import { rowsFault } from "../dialects/needs.js";
import { jsonPath } from "../engine/fault.js";
import type { CellKinds, RowReader, RowStyle, RowSyntax, RowTexts } from "../engine/rows.js";
import { type ColumnWriter, columnWriter } from "../envelope/layouts/writer.js";
import { Tape } from "../envelope/tape.js";
import { optionText, TransloadError } from "../errors.js";
import { areBytes, BASE64, notBytes, refuseBytes, tellsBytes } from "./base64.js";
import { Blocks } from "./blocks.js";
import { count, type TableJob, type Wait } from "./job.js";
import { datatypeOf, kindsOf, refuseMixed } from "./kinds.js";
import { bracketed, Nesting } from "./nesting.js";
import type { Output } from "./output.js";
import { bytesOf, type Range } from "./ranges.js";
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
  readonly nesting: Nesting;
  readonly #job: TableJob;
  readonly #rules: Rules;
  readonly #output: Output;
  readonly #blocks: Blocks;

  constructor(job: TableJob, rules: Rules, output: Output) {
    this.#job = job;
    this.#rules = rules;
    this.#output = output;
    this.#blocks = new Blocks(job.spill());
    this.nesting = new Nesting(job, rules);
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
    const inputs = target.layout === "inputs";
    // a DataFrame's columns are lists of cells; tensors beside them are arrays by themselves, and so are all
    const lists = inputs && kinds.some(({ nested }) => nested);
    if (lists) this.#rules.columns = columnWriter(target.form, target.layout, "dict");
    const bytes = tellsBytes(target) && areBytes(this.#job, names);
    if (!bytes) refuseBytes(this.#job, names);
    else if (kinds.some(({ texts }) => !texts)) throw notBytes();
    else this.#rules.columns = columnWriter(target.form, target.layout, undefined);
    this.#output.put(this.#writer.head());
    for (const [i, key] of names.entries()) {
      const name = bytes ? "input" : key;
      const own = kinds[i] as CellKinds;
      refuseMixed(own, target.form, name);
      if (inputs && own.nested) {
        yield* this.#tensor(this.nesting.column(name, rows, this.#blocks.column(i)), name, i === 0);
        continue;
      }
      this.#output.put(`${this.#writer.before(name, i === 0)}[`);
      for (const bytes of this.#blocks.column(i)) {
        this.#output.put(bytes);
        if (sink.full) yield "pause";
      }
      this.#output.put(`]${this.#writer.after([rows], datatypeOf(own, target.form, options.datatype, name), bytes ? BASE64 : undefined)}`);
    }
    this.#blocks.close();
  }

  // ---- lists as they are

  *pass(given: readonly Range[]): Generator<Wait, void, void> {
    const { target, rewriter } = this.#job;
    const ranges = given.map((range) => this.nesting.picked(range, shapeOf(range)));
    if (target.form.content === "np" && ranges.length > 1)
      throw new TransloadError(
        "E_TARGET",
        `${target.form.id} is one tensor, and there are ${ranges.length}; ${target.form.dialect}:columns takes them`,
      );
    const names = ranges.map((range) => range.name ?? range.facts?.name ?? this.#job.target.form.unnamed ?? "input");
    const fault = rowsFault(
      new Map(ranges.map((range, i) => [names[i] as string, shapeOf(range)[0]])),
      target,
      rewriter?.ownInputs ?? false,
    );
    if (fault) throw fault;
    this.#output.put(this.#writer.head());
    for (const [i, range] of ranges.entries()) yield* this.#tensor(range, names[i] as string, i === 0);
  }

  /** One of several tensors. */
  *#tensor(range: Range, name: string, first: boolean): Generator<Wait, void, void> {
    const { target, options, rewriter } = this.#job;
    const shape = shapeOf(range);
    const datatype = datatypeOf(kindsOf(range.seen), target.form, options.datatype, name, range.facts?.datatype);
    this.#output.put(`${this.#writer.before(name, first)}[`);
    if (!range.nested && shape.length > 1 && target.layout === "named") yield* this.nest(range, shape);
    // MLServer's numpy cuts nested texts to the length of the last dimension
    else if (datatype === "BYTES" && range.nested && target.layout === "inputs") yield* this.#flatten(range, shape);
    else yield* this.copy(range);
    this.#output.put(`]${this.#writer.after(shape, datatype, rewriter?.keepsContent ? range.facts?.parameters : undefined)}`);
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
    yield* this.#copyCells(range, "grouped", product(inner), bracketed(inner), true);
  }

  /** The cells of a matrix, or of what is nested deeper, one behind the other. */
  *#flatten(range: Range, [, width, ...others]: readonly number[]): Generator<Wait, void, void> {
    if (others.length > 0) return yield* this.copy(this.nesting.flat(range));
    const before = (i: number) => (i === 0 ? "" : ",");
    yield* this.#copyCells(range, "lists", width as number, { before, after: "", between: "," }, !this.#job.target.form.refusesNull);
  }

  *#copyCells(range: Range, syntax: RowSyntax, width: number, texts: RowTexts, nulls: boolean): Generator<Wait, void, void> {
    for (const text of this.nesting.rewritten(range, syntax, width, () => texts, { nan: this.#rules.gap("nan"), nulls })) {
      this.#output.put(text);
      if (this.#job.sink.full) yield "pause";
    }
  }

  get #writer(): ColumnWriter {
    return this.#rules.columns as ColumnWriter;
  }
}

/** Its data are nested as its shape says, or flat. */
export function fits({ rows, facts, nested, inner }: Range): boolean {
  const shape = facts?.shape;
  return !shape || !nested || !inner || (shape[0] === rows && shape.length === inner[0] + 1 && shape[1] === inner[1]);
}

/** The shape that a tensor says it has, checked against its elements; or the one it was seen to have. Call where its data fit that. */
export function shapeOf({ rows, facts, nested, inner, seen, from, path }: Range): readonly number[] {
  const shape = facts?.shape;
  if (!shape) return [rows, ...(seen?.shape ?? (inner?.[0] === 1 ? [inner[1]] : []))];
  const cells = product(shape);
  if (nested || cells === rows) return shape;
  const what = facts?.name === undefined ? "the tensor" : `input ${JSON.stringify(facts.name)}`;
  throw new TransloadError("E_SHAPE", `${what} has ${count(rows, "element")}, and its shape [${shape.join(", ")}] asks for ${cells}`, {
    offset: from,
    path: jsonPath(path),
  });
}
