import type { Form, Layout } from "../../dialects/index.js";
import { optionText } from "../../errors.js";
import { kindOf } from "../kind.js";
import type { Payload } from "../payload.js";
import type { Scope } from "./scope.js";
import { beginTensor, endTensor } from "./tensor.js";

const OBJECT = 0x7b; /* { */
const LIST = 0x5b; /* [ */
const CLOSE = 0x5d; /* ] */

/** A document that is a list: of records, or a tensor. */
export class Bare implements Scope {
  readonly current = undefined;
  readonly #to: Payload;
  readonly #start: number;

  constructor(to: Payload, start: number) {
    this.#to = to;
    this.#start = start;
  }

  key(): void {}

  value(): void {}

  element(first: number): void {
    const to = this.#to;
    const bare = (layout: Layout) => to.options.from.forms.find((f) => f.key === undefined && f.layouts.includes(layout));
    const records = bare("records");
    const tensor = bare("tensor");
    // an empty list is what the first of the forms has
    const [either] = to.options.from.forms.flatMap((f) => (f === records || f === tensor ? f.layouts : []));
    const held = to.tape.release();
    if (records && (first === OBJECT || (first === CLOSE && either === "records"))) {
      this.#open(records, "records");
      to.write(held);
      to.records();
    } else if (tensor) {
      this.#open(tensor, "tensor");
      beginTensor(to);
      if (!to.options.typed) to.write(held);
      to.tape.mode = "copy";
      to.tensor(LIST, undefined);
    } else
      throw to.error(
        "E_FORM",
        `a payload is a JSON object, or a list of records, but this document is a list of ${plural(first)}; try ${optionText("from", "auto")}`,
        {
          offset: this.#start,
        },
      );
  }

  #open(form: Form, layout: Layout): void {
    const to = this.#to;
    to.chooseTarget(form, layout);
    const key = to.target?.form.key;
    if (key !== undefined) to.write(`{${JSON.stringify(key)}:`);
  }

  ended(members: number): void {
    if (this.#to.layout === "tensor") endTensor(this.#to, members);
    else this.#to.recordsEnded(members);
    if (this.#to.target?.form.key !== undefined) this.#to.write("}");
    this.#to.tape.mode = "copy";
  }

  close(): void {}
}

function plural(first: number): string {
  return `${kindOf(first).replace(/^an? /, "")}s`;
}
