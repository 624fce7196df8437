import { type Form, FRAME_KEYS, type Layout } from "../../dialects/index.js";
import type { Payload } from "../payload.js";
import { Frame } from "./frame.js";
import { Named } from "./named.js";
import type { Scope } from "./scope.js";

/** An object that is a frame or named tensors: its first key tells. */
export class Undecided implements Scope {
  readonly current = undefined;
  readonly #to: Payload;
  readonly #frame: Form | undefined;
  readonly #named: Form | undefined;
  readonly #open: (form: Form, layout: Layout) => void;

  constructor(to: Payload, frame: Form | undefined, named: Form | undefined, open: (form: Form, layout: Layout) => void) {
    this.#to = to;
    this.#frame = frame;
    this.#named = named;
    this.#open = open;
  }

  key(name: string, gap: Uint8Array, raw: Uint8Array): void {
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
