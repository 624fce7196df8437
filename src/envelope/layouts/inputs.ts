import { decode } from "../../columns/bytes.js";
import { DATATYPE_NAMES, isDatatype } from "../../columns/datatype.js";
import type { Form, Layout } from "../../dialects/index.js";
import { optionText } from "../../errors.js";
import { contentTypeOf } from "../content.js";
import { INPUT_KEYS } from "../first-object.js";
import { parted } from "../flags.js";
import { kindOf } from "../kind.js";
import type { Payload } from "../payload.js";
import { parsed, shown } from "../value.js";
import type { InputFacts, Scope } from "./scope.js";

const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */

/** Open Inference Protocol's `inputs`: a list of tensors, each an object with name, shape, datatype and data in any order. */
export class Inputs implements Scope {
  readonly current = undefined;
  readonly #to: Payload;
  readonly #names = new Set<string>();

  constructor(to: Payload, form: Form, open: (form: Form, layout: Layout) => void) {
    this.#to = to;
    open(form, "inputs");
  }

  key(): void {}

  value(first: number, start: number): void {
    if (first !== OBJECT)
      throw this.#to.error("E_OBJECT", `${kindOf(first)} where an input is expected: an object with name, shape, datatype and data`);
    const facts: InputFacts = {};
    this.#to.inputs.push(facts);
    this.#to.enter(new Input(this.#to, facts, this.#names, start), start);
  }

  ended(): void {}

  close(): void {}
}

class Input implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  readonly #facts: InputFacts;
  readonly #names: Set<string>;
  readonly #seen = new Set<string>();
  /** Where the object begins. */
  readonly #start: number;

  constructor(to: Payload, facts: InputFacts, names: Set<string>, start: number) {
    this.#to = to;
    this.#start = start;
    this.#facts = facts;
    this.#names = names;
  }

  key(name: string): void {
    this.current = name;
    if (this.#seen.size === 0 && !INPUT_KEYS.includes(name))
      throw this.#to.error(
        "E_OBJECT",
        `an object where a tensor is expected; Open Inference Protocol's inputs have ${INPUT_KEYS.join(", ")}${this.#hint}`,
        {
          offset: this.#start,
        },
      );
    if (this.#seen.has(name)) throw this.#to.error("E_DUPLICATE", `${JSON.stringify(name)} occurs twice in an input`);
    this.#seen.add(name);
    this.#to.tape.mode = "drop";
  }

  value(first: number): void {
    const to = this.#to;
    if (this.current === "data") {
      if (first !== LIST) throw to.error("E_FORM", `data of an input must be a list, and this is ${kindOf(first)}`);
      to.cargo({ layout: "tensor", scalar: false, name: this.#facts.name, as: "tensor" });
    } else if (this.current !== undefined && this.current !== "data" && INPUT_KEYS.includes(this.current)) to.tape.capture();
  }

  ended(members: number): void {
    const to = this.#to;
    const facts = this.#facts;
    if (this.current === "data") {
      facts.members = members;
      to.cargoEnded();
      to.tape.mode = "drop";
    } else if (this.current === "name") facts.name = this.#text(to.tape.captured());
    else if (this.current === "shape") facts.shape = this.#shape(to.tape.captured());
    else if (this.current === "parameters") facts.parameters = decode(to.tape.captured()).trim();
    else if (this.current === "datatype") facts.datatype = this.#datatype(to.tape.captured());
    this.current = undefined;
  }

  close(): void {
    const { name } = this.#facts;
    for (const key of ["name", "shape", "datatype", "data"])
      if (!this.#seen.has(key))
        throw this.#to.error(
          "E_FORM",
          `an input needs ${key}${key === "data" ? `; a body with binary tensors is read with ${optionText("from", "triton:binary")}` : ""}${this.#hint}`,
        );
    if (this.#names.has(name as string)) throw this.#to.error("E_DUPLICATE", `two inputs are called ${JSON.stringify(name)}`);
    this.#names.add(name as string);
    this.#tellParameters();
    this.#to.inputEnded?.(this.#facts);
  }

  /** What the objects may be besides, where nobody has said it. */
  get #hint(): string {
    return this.#to.options.from.dialect ? "" : `; for records say ${optionText("from", "mlflow:inputs")}`;
  }

  /** What cannot be said elsewhere; `str` is what text is. */
  #tellParameters(): void {
    const to = this.#to;
    const { name, parameters } = this.#facts;
    if (!parameters || !to.options.to || to.keepsContent) return;
    const { models, lost } = parted(parameters);
    if ((models === undefined || models === "{}") && lost.length === 0 && /^(str|np|pd)?$/.test(contentTypeOf(parameters) ?? "")) return;
    to.warn("W_DROPPED", `parameters of the input ${JSON.stringify(name)} are dropped: ${parameters.slice(0, 200)}`);
  }

  #text(captured: Uint8Array): string {
    const value = parsed(captured);
    if (typeof value === "string") return value;
    throw this.#to.error("E_FORM", `the name of an input must be a string, not ${shown(captured)}`);
  }

  #shape(captured: Uint8Array): number[] {
    const value = parsed(captured);
    if (Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)) return value;
    throw this.#to.error("E_SHAPE", `the shape of an input must be a list of whole numbers, not ${shown(captured)}`);
  }

  #datatype(captured: Uint8Array): string {
    const value = parsed(captured);
    if (isDatatype(value)) return value;
    throw this.#to.error("E_DTYPE", `unknown datatype ${shown(captured)}; known: ${DATATYPE_NAMES.join(", ")}`);
  }
}
