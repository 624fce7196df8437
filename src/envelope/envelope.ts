import { encode } from "../columns/bytes.js";
import { dialectOf, FORMS, type Form, formsAt, type Layout, LLM_KEYS } from "../dialects/index.js";
import { optionText, type TransloadError } from "../errors.js";
import { Extras } from "./extras.js";
import { isRecord, LOOKED_AT } from "./first-object.js";
import { kindOf } from "./kind.js";
import { Frame } from "./layouts/frame.js";
import { Inputs } from "./layouts/inputs.js";
import type { Scope } from "./layouts/scope.js";
import { Seldon } from "./layouts/seldon.js";
import { beginTensor, endTensor } from "./layouts/tensor.js";
import { Undecided } from "./layouts/undecided.js";
import type { Payload } from "./payload.js";

const OBJECT = 0x7b; /* { */
const LIST = 0x5b; /* [ */
const CLOSE = 0x5d; /* ] */

/** The outermost object: the key that holds the cargo, its siblings, and what is written for them. */
export class Envelope implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  readonly #seen = new Set<string>();
  #opened = false;
  #payload: Member | undefined;
  #inPayload = false;
  readonly #extras: Extras;
  /** Member keys of dialects that were not asked for, to say so. */
  readonly #strangers: string[] = [];

  constructor(to: Payload) {
    this.#to = to;
    this.#extras = new Extras(to, () => this.#separate());
  }

  key(name: string, gap: Uint8Array, raw: Uint8Array): void {
    const to = this.#to;
    this.current = name;
    const forms = formsAt(to.options.from.forms, name);
    const extra = forms.length === 0 && this.#extras.mayBe(name);
    if (to.options.from.what === "request" && LLM_KEYS.includes(name) && forms.length === 0 && !extra)
      throw to.error(
        "E_LLM",
        `${JSON.stringify(name)} makes this a language-model body, which servers hand to the model unparsed; there is nothing to convert`,
      );
    const again = this.#seen.has(name);
    if (again && (forms.length > 0 || extra))
      throw to.error("E_DUPLICATE", `${JSON.stringify(name)} occurs twice; servers differ in which one they take`);
    this.#seen.add(name);
    if (forms.length === 0) to.siblings.push(name);
    if (forms.length > 0) this.#startPayload({ forms, name, gap, raw, colon: NOTHING });
    else if (extra) this.#extras.begin(name, gap, raw);
    else {
      if (formsAt(FORMS, name).length > 0) this.#strangers.push(name);
      if (!again) this.#extras.drop(name);
      to.tape.mode = "drop";
    }
  }

  value(first: number, start: number): void {
    const to = this.#to;
    const payload = this.#payload;
    if (!this.#inPayload || !payload) {
      if (this.current !== undefined) to.firsts.set(this.current, first);
      return;
    }
    payload.colon = to.tape.release();
    const { forms, name } = payload;
    const has = (layout: Layout) => forms.find((f) => f.layouts.includes(layout));
    if (first === OBJECT) {
      const frame = has("frame");
      const named = has("named");
      const seldon = has("ndarray") ?? has("values");
      if (frame?.key !== undefined || named) to.enter(new Undecided(to, frame, named, (form, layout) => this.#open(form, layout)), start);
      else if (seldon) to.enter(new Seldon(to, forms, (form, layout) => this.#open(form, layout)), start);
      else if (has("tensor")) throw to.error("E_FORM", `${to.options.from.name} has no form with an object under ${JSON.stringify(name)}`);
      else throw to.error("E_FORM", `${JSON.stringify(name)} must hold a list, and this is an object`);
      return;
    }
    const bare = forms.find((f) => f.key === undefined);
    if (first === LIST && (has("records") || has("inputs") || has("features"))) {
      to.peek();
      return;
    }
    if (bare && first === LIST) {
      this.#startBare(bare, payload, first);
      return;
    }
    const form = has("tensor");
    if (!form)
      throw to.error(
        "E_FORM",
        `${JSON.stringify(name)} must hold ${has("records") || has("inputs") ? "a list" : "an object"}, and this is ${kindOf(first)}`,
      );
    this.#startTensor(form, first);
  }

  /** The list that holds the cargo begins so. */
  element(first: number, start: number): void {
    const to = this.#to;
    const { forms, name } = this.#payload as Member;
    const has = (layout: Layout) => forms.find((f) => f.layouts.includes(layout));
    const tensor = has("tensor");
    if (first === OBJECT) {
      const inputs = has("inputs");
      const records = to.options.from.exact || !inputs || this.#isRecord(start) ? (has("records") ?? has("features")) : undefined;
      if (inputs && !records) {
        to.enterList(new Inputs(to, inputs, (form, layout) => this.#open(form, layout)), start);
        return;
      }
      if (!records) throw to.error("E_OBJECT", `${JSON.stringify(name)} of ${to.options.from.name} holds no objects`, { offset: start });
      if (has("records") && has("features")) to.twinsAt = start;
      const held = to.tape.release();
      this.#open(records, records.layouts.includes("features") && !records.layouts.includes("records") ? "features" : "records");
      to.write(held);
      to.records();
      return;
    }
    if (!tensor) {
      const other = has("records") ?? has("inputs") ?? has("features");
      if (first !== CLOSE || !other)
        throw to.error("E_MIXED", `${JSON.stringify(name)} holds ${kindOf(first)} where ${other?.id} has objects`, { offset: start });
      const held = to.tape.release();
      this.#open(other, other.layouts[other.layouts.length - 1] as Layout);
      to.write(held);
      to.records();
      return;
    }
    const held = to.tape.release();
    this.#openTensor(tensor);
    if (!to.options.typed) to.write(held);
    to.tape.mode = "copy";
    to.tensor(LIST, undefined);
  }

  /** The first object of a list that may be Open Inference Protocol's inputs is a record. */
  #isRecord(start: number): boolean {
    const to = this.#to;
    const told = isRecord(to.scanner.slice(start, start + LOOKED_AT));
    to.undecided = told === undefined;
    return told ?? false;
  }

  #startTensor(form: Form, first: number): void {
    this.#openTensor(form, first !== LIST);
    this.#to.tape.mode = "copy";
    this.#to.tensor(first, undefined);
  }

  #openTensor(form: Form, scalar = false): void {
    this.#open(form, "tensor", scalar);
    beginTensor(this.#to);
  }

  ended(members: number): void {
    const to = this.#to;
    this.#extras.end();
    if (this.#inPayload) {
      if (to.layout === "tensor") endTensor(to, members);
      else if (to.layout === "records" || to.layout === "features") to.recordsEnded(members);
      this.#extras.placeWithin();
      to.tape.mode = this.#written ? "copy" : "drop";
    }
    this.#inPayload = false;
    this.current = undefined;
  }

  close(): void {
    const to = this.#to;
    if (!this.#payload) throw to.error("E_FORM", this.#noPayload());
    this.#close();
  }

  #close(): void {
    if (this.#written) this.#to.write("}");
    this.#to.tape.mode = this.#written ? "copy" : "drop";
  }

  #ambiguous(first: string, second: string): TransloadError {
    return this.#to.error("E_AMBIGUOUS", `two payloads in one document: ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
  }

  #startPayload(payload: Member): void {
    const to = this.#to;
    const { name } = payload;
    if (this.#payload) throw this.#ambiguous(this.#payload.name, name);
    this.#payload = payload;
    const bare = payload.forms.find((f) => f.key === undefined);
    if (bare === undefined || payload.forms.some((f) => f.key !== undefined)) {
      this.#inPayload = true;
      to.tape.mode = "hold";
      return;
    }
    this.#startBare(bare, payload);
  }

  /** MLflow 1.x: the document itself is the split, from its first brace on. `first`: its member's value has begun. */
  #startBare(bare: Form, { name, gap, raw, colon }: Member, first?: number): void {
    const to = this.#to;
    const strays = [...this.#seen].filter((key) => key !== name);
    if (strays.length > 0) throw to.error("E_KEY", `${strays.join(", ")} may not stand beside columns, index and data`);
    this.#payload = { forms: [bare], name: "", gap: NOTHING, raw: NOTHING, colon: encode(":") };
    this.#inPayload = false;
    this.current = undefined;
    this.#open(bare, "frame");
    const frame = new Frame(to, () => this.#close());
    to.replace(frame);
    frame.key(name, gap, raw);
    if (first === undefined) return;
    to.tape.hold(colon);
    frame.value(first);
  }

  /** The layout is known: writes the target's key and what stood around the source's. */
  #open(form: Form, layout: Layout, scalar = false): void {
    const to = this.#to;
    to.chooseTarget(form, layout, scalar);
    this.#extras.placeAll();
    if (to.lane === "table") return;
    const { name, gap, raw, colon } = this.#payload as Member;
    const key = to.target?.form.key;
    if (key === undefined) return;
    this.#separate();
    to.write(gap);
    to.write(key === name ? raw : JSON.stringify(key));
    to.write(colon);
  }

  /** There is an object around the target's cargo. */
  get #written(): boolean {
    return this.#to.lane === "splice" && this.#to.target?.form.key !== undefined;
  }

  #separate(): void {
    this.#to.write(this.#opened ? "," : "{");
    this.#opened = true;
  }

  /** Keys that other dialects have, and who tells them. */
  #hint(): string {
    if (this.#strangers.length === 0) return "";
    const hidden = this.#strangers.flatMap((key) => formsAt(FORMS, key)).find((form) => dialectOf(form).detect === false);
    const from = this.#to.options.from.name === "auto" && hidden ? hidden.dialect : "auto";
    return `; ${this.#strangers.join(", ")} belongs to another dialect, try ${optionText("from", from)}`;
  }

  #noPayload(): string {
    const { from } = this.#to.options;
    const keys = [...new Set(from.forms.flatMap((f) => f.key ?? (f.layouts.includes("frame") ? "data" : [])))].join(", ");
    const found = this.#seen.size > 0 ? `the document has only ${[...this.#seen].slice(0, 8).join(", ")}` : "the document is empty";
    return `no payload: ${from.name === "auto" ? "expected one of" : `${from.name} needs`} ${keys}, and ${found}${this.#hint()}`;
  }
}

interface Member {
  readonly forms: readonly Form[];
  readonly name: string;
  /** White space before the key, the key as written, and what stands between it and the value. */
  readonly gap: Uint8Array;
  readonly raw: Uint8Array;
  colon: Uint8Array;
}

const NOTHING = new Uint8Array();
