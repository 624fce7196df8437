// A conversion, from chunks to chunks, wherever it runs: picks its lane, and drives it.
//
// The room. In: a request (options/request.ts), a host (host.ts: spills, files, engines), and chunks, or batches. Out: chunks of the target, or
// batches. The splice and the table lane are envelope/'s and table/'s; the typed lane is cargo.ts; what no single lane can do is a chain
// of two (chain.ts); binary files at an end are exchange.ts.

import { Batch } from "../columns/batch.js";
import { Chosen, type ColumnPick, Dropped } from "../columns/column-pick.js";
import { needShape } from "../columns/lists.js";
import { withNan } from "../columns/nan.js";
import { type Choice, choose, type Form, type Gap, keepingKinds, type Layout, target } from "../dialects/index.js";
import { checkDatatypes, type End } from "../dialects/needs.js";
import { type CreateScanner, coreScanner, limited } from "../engine/index.js";
import type { Printer } from "../engine/printer.js";
import type { Scanner } from "../engine/scanner.js";
import { fileForm } from "../envelope/detect.js";
import { FirstObject } from "../envelope/first-object.js";
import { Opening } from "../envelope/opening.js";
import type { Told } from "../envelope/payload.js";
import { Rewriter } from "../envelope/rewriter.js";
import { Twins } from "../envelope/twins.js";
import { optionText, TransloadError } from "../errors.js";
import type { Spill, Store } from "../io/store.js";
import type { Parts, Request } from "../options/request.js";
import type { BatchRequest, TableOptions, Tally, Wait } from "../table/job.js";
import { Table } from "../table/table.js";
import { CargoReader } from "./cargo.js";
import type { Host } from "./host.js";
import { noLabels } from "./labels.js";

type Through = (batch: Batch) => AsyncIterable<unknown>;

/** Where a conversion's output goes, besides the bytes. */
export interface Outlet {
  /** The reader has enough for now. */
  readonly full: boolean;
  /** Resolves when it wants more. */
  drained(): Promise<void>;
  /** A piece is complete; what is written next belongs to another. */
  endPiece(rows: number, firstRow: number): void;
  /** Called in the place of a warning about the rows, where they are but some of the payload's. */
  tally?(tally: Tally): void;
  /** How the rows of a delimited file are wanted, when as batches. */
  readonly batches?: BatchRequest;
  batch?(batch: Batch): void;
}

/** One stage of several: what the caller's payload is, and where this stage goes. */
export interface Route {
  readonly origin?: End;
  readonly goal?: End;
  /** The form that the last stage ends in. */
  readonly onward?: Form;
  /** Told what inputs turn out to be together; returns where this stage goes, then. */
  readonly settled?: (own: End) => End;
}

const LINE_FEED = 0x0a;
const NOTHING_MORE = new Uint8Array();

const OPEN: Outlet = { full: false, drained: () => Promise.resolve(), endPiece: () => {} };

/** A conversion: from where to where, and how. */
export interface Plan extends Parts {
  readonly from: Choice;
  readonly to: Choice;
}

/** @throws TransloadError E_DIALECT; E_OPTION for a datatype that the target has not. */
export function endsOf({ from, to, what, targetWhat = what, keepsKinds, target }: Request): { from: Choice; to: Choice } {
  const chosen = choose(to, false, targetWhat);
  const ends = { from: choose(from, true, what), to: keepsKinds ? keepingKinds(chosen) : chosen };
  checkDatatypes(ends.to, target.datatype);
  return ends;
}

/** A conversion without streams: chunks in, chunks out through `write`. */
export class Conversion {
  readonly #plan: Plan;
  readonly #host: Host;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #outlet: Outlet;
  readonly #route: Route;
  #through: Through | undefined;
  readonly #opening = new Opening();
  #createScanner: CreateScanner = coreScanner;
  #scanner: Scanner | undefined;
  #rewriter: Rewriter | undefined;
  /** Keeps a list's first object together, as long as the form is not known. */
  #first: FirstObject | undefined;
  #twins: Twins | undefined;
  #cargo: CargoReader | undefined;
  #printer: Printer | undefined;
  #rowsOfCargo = 0;
  /** The cargo is a single cell. */
  #scalar = false;
  /** The table lane, once it is the one. */
  #table: Generator<Wait, void, void> | undefined;
  /** It has written all. */
  #moved = false;
  /** What it threw. */
  #failed: { error: unknown } | undefined;
  /** The form of a source without an envelope. */
  #file: Form | undefined;
  readonly #store: Store;
  readonly #spills: Spill[] = [];
  /** The chunk taken last, and the offset behind it. */
  #chunk: Uint8Array = new Uint8Array();
  #offset = 0;
  #ended = false;

  constructor(plan: Plan, host: Host, write: (bytes: Uint8Array) => void, outlet: Outlet = OPEN, route: Route = {}) {
    this.#plan = plan;
    this.#write = write;
    this.#outlet = outlet;
    this.#route = route;
    this.#host = host;
    this.#store = host.input();
  }

  /** What the source's envelope has told, so far. */
  get told(): Told | undefined {
    return this.#rewriter;
  }

  /** All that is wanted of the input has come. */
  get enough(): boolean {
    return this.#moved;
  }

  /** Takes the next bytes of the input; a promise when something is to be waited for. */
  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#moved) return;
    if (this.#scanner) return this.#take(chunk);
    const opened = this.#opening.push(chunk);
    if (opened) return this.#start(opened);
  }

  async end(): Promise<void> {
    await this.#finish();
    this.#tellLabels();
  }

  /** A column that there is not was asked for. */
  #tellLabels(): void {
    const { to, target: asked, rows, run } = this.#plan;
    const { index = "keep" } = asked;
    const source = this.#rewriter?.form
      ? { form: this.#rewriter.form, layout: this.#rewriter.layout as Layout }
      : this.#file && lines(this.#file);
    if (!source || !index.startsWith("column:") || this.#rewriter?.labels) return;
    const goal = this.#route.goal ?? target(to, source.layout, source.form, rows.columns !== undefined);
    if (goal.layout === "frame") return;
    run.onWarning?.(noLabels(index));
  }

  async #finish(): Promise<void> {
    if (this.#moved) return;
    if (!this.#scanner) {
      const opened = this.#opening.push(new Uint8Array(), true);
      if (opened) await this.#start(opened);
    }
    await this.#take(NOTHING_MORE, true);
    this.#ended = true;
    this.#twins?.check(new Uint8Array(), this.#offset, true);
    // behind the last field there is something to stop at
    if (this.#outlet.batches && this.#scanner) this.#scanner.push(Uint8Array.of(LINE_FEED));
    const rewriter = this.#rewriter;
    if (!this.#table && rewriter && this.#cargo) {
      rewriter.scanner.last();
      await this.#readCells(rewriter, this.#cargo);
    }
    if (!this.#table && rewriter && rewriter.lane === "splice") return rewriter.end();
    this.#scanner?.finish();
    await this.#move();
    if (this.#moved) return;
    this.#scanner?.end(); // throws: the document is not complete
    throw new Error("transload: rows are left at the end of the input");
  }

  /** Lets go of what was kept on the disk, and of the engine where no batch lies in its memory. */
  close(): void {
    const { reuse = false, copied = false } = this.#outlet.batches ?? {};
    if (!reuse || copied) this.#scanner?.close();
    this.#store.close();
    for (const spill of this.#spills) spill.close();
  }

  #spill(): Spill {
    const spill = this.#host.spill();
    this.#spills.push(spill);
    return spill;
  }

  #start(opened: { chunk: Uint8Array; start: number }): void | Promise<void> {
    const { run, typed } = this.#plan;
    if (run.engine !== "reference" && !typed.through?.length) return this.#open(opened, coreScanner);
    return this.#load().then((createScanner) => this.#open(opened, createScanner));
  }

  /** What a plain conversion does without. */
  async #load(): Promise<CreateScanner> {
    const { run, typed } = this.#plan;
    if (typed.through?.length) {
      const { gen } = await import("stream-chain/core");
      this.#through = gen(...(typed.through as [])) as Through;
    }
    return this.#host.scannerOf(run.engine);
  }

  #open({ chunk, start }: { chunk: Uint8Array; start: number }, createScanner: CreateScanner): void | Promise<void> {
    this.#createScanner = limited(createScanner, this.#plan.limits.maxRowBytes);
    this.#offset = start;
    this.#file = fileForm(this.#plan.from, chunk);
    if (this.#file) {
      this.#scanner = this.#createScanner(() => [], start);
      return this.#take(chunk);
    }
    const { from, to, rows, target, pieces, run } = this.#plan;
    const { dtype, cast = "error", batchRows } = this.#plan.typed;
    const { index = "keep" } = target;
    const typed = dtype !== undefined || this.#through !== undefined;
    const named = typeof dtype === "object";
    this.#rewriter = new Rewriter(
      {
        from,
        to,
        columns: rows.renamed ?? rows.columns,
        nan: target.nan,
        typed: typed
          ? {
              dtype,
              infer: named,
              narrow: true,
              verbatim: named && !this.#through ? "cells" : undefined,
              cast,
              batchRows,
              reuse: !this.#through,
            }
          : undefined,
        renames: this.#through !== undefined,
        asked: { ...rows, ...target, ...pieces },
        ...this.#route,
        noted: rows.noted,
        kept: rows.kept,
        partial: rows.partial ?? false,
        index,
        keep: (from) => this.#store.keep(from),
        rest: () => this.#store.rest(),
        wantsIndex: ({ layout }) => wantsIndex(index, layout),
        createScanner: this.#createScanner,
        write: this.#write,
        warn: (warning) => run.onWarning?.(warning),
      },
      start,
    );
    this.#scanner = this.#rewriter.scanner;
    if (from.forms.some(({ key, layouts }) => layouts.includes("inputs") && key !== undefined && hasRecords(from, key)))
      this.#first = new FirstObject();
    this.#twins = new Twins(this.#rewriter);
    if (typed) this.#cargo = new CargoReader(this.#rewriter);
    return this.#take(chunk);
  }

  #take(given: Uint8Array, last = false): void | Promise<void> {
    const told = this.#rewriter?.form !== undefined;
    const chunk = this.#first?.push(given, told || last) ?? given;
    if (told) this.#first = undefined;
    if (chunk.length === 0) return undefined;
    this.#chunk = chunk;
    this.#store.take(chunk, this.#offset);
    this.#offset += chunk.length;
    (this.#scanner as Scanner).push(chunk);
    const rewriter = this.#rewriter;
    if (!rewriter) return this.#move();
    if (this.#table) {
      this.#checkTwins(chunk);
      return this.#move();
    }
    if (this.#cargo) return this.#readCells(rewriter, this.#cargo);
    const found = rewriter.run();
    this.#checkTwins(chunk);
    if (found === "cells") return this.#move();
  }

  #checkTwins(chunk: Uint8Array): void {
    this.#twins?.check(chunk, this.#offset - chunk.length);
    if (this.#twins?.decided) this.#twins = undefined;
  }

  /** The table lane, as far as the input goes, or until the reader has enough. */
  #move(): void | Promise<void> {
    this.#table ??= this.#createTable().run();
    for (;;) {
      if (this.#failed) throw this.#failed.error;
      const { done, value } = this.#stepTable(this.#table);
      this.#moved = done ?? false;
      if (done || value === "more") return undefined;
      return this.#outlet.drained().then(() => this.#move());
    }
  }

  /** A generator that has thrown says that it is done; it is not. */
  #stepTable(table: Generator<Wait, void, void>): IteratorResult<Wait, void> {
    try {
      return table.next();
    } catch (error) {
      this.#failed = { error };
      throw error;
    }
  }

  #createTable(): Table {
    const rewriter = this.#rewriter;
    const { to, rows, run } = this.#plan;
    const source = rewriter?.form ? { form: rewriter.form, layout: rewriter.layout as Layout } : lines(this.#file as Form);
    const { origin = source, goal = target(to, source.layout, source.form, rows.columns !== undefined) } = this.#route;
    const outlet = this.#outlet;
    return new Table({
      source,
      origin,
      target: rewriter?.target ?? goal,
      rewriter,
      scanner: this.#scanner as Scanner,
      createScanner: this.#createScanner,
      store: this.#store,
      spill: () => this.#spill(),
      sink: {
        write: this.#write,
        endPiece: (rows, firstRow) => outlet.endPiece(rows, firstRow),
        batch: (batch) => outlet.batch?.(batch),
        get full() {
          return outlet.full;
        },
      },
      options: tableOptions(this.#plan),
      warn: (code, message) => run.onWarning?.({ code, message }),
      tally: outlet.tally && ((tally) => outlet.tally?.(tally)),
      batches: outlet.batches,
      ended: () => this.#ended,
      head: () => this.#chunk,
      headAt: () => this.#offset - this.#chunk.length,
    });
  }

  /** The typed lane: as far as the input goes. Synchronous until a function on batches is to be waited for. */
  #readCells(rewriter: Rewriter, cargo: CargoReader): void | Promise<void> {
    if (rewriter.pending) throw this.#undecided();
    for (let step = cargo.next(); step; step = cargo.next()) {
      switch (step.type) {
        case "start":
          this.#rowsOfCargo = 0;
          this.#scalar = step.scalar;
          if (this.#through) rewriter.rowsWritten ??= 0;
          this.#printer ??= rewriter.scanner.printer({ nan: nanPolicy(this.#plan.target.nan), nulls: !rewriter.target?.form.refusesNull });
          if (!step.scalar) rewriter.write("[");
          break;
        case "batch":
          if (this.#through) return this.#pass(rewriter, step.batch).then(() => this.#readCells(rewriter, cargo));
          this.#print(rewriter, step.batch);
          break;
        case "end":
          if (!this.#scalar) rewriter.write("]");
          else if (this.#rowsOfCargo !== 1) throw new TransloadError("E_OPTION", "functions in `through` must make one scalar of a scalar");
      }
    }
  }

  /** Cells that move come to chain.ts first, once their form is told: as far as the input goes, it is not. */
  #undecided(): TransloadError {
    if (this.#ended) return new TransloadError("E_TRUNCATED", "the input ends before its form is told", { offset: this.#offset });
    const remedy = `name it with ${optionText("from", "mlflow:instances")} or ${optionText("from", "sagemaker:json")}`;
    return new TransloadError("E_FORM", `the first bytes do not tell the form of these instances; ${remedy}`, { offset: this.#offset });
  }

  async #pass(rewriter: Rewriter, batch: Batch): Promise<void> {
    for await (const result of (this.#through as Through)(batch)) {
      if (result === undefined || result === null) continue;
      if (!(result instanceof Batch)) throw new TransloadError("E_OPTION", "a function in `through` returned something else than a Batch");
      if (result.kind === "frame") rewriter.nameFromBatch(result.columns.map((column) => column.name));
      rewriter.rowsWritten = (rewriter.rowsWritten ?? 0) + result.rowCount;
      this.#print(rewriter, result);
    }
  }

  #print(rewriter: Rewriter, batch: Batch): void {
    if ((batch.kind === "scalar") !== this.#scalar)
      throw new TransloadError("E_OPTION", "a function in `through` made a scalar of rows, or rows of a scalar");
    if (rewriter.target?.layout === "tensor") refuseShapes(batch);
    // the printer knows of NaN among numbers, and not in JSON
    const told = batch.columns.some(({ json }) => json) ? withNan(batch, this.#plan.target.nan ?? "token") : batch;
    for (const bytes of (this.#printer as Printer).print(told, this.#rowsOfCargo > 0)) rewriter.write(bytes);
    this.#rowsOfCargo += batch.rowCount;
  }
}

/** Columns of lists that are no tensor together. @throws TransloadError E_MIXED; E_SHAPE for lists that are none by themselves. */
function refuseShapes({ columns, kind, rowOffset }: Batch): void {
  if (kind !== "frame") return;
  for (const column of columns) needShape(column, rowOffset, "a tensor");
  const first = columns[0]?.shape ?? [];
  if (columns.some(({ shape }) => shape.length !== first.length || shape.some((n, i) => n !== first[i])))
    throw new TransloadError("E_MIXED", "columns whose cells have different shapes are no tensor");
}

/** A list of objects under this key may be records. */
function hasRecords({ forms }: Choice, own: string): boolean {
  return forms.some(({ key, layouts }) => key === own && layouts.includes("records"));
}

function lines(form: Form): End {
  return { form, layout: form.layouts[0] as Layout };
}

/** The labels of a frame go into the target: as its own, or as a column. */
function wantsIndex(index: string, layout: Layout): boolean {
  return layout === "frame" ? index === "keep" : index.startsWith("column:");
}

function nanPolicy(nan: Gap | undefined): "error" | "pass" | "tell" {
  return nan === "error" ? "error" : nan === "null" ? "tell" : "pass";
}

/** pandas' words for nothing, which MLflow and Azure ML's batch endpoints read a delimited file with (pandas STR_NA_VALUES). */
const NA_WORDS: readonly string[] = [
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-1.#IND",
  "-1.#QNAN",
  "-NaN",
  "-nan",
  "1.#IND",
  "1.#QNAN",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "None",
  "n/a",
  "nan",
  "null",
];

/** The columns that are wanted of what has names; undefined for all. */
export function pickOf({ columns, renamed, drop, namesOnly }: Parts["rows"]): ColumnPick | undefined {
  if (namesOnly) return undefined;
  if (columns) return new Chosen(columns, renamed);
  return drop && new Dropped(drop);
}

function tableOptions({ rows, target, pieces }: Plan): TableOptions {
  return {
    columns: rows.renamed ?? rows.columns,
    pick: pickOf(rows),
    fixed: rows.fixed ?? false,
    ragged: rows.ragged ?? "error",
    mayLack: rows.mayLack ?? false,
    nested: rows.nested ?? "keep",
    nan: target.nan,
    missing: target.missing,
    header: rows.header ?? true,
    delimiter: rows.delimiter,
    quote: rows.quote ?? '"',
    na: rows.na ?? NA_WORDS,
    text: new Set(rows.text ?? []),
    typing: rows.typing ?? "lexical",
    asked: rows.asked,
    namesFirst: rows.namesFirst ?? false,
    namesOnly: rows.namesOnly ?? false,
    tellsGaps: rows.tellsGaps ?? false,
    goal: rows.goal,
    index: target.index ?? "keep",
    datatype: target.datatype,
    maxRows: pieces.maxRows,
    maxBytes: pieces.maxBytes,
    picked: rows.picked,
  };
}
