// The table lane: rows and columns that move, their cells as they stand.
//
// How it works. A generator follows the input from cargo to cargo: it yields "more" when the next chunk is due, and
// "pause" when the sink has enough. Rows become rows on the spot where all that is needed for the first of them is known.
// What is known only later waits in a store (the input's own file, or a spill): names behind rows, the union of the keys
// of all records, columns that become rows, rows that become columns.

import type { Batch } from "./batch.js";
import { dialectOf, type Form, type Gap, type Layout } from "./dialects/index.js";
import type { CellRequest, Seen } from "./engine/cells.js";
import { Mode } from "./engine/codes.js";
import type { Scanner } from "./engine/engine.js";
import { jsonPath } from "./engine/fault.js";
import type { CreateScanner } from "./engine/index.js";
import type { CellKinds, ColumnSource, Fields, Gap as RowGap, RowReader, RowRequest, RowStyle, RowSyntax } from "./engine/rows.js";
import { nearest, TransloadError, type Warning } from "./errors.js";
import { Spill, type Store } from "./io/store.js";
import { endsInRows } from "./layouts/ending.js";
import type { InputFacts } from "./layouts/inputs.js";
import { type ColumnWriter, columnWriter, LABELS_HERE, type RowWriter, rowWriter } from "./layouts/writer.js";
import { PassingRows } from "./passing.js";
import type { Found, Rewriter } from "./rewriter.js";
import { Tape } from "./tape.js";

const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */
const NULL = Buffer.from("null");
const CLOSE = 0x5d; /* ] */
/** Bytes read from a store at once. */
const PIECE = 1 << 18;
/** Bytes of a file's end that are looked at. */
const ENDING = 1 << 14;

/** What a lane waits for: the next chunk, or the sink. */
export type Wait = "more" | "pause";

/** What is asked of the rows. */
export interface TableOptions {
  /** Names of the columns, in the target's order; records have no other keys. */
  readonly columns: readonly string[] | undefined;
  /** The first record has all the keys there are. */
  readonly fixed: boolean;
  readonly ragged: "error" | "pad";
  readonly nan: Gap | undefined;
  readonly missing: Gap | undefined;
  /** A delimited file of the source's, and of the target's, begins with a line of names. */
  readonly header: boolean;
  readonly delimiter: string | undefined;
  readonly quote: string;
  /** Words that stand for nothing in a delimited file. */
  readonly na: readonly string[];
  /** Columns of a delimited file that are text. */
  readonly text: ReadonlySet<string>;
  /** A field is what it looks like, or what pandas makes of its whole column. */
  readonly typing: "lexical" | "pandas";
  /** `column:NAME`: the labels become that column, or the column the labels. */
  readonly index: string;
  /** Open Inference Protocol's datatype for numbers, where it is not to be told from the cells. */
  readonly datatype: string | Readonly<Record<string, string>> | undefined;
  readonly maxRows: number | undefined;
  readonly maxBytes: number | undefined;
  readonly spillDir: string | undefined;
}

/** How batches are to be made. */
export type BatchRequest = Pick<CellRequest, "dtype" | "cast" | "batchRows" | "reuse">;

/** Where the outputs go: one, or a piece after the other. */
interface TableSink {
  write(bytes: Uint8Array): void;
  /** Takes rows as typed columns, where batches were asked for. */
  batch(batch: Batch): void;
  /** The piece is complete. */
  endPiece(rows: number, firstRow: number): void;
  /** The sink takes no more for now. */
  readonly full: boolean;
}

export interface TableJob {
  readonly source: { readonly form: Form; readonly layout: Layout };
  readonly target: { readonly form: Form; readonly layout: Layout };
  readonly rewriter: Rewriter | undefined;
  readonly scanner: Scanner;
  readonly createScanner: CreateScanner;
  readonly store: Store;
  readonly sink: TableSink;
  readonly options: TableOptions;
  readonly warn: (code: Warning["code"], message: string) => void;
  /** Rows of a delimited file are wanted as batches, and not as text. */
  readonly batches: BatchRequest | undefined;
  /** No chunk will come any more. */
  readonly ended: () => boolean;
  /** The first bytes of the input, for a file without an envelope. */
  readonly head: () => Uint8Array;
}

/** A range of the input that is to be read again; `to` is known once it has ended. */
interface Range {
  readonly name: string | undefined;
  readonly from: number;
  /** The keys on the way to it. */
  readonly path: readonly string[];
  to: number;
  /** Elements of its list. */
  rows: number;
  /** Its elements are lists. */
  nested: boolean;
  /** How deep they are, and how long, once it has ended. */
  inner?: readonly [rank: number, length: number] | undefined;
  facts: InputFacts | undefined;
  /** What its cells were, where that was looked at. */
  seen: Seen | undefined;
}

/** Rows that became columns, each in stretches of a spill. */
interface Scattered {
  names: readonly string[];
  kinds: readonly CellKinds[];
  rows: number;
  readonly spill: Spill;
  readonly runs: [at: number, length: number][][];
}

export class Table {
  readonly #job: TableJob;
  readonly #writer: RowWriter | undefined;
  readonly #columns: ColumnWriter | undefined;
  /** Rows that wait for what they need. */
  #later: { range: Range; syntax: RowSyntax; names: readonly string[] | undefined } | undefined;
  readonly #ranges: Range[] = [];
  #scattered: Scattered | undefined;
  /** Labels of the piece's rows, as they stand. */
  readonly #labelText: LabelText;
  /** Columns found to be text. */
  readonly #texts: Set<string>;
  /** What was taken not to stand behind the rows. */
  #ruledOut = { labels: false, params: false };
  #names: readonly string[] | undefined;
  #kinds: readonly CellKinds[] = [];
  #width = 0;
  // the output, or the piece of it
  #open = false;
  #pieceRows = 0;
  #pieceBytes = 0;
  #firstRow = 0;
  #pieces = 0;

  constructor(job: TableJob) {
    this.#job = job;
    this.#texts = new Set(job.options.text);
    this.#labelText = new LabelText(job.options.spillDir);
    const { form, layout } = job.target;
    this.#writer =
      form.content === "np" && job.source.layout !== "frame" && isTensor(job.source.layout)
        ? undefined
        : rowWriter(form, layout, { header: job.options.header && !form.headless, index: this.#indexed });
    this.#columns = this.#writer
      ? undefined
      : columnWriter(
          form,
          layout,
          job.rewriter?.keepsContent ? undefined : job.source.layout === "named" && form.content === "pd" ? "dict" : form.content,
        );
    if (this.#columns && (job.options.maxRows !== undefined || job.options.maxBytes !== undefined))
      throw new TransloadError(
        "E_OPTION",
        `${form.id} has columns, which cannot be cut into pieces of rows; cut the payload as rows first`,
      );
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
      if (rewriter.found) yield* this.#cargo(rewriter, rewriter.found);
      else if (rewriter.run() === "more") {
        if (this.#job.ended()) break;
        yield "more";
      }
    }
    rewriter.finish();
    this.#settle(rewriter);
  }

  /** A cargo begins. */
  *#cargo(rewriter: Rewriter, found: Found): Generator<Wait, void, void> {
    this.#settle(rewriter);
    if (found.scalar) throw rewriter.error("E_FORM", `a single value cannot become ${this.#job.target.form.id}`);
    const first = found.first ?? (yield* this.#peek());
    const { scanner } = this.#job;
    const from = scanner.offset;
    if (first === OBJECT && found.what !== "records" && found.what !== "features")
      throw rewriter.error("E_OBJECT", `an object in ${found.what === "rows" ? "a list of rows" : "a tensor"}`, { offset: from });
    const flat = rewriter.inputs.length > 0;
    const asColumn =
      flat || (found.what === "tensor" && (found.name !== undefined || (!this.#writer && this.#job.target.form.content === "np")));
    if (!asColumn) {
      const syntax: RowSyntax =
        found.what === "records"
          ? "records"
          : found.what === "features"
            ? "features"
            : first === LIST || first === CLOSE
              ? "lists"
              : "cells";
      if (rewriter.oddLabel !== undefined && this.#keyed && !this.#job.options.columns) throw this.#oddLabel(rewriter);
      const pads = syntax === "lists" && this.#job.options.ragged === "pad";
      scanner.startCargo(
        syntax === "records" ? Mode.Records : syntax === "features" || pads ? Mode.Free : Mode.Rows,
        rewriter.columns?.length,
      );
      yield* this.#rowsOf(syntax, rewriter.columns, from, () => rewriter.foundRead());
      return;
    }
    const range: Range = {
      name: found.name,
      from,
      path: rewriter.path(),
      to: from,
      rows: 0,
      nested: first === LIST,
      facts: rewriter.inputs.at(-1),
      seen: undefined,
    };
    this.#job.store.keep(from);
    this.#ranges.push(range);
    if (this.#job.target.form.refusesNull || isWhole(range.facts)) scanner.refuseNull(true);
    scanner.startCargo(Mode.Tensor, undefined);
    if (this.#columns && this.#job.target.layout === "inputs" && !flat) {
      const cells = scanner.cells({
        layout: "tensor",
        names: [found.name ?? ""],
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
    rewriter.foundRead();
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

  #oddLabel({ oddLabel }: Rewriter): TransloadError {
    return new TransloadError(
      "E_COLUMNS",
      `the label ${oddLabel} is no string, and ${this.#job.target.form.id} has strings for names; give them with --columns a,b,c`,
    );
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
    const { scanner, options, source } = this.#job;
    let names = options.columns;
    const start = scanner.offset;
    if (options.header && !source.form.headless) {
      const own = yield* this.#headerNames();
      if (own && names && (own.length !== names.length || own.some((name, i) => name !== names?.[i])))
        throw new TransloadError(
          "E_COLUMNS",
          "the columns given are not those of the file's first line; leave them out, give the same, or say --no-header",
          { line: 1, column: 1 },
        );
      names = own ?? names;
      if (!own) throw new TransloadError("E_EMPTY", "the input is empty", { offset: start, line: 1, column: 1 });
    }
    if (this.#job.batches) yield* this.#batches(this.#job.batches, names);
    else if (options.typing === "pandas") yield* this.#asPandas(names);
    else yield* this.#rowsOf("delimited", names, scanner.offset, () => {});
  }

  *#batches(request: BatchRequest, names: readonly string[] | undefined): Generator<Wait, void, void> {
    const { scanner, sink } = this.#job;
    const cells = scanner.cells({ ...request, layout: "rows", names, width: undefined, rows: this.#request("delimited", names) });
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
    const { scanner, store } = this.#job;
    if (!names && (!this.#writer || this.#writer.needsNames)) throw this.#nameless();
    const range: Range = {
      name: undefined,
      from: scanner.offset,
      path: [],
      to: scanner.offset,
      rows: 0,
      nested: false,
      facts: undefined,
      seen: undefined,
    };
    store.keep(range.from);
    const reader = scanner.rows(this.#request("delimited", names), LOOK);
    while (!reader.done) {
      reader.next();
      if (!reader.done) yield "more";
    }
    range.to = scanner.offset;
    store.rest();
    reader.kinds.forEach(({ texts, booleans, integers, floats }, i) => {
      if (texts || (booleans && (integers || floats))) this.#texts.add(names?.[i] ?? `${i}`);
    });
    this.#later = { range, syntax: "delimited", names };
  }

  /** The first line, as names. */
  *#headerNames(): Generator<Wait, string[] | undefined, void> {
    const { scanner } = this.#job;
    const fields = { ...this.#fields(), missing: [], text: EVERYTHING };
    const style: RowStyle = {
      cells: "json",
      missing: "null",
      nan: "token",
      nulls: true,
      texts: (_, width) => ({ before: commas(width), after: "]", between: "" }),
    };
    const reader = scanner.rows(
      { syntax: "delimited", names: undefined, newKeys: "refuse", ragged: "error", twice: "last", fields },
      style,
    );
    reader.limit(1, undefined, true);
    for (;;) {
      const text = reader.next();
      if (text) return this.#rename(JSON.parse(Buffer.from(text).toString()) as (string | null)[]);
      if (reader.done) return undefined;
      yield "more";
    }
  }

  /** Names as pandas makes them where they are empty or stand twice. */
  #rename(labels: readonly (string | null)[]): string[] {
    const seen = new Set<string>();
    const twice: string[] = [];
    const names = labels.map((label, i) => {
      const plain = label ?? `Unnamed: ${i}`;
      let name = plain;
      for (let n = 1; seen.has(name); n++) name = `${plain}.${n}`;
      if (name !== plain) twice.push(name);
      seen.add(name);
      return name;
    });
    if (twice.length > 0) this.#job.warn("W_DUPLICATE_COLUMNS", `names that occur twice are numbered, as pandas does: ${twice.join(", ")}`);
    return names;
  }

  #fields(): Fields {
    const { options, source } = this.#job;
    return {
      delimiter: options.delimiter ?? source.form.delimiter ?? ",",
      quote: options.quote,
      missing: options.na,
      text: this.#texts,
      numbers: options.typing === "pandas",
    };
  }

  // ---- rows

  /** Rows begin here: written at once, or kept until what they need is known. */
  *#rowsOf(syntax: RowSyntax, names: readonly string[] | undefined, from: number, read: () => void): Generator<Wait, void, void> {
    const { scanner, options, store } = this.#job;
    const keyed = syntax === "records" || syntax === "recordLines";
    const own = keyed ? options.columns : names;
    const grows = keyed && !own && !options.fixed && !this.#omits(syntax) && this.#gap("missing") !== "error";
    // what else a row may need: parameters, which every piece has, and labels, or a column that becomes them
    const labelled = this.#job.source.layout === "frame" && (this.#job.rewriter?.indexWanted ?? false) && this.#labels === undefined;
    const waits = (labelled || this.#mayHaveParams) && !this.#nothingBehind(syntax, own);
    this.#ruledOut = { labels: labelled && !waits, params: this.#mayHaveParams && !waits };
    const params = waits && this.#mayHaveParams;
    const labels = waits && labelled;
    const union = grows || (keyed && params);
    const late = !keyed && ((!own && (this.#writer?.needsNames ?? true)) || params);
    const range: Range = {
      name: undefined,
      from,
      path: this.#job.rewriter?.path() ?? [],
      to: from,
      rows: 0,
      nested: false,
      facts: undefined,
      seen: undefined,
    };
    if (!union && !late && !labels && (own || !this.#labelColumn)) {
      const passes = this.#passes(syntax);
      yield* this.#write(passes ? new PassingRows(scanner, own) : scanner.rows(this.#request(syntax, own), this.#style(syntax, own)));
      read();
      return;
    }
    if (late && !this.#job.rewriter) throw this.#nameless();
    store.keep(from);
    if (late || (labels && !keyed)) {
      // the scanner goes through them, and the names may come
      this.#later = { range, syntax, names: undefined };
      this.#ranges.push(range);
      read();
      return;
    }
    const request = this.#request(syntax, own);
    const reader = scanner.rows({ ...request, newKeys: grows ? "always" : request.newKeys }, LOOK);
    while (!reader.done) {
      reader.next();
      if (!reader.done) yield "more";
    }
    range.to = scanner.offset;
    range.rows = reader.rows;
    store.rest();
    this.#later = { range, syntax, names: reader.names };
    read();
  }

  /** Neither labels nor parameters can stand behind the rows that begin: the caller says so, or a file's last bytes do. */
  #nothingBehind(syntax: RowSyntax, names: readonly string[] | undefined): boolean {
    const { options, store } = this.#job;
    return options.fixed || (syntax === "lists" && endsInRows(store.ending(ENDING), names?.length));
  }

  /** Rows are only cut: they pass as they stand. */
  #passes(syntax: RowSyntax): boolean {
    const { source, target, options } = this.#job;
    const cut = options.maxRows !== undefined && options.maxBytes === undefined;
    const alike = syntax === "lists" && source.layout === "frame" && target.layout === "frame" && options.ragged === "error";
    const labelled = this.#keepsLabels || this.#labelColumn !== undefined;
    return cut && alike && !labelled && this.#gap("nan") === "token" && !target.form.refusesNull;
  }

  /** Where the labels of the frame are, once they have been read. */
  get #labels(): Rewriter["index"] {
    const index = this.#job.rewriter?.index;
    return index && index.rows > 0 ? index : undefined;
  }

  /** The column of the target's that its labels are made of. */
  get #labelColumn(): string | undefined {
    const { options, target } = this.#job;
    return target.layout === "frame" && options.index.startsWith(COLUMN) ? options.index.slice(COLUMN.length) : undefined;
  }

  /** Labels of the source are written as the target's; they stand beside the rows, before the first column. */
  get #keepsLabels(): boolean {
    return this.#labels !== undefined && this.#job.target.layout === "frame" && this.#job.options.index === "keep";
  }

  /** Names of the columns that are written: all but the labels. */
  #columnNames(names: readonly string[] | undefined): readonly string[] | undefined {
    if (this.#keepsLabels) return names?.slice(1);
    const column = this.#labelColumn;
    return column === undefined ? names : names?.filter((name) => name !== column);
  }

  /** Reads rows to their end and writes them, in pieces where that is asked for. */
  *#write(reader: RowReader, replayed = false): Generator<Wait, void, void> {
    if (!this.#writer) return yield* this.#scatter(reader);
    const { sink } = this.#job;
    this.#limit(reader, true);
    for (;;) {
      const text = reader.next();
      if (text) {
        this.#begin(reader);
        this.#put(text);
        if (sink.full && replayed) yield "pause";
      } else if (reader.full) {
        this.#pieceRows = reader.rows - this.#firstRow;
        if (!this.#limit(reader, false)) {
          this.#end(reader);
          this.#limit(reader, true);
          if (sink.full) yield "pause";
        }
      } else if (reader.done) break;
      else yield "more";
    }
    this.#names = this.#columnNames(reader.names) ?? this.#names;
    this.#kinds = reader.kinds;
    this.#width = reader.width ?? this.#names?.length ?? 0;
    this.#pieceRows = reader.rows - this.#firstRow;
    this.#told(reader);
  }

  /** What a person should know of the rows. */
  #told({ padded, repeated, retyped }: RowReader): void {
    const { warn, target, source } = this.#job;
    if (padded > 0) warn("W_PADDED", `${count(padded, "cell")} of short rows ${padded === 1 ? "was" : "were"} filled in as missing`);
    if (repeated > 0)
      warn(
        "W_REPEATED",
        `${count(repeated, "key")} stood twice in a record; the ${dialectOf(source.form).firstKeyWins ? "first" : "last"} counts, as for ${source.form.dialect}`,
      );
    if (retyped > 0)
      warn(
        "W_RETYPED",
        `${count(retyped, "text")} will be read from ${target.form.id} as a number, a boolean or nothing: it does not tell them from text`,
      );
  }

  /** Writes the head of an output before its first row. */
  #begin(reader: RowReader | undefined): void {
    if (this.#open || !this.#writer) return;
    this.#open = true;
    this.#pieceBytes = 0;
    this.#put(Buffer.from(this.#writer.head(this.#columnNames(reader?.names) ?? this.#names)));
  }

  #put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieceBytes += bytes.length;
    this.#job.sink.write(bytes);
  }

  /** The piece is complete: its tail, and the next begins. */
  #end(reader: RowReader | undefined): void {
    const { sink, rewriter } = this.#job;
    this.#begin(reader);
    const writer = this.#writer as RowWriter;
    const tail = writer.tail({
      names: this.#columnNames(reader?.names) ?? this.#names,
      rows: this.#pieceRows,
      firstRow: this.#firstRow,
      width: reader?.width ?? this.#width,
      riders: rewriter?.riders ?? new Map(),
      datatype: datatypeOf(merge(reader?.kinds ?? this.#kinds), this.#job.target.form, this.#job.options.datatype),
      labelled: this.#keepsLabels || this.#labelColumn !== undefined,
    });
    const [before = "", after] = tail.split(LABELS_HERE);
    this.#put(Buffer.from(before));
    if (after !== undefined) {
      for (const bytes of this.#labelText.take()) this.#put(bytes);
      this.#put(Buffer.from(after));
    }
    sink.endPiece(this.#pieceRows, this.#firstRow);
    this.#pieces++;
    this.#firstRow += this.#pieceRows;
    this.#pieceRows = 0;
    this.#open = false;
  }

  /** How far the reader may go on. False: the piece is full. */
  #limit(reader: RowReader, fresh: boolean): boolean {
    const { maxRows, maxBytes } = this.#job.options;
    const rows = maxRows === undefined ? undefined : this.#firstRow + maxRows;
    if (maxBytes === undefined) {
      if (fresh) reader.limit(rows, undefined, true);
      return fresh;
    }
    // an index that must be made grows with the rows: half of what is left at a time
    const indexed = this.#indexed || this.#keepsLabels || this.#labelColumn !== undefined;
    const done = fresh ? 0 : this.#pieceRows;
    if (!fresh && (!indexed || done === this.#stepped || this.#firstRow + done === rows)) return false;
    this.#stepped = fresh ? -1 : done;
    const bytes = fresh ? this.#headBytes(reader) : this.#pieceBytes;
    const left = maxBytes - bytes - this.#tailBytes(reader, done + 1) - this.#labelText.length;
    const perRow = done > 0 ? this.#pieceBytes / done : 64;
    const step = Math.max(1, Math.floor(left / perRow / 2));
    const until = indexed ? Math.min(rows ?? Number.MAX_SAFE_INTEGER, this.#firstRow + done + step) : rows;
    reader.limit(until, left, fresh);
    return true;
  }

  /** Rows of the piece when it was last allowed to go on. */
  #stepped = -1;

  #headBytes(reader: RowReader): number {
    return Buffer.byteLength((this.#writer as RowWriter).head(this.#columnNames(reader.names) ?? this.#names));
  }

  #tailBytes(reader: RowReader, rows: number): number {
    const { rewriter } = this.#job;
    const index = this.#indexed ? rows * (`${this.#firstRow + rows}`.length + 1) : 0;
    const facts = {
      names: this.#columnNames(reader.names) ?? this.#names,
      labelled: false,
      rows: 0,
      firstRow: 0,
      width: 0,
      riders: rewriter?.riders ?? new Map(),
      datatype: "UINT64",
    };
    return Buffer.byteLength((this.#writer as RowWriter).tail(facts)) + index + 32;
  }

  // ---- columns

  /** Rows become columns: every column's cells go to a place of their own, from which they are put together at the end. */
  *#scatter(reader: RowReader): Generator<Wait, void, void> {
    while (!reader.done) {
      reader.next();
      if (!reader.done) yield "more";
    }
    const scattered = this.#scattered as Scattered;
    scattered.names = reader.names ?? [];
    scattered.kinds = reader.kinds;
    scattered.rows = reader.rows;
    this.#told(reader);
  }

  *#gather(): Generator<Wait, void, void> {
    const { names, kinds, rows, spill, runs } = this.#scattered as Scattered;
    const { sink, target, options } = this.#job;
    const writer = this.#columns as ColumnWriter;
    this.#put(Buffer.from(writer.head()));
    const buffer = Buffer.allocUnsafe(PIECE);
    for (const [i, name] of names.entries()) {
      if (target.layout === "named") refuseMixed(kinds[i] as CellKinds, target.form, name);
      this.#put(Buffer.from(`${writer.before(name, i === 0)}[`));
      for (const [at, length] of runs[i] ?? [])
        for (let done = 0; done < length; ) {
          const n = spill.read(at + done, buffer.subarray(0, Math.min(PIECE, length - done)));
          this.#put(Uint8Array.from(buffer.subarray(0, n)));
          done += n;
          if (sink.full) yield "pause";
        }
      this.#put(Buffer.from(`]${writer.after([rows], datatypeOf(kinds[i] as CellKinds, target.form, options.datatype, name))}`));
    }
    spill.close();
  }

  /** Columns, or tensors, pass as they are, one after the other. */
  *#columnsAsTheyAre(): Generator<Wait, void, void> {
    const { target, options } = this.#job;
    const writer = this.#columns as ColumnWriter;
    const keeps = this.#job.rewriter?.keepsContent ?? false;
    if (target.form.content === "np" && this.#ranges.length > 1)
      throw new TransloadError(
        "E_TARGET",
        `${target.form.id} is one tensor, and there are ${this.#ranges.length}; ${target.form.dialect}:columns takes them`,
      );
    this.#put(Buffer.from(writer.head()));
    for (const [i, range] of this.#ranges.entries()) {
      const shape = this.#shapeOf(range);
      const name = range.name ?? range.facts?.name ?? "input";
      const datatype = range.facts?.datatype ?? datatypeOf(kindsOf(range.seen), target.form, options.datatype, name);
      this.#put(Buffer.from(`${writer.before(name, i === 0)}[`));
      if (!range.nested && shape.length > 1 && target.layout === "named") yield* this.#nest(range, shape);
      // MLServer's numpy cuts nested texts to the length of the last dimension
      else if (datatype === "BYTES" && range.nested && target.layout === "inputs") yield* this.#flatten(range, shape);
      else yield* this.#copy(range);
      this.#put(Buffer.from(`]${writer.after(shape, datatype, keeps ? range.facts?.parameters : undefined)}`));
    }
  }

  #shapeOf({ rows, facts, nested, inner, seen, from, path }: Range): readonly number[] {
    const shape = facts?.shape;
    if (!shape) return [rows, ...(seen?.shape ?? [])];
    const what = facts?.name === undefined ? "the tensor" : `input ${JSON.stringify(facts.name)}`;
    const refuse = (has: string, asks: string | number) =>
      new TransloadError("E_SHAPE", `${what} has ${has}, and its shape [${shape.join(", ")}] asks for ${asks}`, {
        offset: from,
        path: jsonPath(path),
      });
    const cells = nested ? (shape[0] ?? 1) : shape.reduce((a, b) => a * b, 1);
    if (cells !== rows) throw refuse(count(rows, "element"), cells);
    if (inner && inner[0] + 1 !== shape.length) throw refuse(`lists ${inner[0] + 1} deep`, shape.length);
    if (inner && inner[1] !== shape[1]) throw refuse(`rows of ${count(inner[1], "element")}`, shape[1] as number);
    return shape;
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
    const before = Array.from({ length: width }, (_, i) => (i === 0 ? "" : ","));
    const style: RowStyle = {
      cells: "json",
      missing: "null",
      nan: this.#gap("nan"),
      nulls: !form.refusesNull,
      texts: () => ({ before, after: "", between: "," }),
    };
    yield* this.#copyRows(this.#reread(range, { ...this.#request("lists", undefined), width }, style));
  }

  /** Cells as they stand, but for NaN where the target has null for it. */
  *#copy(range: Range): Generator<Wait, void, void> {
    const { createScanner, sink } = this.#job;
    const gap = this.#gap("nan");
    if (gap !== "null" && gap !== "finite") {
      for (const bytes of this.#bytesOf(range)) {
        this.#put(bytes);
        if (sink.full) yield "pause";
      }
      return;
    }
    const scanner = createScanner(() => range.path, range.from - 1);
    const tape = new Tape(scanner, (bytes) => this.#put(bytes), range.from);
    tape.mode = "copy";
    scanner.watch(0);
    scanner.nan("tell");
    scanner.push(Uint8Array.of(LIST));
    scanner.next();
    for (const bytes of this.#bytesOf(range)) {
      scanner.push(bytes);
      for (let event = scanner.next(); event !== "more"; event = scanner.next())
        if (event === "nanStart") {
          const infinite = scanner.slice(scanner.offset - 1, scanner.offset)[0] === 0x49; /* I */
          if (gap === "finite" && infinite)
            throw new TransloadError("E_NAN", "Infinity, for which the target has nothing; --nan null writes null", {
              offset: scanner.offset - 1,
            });
          tape.startNan(scanner.offset - 1);
        } else if (event === "nanEnd") tape.endNan(scanner.offset, NULL);
      tape.takeChunk();
      if (sink.full) yield "pause";
    }
    // a number, or a NaN, may end where the range does
    scanner.push(Uint8Array.of(CLOSE));
    for (let event = scanner.next(); event === "nanStart" || event === "nanEnd"; event = scanner.next())
      if (event === "nanEnd") tape.endNan(scanner.offset, NULL);
    tape.take(range.to);
  }

  /** Flat values in the brackets that their shape asks for. */
  *#nest(range: Range, shape: readonly number[]): Generator<Wait, void, void> {
    const inner = shape.slice(1);
    const width = inner.reduce((a, b) => a * b, 1);
    const before = Array.from({ length: width }, (_, i) => {
      let block = 1;
      let opened = 0;
      for (let k = inner.length - 1; k >= 0; k--) {
        block *= inner[k] as number;
        if (i % block === 0) opened++;
      }
      return (i === 0 ? "" : `${"]".repeat(Math.max(0, opened))},`) + "[".repeat(opened);
    });
    const style: RowStyle = {
      cells: "json",
      missing: "null",
      nan: this.#gap("nan"),
      nulls: true,
      texts: () => ({ before, after: "]".repeat(inner.length), between: "," }),
    };
    yield* this.#copyRows(this.#reread(range, { ...this.#request("grouped", undefined), width }, style));
  }

  *#copyRows(reader: { reader: RowReader; feed(): boolean }): Generator<Wait, void, void> {
    for (;;) {
      const text = reader.reader.next();
      if (text) {
        this.#put(text);
        if (this.#job.sink.full) yield "pause";
      } else if (reader.reader.done) return;
      else if (!reader.feed()) return;
    }
  }

  /** Columns side by side become rows. */
  *#across(): Generator<Wait, void, void> {
    const { createScanner, store, target } = this.#job;
    const names = this.#ranges.map((range, i) => range.facts?.name ?? range.name ?? `${i}`);
    const [first] = this.#ranges;
    for (const range of this.#ranges) {
      const shape = this.#shapeOf(range);
      if (!range.nested && shape.length > 1 && shape.slice(1).some((n) => n !== 1))
        throw new TransloadError(
          "E_SHAPE",
          `input ${JSON.stringify(range.facts?.name)} of shape [${shape.join(", ")}] is flat, and cannot become a column of ${target.form.id}`,
        );
      if (range.rows !== first?.rows)
        throw new TransloadError(
          "E_RAGGED",
          `columns of unequal length: ${this.#ranges.map((r, i) => `${names[i]} has ${r.rows}`).join(", ")}`,
        );
    }
    const columns = this.#ranges.map((range) => sourceOf(store, range));
    const chosen = this.#job.options.columns;
    if (chosen && (chosen.length !== names.length || chosen.some((name) => !names.includes(name))))
      throw new TransloadError("E_COLUMNS", `the columns given are not those of the payload: ${names.join(", ")}`);
    const order = (chosen ?? names).map((name) => names.indexOf(name));
    const scanner = createScanner(() => [], 0);
    const request: RowRequest = {
      ...this.#request("across", chosen ?? names),
      across: order.map((i) => columns[i] as ColumnSource),
    };
    yield* this.#write(scanner.rows(request, this.#style("across")), true);
  }

  // ---- the end

  *#finish(): Generator<Wait, void, void> {
    const { rewriter, sink, options, target } = this.#job;
    const later = this.#later;
    this.#refuseLate();
    if (later) {
      const names = options.columns ?? later.names ?? rewriter?.columns;
      if (rewriter?.oddLabel !== undefined && this.#keyed && !options.columns) throw this.#oddLabel(rewriter);
      if (!names && (!this.#writer || this.#writer.needsNames)) throw this.#nameless();
      yield* this.#replay(later.range, later.syntax, names);
    } else if (this.#ranges.length > 0 && this.#writer) {
      const [only] = this.#ranges;
      const alone = only && this.#ranges.length === 1 && (only.name === undefined || rewriter?.form?.content === "np");
      if (alone && this.#job.target.layout === "tensor") yield* this.#tensor(only);
      else if (alone && this.#shapeOf(only).length === 2) yield* this.#matrix(only);
      else yield* this.#across();
    } else if (this.#columns && this.#ranges.length > 0) {
      const [only] = this.#ranges;
      // a matrix whose columns have names
      const matrix =
        (rewriter?.form?.content === "np" || rewriter?.layout === "values") && this.#ranges.length === 1 && rewriter.columns !== undefined;
      if (only && matrix && this.#shapeOf(only).length === 2 && target.form.content !== "np") yield* this.#matrix(only);
      else yield* this.#columnsAsTheyAre();
    }
    if (this.#scattered) yield* this.#gather();
    this.#job.store.close();
    this.#names ??= rewriter?.columns ?? options.columns;
    if (this.#columns) {
      if (!later && this.#ranges.length === 0 && !this.#scattered) this.#put(Buffer.from(this.#columns.head()));
      this.#put(Buffer.from(this.#columns.tail(rewriter?.riders ?? new Map())));
      sink.endPiece(this.#scattered?.rows ?? this.#ranges[0]?.rows ?? 0, 0);
      return;
    }
    if (this.#open || this.#pieces === 0) {
      if (this.#writer?.needsNames && this.#names === undefined) this.#names = [];
      this.#refuse();
      this.#end(undefined);
    }
  }

  /** What stands behind the rows after all, when they have been written. */
  #refuseLate(): void {
    const why = this.#job.options.fixed
      ? "and --fixed says that nothing does; leave it out"
      : "and look like rows themselves; put them before the rows";
    if (this.#ruledOut.labels && this.#labels) throw new TransloadError("E_INDEX", `labels stand behind the rows, ${why}`);
    if (this.#ruledOut.params && this.#mayHaveParams === false)
      throw new TransloadError("E_FORM", `parameters, which every piece has, stand behind the rows, ${why}`);
  }

  /** What the target's servers refuse of a whole payload. */
  #refuse(): void {
    const { form } = this.#job.target;
    if (form.refusesEmpty && this.#pieceRows === 0 && this.#pieces === 0)
      throw new TransloadError("E_TARGET", `${form.id} needs at least one row`);
    if (form.needsColumns && this.#names === undefined) throw this.#nameless();
    if (this.#job.target.layout === "tensor") refuseMixed(merge(this.#kinds), form);
    if (this.#job.target.layout !== "values") return;
    const { nested, texts, booleans } = merge(this.#kinds);
    if (nested || texts || booleans)
      throw new TransloadError("E_TARGET", `${form.id} has numbers only, and rank 2; seldon:ndarray takes other cells`);
  }

  #nameless(): TransloadError {
    const { source, target } = this.#job;
    return new TransloadError(
      "E_COLUMNS",
      `${target.form.id} needs names for the columns, and ${source.form.id} has none; give them with --columns a,b,c`,
    );
  }

  /** A tensor in the brackets that its shape asks for. */
  *#tensor(range: Range): Generator<Wait, void, void> {
    const shape = this.#shapeOf(range);
    this.#begin(undefined);
    if (!range.nested && shape.length > 1) yield* this.#nest(range, shape);
    else yield* this.#copy(range);
    this.#pieceRows = shape[0] ?? 0;
  }

  /** A matrix, nested or flat, in rows as wide as its shape says. */
  *#matrix(range: Range): Generator<Wait, void, void> {
    const width = this.#shapeOf(range)[1] as number;
    const names = this.#job.rewriter?.columns ?? this.#job.options.columns;
    if (names && names.length !== width)
      throw new TransloadError("E_COLUMNS", `${count(names.length, "column name")} for rows of ${count(width, "cell")}`);
    if (!names && (this.#writer as RowWriter).needsNames) throw this.#nameless();
    this.#names = names;
    const syntax = range.nested ? "lists" : "grouped";
    yield* this.#replayWith(range, { ...this.#request(syntax, names), width }, this.#style(syntax));
  }

  *#replay(range: Range, syntax: RowSyntax, names: readonly string[] | undefined): Generator<Wait, void, void> {
    this.#names = names;
    yield* this.#replayWith(range, { ...this.#request(syntax, names), newKeys: "refuse" }, this.#style(syntax, names));
  }

  *#replayWith(range: Range, request: RowRequest, style: RowStyle): Generator<Wait, void, void> {
    const { reader, feed } = this.#reread(range, request, style);
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

  /** A reader of a range of the store; `feed` gives it the next piece. */
  #reread(range: Range, request: RowRequest, style: RowStyle): { reader: RowReader; feed(): boolean } {
    const json = this.#job.rewriter !== undefined;
    const scanner = this.#job.createScanner(() => range.path, json ? range.from - 1 : range.from);
    if (json) {
      // the scanner is to find itself inside a list
      scanner.push(Uint8Array.of(LIST));
      scanner.watch(1);
      scanner.next();
      scanner.startCargo(request.syntax === "records" ? Mode.Records : Mode.Free, undefined);
    }
    const pieces = this.#bytesOf(range);
    let closed = false;
    const feed = (): boolean => {
      const { value, done } = pieces.next();
      if (!done) scanner.push(value);
      else if (closed) return false;
      else {
        closed = true;
        if (json) scanner.push(Uint8Array.of(CLOSE));
        scanner.finish();
      }
      return true;
    };
    feed();
    return { reader: scanner.rows(request, style), feed };
  }

  *#bytesOf({ from, to }: Range): Generator<Uint8Array, undefined, void> {
    for (let at = from; at < to; ) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, to - at));
      const n = this.#job.store.read(at, buffer);
      if (n === 0) throw new TransloadError("E_READ", "the input changed while it was read");
      yield buffer.subarray(0, n);
      at += n;
    }
    return undefined;
  }

  // ---- how

  /** Every piece has the parameters, and they may come behind the payload: none have come yet. */
  get #mayHaveParams(): boolean {
    const { rewriter, source, target, options } = this.#job;
    if (!rewriter || (options.maxRows === undefined && options.maxBytes === undefined)) return false;
    const [own, goal] = [dialectOf(source.form).params, dialectOf(target.form).params];
    return own !== undefined && goal !== undefined && !rewriter.riders.has(goal);
  }

  /** Row labels are written, 0 to rows - 1. */
  get #indexed(): boolean {
    const { index } = this.#job.options;
    return index === "generate" || (index === "keep" && (this.#job.target.form.needsIndex ?? false));
  }

  /** Rows are written with the names of their cells. */
  get #keyed(): boolean {
    return this.#columns !== undefined || (this.#writer?.needsNames ?? false);
  }

  /** Records become records: a key that is missing stays so, and no union of keys is needed. */
  #omits(syntax: RowSyntax): boolean {
    const { layout, form } = this.#job.target;
    const keyed = syntax === "records" || syntax === "recordLines";
    return (
      keyed &&
      this.#job.options.missing === undefined &&
      !form.equalKeys &&
      !this.#job.options.columns &&
      (layout === "records" || (layout === "lines" && form.id !== "jsonl:lists"))
    );
  }

  #request(syntax: RowSyntax, columns: readonly string[] | undefined): RowRequest {
    const { options, source, store } = this.#job;
    const labels = syntax === "lists" && columns ? this.#labels : undefined;
    // the labels are the first column, from a list of their own
    const names = labels && columns ? [this.#keepsLabels ? "" : options.index.slice(COLUMN.length), ...columns] : columns;
    const column = this.#labelColumn;
    if (column !== undefined && names && !names.includes(column)) throw this.#noColumn(column, names);
    if (names && this.#keyed && this.#writer?.cells !== "delimited" && new Set(names).size < names.length) throw this.#twice(names);
    return {
      syntax,
      names,
      newKeys: options.columns ? "refuse" : this.#omits(syntax) && !options.fixed ? "always" : "first",
      ragged: options.ragged,
      twice: dialectOf(source.form).firstKeyWins ? "first" : "last",
      fields:
        syntax === "delimited"
          ? this.#fields()
          : this.#writer?.cells === "delimited"
            ? { ...this.#fields(), delimiter: this.#delimiter }
            : undefined,
      ...(labels && { across: [sourceOf(store, labels)] }),
    };
  }

  #noColumn(column: string, names: readonly string[]): TransloadError {
    const guess = nearest(column, names);
    return new TransloadError(
      "E_COLUMNS",
      `--index column:${column}: there is no such column${guess ? `; did you mean ${guess}?` : ` among ${names.join(", ")}`}`,
    );
  }

  #twice(names: readonly string[]): TransloadError {
    const name = names.find((n, i) => names.indexOf(n) !== i);
    return new TransloadError(
      "E_DUPLICATE",
      `two columns are called ${JSON.stringify(name)}, and ${this.#job.target.form.id} has one cell for a name`,
    );
  }

  get #delimiter(): string {
    return this.#job.target.form.delimiter ?? ",";
  }

  #gap(what: "nan" | "missing"): RowGap {
    const { form } = this.#job.target;
    const dialect = dialectOf(form);
    if (what === "missing" && form.equalKeys && this.#job.options.missing === undefined) return "error";
    const own = this.#job.options[what];
    // a server that reads null as NaN has nothing for the infinities
    if (what === "nan" && own === undefined && dialect.nan === "null") return "finite";
    return own ?? dialect[what] ?? (what === "nan" ? "token" : "null");
  }

  #style(syntax: RowSyntax, names?: readonly string[]): RowStyle {
    const { form } = this.#job.target;
    const writer = this.#writer;
    const omit = this.#omits(syntax);
    const shared = {
      missing: omit ? ("omit" as const) : this.#gap("missing"),
      nan: this.#gap("nan"),
      nulls: !form.refusesNull,
      sizes: form.layouts.includes("inputs"),
    };
    if (writer) {
      const style = { ...shared, cells: writer.cells, delimiter: this.#delimiter, texts: writer.texts };
      const column = this.#labelColumn;
      const routed = this.#keepsLabels && syntax === "lists" && names ? 0 : column === undefined ? undefined : names?.indexOf(column);
      if (routed === undefined) return style;
      const texts: RowStyle["texts"] = (own, width) => {
        const { before, ...others } = writer.texts(this.#columnNames(own), width - 1);
        return { ...others, before: [...before.slice(0, routed), "", ...before.slice(routed)] };
      };
      return { ...style, texts, routed, column: (_, bytes) => this.#labelText.append(bytes) };
    }
    const runs: [number, number][][] = [];
    const spill = new Spill(this.#job.options.spillDir);
    this.#scattered = { names: [], kinds: [], rows: 0, spill, runs };
    return {
      ...shared,
      cells: "columns",
      texts: () => NO_TEXTS,
      column: (i, bytes) => {
        runs[i] ??= [];
        runs[i].push([spill.append(bytes), bytes.length]);
      },
    };
  }
}

/** How the option index names a column. */
const COLUMN = "column:";

/** The labels of a piece, which are written behind its rows. */
class LabelText {
  length = 0;
  readonly #spill: Spill;

  constructor(folder: string | undefined) {
    this.#spill = new Spill(folder);
  }

  append(bytes: Uint8Array): void {
    this.#spill.append(bytes);
    this.length += bytes.length;
  }

  *take(): Generator<Uint8Array, void, void> {
    for (let at = 0; at < this.length; ) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(PIECE, this.length - at));
      at += this.#spill.read(at, bytes);
      yield bytes;
    }
    this.#spill.close();
    this.length = 0;
  }
}

/** The inside of a list that lies in a store. */
function sourceOf(store: Store, { from, to }: { from: number; to: number }): ColumnSource {
  let at = from;
  return {
    read: (target) => {
      const n = store.read(at, target.subarray(0, to - at));
      at += n;
      return n;
    },
  };
}

const NO_TEXTS = { before: [], after: "", between: "" };
/** Rows are only looked at. */
const LOOK: RowStyle = { cells: "none", missing: "null", nan: "token", nulls: true, texts: () => NO_TEXTS };
/** A set of all names. */
const EVERYTHING: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

function commas(width: number): string[] {
  return Array.from({ length: width }, (_, i) => (i === 0 ? "[" : ","));
}

/** No null may stand in a tensor of whole numbers (MLServer's codecs). */
function isWhole(facts: InputFacts | undefined): boolean {
  return /^U?INT/.test(facts?.datatype ?? "");
}

function isTensor(layout: Layout): boolean {
  return layout === "tensor" || layout === "values" || layout === "inputs" || layout === "named";
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function kindsOf(seen: Seen | undefined): CellKinds {
  const [least = 0n, greatest = 0n] = seen?.wholes ?? [];
  return {
    unsigned: greatest >= 2n ** 63n,
    huge: greatest >= 2n ** 64n || least < -(2n ** 63n),
    negative: least < 0n,
    integers: seen?.integers ?? false,
    floats: seen?.floats ?? false,
    booleans: seen?.booleans ?? false,
    texts: seen?.strings ?? false,
    nested: seen?.nested ?? false,
    nulls: (seen?.nulls ?? 0) > 0,
    nans: (seen?.nans ?? 0) > 0,
    missing: false,
  };
}

/** Kinds of all columns together. */
function merge(kinds: readonly CellKinds[]): CellKinds {
  const any = (key: keyof CellKinds) => kinds.some((k) => k[key]);
  return {
    integers: any("integers"),
    floats: any("floats"),
    booleans: any("booleans"),
    texts: any("texts"),
    nested: any("nested"),
    nulls: any("nulls"),
    nans: any("nans"),
    missing: any("missing"),
    unsigned: any("unsigned"),
    huge: any("huge"),
    negative: any("negative"),
  };
}

/** Open Inference Protocol's datatype for such cells; integers with gaps are doubles, which have a NaN. */
function datatypeOf(kinds: CellKinds, form: Form, wanted: TableOptions["datatype"], name?: string): string {
  const asked = typeof wanted === "object" ? wanted[name ?? ""] : wanted;
  if (!form.layouts.includes("inputs")) return "";
  const { integers, floats, booleans, texts, nested } = kinds;
  const gaps = kinds.nulls || kinds.nans || kinds.missing;
  const numbers = integers || floats;
  const where = name === undefined ? "the cells" : `column ${JSON.stringify(name)}`;
  if (nested) throw new TransloadError("E_NESTED", `${where} of lists or objects have no datatype in ${form.id}`);
  if (Number(numbers) + Number(booleans) + Number(texts) > 1)
    throw new TransloadError("E_DTYPE", `${where}: numbers, booleans and text have no datatype in common`);
  if (texts) return "BYTES";
  if (booleans) {
    // MLServer reads null as false
    if (gaps) throw new TransloadError("E_NULL", `${where}: null among booleans, which ${form.id} reads as false`);
    return "BOOL";
  }
  if (asked !== undefined) return asked;
  if (floats || gaps || !integers) return "FP64";
  if (kinds.huge || (kinds.unsigned && kinds.negative))
    throw new TransloadError("E_RANGE", `${where}: whole numbers that no integer datatype holds; --datatype FP64 rounds them`);
  return kinds.unsigned ? "UINT64" : "INT64";
}

/** Lists beside scalars are no tensor. */
function refuseMixed({ nested, integers, floats, booleans, texts, nulls }: CellKinds, form: Form, name?: string): void {
  if (!nested || !(integers || floats || booleans || texts || nulls)) return;
  const where = name === undefined ? "the cells" : `column ${JSON.stringify(name)}`;
  throw new TransloadError("E_MIXED", `${where}: lists or objects beside scalars, which are no tensor for ${form.id}`);
}
