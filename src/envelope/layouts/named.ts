import { rowsFault } from "../../dialects/needs.js";
import { checkNames } from "../../engine/columns.js";
import { placesAmong } from "../../errors.js";
import { LIMIT } from "../extras.js";
import type { Payload } from "../payload.js";
import type { Scope } from "./scope.js";

const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */

/** An object of tensors: `{"tokens": […], "mask": […]}`. */
export class Named implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  /** Rows of each tensor; none for a scalar. */
  readonly #rows = new Map<string, number | undefined>();
  #written = 0;
  /** Where the parameters may stand: white space and key of that member, whose value has not begun. */
  #held: readonly Uint8Array[] | undefined;
  /** The member is the parameters, and no tensor. */
  #params = false;

  constructor(to: Payload) {
    this.#to = to;
    to.write("{");
  }

  key(name: string, gap: Uint8Array, raw: Uint8Array): void {
    this.current = name;
    if (this.#rows.has(name)) throw this.#to.error("E_DUPLICATE", `${JSON.stringify(name)} occurs twice`);
    if (name === this.#to.form?.paramsWithin) {
      this.#held = [gap, raw];
      this.#to.tape.mode = "hold";
    } else this.#begin(gap, raw);
  }

  #begin(...texts: readonly Uint8Array[]): void {
    if (this.#written++ > 0) this.#to.write(",");
    for (const text of texts) this.#to.write(text);
    this.#to.tape.mode = "copy";
  }

  value(first: number): void {
    const to = this.#to;
    const { tape, form, target } = to;
    if (this.#held) {
      const texts = [...this.#held, tape.release()];
      this.#held = undefined;
      this.#params = first === OBJECT;
      if (this.#params && target?.form.paramsWithin !== this.current) {
        tape.mode = "hold";
        tape.limit = LIMIT;
      } else this.#begin(...texts);
      if (this.#params) return;
    }
    if (first === LIST && this.current === form?.messagesWithin) {
      tape.mode = "hold";
      to.peek();
    } else to.tensor(first, this.current);
  }

  element(first: number, start: number): void {
    const to = this.#to;
    if (first === OBJECT)
      throw to.error(
        "E_LLM",
        `messages under ${JSON.stringify(this.current)} make this a language-model body, which the model's own script reads; there is nothing to convert`,
        { offset: start },
      );
    const held = to.tape.release();
    if (!to.options.typed) to.write(held);
    to.tape.mode = "copy";
    to.tensor(LIST, this.current);
  }

  ended(members: number): void {
    if (this.#params) {
      this.#endParams();
      return;
    }
    this.#to.tensorEnded(members);
    this.#rows.set(this.current as string, this.#to.scalar ? undefined : members);
    this.current = undefined;
  }

  #endParams(): void {
    const { tape } = this.#to;
    const text = tape.release();
    tape.limit = undefined;
    tape.mode = "copy";
    // empty where the target has them in the same place
    if (text.length > 0) this.#to.paramsWithin = text;
    this.#params = false;
    this.current = undefined;
  }

  close(): void {
    const to = this.#to;
    const names = [...this.#rows.keys()];
    checkNames(names, to.options.typed?.dtype);
    if (to.options.picks) placesAmong(names, to.options.columns ?? []);
    const fault = to.target && rowsFault(this.#rows, to.target, to.ownInputs);
    if (fault) throw to.error(fault.code, fault.detail);
    to.write("}");
  }
}
