// A list of objects under a key that two protocols have: Open Inference Protocol's tensors, or records. The first object's keys tell.
import { concat, decodeBytes } from "../columns/bytes.js";
import { objectEnd } from "../engine/members.js";

/** Keys of Open Inference Protocol's inputs. */
export const INPUT_KEYS: readonly string[] = ["name", "shape", "datatype", "data", "parameters"];

/** So many bytes of the first object are looked at. */
export const LOOKED_AT = 1 << 12;

/** The one key of bytes as TensorFlow Serving spells them, which are a tensor's cells under this key, and no records. */
const BYTES = "b64";

/**
 * Whether the list's first object, which this text begins with, is a record: has no key of an input's. Undefined where too little of it is
 * there. An object with keys of both kinds is none; whoever reads it as an input tells what it lacks.
 */
export function isRecord(bytes: Uint8Array): boolean | undefined {
  const text = decodeBytes(bytes.subarray(0, LOOKED_AT));
  const end = objectEnd(text, 0);
  if (end === undefined && bytes.length < LOOKED_AT) return undefined;
  const keys = keysOf(text.slice(0, end));
  return keys.some((key) => key !== BYTES) && !keys.some((key) => INPUT_KEYS.includes(key));
}

/** The keys of an object, as far as its text goes. */
function keysOf(text: string): string[] {
  const keys: string[] = [];
  const token = /("(?:[^"\\]|\\.)*(?:"|\\?$))([ \n\r\t]*:)?|[[\]{}]/gs;
  let depth = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [what, key, colon] = match;
    if (what === "[" || what === "{") depth++;
    else if (what === "]" || what === "}") depth--;
    else if (depth === 1 && colon !== undefined) keys.push(unescaped(key as string));
  }
  return keys;
}

/** A key that is no JSON is told of where it is read. */
function unescaped(key: string): string {
  if (!key.includes("\\")) return key.slice(1, -1);
  try {
    return JSON.parse(key) as string;
  } catch {
    return key;
  }
}

/** Gives chunks on so that as much of a list's first object as is looked at is in one of them. */
export class FirstObject {
  #held = new Uint8Array();
  #begun = false;

  /** What may be read now. `last`: nothing is held any more. */
  push(chunk: Uint8Array, last = false): Uint8Array {
    const all = this.#held.length > 0 ? concat([this.#held, chunk]) : chunk;
    const from = last ? all.length : heldFrom(all, this.#begun);
    // a chunk may be lent
    this.#held = Uint8Array.from(all.subarray(from));
    this.#begun ||= from > 0;
    return all.subarray(0, from);
  }
}

/** Where an object begins that may be a list's first, and does not end; the end where there is none. `begun`: it is not the document's own. */
function heldFrom(bytes: Uint8Array, begun: boolean): number {
  const from = Math.max(0, bytes.length - LOOKED_AT + 1);
  const text = decodeBytes(bytes.subarray(from));
  const first = begun || from > 0 ? /(?:^|\[)[ \n\r\t]*\{/g : /\[[ \n\r\t]*\{/g;
  for (let match = first.exec(text); match; match = first.exec(text)) {
    const end = objectEnd(text, first.lastIndex - 1);
    if (end === undefined) return from + first.lastIndex - 1;
    first.lastIndex = end;
  }
  return bytes.length;
}
