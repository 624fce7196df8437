import type { Form, Layout } from "../../dialects/index.js";
import type { TransloadError } from "../../errors.js";
import { kindOf } from "../kind.js";
import type { Payload } from "../payload.js";
import { parsed, shown } from "../value.js";
import type { Scope } from "./scope.js";

const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */

type Open = (form: Form, layout: Layout) => void;

/** Seldon's `data`: names beside `ndarray`, which is rows, or `tensor`, which is a shape and flat values. */
export class Seldon implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  readonly #forms: readonly Form[];
  readonly #open: Open;
  #cargo = false;
  /** A key of Seldon's has come. */
  #seen = false;

  constructor(to: Payload, forms: readonly Form[], open: Open) {
    this.#to = to;
    this.#forms = forms;
    this.#open = open;
  }

  key(name: string): void {
    const to = this.#to;
    this.current = name;
    to.tape.mode = "drop";
    if (name === "names") {
      this.#seen = true;
      return;
    }
    const layout = name === "ndarray" ? "ndarray" : name === "tensor" ? "values" : undefined;
    const form = layout && this.#forms.find((f) => f.layouts.includes(layout));
    if (!form || !layout) throw this.#stranger(name);
    if (this.#cargo) throw to.error("E_AMBIGUOUS", "data holds both ndarray and tensor");
    this.#cargo = true;
    this.#seen = true;
    this.#open(form, layout);
  }

  /** Where nobody has said that this is Seldon's, it most likely is not. */
  #stranger(name: string): TransloadError {
    const to = this.#to;
    const key = JSON.stringify(name);
    if (to.options.from.dialect || this.#seen)
      return to.error("E_KEY", `${key} may not stand in data, which holds names and ndarray or tensor`);
    return to.error(
      "E_FORM",
      `"data" holds ${key}, and no names, ndarray or tensor, so this is no payload of Seldon's, nor of another server's; if these are columns, write "inputs" in the place of "data"`,
    );
  }

  value(first: number, start: number): void {
    const to = this.#to;
    if (this.current === "names") to.tape.capture();
    else if (this.current === "ndarray") {
      if (first !== LIST) throw to.error("E_FORM", `ndarray must be a list, and this is ${kindOf(first)}`);
      to.cargo({ layout: "rows", scalar: false, name: undefined, as: "rows" });
    } else if (first !== OBJECT) throw to.error("E_FORM", `tensor must be an object with shape and values, and this is ${kindOf(first)}`);
    else to.enter(new Values(to), start);
  }

  ended(members: number): void {
    const to = this.#to;
    if (this.current === "names") {
      const names = parsed(to.tape.captured());
      if (!Array.isArray(names) || names.some((name) => typeof name !== "string"))
        throw to.error("E_COLUMNS", "names must be a list of strings");
      if (names.length > 0) to.nameColumns(names as string[], members);
    } else if (this.current === "ndarray") {
      to.cargoEnded();
      to.tape.mode = "drop";
    }
    this.current = undefined;
  }

  close(): void {
    if (!this.#cargo) throw this.#to.error("E_FORM", "data needs ndarray or tensor");
  }
}

/** `{"shape": [r, c], "values": […]}`, in either order. */
class Values implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  readonly #facts: { shape?: readonly number[]; members?: number } = {};

  constructor(to: Payload) {
    this.#to = to;
    to.inputs.push(this.#facts);
  }

  key(name: string): void {
    this.current = name;
    if (name !== "shape" && name !== "values")
      throw this.#to.error("E_KEY", `${JSON.stringify(name)} may not stand in a tensor, which has shape and values`);
    this.#to.tape.mode = "drop";
  }

  value(first: number): void {
    const to = this.#to;
    if (first !== LIST) throw to.error("E_FORM", `${this.current} must be a list, and this is ${kindOf(first)}`);
    if (this.current === "shape") to.tape.capture();
    else to.cargo({ layout: "tensor", scalar: false, name: undefined, as: "tensor" });
  }

  ended(members: number): void {
    const to = this.#to;
    if (this.current === "shape") {
      const captured = to.tape.captured();
      const shape = parsed(captured);
      if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
        throw to.error("E_SHAPE", `the shape of a tensor must be a list of whole numbers, not ${shown(captured)}`);
      this.#facts.shape = shape;
    } else {
      this.#facts.members = members;
      to.cargoEnded();
      to.tape.mode = "drop";
    }
    this.current = undefined;
  }

  close(): void {
    const { shape, members } = this.#facts;
    if (!shape || members === undefined) throw this.#to.error("E_FORM", "a tensor needs shape and values");
    this.#to.inputEnded?.(this.#facts);
  }
}
