// A payload that is one thing to one server and another to the next: SageMaker's rows of features are instances with one
// input called "features" to TensorFlow Serving. Nothing in it tells which; whoever sends it must say.
import { decodeBytes } from "../columns/bytes.js";
import { optionText, TransloadError } from "../errors.js";
import type { Payload } from "./payload.js";

const KEY = /^[ \n\r\t]*\{[ \n\r\t]*"features"[ \n\r\t]*:[ \n\r\t]*\[/;
const SQUEEZED = '{"features":[';
/** A first row that is longer is not looked at to its end. */
const LONGEST = 1 << 20;

/** Whether instances that begin with these bytes have rows of SageMaker's; undefined where more of them must be seen. */
function haveFeatures(text: string): boolean | undefined {
  const key = KEY.exec(text);
  if (!key) return SQUEEZED.startsWith(text.replace(/[ \n\r\t]+/g, "")) ? undefined : false;
  const end = behindList(text, key[0].length);
  const next = end === undefined ? undefined : /[^ \n\r\t]/.exec(text.slice(end))?.[0];
  if (next !== undefined) return next === "}";
  return text.length > LONGEST ? true : undefined;
}

/** Behind the list whose inside begins at this place. */
function behindList(text: string, from: number): number | undefined {
  const token = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs;
  token.lastIndex = from;
  let open = 1;
  for (let found = token.exec(text)?.[0]; found !== undefined; found = token.exec(text)?.[0]) {
    if (found === "[" || found === "{") open++;
    else if ((found === "]" || found === "}") && --open === 0) return token.lastIndex;
  }
  return undefined;
}

/** Looks at the first of the instances as they come, where nobody has said whose they are. */
export class Twins {
  readonly #payload: Payload;
  #text = "";
  #decided = false;
  /** Looked at again when so much is there. */
  #enough = 0;

  constructor(payload: Payload) {
    this.#payload = payload;
  }

  /** It is known that there is nothing to decide between. */
  get decided(): boolean {
    return this.#decided || (this.#payload.form !== undefined && this.#payload.twinsAt === undefined);
  }

  /**
   * Looks at a chunk that the rewriter has been through, or has stopped in; `offset`: of its first byte. `last`: no more will come.
   * @throws TransloadError E_AMBIGUOUS for what may be either.
   */
  check(chunk: Uint8Array, offset: number, last = false): void {
    const at = this.#payload.twinsAt;
    if (this.decided || at === undefined) return;
    this.#text += decodeBytes(chunk).slice(Math.max(0, at - offset));
    if (this.#text.length < this.#enough && !last) return;
    this.#enough = 2 * this.#text.length;
    const found = haveFeatures(this.#text);
    if (found === undefined) return;
    this.#decided = true;
    this.#text = "";
    if (!found) return;
    throw new TransloadError(
      "E_AMBIGUOUS",
      `instances of "features" are rows to SageMaker, and an input of that name to others; say ${optionText("from", "sagemaker:json")}, or ${optionText("from", "tfserving:instances")}`,
      { offset: at },
    );
  }
}
