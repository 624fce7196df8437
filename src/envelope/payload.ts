// A payload as it is read: what is known of it, what it is to become, and the bytes that are written for it. The scopes (layouts/) read
// its objects and ask here for what concerns the whole; the rewriter brings the events.
import { encode } from "../columns/bytes.js";
import { areDistinct } from "../columns/distinct.js";
import { dialectOf, type Form, type Layout, target } from "../dialects/index.js";
import { type End, movesCells, rankFault, scalarFault } from "../dialects/needs.js";
import { Mode } from "../engine/codes.js";
import { jsonPath } from "../engine/fault.js";
import type { Scanner } from "../engine/scanner.js";
import { type ErrorCode, optionText, type Place, TransloadError, type Warning } from "../errors.js";
import { contentTypeOf, endOf } from "./content.js";
import { kindOf } from "./kind.js";
import type { InputFacts, Scope } from "./layouts/scope.js";
import type { Cargo, CargoRequest, PayloadOptions, PendingCargo } from "./request.js";
import { rowIndex } from "./row-index.js";
import { Tape } from "./tape.js";

const OBJECT = 0x7b; /* { */
const LIST = 0x5b; /* [ */
const STRING = 0x22; /* " */
const NULL = 0x6e; /* n */

/** What the envelope tells of itself. */
export type Told = Pick<
  Payload,
  "form" | "layout" | "siblings" | "firsts" | "inputs" | "parameters" | "besides" | "labels" | "indexWanted" | "cargoEnd" | "cargoRows"
>;

export class Payload {
  /** The source's form, once known. */
  form: Form | undefined;
  layout: Layout | undefined;
  /** The target's, once the source's is known. */
  target: { form: Form; layout: Layout } | undefined;
  /** How the target is reached: the cargo passes as it is, or its cells move and another writes them. */
  lane: "splice" | "table" = "splice";
  /** In the table lane: the cargo that `run()` stopped at. */
  pending: PendingCargo | undefined;
  /** In the table lane: members beside the payload, by the name that the target has for them, and the text of their values. */
  readonly extras = new Map<string, string>();
  /** What was noted of them, by the name that the form has which it is noted for. */
  readonly besides = new Map<string, string>();
  /** Where the frame's labels are, and how many. */
  labels: { from: number; to: number; rows: number } | undefined;
  /** The first of them is 0. */
  countsFromZero = false;
  /** In the table lane: the tensors of Open Inference Protocol's so far, or Seldon's one. */
  readonly inputs: InputFacts[] = [];
  /** What all of them are together, as the request's parameters say. */
  contentType: string | undefined;
  /** The text of these parameters. */
  parameters: string | undefined;
  /** Called when all is known of one of them. */
  inputEnded: ((facts: InputFacts) => void) | undefined;
  /** Just behind the cargo that ended last, and how many elements it had. */
  cargoEnd: number | undefined;
  cargoRows = 0;
  /** Too little was there of the list's first object to tell whether it is an input or a record. */
  undecided = false;
  /** Where instances begin of which it cannot be told, so far, whose they are. */
  twinsAt: number | undefined;
  /** Parameters that stand among the named tensors: their text. */
  paramsWithin: Uint8Array | undefined;
  /** A label of the frame's columns that is no string, as it stands. */
  oddLabel: string | undefined;
  /** Column names: the source's or the caller's. */
  columns: readonly string[] | undefined;
  /** They are the source's. */
  hasOwnNames = false;
  /** Rows that functions on batches have let through, once they have; `columns` is then theirs, too. */
  rowsWritten: number | undefined;
  /** In the typed lane: how to read the cargo that `run()` stopped at. */
  request: CargoRequest | undefined;
  /** Keys beside the payload. */
  readonly siblings: string[] = [];
  /** What their values begin with. */
  readonly firsts = new Map<string, number>();
  /** Keys of the frame. */
  readonly members: string[] = [];
  readonly scanner: Scanner;
  readonly tape: Tape;
  readonly options: PayloadOptions;
  protected readonly scopes: Scope[] = [];
  protected inMember = false;
  #width: number | undefined;
  /** Columns of the batches that went out with positions for names. */
  #positions: number | undefined;
  #innerRank: number | undefined;
  #scalar = false;
  #scalarRequest: CargoRequest | undefined;
  #scalarAt: Place = {};
  protected inCargo = false;
  /** NaN and Infinity are written as null. */
  protected nullsNan = false;

  constructor(options: PayloadOptions, start: number) {
    this.options = options;
    this.columns = options.columns;
    this.scanner = options.createScanner(() => this.path(), start);
    this.scanner.watch(1);
    const nan = options.nan;
    this.scanner.nan(nan === "error" ? "error" : nan === "null" && !options.typed ? "tell" : "pass");
    this.tape = new Tape(this.scanner, (bytes) => this.write(bytes), start);
  }

  /** The keys on the way to the member being read. */
  path(): string[] {
    const path: string[] = [];
    for (const { current } of this.scopes) {
      if (current === undefined) break;
      path.push(current);
    }
    return path;
  }

  // ---- what scopes use

  /** The value that just began is an object whose members this scope reads. */
  enter(scope: Scope, start: number): void {
    this.tape.skip(start + 1);
    this.tape.mode = "hold";
    this.scopes.push(scope);
    this.scanner.watch(this.scopes.length);
  }

  /** The list that was peeked into holds objects, which this scope reads. */
  enterList(scope: Scope, start: number): void {
    this.tape.skip(start);
    this.tape.mode = "drop";
    this.scopes.push(scope);
    this.inMember = false;
    this.scanner.watch(this.scopes.length);
  }

  /** The value that just began is a list: look at what it begins with. */
  peek(): void {
    this.scanner.peek();
  }

  /** The scope turns out to be another: it goes on in its place. */
  replace(scope: Scope): void {
    this.scopes[this.scopes.length - 1] = scope;
  }

  write(bytes: Uint8Array | string): void {
    const out = typeof bytes === "string" ? encode(bytes) : bytes;
    if (out.length > 0 && this.options.to !== undefined && this.lane === "splice") this.options.write(out);
  }

  warn(code: Warning["code"], message: string): void {
    this.options.warn({ code, message });
  }

  error(code: ErrorCode, detail: string, place: Place = {}): TransloadError {
    return new TransloadError(code, detail, { ...this.#place(place.offset ?? this.scanner.offset), ...place });
  }

  /** An offset in the line that the scanner has reached, and the member being read. */
  #place(offset: number): Place {
    return { offset, line: this.scanner.line, column: offset - this.scanner.lineAt + 1, path: jsonPath(this.path()) };
  }

  /** An error of the scalar cargo that was just read, at its first byte. */
  scalarError(code: ErrorCode, detail: string): TransloadError {
    return new TransloadError(code, detail, this.#scalarAt);
  }

  /** A form of named tensors under the same key, for which a frame may have been taken by mistake. */
  get named(): Form | undefined {
    const { key, dialect } = this.form ?? {};
    if (key === undefined) return undefined;
    return this.options.from.forms.find((form) => form.key === key && form.dialect === dialect && form.layouts.includes("named"));
  }

  /** The caller named the columns. */
  get given(): boolean {
    return this.options.columns !== undefined;
  }

  /** Names and index are written from the batches, not copied. */
  get renames(): boolean {
    return this.options.renames;
  }

  /** Inputs of Open Inference Protocol's go where nobody asked for what MLServer is to make of them: as they say themselves. */
  get keepsContent(): boolean {
    const { to } = this.options;
    return this.form?.content !== undefined && this.target?.form.content !== undefined && to !== undefined && !to.exact;
  }

  /** Each of the inputs that are written is an array by itself: the caller's payload has them so, or has tensors with names. */
  get ownInputs(): boolean {
    const { origin, to } = this.options;
    if (this.target?.form.content === undefined) return false;
    if ((origin?.layout ?? this.layout) === "named") return true;
    return this.keepsContent || (origin?.form.content !== undefined && to !== undefined && !to.exact);
  }

  get width(): number | undefined {
    return this.#width;
  }

  /** The cargo that began last is a single cell. */
  get scalar(): boolean {
    return this.#scalar;
  }

  get innerRank(): number | undefined {
    return this.#innerRank;
  }

  /** Batches have gone out already, with positions for names. */
  namesCameLate(): void {
    const { typed, to, renames, onLate } = this.options;
    if (onLate) onLate();
    else if (typed && !typed.survey && (to === undefined || renames))
      this.warn(
        "W_COLUMNS_LATE",
        `columns come after data: batches carry positions for names; give the names with ${optionText("columns")}`,
      );
  }

  /** The names of a batch that functions have let through: positions are none, where there were none before. */
  nameFromBatch(names: readonly string[]): void {
    if (this.columns === undefined && names.every((name, i) => name === `${i}`)) this.#positions = names.length;
    else this.columns = names;
  }

  /** The frame's own names, checked against the caller's. */
  nameColumns(names: string[] | undefined, count: number): void {
    const given = this.options.columns;
    this.hasOwnNames = names !== undefined;
    // what has no names but these labels is given some
    const anew = given?.length === count && this.oddLabel !== undefined && !given.some((name) => names?.includes(name));
    if (anew && (this.lane === "table" || this.options.to === undefined)) this.columns = given;
    else if (given === undefined) {
      // functions on batches have named them by now, unless they were handed positions for names
      const positions = this.columns === undefined && this.#positions === names?.length;
      if (!this.rowsWritten || positions) this.columns = names;
    } else if (this.#moves && names !== undefined && !(this.options.asked?.fixed && this.members.includes("data"))) {
      // those that are wanted are picked where the rows are read
      this.columns = names;
    } else if (this.options.picks && names !== undefined && !this.members.includes("data")) this.columns = names;
    else if (names === undefined || given.length !== count || given.some((name, i) => name !== names[i]))
      throw this.error("E_COLUMNS", "the columns given are not those of the payload; leave them out, or give the same");
    if (names !== undefined && !areDistinct(names) && this.target?.form.renamesColumns)
      this.warn("W_DUPLICATE_COLUMNS", `${this.target.form.id} renames columns that occur twice (a, a.1)`);
  }

  /** Its cells move, or it is not known yet: Seldon's names come before what they are names of, which moves in any case. */
  get #moves(): boolean {
    return this.options.to !== undefined && (this.lane === "table" || this.layout === undefined);
  }

  /** The source's layout is known: settles the target's form. A single value has no cells that could move. */
  chooseTarget(form: Form, layout: Layout, scalar = false): void {
    this.form = form;
    this.layout = layout;
    const { to, nan } = this.options;
    if (!to) return;
    // Seldon's rows are most often an array's: predictions without names need none elsewhere
    const array = to.what === "response" && layout === "ndarray" && this.columns === undefined;
    // rows and their names are another matter, and come later
    if (this.options.asked?.drop && layout === "tensor")
      throw this.error("E_COLUMNS", `${form.id} has no names for its columns, by which some could be left out`);
    const goal = this.options.goal ?? target(to, array ? "tensor" : layout, form, this.given);
    this.lane =
      (scalar || !movesCells({ form, layout }, goal, this.options.asked ?? {})) &&
      splices(layout, goal.layout) &&
      !(layout === "records" && (this.given || judged(form, goal.form)))
        ? "splice"
        : "table";
    this.target = goal;
    const policy = nan ?? dialectOf(goal.form).nan ?? "token";
    // typed cells are printed as it says
    const tells = policy === "null" && this.lane === "splice" && !this.options.typed;
    this.scanner.nan(policy === "error" ? "error" : tells ? "tell" : "pass");
    if (policy === "null") this.nullsNan = true;
  }

  /** All inputs have been read: what they are together, where that is something else than was taken. The target is then another, too. */
  settle(): End | undefined {
    const { from, to, settled } = this.options;
    const own = to && this.form && this.layout === "inputs" ? endOf(this.#content, this.form, from, this.inputs.length) : undefined;
    if (!to || !own) return undefined;
    this.form = own.form;
    this.target = settled?.(own) ?? target(to, own.layout, own.form, this.given, own.frame);
    return own;
  }

  /** What all inputs are together. MLServer says that of an array by its one output alone (1.7.1, codecs/numpy.py, NumpyRequestCodec). */
  get #content(): string | undefined {
    const [one, ...others] = this.inputs;
    if (this.contentType !== undefined || this.options.to?.what !== "response" || others.length > 0) return this.contentType;
    return one?.parameters === undefined ? undefined : contentTypeOf(one.parameters);
  }

  /** Azure ML takes a frame without index for named tensors, so one is made: 0 to rows - 1. */
  writeIndex(rows: number): void {
    if (this.lane === "table") return;
    for (const text of rowIndex(0, rows)) this.write(text);
  }

  /** A cargo begins: check its lengths from here, or have it read as cells. */
  cargo({ layout, scalar, name, as }: Cargo): void {
    const { scanner, options, target } = this;
    this.#scalar = scalar;
    this.inCargo = true;
    if (this.lane === "table") {
      this.pending = { what: layout, scalar, name, first: undefined };
      return;
    }
    if (target?.form.refusesNull) scanner.refuseNull(true);
    const width = this.columns !== undefined && (layout === "rows" || target?.layout === "frame") ? this.columns.length : undefined;
    // Seldon's rows are read as a frame, whatever their rank
    const rows = as === "rows" || (options.typed !== undefined && options.origin?.layout === "ndarray");
    if (!scalar) scanner.startCargo(rows ? Mode.Rows : Mode.Tensor, width);
    if (options.typed === undefined) return;
    this.tape.mode = "drop";
    if (name !== undefined && !this.picked(name)) return;
    const names = layout === "rows" || target?.layout === "frame" ? this.columns : name === undefined ? undefined : [name];
    const picks = options.picks && layout === "rows" && names !== options.columns;
    // a tensor's lists are of one shape, and elsewhere null is refused in them, too
    const strict = target?.layout === "tensor" || target?.form.refusesNull;
    const verbatim = strict && options.typed.verbatim ? "scalars" : options.typed.verbatim;
    const own = { layout, names, width, verbatim, text: undefined };
    const request: CargoRequest = { ...options.typed, ...own, ...(picks && { pick: options.columns }) };
    if (!scalar) this.request = request;
    else {
      this.#scalarRequest = request;
      this.tape.capture();
    }
  }

  /** Of named tensors this one is to be read. */
  picked(name: string): boolean {
    const { picks, columns } = this.options;
    return !picks || columns === undefined || columns.includes(name);
  }

  get indexWanted(): boolean {
    return this.lane === "table" && this.target !== undefined && (this.options.wantsIndex?.(this.target) ?? false);
  }

  /** A frame's list of labels begins. */
  labelsBegin(): void {
    this.labels = { from: this.scanner.offset, to: this.scanner.offset, rows: 0 };
    if (this.indexWanted) this.options.keep?.(this.scanner.offset);
  }

  labelsEnded(rows: number): void {
    if (this.labels) this.labels = { from: this.labels.from, to: this.scanner.offset - 1, rows };
    if (this.indexWanted) this.options.rest?.();
  }

  /** The cargo is the list of objects whose first element was just looked at. */
  records(): void {
    this.#scalar = false;
    this.inCargo = true;
    if (this.lane === "table" || this.options.typed) {
      this.pending = { what: this.layout === "features" ? "features" : "records", scalar: false, name: undefined, first: OBJECT };
      return;
    }
    if (this.target?.form.refusesNull) this.scanner.refuseNull(true);
    this.scanner.startCargo(Mode.Records, undefined);
    this.tape.mode = "copy";
  }

  recordsEnded(rows: number): void {
    this.cargoEnded();
    const form = this.target?.form;
    if (form?.refusesEmpty && rows === 0) throw this.error("E_TARGET", `${form.id} needs at least one row`);
  }

  cargoEnded(): void {
    this.inCargo = false;
    this.cargoEnd = this.scanner.offset;
    this.cargoRows = this.scanner.members;
    this.#innerRank = this.scanner.innerRank;
    this.#width = this.#innerRank === 0 ? 1 : this.scanner.width;
    this.scanner.endCargo();
    this.scanner.refuseNull(false);
    this.tape.mode = "copy";
  }

  /** A tensor begins: a list of any rank, or a scalar. */
  tensor(first: number, name: string | undefined): void {
    if (first === OBJECT) throw this.error("E_OBJECT", "an object where a tensor is expected");
    const form = this.target?.form;
    const scalar = first !== LIST;
    if (scalar && first === STRING && this.form?.refusesString)
      throw this.error("E_FORM", `${this.form.key ?? "the document"} holds a string; JSON inside a string is to be decoded first`);
    if (scalar && form?.refusesScalar) throw this.error("E_TARGET", `${form.id} needs a list, and this is ${kindOf(first)}`);
    const fault = scalar && this.target && scalarFault(this.target, name !== undefined, this.options.asked ?? {});
    if (fault) throw this.error(fault.code, fault.detail);
    if (scalar && first === NULL && form?.refusesNull) throw this.error("E_NULL", "null, which the target's servers refuse in every dtype");
    if (scalar) this.#scalarAt = this.#place(this.scanner.offset - 1);
    this.cargo({ layout: "tensor", scalar, name, as: "tensor" });
  }

  tensorEnded(rows: number): void {
    this.cargoEnded();
    if (this.#scalarRequest) {
      this.request = { ...this.#scalarRequest, text: this.tape.captured() };
      this.#scalarRequest = undefined;
    }
    if (this.#scalar) return;
    const form = this.target?.form;
    const rank = (this.#innerRank ?? 0) + 1;
    if (form?.refusesEmpty && rows === 0) throw this.error("E_TARGET", `${form.id} needs at least one row`);
    // rows that a reader has taken were looked at before
    const measured = this.lane === "splice" || this.#innerRank !== undefined;
    const fault = measured && this.target && this.layout && rankFault(rank, rows, this.layout, this.target);
    if (fault) throw this.error(fault.code, fault.detail);
  }
}

/** Records must be looked at: the servers differ in which of two equal keys they take, or want the same keys in all. */
function judged(from: Form, to: Form): boolean {
  return to.equalKeys === true || dialectOf(from).firstKeyWins !== dialectOf(to).firstKeyWins;
}

/** Both layouts have the cargo in one piece, so that it passes as it is. */
function splices(from: Layout, to: Layout): boolean {
  return from === to
    ? from !== "inputs" && from !== "ndarray" && from !== "values" && from !== "features"
    : (from === "frame" && to === "tensor") || (from === "tensor" && to === "frame");
}
