// The table lane: rows and columns that move, their cells as they stand.
//
// How it works. A generator follows the input from cargo to cargo: it yields "more" when the next chunk is due, and
// "pause" when the sink has enough. Rows become rows on the spot where all that is needed for the first of them is known.
// What is known only later waits in a store (the input's own file, or a spill): names behind rows, the union of the keys
// of all records, columns that become rows, rows that become columns.
import { concat, decode } from "../columns/bytes.js";
import { product } from "../columns/lists.js";
import { isCut, isTensor, keepsShape, rankFault } from "../dialects/needs.js";
import { Mode } from "../engine/codes.js";
import type { RowReader, RowRequest, RowStyle, RowSyntax } from "../engine/rows.js";
import type { InputFacts } from "../envelope/layouts/scope.js";
import type { PendingCargo } from "../envelope/payload.js";
import type { Rewriter } from "../envelope/rewriter.js";
import { listed, TransloadError } from "../errors.js";
import { bracketsOf, Columns, shapeOf } from "./columns.js";
import { type BatchRequest, count, type TableJob, type Wait } from "./job.js";
import { datatypeOf, kindsOf } from "./kinds.js";
import { Output } from "./output.js";
import { PassingRows } from "./passing.js";
import { type Range, rangeFrom, reread, sourceOf } from "./ranges.js";
import { LOOK, Rules } from "./rules.js";

const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */
const CLOSE = 0x5d; /* ] */

/** Rows that wait for what they need. */
interface Later {
  readonly range: Range;
  readonly syntax: RowSyntax;
  readonly names: readonly string[] | undefined;
}

export class Table {
  readonly #job: TableJob;
  readonly #rules: Rules;
  readonly #output: Output;
  readonly #columns: Columns;
  #later: Later | undefined;
  readonly #ranges: Range[] = [];
  /** What was taken not to stand behind the rows. */
  #ruledOut = { labels: false, params: false };

  /** @throws TransloadError E_OPTION for columns that are to be cut into pieces. */
  constructor(job: TableJob) {
    this.#job = job;
    this.#rules = new Rules(job);
    this.#output = new Output(job, this.#rules);
    this.#columns = new Columns(job, this.#rules, this.#output);
  }

  *run(): Generator<Wait, void, void> {
    const { rewriter, source } = this.#job;
    if (rewriter) yield* this.#envelope(rewriter);
    else if (source.layout === "lines") yield* this.#lines();
    else yield* this.#delimited();
    yield* this.#finish();
  }

  // ---- sources

  *#envelope(rewriter: Rewriter): Generator<Wait, void, void> {
    for (;;) {
      if (rewriter.pending) yield* this.#cargo(rewriter, rewriter.pending);
      else if (rewriter.run() === "more") {
        if (this.#job.ended()) break;
        yield "more";
      }
    }
    rewriter.finish();
    this.#settle(rewriter);
  }

  /** A cargo begins. */
  *#cargo(rewriter: Rewriter, found: PendingCargo): Generator<Wait, void, void> {
    this.#settle(rewriter);
    const { scanner, target } = this.#job;
    const first = found.first ?? (yield* this.#peek());
    const from = scanner.offset;
    if (first === OBJECT && found.what !== "records" && found.what !== "features")
      throw rewriter.error("E_OBJECT", `an object in ${found.what === "rows" ? "a list of rows" : "a tensor"}`, { offset: from });
    const tensor = found.what === "tensor";
    if (rewriter.inputs.length > 0 || (tensor && (found.name !== undefined || target.form.content === "np")))
      return yield* this.#list(rewriter, found.name, first === LIST);
    const rank = tensor || target.layout === "tensor" ? yield* this.#rank(first) : undefined;
    if (tensor && rank !== undefined) {
      const fault = rankFault(rank, first === CLOSE ? 0 : 1, "tensor", target);
      if (fault) throw rewriter.error(fault.code, fault.detail);
      // the scanner is to go through it first: rows may hold anything, and a tensor not
      if (rank > 2) return yield* this.#list(rewriter, undefined, true);
    } else if (rank !== undefined && rank !== 2 && found.what === "rows" && rewriter.layout === "frame" && first !== CLOSE) {
      // the frame refuses this at its end, whatever the lane
      scanner.startCargo(Mode.Tensor, undefined);
      return rewriter.pendingRead();
    } else if (rank !== undefined && rank > 2 && found.what === "rows") return yield* this.#list(rewriter, undefined, true);
    const syntax = syntaxOf(found, first);
    this.#rules.refuseOddLabel();
    const names = this.#shaped ? undefined : rewriter.columns;
    scanner.startCargo(this.#modeOf(syntax), names?.length);
    yield* this.#rowsOf(syntax, names, from, () => rewriter.pendingRead());
  }

  /** A tensor stays one: names are not its. */
  get #shaped(): boolean {
    return isTensor(this.#job.source) && keepsShape(this.#job.target);
  }

  /** How the scanner judges what the reader of rows leaves to it. */
  #modeOf(syntax: RowSyntax): Mode {
    if (syntax === "records") return Mode.Records;
    if (syntax === "features") return Mode.Free;
    if (syntax === "lists" && this.#job.target.layout === "tensor") return Mode.Tensor;
    return syntax === "lists" && this.#job.options.ragged === "pad" ? Mode.Free : Mode.Rows;
  }

  /** The rank of the tensor whose list has just begun with this byte: one more than the lists that begin here, one inside the other. */
  *#rank(first: number): Generator<Wait, number, void> {
    if (first !== LIST) return 1;
    const { head, headAt, scanner, store, ended } = this.#job;
    const at = scanner.offset;
    let bytes = head().subarray(at - headAt());
    for (;;) {
      const rank = rankIn(bytes.subarray(0, FAR));
      if (rank !== undefined || bytes.length >= FAR || ended()) return rank ?? 3;
      store.keep(at);
      yield "more";
      bytes = concat([bytes, head()]);
    }
  }

  /** A column, or a tensor, begins: it waits until all is known of it. */
  *#list(rewriter: Rewriter, name: string | undefined, nested: boolean): Generator<Wait, void, void> {
    const { scanner, target, store } = this.#job;
    const facts = rewriter.inputs.at(-1);
    const range: Range = { ...rangeFrom(scanner.offset, rewriter.path()), name, nested, facts };
    store.keep(range.from);
    this.#ranges.push(range);
    if (target.form.refusesNull || isWhole(facts)) scanner.refuseNull(true);
    scanner.startCargo(Mode.Tensor, undefined);
    // null cannot take the place of a NaN inside the rows of a piece
    if (this.#deep(range) && ["null", "finite"].includes(this.#rules.gap("nan"))) scanner.nan("error");
    if (target.layout === "inputs" && !facts) yield* this.#survey(range);
    rewriter.pendingRead();
  }

  /** Its rows are lists of lists, that pass as they stand. */
  #deep({ nested, facts }: Range): boolean {
    return nested && isCut(this.#job.options) && (facts?.shape?.length ?? 3) > 2;
  }

  /** What the cells of a tensor are, of which a datatype is to be told. */
  *#survey(range: Range): Generator<Wait, void, void> {
    const cells = this.#job.scanner.cells({
      layout: "tensor",
      names: [range.name ?? ""],
      width: undefined,
      dtype: undefined,
      cast: "error",
      batchRows: undefined,
      reuse: true,
      survey: true,
    });
    while (!cells.done) {
      cells.next();
      if (cells.done || this.#job.ended()) break;
      yield "more";
    }
    range.seen = cells.seen[0];
  }

  /** What the list that just began begins with. */
  *#peek(): Generator<Wait, number, void> {
    const { scanner } = this.#job;
    scanner.peek();
    for (;;) {
      const event = scanner.next();
      if (event === "element") return scanner.slice(scanner.offset, scanner.offset + 1)[0] as number;
      if (this.#job.ended()) {
        scanner.end(); // throws: the list is not complete
        return CLOSE;
      }
      yield "more";
    }
  }

  /** The last column has ended: where, and how long it was. */
  #settle(rewriter: Rewriter): void {
    const last = this.#ranges.at(-1);
    if (!last || last.to !== last.from || rewriter.cargoEnd === undefined || rewriter.cargoEnd <= last.from) return;
    last.to = rewriter.cargoEnd - 1;
    last.rows = rewriter.cargoRows;
    last.inner = last.nested ? [rewriter.innerRank ?? 1, rewriter.width ?? 0] : undefined;
    this.#job.store.rest();
  }

  *#lines(): Generator<Wait, void, void> {
    const { head, ended, scanner, options } = this.#job;
    let first: number | undefined;
    for (;;) {
      first = head().find((byte) => byte > 0x20);
      if (first !== undefined) break;
      if (ended()) throw new TransloadError("E_EMPTY", "the input is empty", { offset: 0, line: 1, column: 1 });
      yield "more";
    }
    if (first !== OBJECT && first !== LIST)
      throw new TransloadError("E_FORM", "a line of JSON Lines must be an object or a list", {
        offset: scanner.offset,
        line: scanner.line,
        column: 1,
      });
    yield* this.#rowsOf(first === OBJECT ? "recordLines" : "listLines", options.columns, scanner.offset, () => {});
  }

  *#delimited(): Generator<Wait, void, void> {
    const { scanner, options, source, batches } = this.#job;
    let names = options.columns;
    const start = scanner.offset;
    if (options.header && !source.form.headless) {
      const own = yield* this.#headerNames();
      if (own && names && !batches && (own.length !== names.length || own.some((name, i) => name !== names?.[i])))
        throw new TransloadError(
          "E_COLUMNS",
          "the columns given are not those of the file's first line; leave them out, give the same, or say --no-header",
          { line: 1, column: 1 },
        );
      names = own ?? names;
      if (!own) throw new TransloadError("E_EMPTY", "the input is empty", { offset: start, line: 1, column: 1 });
    }
    if (batches) yield* this.#batches(batches, names);
    else if (options.typing === "pandas") yield* this.#asPandas(names);
    else yield* this.#rowsOf("delimited", names, scanner.offset, () => {});
  }

  *#batches(request: BatchRequest, names: readonly string[] | undefined): Generator<Wait, void, void> {
    const { scanner, sink } = this.#job;
    const { columns } = this.#job.options;
    const pick = columns === names ? undefined : columns;
    const cells = scanner.cells({
      ...request,
      layout: "rows",
      names,
      pick,
      width: undefined,
      rows: this.#rules.request("delimited", names),
    });
    for (;;) {
      const batch = cells.next();
      if (batch) {
        sink.batch(batch);
        // it may be lent, and is valid until the next one
        yield "pause";
      } else if (cells.done) return;
      else yield "more";
    }
  }

  /** Rows whose columns are typed as a whole: one text among numbers makes all of them text. */
  *#asPandas(names: readonly string[] | undefined): Generator<Wait, void, void> {
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    const range = rangeFrom(this.#job.scanner.offset, []);
    const reader = yield* this.#look(range, this.#rules.request("delimited", names));
    reader.kinds.forEach(({ texts, booleans, integers, floats }, i) => {
      if (texts || (booleans && (integers || floats))) this.#rules.texts.add(names?.[i] ?? `${i}`);
    });
    this.#later = { range, syntax: "delimited", names };
  }

  /** Goes through rows, and keeps them to be read again. */
  *#look(range: Range, request: RowRequest): Generator<Wait, RowReader, void> {
    const { scanner, store } = this.#job;
    store.keep(range.from);
    const reader = scanner.rows(request, LOOK);
    while (!reader.done) {
      reader.next();
      if (!reader.done) yield "more";
    }
    range.to = scanner.offset;
    range.rows = reader.rows;
    store.rest();
    return reader;
  }

  /** The first line, as names. */
  *#headerNames(): Generator<Wait, string[] | undefined, void> {
    const { scanner } = this.#job;
    const fields = { ...this.#rules.fields(), missing: [], text: EVERYTHING };
    const style: RowStyle = {
      cells: "json",
      missing: "null",
      nan: "token",
      nulls: true,
      texts: () => ({ before: (i) => (i === 0 ? "[" : ","), after: "]", between: "" }),
    };
    const reader = scanner.rows(
      { syntax: "delimited", names: undefined, newKeys: "refuse", ragged: "error", twice: "last", fields },
      style,
    );
    reader.limit(1, undefined, true);
    for (;;) {
      const text = reader.next();
      if (text) return this.#rename(JSON.parse(decode(text)) as (string | null)[]);
      if (reader.done) return undefined;
      yield "more";
    }
  }

  /** Names as pandas makes them where they are empty or stand twice. */
  #rename(labels: readonly (string | null)[]): string[] {
    const seen = new Set<string>();
    // numbers below these are taken
    const numbers = new Map<string, number>();
    const twice: string[] = [];
    const names = labels.map((label, i) => {
      const plain = label ?? `Unnamed: ${i}`;
      let name = plain;
      let n = numbers.get(plain) ?? 1;
      for (; seen.has(name); n++) name = `${plain}.${n}`;
      if (name !== plain) {
        numbers.set(plain, n);
        twice.push(name);
      }
      seen.add(name);
      return name;
    });
    if (twice.length > 0) this.#job.warn("W_DUPLICATE_COLUMNS", `names that occur twice are numbered, as pandas does: ${listed(twice)}`);
    return names;
  }

  // ---- rows

  /** Rows begin here: written at once, or kept until what they need is known. */
  *#rowsOf(syntax: RowSyntax, names: readonly string[] | undefined, from: number, read: () => void): Generator<Wait, void, void> {
    const { scanner, options, store, rewriter } = this.#job;
    const rules = this.#rules;
    const keyed = syntax === "records" || syntax === "recordLines";
    const own = keyed ? options.columns : names;
    const grows = rules.grows(syntax);
    // what else a row may need: parameters, which every piece has, and labels, or a column that becomes them
    const { awaitsLabels, awaitsParams } = rules;
    const waits = (awaitsLabels || awaitsParams) && !rules.nothingBehind(syntax, own);
    const params = waits && awaitsParams;
    const labels = waits && awaitsLabels;
    const late = !keyed && ((!own && (rules.needsNames || rules.awaitsNames)) || params);
    if (!grows && !params && !late && !labels && (own || !rules.labelColumn)) {
      this.#ruledOut = { labels: awaitsLabels, params: awaitsParams };
      store.rest();
      yield* this.#write(
        rules.passes(syntax) ? new PassingRows(scanner, own) : scanner.rows(rules.request(syntax, own), this.#style(syntax, own)),
      );
      read();
      return;
    }
    if (late && !rewriter) throw rules.nameless();
    const range = rangeFrom(from, rewriter?.path() ?? []);
    if (late || (labels && !keyed)) {
      // the scanner goes through them, and the names may come; short rows are filled in when they are read again
      if (syntax === "lists" && options.ragged === "pad") scanner.startCargo(Mode.Free, undefined);
      store.keep(from);
      this.#later = { range, syntax, names: undefined };
      this.#ranges.push(range);
    } else {
      const request = rules.request(syntax, own);
      const reader = yield* this.#look(range, { ...request, newKeys: grows ? "always" : request.newKeys });
      this.#later = { range, syntax, names: reader.names };
    }
    read();
  }

  *#write(reader: RowReader, replayed = false): Generator<Wait, void, void> {
    if (this.#rules.writer) yield* this.#output.write(reader, replayed);
    else yield* this.#columns.scatter(reader);
  }

  #style(syntax: RowSyntax, names?: readonly string[]): RowStyle {
    return this.#rules.writer ? this.#rules.style(syntax, names, this.#output.labels) : this.#columns.style(syntax);
  }

  /** Columns side by side become rows. */
  *#across(): Generator<Wait, void, void> {
    const { createScanner, store, target, options } = this.#job;
    const names = this.#ranges.map((range, i) => range.facts?.name ?? range.name ?? `${i}`);
    const [first] = this.#ranges;
    for (const range of this.#ranges) {
      const shape = shapeOf(range);
      if (!range.nested && shape.length > 1 && shape.slice(1).some((n) => n !== 1))
        throw new TransloadError(
          "E_SHAPE",
          `input ${JSON.stringify(range.facts?.name)} of shape [${shape.join(", ")}] is flat, and cannot become a column of ${target.form.id}`,
        );
      if (range.rows !== first?.rows)
        throw new TransloadError(
          "E_RAGGED",
          `columns of unequal length: ${listed(this.#ranges.map((r, i) => `${names[i]} has ${r.rows}`))}`,
        );
    }
    const shapes = new Set(this.#ranges.map(({ inner }) => `${inner ?? "scalars"}`));
    if (target.layout === "tensor" && shapes.size > 1)
      throw new TransloadError(
        "E_MIXED",
        `tensors of other shapes beside each other are no tensor for ${target.form.id}: ${names.join(", ")}`,
      );
    const chosen = options.columns;
    const places = new Map(names.map((name, i): [string, number] => [name, i]));
    if (chosen && (chosen.length !== names.length || chosen.some((name) => !places.has(name))))
      throw new TransloadError("E_COLUMNS", `the columns given are not those of the payload: ${listed(names)}`);
    const order = chosen ?? names;
    const across = order.map((name) => sourceOf(store, this.#ranges[places.get(name) as number] as Range));
    const scanner = createScanner(() => [], 0);
    yield* this.#write(scanner.rows({ ...this.#rules.request("across", order), across }, this.#style("across")), true);
  }

  // ---- the end

  *#finish(): Generator<Wait, void, void> {
    const { rewriter, store, options } = this.#job;
    this.#refuseLate();
    if (this.#later) yield* this.#replay(this.#later);
    else if (this.#ranges.length > 0) yield* this.#lists();
    const { scattered } = this.#columns;
    if (scattered) yield* this.#columns.gather(scattered);
    store.close();
    this.#output.names ??= rewriter?.columns ?? options.columns;
    if (this.#rules.writer) this.#output.finish();
    else this.#finishColumns();
  }

  #finishColumns(): void {
    const { rewriter, sink } = this.#job;
    const writer = this.#rules.columns;
    const { scattered } = this.#columns;
    if (!writer) return;
    if (!this.#later && this.#ranges.length === 0 && !scattered) this.#output.put(writer.head());
    this.#output.put(writer.tail(rewriter?.extras ?? new Map()));
    this.#output.flush();
    sink.endPiece(scattered?.rows ?? this.#ranges[0]?.rows ?? 0, 0);
  }

  /** What stands behind the rows after all, when they have been written. */
  #refuseLate(): void {
    const why = this.#job.options.fixed
      ? "and --fixed says that nothing does; leave it out"
      : "and look like rows themselves; put them before the rows";
    if (this.#ruledOut.labels && this.#rules.labels) throw new TransloadError("E_INDEX", `labels stand behind the rows, ${why}`);
    if (this.#ruledOut.params && !this.#rules.awaitsParams)
      throw new TransloadError("E_FORM", `parameters, which every piece has, stand behind the rows, ${why}`);
  }

  /** Columns, or tensors, that have waited. */
  *#lists(): Generator<Wait, void, void> {
    const { rewriter, target, origin } = this.#job;
    const [only] = this.#ranges;
    const single = only !== undefined && this.#ranges.length === 1;
    if (this.#rules.writer) {
      // what one tensor becomes where there is but one
      const lone = single && (only.name === undefined || isTensor(origin) || target.layout === "values");
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
    else yield* this.#columns.pass(this.#ranges);
  }

  /** A tensor in the brackets that its shape asks for. */
  *#tensor(range: Range): Generator<Wait, void, void> {
    const shape = shapeOf(range);
    if (isCut(this.#job.options)) return yield* this.#elements(range, shape);
    this.#output.begin();
    if (!range.nested && shape.length > 1) yield* this.#columns.nest(range, shape);
    else yield* this.#columns.copy(range);
    this.#output.rows = shape[0] ?? 0;
  }

  /** The same element by element, between which it is cut. */
  *#elements(range: Range, shape: readonly number[]): Generator<Wait, void, void> {
    const { target, options, rewriter } = this.#job;
    const { facts, nested, seen } = range;
    const inner = shape.slice(1);
    const width = product(inner);
    const name = range.name ?? facts?.name ?? "input";
    const datatype = facts?.datatype ?? datatypeOf(kindsOf(seen), target.form, options.datatype, name);
    this.#output.tensor = { name, inner, datatype };
    // text lies flat, because MLServer's numpy cuts nested texts to the length of the last dimension
    const flat = target.layout === "inputs" && (nested ? datatype === "BYTES" && inner.length === 1 : true);
    const before = flat ? (i: number) => (i === 0 ? "" : ",") : bracketsOf(inner);
    const syntax = nested ? "lists" : inner.length === 0 ? "cells" : "grouped";
    const nulls = !(target.form.refusesNull || (rewriter?.form?.content !== undefined && isWhole(facts)));
    const texts = { before, after: flat ? "" : "]".repeat(inner.length), between: "," };
    // lists inside lists pass as they stand
    const own = nested && !flat ? this.#style(syntax).texts : () => texts;
    const request = { ...this.#rules.request(syntax, undefined), ...(syntax === "grouped" && { width }) };
    yield* this.#reread(range, request, { ...this.#style(syntax), nulls, texts: own });
  }

  /** A tensor of any rank whose rows are wanted, the cells of which are then lists. */
  *#rowsOfTensor(range: Range): Generator<Wait, void, void> {
    const names = this.#job.options.columns;
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    this.#output.names = names;
    yield* this.#reread(range, this.#rules.request("lists", names), this.#style("lists", names));
  }

  /** A matrix, nested or flat, in rows as wide as its shape says. */
  *#matrix(range: Range): Generator<Wait, void, void> {
    const width = shapeOf(range)[1] as number;
    const names = this.#job.rewriter?.columns ?? this.#job.options.columns;
    if (names && names.length !== width)
      throw new TransloadError("E_COLUMNS", `${count(names.length, "column name")} for rows of ${count(width, "cell")}`);
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    this.#output.names = names;
    const syntax = range.nested ? "lists" : "grouped";
    yield* this.#reread(range, { ...this.#rules.request(syntax, names), width }, this.#style(syntax));
  }

  /** Rows that have waited. */
  *#replay({ range, syntax, names: own }: Later): Generator<Wait, void, void> {
    const { options, rewriter } = this.#job;
    const names = this.#shaped ? undefined : (options.columns ?? own ?? rewriter?.columns);
    this.#rules.refuseOddLabel();
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    this.#output.names = names;
    const mode = syntax === "lists" ? this.#modeOf(syntax) : undefined;
    yield* this.#reread(range, { ...this.#rules.request(syntax, names), newKeys: "refuse" }, this.#style(syntax, names), mode);
  }

  /** `mode`: how the scanner is to judge what it has not judged yet. */
  *#reread(range: Range, request: RowRequest, style: RowStyle, mode?: Mode): Generator<Wait, void, void> {
    const { reader, feed } = reread(this.#job, range, request, style, mode === Mode.Tensor ? mode : undefined);
    const rows = this.#write(reader, true);
    try {
      for (let step = rows.next(); !step.done; step = rows.next())
        if (step.value === "pause") yield "pause";
        else if (!feed()) throw new Error("transload: a store ended too early");
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      // lines were not counted from the beginning
      const { offset, path, row, cell } = error;
      const place = Object.fromEntries(Object.entries({ offset, path, row, cell }).filter(([, value]) => value !== undefined));
      throw new TransloadError(error.code, error.detail, place, { cause: error });
    }
  }
}

/** Bytes in which a tensor's first number is looked for. */
const FAR = 4096;

/** One more than the lists that begin here, one inside the other; undefined where more must be seen. */
function rankIn(bytes: Uint8Array): number | undefined {
  let rank = 1;
  for (const byte of bytes)
    if (byte === LIST) rank++;
    else if (byte > 0x20) return rank;
  return undefined;
}

/** A set of all names. */
const EVERYTHING: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

function syntaxOf({ what }: PendingCargo, first: number): RowSyntax {
  if (what === "records" || what === "features") return what;
  return first === LIST || first === CLOSE ? "lists" : "cells";
}

/** No null may stand in a tensor of whole numbers (MLServer's codecs). */
function isWhole(facts: InputFacts | undefined): boolean {
  return /^U?INT/.test(facts?.datatype ?? "");
}
