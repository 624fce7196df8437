// Tensors, and columns side by side, which wait in a store until all is known of them: their shapes, how many they are, how long.
import { nothingLeft } from "../columns/column-pick.js";
import { product } from "../columns/lists.js";
import { isCut, isTensor, keepsShape } from "../dialects/needs.js";
import { Mode } from "../engine/codes.js";
import type { InputFacts } from "../envelope/layouts/scope.js";
import type { Payload } from "../envelope/payload.js";
import type { Rewriter } from "../envelope/rewriter.js";
import { listed, TransloadError } from "../errors.js";
import { type Columns, fits, shapeOf } from "./columns.js";
import { count, type TableJob, type Wait } from "./job.js";
import { datatypeOf, kindsOf } from "./kinds.js";
import type { RowMover } from "./mover.js";
import { bracketsOf, surveyOf } from "./nesting.js";
import type { Output } from "./output.js";
import { type Range, rangeFrom, sourceOf } from "./ranges.js";
import type { Rules } from "./rules.js";

export class Tensors {
  /** Where each of them is, in the order that they came; rows that wait for what stands behind them are among them. */
  readonly ranges: Range[] = [];
  readonly #job: TableJob;
  readonly #rules: Rules;
  readonly #output: Output;
  readonly #columns: Columns;
  readonly #mover: RowMover;

  constructor(job: TableJob, rules: Rules, output: Output, columns: Columns, mover: RowMover) {
    this.#job = job;
    this.#rules = rules;
    this.#output = output;
    this.#columns = columns;
    this.#mover = mover;
  }

  /** A column, or a tensor, begins: it waits until all is known of it. */
  *begin(rewriter: Rewriter, name: string | undefined, nested: boolean): Generator<Wait, void, void> {
    const { scanner, target, store } = this.#job;
    const facts = rewriter.inputs.at(-1);
    if (facts) facts.nested = nested;
    const range: Range = { ...rangeFrom(scanner.offset, rewriter.path()), name, nested, facts };
    store.keep(range.from);
    this.ranges.push(range);
    if (target.form.refusesNull || isWhole(facts)) scanner.refuseNull(true);
    scanner.startCargo(Mode.Tensor, undefined);
    // null cannot take the place of a NaN inside the rows of a piece
    if (this.#deep(range) && ["null", "finite"].includes(this.#rules.gap("nan"))) scanner.nan("error");
    if (target.layout === "inputs" && !facts) yield* this.#survey(range);
    rewriter.pendingRead();
  }

  /** The last column has ended: where, and how long it was. */
  endLast(payload: Payload): void {
    const last = this.ranges.at(-1);
    if (!last || last.to !== last.from || payload.cargoEnd === undefined || payload.cargoEnd <= last.from) return;
    last.to = payload.cargoEnd - 1;
    last.rows = payload.cargoRows;
    last.inner = last.nested ? [payload.innerRank ?? 1, payload.width ?? 0] : undefined;
    this.#job.store.rest();
  }

  /** Columns, or tensors, that have waited. */
  *write(): Generator<Wait, void, void> {
    const { rewriter, target, origin } = this.#job;
    // servers go by the shape, and take the elements in row-major order, however they are nested
    this.ranges.forEach((range, i) => {
      if (!fits(range)) this.ranges[i] = this.#columns.nesting.flat(range);
    });
    this.#pick();
    const [only] = this.ranges;
    const single = only !== undefined && this.ranges.length === 1;
    if (this.#rules.writer) {
      // what one tensor becomes where there is but one
      const nameless = single && (only.facts?.name ?? only.name) === undefined;
      const lone = single && (nameless || isTensor(origin) || target.layout === "values");
      const own = single && only.facts === undefined && only.name === undefined;
      if (lone && keepsShape(target)) yield* this.#tensor(only);
      else if (own) yield* this.#rowsOfTensor(only);
      else if (lone && shapeOf(only).length === 2) yield* this.#matrix(only);
      else yield* this.#across();
      return;
    }
    const own = single && only.facts === undefined && only.name === undefined && target.form.content !== "np";
    if (own) return yield* this.#rowsOfTensor(only);
    // a matrix whose columns have names
    const matrix = (rewriter?.form?.content === "np" || rewriter?.layout === "values") && rewriter.columns !== undefined;
    if (single && matrix && shapeOf(only).length === 2 && target.form.content !== "np") yield* this.#matrix(only);
    else yield* this.#columns.pass(this.ranges);
  }

  /** Of several tensors, or columns, those that are wanted, under new names. A tensor alone has no names to choose from. */
  #pick(): void {
    const { source, options } = this.#job;
    const { pick } = options;
    if (isTensor(source)) this.#rules.refuseNamelessDrop(this.#job.rewriter?.columns);
    if (!pick || isTensor(source) || !["named", "inputs"].includes(source.layout)) return;
    const all = this.ranges.splice(0);
    const names = all.map((range, i) => range.facts?.name ?? range.name ?? `${i}`);
    const renamed = pick.names(names);
    const places = pick.places(names);
    if (places.length === 0) throw nothingLeft("tensors", names);
    places.forEach((place, i) => {
      const range = all[place] as Range;
      const name = renamed[i] as string;
      this.ranges.push({ ...range, name, facts: range.facts && { ...range.facts, name } });
    });
  }

  /** Its rows are lists of lists, that pass as they stand. */
  #deep({ nested, facts }: Range): boolean {
    return nested && isCut(this.#job.options) && (facts?.shape?.length ?? 3) > 2;
  }

  /** What the cells of a tensor are, of which a datatype is to be told. */
  *#survey(range: Range): Generator<Wait, void, void> {
    const cells = this.#job.scanner.cells(surveyOf(range.name));
    while (!cells.done) {
      cells.next();
      if (cells.done || this.#job.ended()) break;
      yield "more";
    }
    range.seen = cells.seen[0];
  }

  /** A tensor in the brackets that its shape asks for. */
  *#tensor(range: Range): Generator<Wait, void, void> {
    const shape = shapeOf(range);
    if (isCut(this.#job.options)) return yield* this.#elements(range, shape);
    const own = this.#columns.nesting.picked(range, shape);
    this.#output.begin();
    if (!own.nested && shape.length > 1) yield* this.#columns.nest(own, shapeOf(own));
    else yield* this.#columns.copy(own);
    this.#output.rows = shapeOf(own)[0] ?? 0;
  }

  /** The same element by element, between which it is cut. */
  *#elements(range: Range, shape: readonly number[]): Generator<Wait, void, void> {
    const { target, options, rewriter } = this.#job;
    const { facts, nested, seen } = range;
    const inner = shape.slice(1);
    const width = product(inner);
    const name = range.name ?? facts?.name ?? target.form.unnamed ?? "input";
    const datatype = datatypeOf(kindsOf(seen), target.form, options.datatype, name, facts?.datatype);
    this.#output.tensor = { name, inner, datatype };
    // text lies flat, because MLServer's numpy cuts nested texts to the length of the last dimension
    const flat = target.layout === "inputs" && (nested ? datatype === "BYTES" && inner.length === 1 : true);
    const before = flat ? (i: number) => (i === 0 ? "" : ",") : bracketsOf(inner);
    const syntax = nested ? "lists" : inner.length === 0 ? "cells" : "grouped";
    const nulls = !(target.form.refusesNull || (rewriter?.form?.content !== undefined && isWhole(facts)));
    const texts = { before, after: flat ? "" : "]".repeat(inner.length), between: "," };
    // lists inside lists pass as they stand
    const own = nested && !flat ? this.#mover.style(syntax).texts : () => texts;
    const request = { ...this.#rules.request(syntax, undefined), ...(syntax === "grouped" && { width }) };
    yield* this.#mover.reread(range, request, { ...this.#mover.style(syntax), nulls, texts: own });
  }

  /** A tensor of any rank whose rows are wanted, the cells of which are then lists. */
  *#rowsOfTensor(range: Range): Generator<Wait, void, void> {
    const names = this.#job.options.columns;
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    this.#output.names = names;
    yield* this.#mover.reread(range, this.#rules.request("lists", names), this.#mover.style("lists", names));
  }

  /** A matrix, nested or flat, in rows as wide as its shape says. */
  *#matrix(range: Range): Generator<Wait, void, void> {
    const width = shapeOf(range)[1] as number;
    const names = this.#job.rewriter?.columns ?? this.#job.options.columns;
    const syntax = range.nested ? "lists" : "grouped";
    if (names && names.length !== width)
      throw new TransloadError("E_COLUMNS", `${count(names.length, "column name")} for rows of ${count(width, "cell")}`);
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    this.#output.names = this.#rules.written(syntax, names);
    yield* this.#mover.reread(range, { ...this.#rules.request(syntax, names), width }, this.#mover.style(syntax));
  }

  /** An input's elements, one for each row: cells where its other dimensions have but one, or else lists. */
  #asRows(range: Range): Range {
    if (!range.facts) return range;
    const shape = shapeOf(range);
    const inner = shape.slice(1);
    const { nesting } = this.#columns;
    if (inner.every((n) => n === 1)) return range.nested ? nesting.flat(range) : range;
    if (range.nested || shape[0] === 0) return range;
    if (product(inner) > 0) return nesting.nested(range, shape);
    throw new TransloadError(
      "E_SHAPE",
      `input ${JSON.stringify(range.facts.name)} of shape [${shape.join(", ")}] has no elements, and cannot become a column of ${this.#job.target.form.id}`,
    );
  }

  /** Columns side by side become rows. */
  *#across(): Generator<Wait, void, void> {
    const { createScanner, store, target } = this.#job;
    const names = this.ranges.map((range, i) => range.facts?.name ?? range.name ?? `${i}`);
    this.ranges.forEach((range, i) => {
      this.ranges[i] = this.#asRows(range);
    });
    const [first] = this.ranges;
    for (const range of this.ranges) {
      if (range.rows !== first?.rows)
        throw new TransloadError(
          "E_RAGGED",
          `columns of unequal length: ${listed(this.ranges.map((r, i) => `${names[i]} has ${r.rows}`))}`,
        );
    }
    const shapes = new Set(this.ranges.map(({ inner }) => `${inner ?? "scalars"}`));
    if (target.layout === "tensor" && shapes.size > 1)
      throw new TransloadError(
        "E_MIXED",
        `tensors of other shapes beside each other are no tensor for ${target.form.id}: ${names.join(", ")}`,
      );
    const across = this.ranges.map((range) => sourceOf(store, range));
    const scanner = createScanner(() => [], 0);
    yield* this.#mover.write(scanner.rows({ ...this.#rules.request("across", names), across }, this.#mover.style("across")), true);
    scanner.close();
  }
}

/** No null may stand in a tensor of whole numbers (MLServer's codecs). */
function isWhole(facts: InputFacts | undefined): boolean {
  return /^U?INT/.test(facts?.datatype ?? "");
}
