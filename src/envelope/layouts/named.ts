import { rowsFault } from "../../dialects/needs.js";
import { checkNames } from "../../engine/columns.js";
import { placesAmong } from "../../errors.js";
import type { Payload } from "../payload.js";
import type { Scope } from "./scope.js";

/** An object of tensors: `{"tokens": […], "mask": […]}`. */
export class Named implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  /** Rows of each tensor; none for a scalar. */
  readonly #rows = new Map<string, number | undefined>();
  #written = 0;

  constructor(to: Payload) {
    this.#to = to;
    to.write("{");
  }

  key(name: string, gap: Uint8Array, raw: Uint8Array): void {
    this.current = name;
    if (this.#rows.has(name)) throw this.#to.error("E_DUPLICATE", `${JSON.stringify(name)} occurs twice`);
    if (this.#written++ > 0) this.#to.write(",");
    this.#to.write(gap);
    this.#to.write(raw);
    this.#to.tape.mode = "copy";
  }

  value(first: number): void {
    this.#to.tensor(first, this.current);
  }

  ended(members: number): void {
    this.#to.tensorEnded(members);
    this.#rows.set(this.current as string, this.#to.scalar ? undefined : members);
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
