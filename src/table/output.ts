import { byteLength, encode } from "../columns/bytes.js";
import { dialectOf } from "../dialects/index.js";
import type { CellKinds, Counts, RowReader } from "../engine/rows.js";
import { LABELS_HERE, type RowWriter } from "../envelope/layouts/writer.js";
import { optionText, TransloadError, type Warning } from "../errors.js";
import { refuseBytes } from "./base64.js";
import { count, type TableJob, type Wait } from "./job.js";
import { datatypeOf, merge, refuseKinds, refuseMixed } from "./kinds.js";
import { LabelText } from "./label-spill.js";
import type { Rules } from "./rules.js";

/** Smaller pieces are written together, so many bytes of them at a time. */
const SMALL = 1 << 10;
const ENOUGH = 1 << 14;

/** Rows as they are written: one output, or a piece after the other, each with its own head and tail. */
export class Output {
  /** Labels of the piece's rows, as they stand. */
  readonly labels: LabelText;
  /** Names of the columns, where they are known. */
  names: readonly string[] | undefined;
  /** The rows are those of one tensor: its name, the lengths of its dimensions behind the first, and its datatype. */
  tensor: { readonly name: string; readonly inner: readonly number[]; readonly datatype: string } | undefined;
  /** Rows of the piece. */
  rows = 0;
  readonly #job: TableJob;
  readonly #rules: Rules;
  /** What is yet to be written, in small pieces. */
  readonly #small = new Uint8Array(ENOUGH + SMALL);
  #smallBytes = 0;
  #kinds: CellKinds = merge([]);
  #width = 0;
  #open = false;
  #bytes = 0;
  #firstRow = 0;
  #pieces = 0;
  /** Rows of the piece when it was last allowed to go on. */
  #stepped = -1;

  constructor(job: TableJob, rules: Rules) {
    this.#job = job;
    this.#rules = rules;
    this.labels = new LabelText(job.spill());
  }

  put(bytes: Uint8Array | string): void {
    if (bytes.length === 0) return;
    const out = typeof bytes === "string" ? encode(bytes) : bytes;
    this.#bytes += out.length;
    if (out.length >= SMALL) {
      this.flush();
      this.#job.sink.write(out);
      return;
    }
    this.#small.set(out, this.#smallBytes);
    this.#smallBytes += out.length;
    if (this.#smallBytes >= ENOUGH) this.flush();
  }

  /** What is small goes out together. */
  flush(): void {
    if (this.#smallBytes === 0) return;
    this.#job.sink.write(this.#small.slice(0, this.#smallBytes));
    this.#smallBytes = 0;
  }

  /** Reads rows to their end and writes them, in pieces where that is asked for. `replayed`: nothing but the sink is waited for. */
  *write(reader: RowReader, replayed = false): Generator<Wait, void, void> {
    const { sink } = this.#job;
    this.#limit(reader, true);
    for (;;) {
      const text = reader.next();
      if (text) {
        this.begin(reader);
        this.put(text);
        if (sink.full && replayed) yield "pause";
      } else if (reader.full) {
        this.rows = reader.rows - this.#firstRow;
        if (!this.#limit(reader, false)) {
          this.#end(reader);
          this.#limit(reader, true);
          if (sink.full) yield "pause";
        }
      } else if (reader.done) break;
      else yield "more";
    }
    this.names = this.#rules.columnNames(reader.names) ?? this.names;
    this.#kinds = merge(reader.kinds);
    this.#width = reader.width ?? this.names?.length ?? 0;
    this.rows = reader.rows - this.#firstRow;
    this.told(reader);
  }

  /** Says what a person should know of the rows that were read; who has but a part of them, counts. */
  told(reader: RowReader): void {
    const { tally, warn, options } = this.#job;
    const { padded, repeated, retyped } = reader;
    const counts = { padded, repeated, retyped };
    if (options.tellsGaps && merge(reader.kinds).missing)
      warn("W_PADDED", `keys that some records lack are null in these: with ${optionText("dtype")} all records have the same`);
    if (tally) tally({ counts, kinds: merge(reader.kinds), warnings: (all) => this.#warnings(all) });
    else for (const { code, message } of this.#warnings(counts)) warn(code, message);
  }

  #warnings({ padded, repeated, retyped }: Counts): Warning[] {
    const { target, source } = this.#job;
    const warnings = paddedWarnings(padded);
    if (repeated > 0)
      warnings.push({
        code: "W_REPEATED",
        message: `${count(repeated, "key")} stood twice in a record; the ${dialectOf(source.form).firstKeyWins ? "first" : "last"} counts, as for ${source.form.dialect}`,
      });
    if (retyped > 0)
      warnings.push({
        code: "W_RETYPED",
        message: `${count(retyped, "text")} will be read from ${target.form.id} as a number, a boolean or nothing: it does not tell them from text`,
      });
    return warnings;
  }

  /** Writes the head of an output before its first row. */
  begin(reader?: RowReader): void {
    if (this.#open) return;
    refuseBytes(this.#job, reader?.names);
    this.#open = true;
    this.#bytes = 0;
    this.put(this.#head(reader));
  }

  /** No row will come any more: the last output is complete. */
  finish(): void {
    if (!this.#open && this.#pieces > 0) return;
    if (this.#rules.needsNames) this.names ??= [];
    this.#refuse();
    this.#end(undefined);
  }

  #head(reader: RowReader | undefined): string {
    return this.#writer.head(this.#namesOf(reader), this.tensor?.name ?? this.#job.target.form.unnamed ?? "input");
  }

  get #writer(): RowWriter {
    return this.#rules.writer as RowWriter;
  }

  #namesOf(reader: RowReader | undefined): readonly string[] | undefined {
    return this.#rules.columnNames(reader?.names) ?? this.names;
  }

  /** The piece is complete: its tail, and the next begins. */
  #end(reader: RowReader | undefined): void {
    const { sink, rewriter, target, options } = this.#job;
    this.begin(reader);
    const tail = this.#writer.tail({
      names: this.#namesOf(reader),
      rows: this.rows,
      firstRow: this.#firstRow,
      width: reader?.width ?? this.#width,
      inner: this.tensor?.inner ?? [reader?.width ?? this.#width],
      extras: rewriter?.extras ?? new Map(),
      datatype: this.tensor?.datatype ?? datatypeOf(reader ? merge(reader.kinds) : this.#kinds, target.form, options.datatype),
      labelled: this.#rules.keepsLabels || this.#rules.labelColumn !== undefined,
    });
    const [before = "", after] = tail.split(LABELS_HERE);
    this.put(before);
    if (after !== undefined) {
      for (const bytes of this.labels.take()) this.put(bytes);
      this.put(after);
    }
    this.flush();
    sink.endPiece(this.rows, this.#firstRow);
    this.#pieces++;
    this.#firstRow += this.rows;
    this.rows = 0;
    this.#open = false;
  }

  /** What the target's servers refuse of a whole payload. */
  #refuse(): void {
    const { options } = this.#job;
    const { form, layout } = this.#job.target;
    if (form.refusesEmpty && this.rows === 0 && this.#pieces === 0)
      throw new TransloadError("E_TARGET", `${form.id} needs at least one row`);
    if (form.needsColumns && this.names === undefined) throw this.#rules.nameless();
    const kinds = this.#kinds;
    if (layout === "tensor") refuseMixed(kinds, form);
    const goal = typeof options.goal === "object" ? options.goal : this.#job.target;
    // frames and tensors may pass without being looked at
    if (goal.layout === "tensor" && !["frame", "tensor"].includes(this.#job.source.layout)) refuseKinds(kinds, goal.form);
    // nobody has looked whether they are of one shape
    if (layout === "tensor" && kinds.nested && ["records", "lines", "features"].includes(this.#job.source.layout))
      throw new TransloadError("E_FORM", `rows whose cells are lists are no tensor for ${form.id}; send them as a tensor, or as records`);
    if (layout === "values" && (kinds.nested || kinds.texts || kinds.booleans))
      throw new TransloadError("E_TARGET", `${form.id} has numbers only, and rank 2; seldon:ndarray takes other cells`);
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
    const { indexed, keepsLabels, labelColumn } = this.#rules;
    const labelled = indexed || keepsLabels || labelColumn !== undefined;
    const done = fresh ? 0 : this.rows;
    if (!fresh && (!labelled || done === this.#stepped || this.#firstRow + done === rows)) return false;
    this.#stepped = fresh ? -1 : done;
    const bytes = fresh ? byteLength(this.#head(reader)) : this.#bytes;
    const left = maxBytes - bytes - this.#tailBytes(reader, done + 1) - this.labels.length;
    const perRow = done > 0 ? this.#bytes / done : 64;
    const step = Math.max(1, Math.floor(left / perRow / 2));
    const until = labelled ? Math.min(rows ?? Number.MAX_SAFE_INTEGER, this.#firstRow + done + step) : rows;
    reader.limit(until, left, fresh);
    return true;
  }

  #tailBytes(reader: RowReader, rows: number): number {
    const index = this.#rules.indexed ? rows * (`${this.#firstRow + rows}`.length + 1) : 0;
    const facts = {
      names: this.#namesOf(reader),
      labelled: false,
      rows: 0,
      firstRow: 0,
      width: 0,
      inner: this.tensor?.inner ?? [0],
      extras: this.#job.rewriter?.extras ?? new Map(),
      datatype: "UINT64",
    };
    return byteLength(this.#writer.tail(facts)) + index + 32;
  }
}

/** Says how many cells of short rows are none of the source's. */
export function toldPadded({ warn }: Pick<TableJob, "warn">, padded: number): void {
  for (const { code, message } of paddedWarnings(padded)) warn(code, message);
}

function paddedWarnings(padded: number): Warning[] {
  if (padded === 0) return [];
  return [{ code: "W_PADDED", message: `${count(padded, "cell")} of short rows ${padded === 1 ? "was" : "were"} filled in as missing` }];
}
