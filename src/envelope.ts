import { type Choice, FORMS, type Form, FRAME_KEYS, formsAt, LATER_KEYS, type Layout, LLM_KEYS } from "./dialects/index.js";
import { checkNames } from "./engine/columns.js";
import type { TransloadError } from "./errors.js";
import { kindOf } from "./kind.js";
import { Frame } from "./layouts/frame.js";
import { Named } from "./layouts/named.js";
import type { Scope } from "./layouts/scope.js";
import type { Rewriter } from "./rewriter.js";

const OBJECT = 0x7b; /* { */

/** The outermost object: the key that holds the cargo, its siblings, and what is written for them. */
export class Envelope implements Scope {
  current: string | undefined;
  readonly #to: Rewriter;
  readonly #seen = new Set<string>();
  #opened = false;
  #payload: Payload | undefined;
  #inPayload = false;
  #later: string | undefined;
  /** Payload keys of dialects that were not asked for, to say so. */
  readonly #strangers: string[] = [];

  constructor(to: Rewriter) {
    this.#to = to;
  }

  key(name: string, gap: Buffer, raw: Buffer): void {
    const to = this.#to;
    this.current = name;
    if (LLM_KEYS.includes(name))
      throw to.error(
        "E_LLM",
        `${JSON.stringify(name)} makes this a language-model body, which servers hand to the model unparsed; there is nothing to convert`,
      );
    const forms = formsAt(to.options.from.forms, name);
    const kept = this.#keeps(name);
    const again = this.#seen.has(name);
    if (again && (forms.length > 0 || kept))
      throw to.error("E_DUPLICATE", `${JSON.stringify(name)} occurs twice; servers differ in which one they take`);
    this.#seen.add(name);
    if (forms.length === 0) to.siblings.push(name);
    if (forms.length > 0) this.#startPayload({ forms, name, gap, raw, colon: NOTHING });
    else if (kept) {
      this.#separate();
      to.write(gap);
      to.write(raw);
      to.tape.mode = "copy";
    } else {
      if (LATER_KEYS.includes(name) && to.options.from.forms.some((form) => form.dialect === "mlflow")) this.#startLater(name);
      if (formsAt(FORMS, name).length > 0) this.#strangers.push(name);
      if (!again && to.options.to)
        to.warn("W_DROPPED", `${JSON.stringify(name)} is not part of a ${to.options.to.name} payload and is dropped`);
      to.tape.mode = "drop";
    }
  }

  value(first: number, start: number): void {
    const to = this.#to;
    const payload = this.#payload;
    if (!this.#inPayload || !payload) return;
    payload.colon = to.tape.release();
    const { forms, name } = payload;
    if (first === OBJECT) {
      const frame = forms.find((f) => f.layouts.includes("frame"));
      const named = forms.find((f) => f.layouts.includes("named"));
      if (!frame && !named) throw to.error("E_FORM", `${to.options.from.name} has no form with an object under ${JSON.stringify(name)}`);
      to.enter(new Undecided(to, frame, named, (form, layout) => this.#open(form, layout)), start);
      return;
    }
    const form = forms.find((f) => f.layouts.includes("tensor"));
    if (!form) throw to.error("E_FORM", `${JSON.stringify(name)} must hold an object, and this is ${kindOf(first)}`);
    this.#open(form, "tensor");
    if (to.target?.layout !== "frame") checkNames([], to.options.typed?.dtype);
    if (to.target?.layout === "frame") this.#openFrame();
    to.tape.mode = "copy";
    to.tensor(first, undefined);
  }

  ended(members: number): void {
    const to = this.#to;
    if (this.#inPayload) {
      if (to.layout === "tensor") {
        to.tensorEnded(members);
        if (to.target?.layout === "frame") this.#closeFrame(members);
      }
      to.tape.mode = this.#written ? "copy" : "drop";
    }
    this.#inPayload = false;
    this.current = undefined;
  }

  close(): void {
    const to = this.#to;
    if (this.#later) throw to.error("E_FORM", `${this.#later} holds records, which this version does not convert; split orientation is`);
    if (!this.#payload) throw to.error("E_FORM", this.#noPayload());
    this.#close();
  }

  #close(): void {
    if (this.#written) this.#to.write("}");
    this.#to.tape.mode = this.#written ? "copy" : "drop";
  }

  /** A payload that MLflow knows and this version does not: no sibling to be dropped. */
  #startLater(name: string): void {
    this.#later = name;
    if (this.#payload) throw this.#ambiguous(this.#payload.name, name);
  }

  #ambiguous(first: string, second: string): TransloadError {
    return this.#to.error("E_AMBIGUOUS", `two payloads in one document: ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
  }

  #startPayload(payload: Payload): void {
    const to = this.#to;
    const { name, gap, raw } = payload;
    const other = this.#payload?.name ?? this.#later;
    if (other !== undefined) throw this.#ambiguous(other, name);
    this.#payload = payload;
    const bare = payload.forms.find((f) => f.key === undefined);
    if (bare === undefined) {
      this.#inPayload = true;
      to.tape.mode = "hold";
      return;
    }
    // MLflow 1.x: the document itself is the split, from its first brace on
    const strays = [...this.#seen].filter((key) => key !== name);
    if (strays.length > 0) throw to.error("E_KEY", `${strays.join(", ")} may not stand beside columns, index and data`);
    this.#payload = { ...payload, name: "", gap: NOTHING, raw: NOTHING, colon: Buffer.from(":") };
    this.current = undefined;
    this.#open(bare, "frame");
    const frame = new Frame(to, () => this.#close());
    to.replace(frame);
    frame.key(name, gap, raw);
  }

  /** The layout is known: writes the target's key and what stood around the source's. */
  #open(form: Form, layout: Layout): void {
    const to = this.#to;
    to.settle(form, layout);
    const { name, gap, raw, colon } = this.#payload as Payload;
    const key = to.target?.form.key;
    if (key === undefined) return;
    this.#separate();
    to.write(gap);
    to.write(key === name ? raw : JSON.stringify(key));
    to.write(colon);
  }

  /** A tensor becomes a frame. */
  #openFrame(): void {
    const to = this.#to;
    if (to.columns === undefined)
      throw to.error("E_COLUMNS", `${to.target?.form.id} needs names for the columns of a tensor; give them with --columns a,b,c`);
    to.write(to.renames ? '{"data":' : `{"columns":${JSON.stringify(to.columns)},"data":`);
  }

  #closeFrame(rows: number): void {
    const to = this.#to;
    if (to.renames && to.columns) to.write(`,"columns":${JSON.stringify(to.columns)}`);
    if (to.target?.form.needsIndex) {
      to.write(",");
      to.writeIndex(to.rowsWritten ?? rows);
    }
    to.write("}");
  }

  /** There is an object around the target's cargo. */
  get #written(): boolean {
    return this.#to.target?.form.key !== undefined;
  }

  /** Parameters ride along where both sides have them, and a dialect keeps its own siblings. */
  #keeps(name: string): boolean {
    const { from, to } = this.#to.options;
    const goal = to?.dialect;
    if (goal === undefined) return false;
    const source: Choice["dialect"] = from.dialect ?? goal;
    return (goal.params === name && source.params === name) || (goal.siblings.includes(name) && source.siblings.includes(name));
  }

  #separate(): void {
    this.#to.write(this.#opened ? "," : "{");
    this.#opened = true;
  }

  #noPayload(): string {
    const { from } = this.#to.options;
    const keys = [...new Set(from.forms.map((f) => f.key ?? "data"))].join(", ");
    const found = this.#seen.size > 0 ? `the document has only ${[...this.#seen].slice(0, 8).join(", ")}` : "the document is empty";
    const hint = this.#strangers.length > 0 ? `; ${this.#strangers.join(", ")} belongs to another dialect, try --from auto` : "";
    return `no payload: ${from.name === "auto" ? "expected one of" : `${from.name} needs`} ${keys}, and ${found}${hint}`;
  }
}

interface Payload {
  readonly forms: readonly Form[];
  readonly name: string;
  /** White space before the key, the key as written, and what stands between it and the value. */
  readonly gap: Buffer;
  readonly raw: Buffer;
  colon: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** An object that is a frame or named tensors: its first key tells. */
class Undecided implements Scope {
  readonly current = undefined;
  readonly #to: Rewriter;
  readonly #frame: Form | undefined;
  readonly #named: Form | undefined;
  readonly #open: (form: Form, layout: Layout) => void;

  constructor(to: Rewriter, frame: Form | undefined, named: Form | undefined, open: (form: Form, layout: Layout) => void) {
    this.#to = to;
    this.#frame = frame;
    this.#named = named;
    this.#open = open;
  }

  key(name: string, gap: Buffer, raw: Buffer): void {
    this.#decide(this.#frame !== undefined && (this.#named === undefined || FRAME_KEYS.includes(name))).key(name, gap, raw);
  }

  value(): void {}

  ended(): void {}

  close(): void {
    this.#decide(this.#named === undefined).close();
  }

  #decide(frame: boolean): Scope {
    const form = (frame ? this.#frame : this.#named) as Form;
    // the white space before the first key is held by the caller or, in an empty object, by the tape
    const held = this.#to.tape.release();
    this.#open(form, frame ? "frame" : "named");
    const scope = frame ? new Frame(this.#to) : new Named(this.#to);
    if (held.length > 0) this.#to.write(held);
    this.#to.replace(scope);
    return scope;
  }
}
