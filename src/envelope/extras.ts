import { decode } from "../columns/bytes.js";
import { dialectOf, paramsBeside, told } from "../dialects/index.js";
import { optionText } from "../errors.js";
import { contentTypeOf, withoutContentType } from "./content.js";
import { parted } from "./flags.js";
import type { Payload } from "./payload.js";

/** Parameters that are held may be this long. */
export const LIMIT = 1 << 24;
const NOTHING = new Uint8Array();

/** A member beside the payload, as it stands. */
interface Extra {
  readonly name: string;
  readonly gap: Uint8Array;
  readonly raw: Uint8Array;
  readonly rest: Uint8Array;
}

/** Members beside the cargo that may go along: parameters, and siblings that the target has, too. They are held until it is known where to. */
export class Extras {
  readonly #to: Payload;
  /** Writes what stands before a member. */
  readonly #separate: () => void;
  #held: Extra[] = [];
  /** Members that were dropped before it was known whether there is a payload at all. */
  #dropped: string[] = [];
  /** The member being read. */
  #current: Extra | undefined;
  /** What the parameters are called that went along. */
  #params: string | undefined;

  constructor(to: Payload, separate: () => void) {
    this.#to = to;
    this.#separate = separate;
  }

  /** Whether a member of this name may be parameters, or a sibling of some dialect's, that the target takes, too. */
  mayBe(name: string): boolean {
    const { from, to, noted } = this.#to.options;
    if (this.#isKept(name)) return true;
    if (!to && !noted) return false;
    if (this.#to.form) return this.#keyOf(name) !== undefined || this.#tellsContent(name);
    const sources = from.dialect ? [from.dialect] : told(from.what);
    return sources.some((d) => d.params === name || d.siblings.includes(name));
  }

  begin(name: string, gap: Uint8Array, raw: Uint8Array): void {
    const { tape, lane, options } = this.#to;
    if (!options.noted && !this.#isKept(name) && lane === "splice" && this.#keyOf(name) === name) {
      // nothing need be held any more
      this.#takeParams(name);
      this.#separate();
      this.#to.write(gap);
      this.#to.write(raw);
      tape.mode = "copy";
      return;
    }
    this.#current = { name, gap, raw, rest: NOTHING };
    tape.mode = "hold";
    tape.limit = LIMIT;
  }

  end(): void {
    const { tape, form } = this.#to;
    if (!this.#current) return;
    const extra = { ...this.#current, rest: tape.release() };
    tape.limit = undefined;
    this.#current = undefined;
    if (form === undefined) this.#held.push(extra);
    else this.#place(extra);
  }

  /** The target is known: what was held goes where it belongs. */
  placeAll(): void {
    for (const name of this.#dropped) this.drop(name);
    for (const extra of this.#held) this.#place(extra);
    this.#dropped = [];
    this.#held = [];
  }

  /** The payload has ended: parameters that stood in it go where the target has them. */
  placeWithin(): void {
    const { form, paramsWithin: text, lane, options } = this.#to;
    const name = form?.paramsWithin;
    const goal = options.noted ?? this.#to.target?.form;
    if (text === undefined || name === undefined || !goal) return;
    const key = dialectOf(goal).params;
    if (key === undefined) {
      this.drop(name);
      return;
    }
    this.#takeParams(`${form?.key}.${name}`);
    if (options.noted) {
      this.#to.besides.set(key, decode(text));
      return;
    }
    if (lane === "table") {
      this.#to.extras.set(key, decode(text));
      return;
    }
    this.#separate();
    this.#to.write(`${JSON.stringify(key)}:`);
    this.#to.write(text);
  }

  /** Somebody is told of it, wherever it goes. */
  #isKept(name: string): boolean {
    return this.#to.options.kept?.includes(name) ?? false;
  }

  /** Says that the member goes no further, as soon as there is a payload that goes. */
  drop(name: string): void {
    const { form, options } = this.#to;
    const { to } = options;
    if (form === undefined) this.#dropped.push(name);
    else if (to) this.#to.warn("W_DROPPED", `${JSON.stringify(name)} is not part of a ${to.name} payload and is dropped`);
  }

  #place({ name, gap, raw, rest }: Extra): void {
    const to = this.#to;
    const key = this.#keyOf(name);
    const whole = decode(rest).replace(/^\s*:\s*/, "");
    if (this.#isKept(name)) to.besides.set(name, whole);
    const content = this.#tellsContent(name);
    if (content) {
      to.contentType = contentTypeOf(whole);
      to.parameters = whole;
    }
    const text = content ? this.#onward(whole) : whole;
    if (text === undefined) return;
    if (key === undefined) {
      if (!this.#isKept(name)) this.drop(name);
      return;
    }
    this.#takeParams(name);
    if (to.options.noted) {
      to.besides.set(key, text);
      return;
    }
    if (to.lane === "table") {
      to.extras.set(key, text);
      return;
    }
    this.#separate();
    to.write(gap);
    to.write(key === name ? raw : JSON.stringify(key));
    to.write(rest);
  }

  /** What of these parameters of Open Inference Protocol's goes along; undefined where nothing does. */
  #onward(parameters: string): string | undefined {
    const to = this.#to;
    if (to.keepsContent) return parameters;
    if ((to.options.noted ?? to.options.onward ?? to.target?.form)?.content !== undefined) return withoutContentType(parameters);
    const { models, lost } = parted(parameters);
    const [are, names] = [lost.length === 1 ? "is" : "are", lost.map((name) => JSON.stringify(name)).join(", ")];
    if (lost.length > 0) to.warn("W_DROPPED", `${names} among the parameters ${are} for the server, not the model, and ${are} dropped`);
    return models;
  }

  /** The member tells what the inputs are together. */
  #tellsContent(name: string): boolean {
    return name === "parameters" && this.#to.form?.content !== undefined;
  }

  /** What the target calls the member; undefined when it has no place for it. */
  #keyOf(name: string): string | undefined {
    const { form, target, options } = this.#to;
    const goal = options.noted ?? target?.form ?? options.to?.forms[0];
    if (!goal || !form) return undefined;
    const dialect = dialectOf(goal);
    if (dialect.params !== undefined && paramsBeside(form, options.from).has(name)) return dialect.params;
    return dialectOf(form).siblings.includes(name) && dialect.siblings.includes(name) ? name : undefined;
  }

  /** @throws TransloadError E_AMBIGUOUS for parameters in two places, where the target has one. */
  #takeParams(name: string): void {
    const { form, options } = this.#to;
    const names = form && paramsBeside(form, options.from);
    const within = form?.paramsWithin && `${form.key}.${form.paramsWithin}`;
    if (!names || (!names.has(name) && name !== within)) return;
    if (this.#params !== undefined && this.#params !== name) {
      const both = [this.#params, name];
      const [one, other] = both.map((key) => names.get(key));
      const remedy =
        one && other
          ? `${optionText("from", one)} takes the former, ${optionText("from", other)} the latter`
          : "take one of them out of the payload";
      throw this.#to.error("E_AMBIGUOUS", `${both.map((key) => JSON.stringify(key)).join(" and ")} may both be the parameters; ${remedy}`);
    }
    this.#params = name;
  }
}
