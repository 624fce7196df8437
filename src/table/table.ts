// The table lane: rows and columns that move, their cells as they stand.
//
// How it works. A generator follows the input from cargo to cargo: it yields "more" when the next chunk is due, and
// "pause" when the sink has enough. Rows become rows on the spot where all that is needed for the first of them is known.
// What is known only later waits in a store (the input's own file, or a spill): names behind rows, the union of the keys
// of all records, columns that become rows, rows that become columns.
import { concat } from "../columns/bytes.js";
import { isTensor, keepsShape, rankFault, refuseCut } from "../dialects/needs.js";
import { Mode } from "../engine/codes.js";
import type { RowRequest, RowSyntax } from "../engine/rows.js";
import type { PendingCargo } from "../envelope/request.js";
import type { Rewriter } from "../envelope/rewriter.js";
import { nearest, optionText, TransloadError } from "../errors.js";
import { Columns } from "./columns.js";
import { headerNames } from "./header.js";
import type { BatchRequest, TableJob, Wait } from "./job.js";
import { RowMover } from "./mover.js";
import { Output, toldPadded } from "./output.js";
import { PassingRows } from "./passing.js";
import { type Range, rangeFrom } from "./ranges.js";
import { isKeyed, Rules } from "./rules.js";
import { Tensors } from "./tensors.js";

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
  readonly #mover: RowMover;
  readonly #tensors: Tensors;
  #later: Later | undefined;
  /** What was taken not to stand behind the rows. */
  #ruledOut = { labels: false, params: false };
  /** All rows that are wanted have come, and nothing else is. */
  #stopped = false;

  /**
   * `ranges`: tensors that have been found already.
   * @throws TransloadError E_OPTION for columns that are to be cut into pieces; of inputs it is known at their end.
   */
  constructor(job: TableJob, ranges: readonly Range[] = []) {
    this.#job = job;
    if (job.source.layout !== "inputs") refuseCut(job.origin, job.target, job.options);
    this.#rules = new Rules(job);
    this.#output = new Output(job, this.#rules);
    this.#columns = new Columns(job, this.#rules, this.#output);
    this.#mover = new RowMover(job, this.#rules, this.#output, this.#columns);
    this.#tensors = new Tensors(job, this.#rules, this.#output, this.#columns, this.#mover);
    this.#tensors.ranges.push(...ranges);
  }

  *run(): Generator<Wait, void, void> {
    const { rewriter, source } = this.#job;
    if (rewriter) yield* this.#envelope(rewriter);
    else if (source.layout === "lines") yield* this.#lines();
    else yield* this.#delimited();
    yield* this.#settled.#finish();
  }

  /** Nothing of inputs is written before all have come, and their parameters, which say what they are together: it goes on as that. */
  get #settled(): Table {
    const own = this.#job.rewriter?.settle();
    const goal = this.#job.rewriter?.target;
    return own && goal ? new Table({ ...this.#job, source: own, origin: own, target: goal }, this.#tensors.ranges) : this;
  }

  // ---- sources

  *#envelope(rewriter: Rewriter): Generator<Wait, void, void> {
    for (;;) {
      if (rewriter.pending) yield* this.#cargo(rewriter, rewriter.pending);
      else if (this.#stopped) return;
      else if (rewriter.run() === "more") {
        if (this.#job.ended()) break;
        yield "more";
      }
    }
    rewriter.finish();
    this.#tensors.endLast(rewriter);
  }

  /** A cargo begins. */
  *#cargo(rewriter: Rewriter, found: PendingCargo): Generator<Wait, void, void> {
    this.#tensors.endLast(rewriter);
    const { scanner, target } = this.#job;
    const first = found.first ?? (yield* this.#peek());
    const from = scanner.offset;
    if (first === OBJECT && found.what !== "records" && found.what !== "features")
      throw rewriter.error("E_OBJECT", `an object in ${found.what === "rows" ? "a list of rows" : "a tensor"}`, { offset: from });
    const tensor = found.what === "tensor";
    if (rewriter.inputs.length > 0 || (tensor && (found.name !== undefined || target.form.content === "np")))
      return yield* this.#tensors.begin(rewriter, found.name, first === LIST);
    const rank = tensor || target.layout === "tensor" ? yield* this.#rank(first) : undefined;
    if (tensor && rank !== undefined) {
      const fault = rankFault(rank, first === CLOSE ? 0 : 1, "tensor", target);
      if (fault) throw rewriter.error(fault.code, fault.detail);
      // the scanner is to go through it first: rows may hold anything, and a tensor not
      if (rank > 2) return yield* this.#tensors.begin(rewriter, undefined, true);
    } else if (rank !== undefined && rank !== 2 && found.what === "rows" && rewriter.layout === "frame" && first !== CLOSE) {
      // the frame refuses this at its end, whatever the lane
      scanner.startCargo(Mode.Tensor, undefined);
      return rewriter.pendingRead();
    } else if (rank !== undefined && rank > 2 && found.what === "rows") return yield* this.#tensors.begin(rewriter, undefined, true);
    const syntax = syntaxOf(found, first);
    this.#rules.refuseOddLabel();
    // those that were given are not its own where these may still come
    const names = this.#shaped || this.#rules.awaitsPick ? undefined : rewriter.columns;
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
      const own = yield* headerNames(this.#job, this.#rules);
      names = own ?? names;
      if (!own) throw new TransloadError("E_EMPTY", "the input is empty", { offset: start, line: 1, column: 1 });
    }
    if (names) this.#tellTexts(names);
    if (batches) yield* this.#batches(batches, names);
    else if (options.typing === "pandas") yield* this.#asPandas(names);
    else yield* this.#rowsOf("delimited", names, scanner.offset, () => {});
  }

  /** A model's columns of text need not all be there, so that a name that is not is no fault. */
  #tellTexts(names: readonly string[]): void {
    const known = new Set(names);
    for (const name of this.#job.options.text) {
      if (known.has(name)) continue;
      const guess = nearest(name, names);
      this.#job.warn(
        "W_TEXT",
        `no column is called ${JSON.stringify(name)}, which is to be text${guess ? `; did you mean ${guess}?` : ""}`,
      );
    }
  }

  *#batches(request: BatchRequest, names: readonly string[] | undefined): Generator<Wait, void, void> {
    const { scanner, sink } = this.#job;
    const { columns } = this.#job.options;
    const pick = columns === names ? undefined : columns;
    const { pick: _, ...rows } = this.#rules.request("delimited", names);
    const cells = scanner.cells({ ...request, layout: "rows", names, pick, width: undefined, rows });
    for (;;) {
      const batch = cells.next();
      if (batch) {
        sink.batch(batch);
        // it may be lent, and is valid until the next one
        yield "pause";
      } else if (cells.done) return toldPadded(this.#job, cells.padded ?? 0);
      else yield "more";
    }
  }

  /** Rows whose columns are typed as a whole: one text among numbers makes all of them text. */
  *#asPandas(names: readonly string[] | undefined): Generator<Wait, void, void> {
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    const range = rangeFrom(this.#job.scanner.offset, []);
    const { pick: _, ...request } = this.#rules.request("delimited", names);
    const { reader } = yield* this.#mover.survey(range, request, true);
    reader.kinds.forEach(({ texts, booleans, integers, floats }, i) => {
      if (texts || (booleans && (integers || floats))) this.#rules.texts.add(names?.[i] ?? `${i}`);
    });
    this.#later = { range, syntax: "delimited", names };
  }

  // ---- rows

  /** Rows begin here: written at once, or kept until what they need is known. */
  *#rowsOf(syntax: RowSyntax, names: readonly string[] | undefined, from: number, read: () => void): Generator<Wait, void, void> {
    const { scanner, options, store, rewriter } = this.#job;
    const rules = this.#rules;
    const keyed = isKeyed(syntax);
    const own = keyed ? rules.chosen : names;
    const grows = rules.grows(syntax);
    // what else a row may need: parameters, which every piece has, and labels, or a column that becomes them
    const { awaitsLabels, awaitsParams } = rules;
    const waits = (awaitsLabels || awaitsParams) && !rules.nothingBehind(syntax, own);
    const params = waits && awaitsParams;
    const labels = waits && awaitsLabels;
    const late = !keyed && ((!own && (rules.needsNames || rules.awaitsNames)) || rules.awaitsPick || params);
    if (!grows && !params && !late && !labels && (own || !rules.labelColumn)) {
      this.#ruledOut = { labels: awaitsLabels, params: awaitsParams };
      store.rest();
      const reader = rules.passes(syntax)
        ? new PassingRows(scanner, own)
        : scanner.rows(rules.request(syntax, own), this.#mover.style(syntax, own));
      this.#stopped = yield* this.#mover.write(reader, false, rules.stops);
      read();
      return;
    }
    if (late && !rewriter) throw rules.nameless();
    if (!late && !keyed) rules.refuseNamelessDrop(names);
    const range = rangeFrom(from, rewriter?.path() ?? []);
    if (late || (labels && !keyed)) {
      // the scanner goes through them, and the names may come; short rows are filled in when they are read again
      if (syntax === "lists" && options.ragged === "pad") scanner.startCargo(Mode.Free, undefined);
      store.keep(from);
      this.#later = { range, syntax, names: undefined };
      this.#tensors.ranges.push(range);
    } else {
      const request = rules.request(syntax, own);
      const asked: RowRequest = { ...request, newKeys: grows ? "always" : request.newKeys };
      const { reader, stopped } = yield* this.#mover.survey(range, asked, rules.stops && !labels);
      this.#stopped = stopped;
      this.#later = { range, syntax, names: keyed ? reader.names : own };
    }
    read();
  }

  // ---- the end

  *#finish(): Generator<Wait, void, void> {
    const { rewriter, store, options, source, origin, target } = this.#job;
    if (source.layout === "inputs") refuseCut(origin, target, options);
    this.#refuseLate();
    if (this.#later) yield* this.#replay(this.#later);
    else if (this.#tensors.ranges.length > 0) yield* this.#tensors.write();
    const { scattered } = this.#columns;
    if (scattered) yield* this.#columns.gather(scattered);
    store.close();
    this.#output.names ??= this.#rules.written("lists", rewriter?.columns ?? options.columns);
    if (this.#rules.writer) this.#output.finish();
    else this.#finishColumns();
  }

  #finishColumns(): void {
    const { rewriter, sink } = this.#job;
    const writer = this.#rules.columns;
    const { scattered } = this.#columns;
    if (!writer) return;
    if (!this.#later && this.#tensors.ranges.length === 0 && !scattered) this.#output.put(writer.head());
    this.#output.put(writer.tail(rewriter?.extras ?? new Map()));
    this.#output.flush();
    sink.endPiece(scattered?.rows ?? this.#tensors.ranges[0]?.rows ?? 0, 0);
  }

  /** What stands behind the rows after all, when they have been written. */
  #refuseLate(): void {
    const why = this.#job.options.fixed
      ? `and ${optionText("fixed", true)} says that nothing does; leave it out`
      : "and look like rows themselves; put them before the rows";
    if (this.#ruledOut.labels && this.#rules.labels) throw new TransloadError("E_INDEX", `labels stand behind the rows, ${why}`);
    if (this.#ruledOut.params && !this.#rules.awaitsParams)
      throw new TransloadError("E_FORM", `parameters, which every piece has, stand behind the rows, ${why}`);
  }

  /** Rows that have waited. */
  *#replay({ range, syntax, names: own }: Later): Generator<Wait, void, void> {
    const { options, rewriter } = this.#job;
    const names = this.#shaped ? undefined : (own ?? rewriter?.columns ?? options.columns);
    this.#rules.refuseOddLabel();
    if (!names && this.#rules.needsNames) throw this.#rules.nameless();
    if (!isKeyed(syntax)) this.#rules.refuseNamelessDrop(names);
    this.#output.names = this.#rules.written(syntax, names);
    const mode = syntax === "lists" ? this.#modeOf(syntax) : undefined;
    yield* this.#mover.reread(range, { ...this.#rules.request(syntax, names), newKeys: "refuse" }, this.#mover.style(syntax, names), mode);
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

function syntaxOf({ what }: PendingCargo, first: number): RowSyntax {
  if (what === "records" || what === "features") return what;
  return first === LIST || first === CLOSE ? "lists" : "cells";
}
