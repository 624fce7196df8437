// The JSON that a body begins with: which tensors follow it, and in how many bytes. All that it says is held against the body's own size
// before anything is read by it.
//
// Triton's docs/protocol/extension_binary_data.md; KServe has the same (kserve/protocol/infer_type.py, from_bytes).

import { decode } from "../../columns/bytes.js";
import { DATATYPE_NAMES, DATATYPES, isDatatype } from "../../columns/datatype.js";
import { product } from "../../columns/lists.js";
import { coreScanner } from "../../engine/index.js";
import { elementsOf, membersOf } from "../../engine/members.js";
import { optionText, TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";

/** HTTP's header that tells the length of the JSON. */
export const LENGTH_HEADER = "Inference-Header-Content-Length";

/** Bytes of JSON that are held. */
const LIMIT = 1 << 28;
const PIECE = 1 << 16;
const [QUOTE, ESCAPE, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d];

/** A tensor as the header has it. */
export interface TensorFacts {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** Where in the body it lies, and in how many bytes. */
  readonly at: number;
  readonly bytes: number;
  /** In their place: the text of a list in the header. */
  readonly data: string | undefined;
}

/** What a body's JSON says. */
export interface Header {
  /** In the order in which they lie. */
  readonly tensors: readonly TensorFacts[];
  /** The text of what stands beside them. */
  readonly beside: ReadonlyMap<string, string>;
}

/**
 * Reads the header of a request, or of an answer. `length`: what HTTP says that it has; without it the JSON tells where it ends.
 * @throws TransloadError E_EMPTY, E_SYNTAX and what else JSON is refused for; E_FORM for what is no such request; E_DUPLICATE, E_DTYPE,
 * E_SHAPE for a size that is not that of the shape; E_TRUNCATED and E_TRAILING where the body is not as long as all of them; E_LIMIT.
 */
export async function readHeader(file: RandomAccess, length: number | undefined): Promise<Header> {
  const end = await endOf(file, length);
  const bytes = await file.read(0, end);
  checkSyntax(bytes);
  const members = uniqueMembers(decode(bytes), "the request");
  const key = members.has("inputs") ? "inputs" : "outputs";
  const list = members.get(key);
  if (list === undefined || !list.startsWith("["))
    throw new TransloadError("E_FORM", `a body's JSON holds a list under inputs, or outputs in an answer, and this has ${named(members)}`);
  members.delete(key);
  const tensors = placed(elementsOf(list), key, end);
  checkSize(file, tensors, end);
  return { tensors, beside: members };
}

function named(members: ReadonlyMap<string, string>): string {
  return members.size === 0 ? "no keys" : [...members.keys()].slice(0, 8).join(", ");
}

/** Behind the JSON. */
async function endOf(file: RandomAccess, length: number | undefined): Promise<number> {
  if (length === 0)
    throw new TransloadError("E_FORM", "a body without JSON says neither shape nor datatype of its tensor; give it as an npy file");
  const end = await endOfObject(file);
  if (length === undefined || length === end) return end;
  const gap = length > end && length <= file.size ? await file.read(end, length) : undefined;
  if (gap?.every((byte) => byte <= 0x20)) return length;
  throw new TransloadError(
    "E_SYNTAX",
    `the JSON ends after ${end} bytes, and ${optionText("headerLength", `${length}`)} says another length`,
    {
      offset: end,
    },
  );
}

/** Behind the brace that closes the object which the body begins with. What is in it is checked later, when it is known what belongs to it. */
async function endOfObject(file: RandomAccess): Promise<number> {
  let depth = 0;
  let [quoted, escaped] = [false, false];
  for (let from = 0; from < Math.min(file.size, LIMIT); from += PIECE) {
    const bytes = await file.read(from, from + PIECE);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (escaped) escaped = false;
      else if (quoted) {
        escaped = byte === ESCAPE;
        quoted = byte !== QUOTE;
      } else if (byte === QUOTE) quoted = true;
      else if (byte === OPEN) depth++;
      else if (byte === CLOSE && --depth <= 0) return from + i + 1;
      else if (depth === 0 && byte > 0x20)
        throw new TransloadError("E_SYNTAX", "a body with binary tensors begins with a JSON object", { offset: from + i });
    }
  }
  if (file.size === 0) throw new TransloadError("E_EMPTY", "the input is empty", { offset: 0 });
  if (file.size > LIMIT)
    throw new TransloadError("E_LIMIT", `the JSON before the tensors is longer than ${LIMIT} bytes; send its data as binary tensors`);
  throw new TransloadError("E_TRUNCATED", "the body ends inside its JSON", { offset: file.size });
}

/** @throws TransloadError for the first fault of the JSON. */
function checkSyntax(bytes: Uint8Array): void {
  const scanner = coreScanner(() => [], 0);
  try {
    scanner.nan("pass");
    scanner.watch(0);
    scanner.push(bytes);
    scanner.last();
    while (scanner.next() !== "more");
    scanner.finish();
    scanner.end();
  } finally {
    scanner.close();
  }
}

function uniqueMembers(text: string, what: string): Map<string, string> {
  const all = membersOf(text);
  const members = new Map(all);
  const twice = all.find(([key], i) => all.findIndex(([other]) => other === key) < i);
  if (twice)
    throw new TransloadError("E_DUPLICATE", `${JSON.stringify(twice[0])} occurs twice in ${what}; servers differ in which one they take`);
  return members;
}

function placed(texts: readonly string[], key: string, end: number): TensorFacts[] {
  const known = new Set<string>();
  let at = end;
  return texts.map((text, i) => {
    const tensor = tensorOf(text, at, `$.${key}[${i}]`);
    if (known.has(tensor.name))
      throw new TransloadError("E_DUPLICATE", `two ${key} are called ${JSON.stringify(tensor.name)}`, { path: `$.${key}[${i}]` });
    known.add(tensor.name);
    at += tensor.bytes;
    return tensor;
  });
}

function tensorOf(text: string, at: number, path: string): TensorFacts {
  const fault = (code: "E_FORM" | "E_DTYPE" | "E_SHAPE" | "E_OBJECT", what: string) => new TransloadError(code, what, { path });
  if (!text.startsWith("{"))
    throw fault("E_OBJECT", `${text.slice(0, 40)} stands where a tensor is expected: an object with name, shape and datatype`);
  const members = uniqueMembers(text, path);
  const read = (key: string): unknown => {
    const own = members.get(key);
    if (own === undefined) throw fault("E_FORM", `a tensor needs ${key}`);
    return parsed(own);
  };
  const name = read("name");
  if (typeof name !== "string") throw fault("E_FORM", `the name of a tensor must be a string, not ${members.get("name")?.slice(0, 40)}`);
  const datatype = read("datatype");
  if (!isDatatype(datatype))
    throw fault("E_DTYPE", `unknown datatype ${members.get("datatype")?.slice(0, 40)}; known: ${DATATYPE_NAMES.join(", ")}`);
  const shape = read("shape");
  if (!isShape(shape))
    throw fault(
      "E_SHAPE",
      `the shape of ${JSON.stringify(name)} must be a list of whole numbers, not ${members.get("shape")?.slice(0, 60)}`,
    );
  const data = members.get("data");
  const tensor = { name, datatype, shape, at, data };
  const size = sizeOf(members.get("parameters"), (what) => fault("E_FORM", `tensor ${JSON.stringify(name)} ${what}`));
  if (size === undefined && data === undefined)
    throw fault("E_FORM", `tensor ${JSON.stringify(name)} has neither data nor the parameter binary_data_size`);
  if (size !== undefined && data !== undefined)
    throw fault(
      "E_FORM",
      `tensor ${JSON.stringify(name)} has data and the parameter binary_data_size, and only one of them can be its cells`,
    );
  if (data !== undefined && !data.startsWith("[")) throw fault("E_FORM", `data of ${JSON.stringify(name)} must be a list`);
  const { bytes } = DATATYPES[datatype] as { bytes?: number };
  if (size !== undefined && bytes !== undefined && size !== product(shape) * bytes)
    throw fault(
      "E_SHAPE",
      `tensor ${JSON.stringify(name)} of shape [${shape.join(", ")}] and datatype ${datatype} takes ${product(shape) * bytes} bytes, and binary_data_size says ${size}`,
    );
  return { ...tensor, bytes: size ?? 0 };
}

/** Undefined for NaN and the infinities, which the scanner lets pass in data. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lengths that are counts, and cells that can be counted. */
function isShape(value: unknown): value is number[] {
  if (!Array.isArray(value) || !value.every((n) => Number.isSafeInteger(n) && n >= 0)) return false;
  return Number.isSafeInteger(product(value.filter((n: number) => n > 0)) * 8);
}

/** What the parameters of a tensor say of its bytes. */
function sizeOf(parameters: string | undefined, fault: (what: string) => TransloadError): number | undefined {
  if (parameters === undefined || !parameters.startsWith("{")) return undefined;
  const own = new Map(membersOf(parameters));
  if (own.has("shared_memory_region")) throw fault("lies in memory that the client shares with its server, and not in the body");
  const text = own.get("binary_data_size");
  if (text === undefined) return undefined;
  const size = parsed(text);
  if (typeof size === "number" && Number.isSafeInteger(size)) return size;
  throw fault(`has the binary_data_size ${text.slice(0, 40)}, which is no count of bytes`);
}

function checkSize(file: RandomAccess, tensors: readonly TensorFacts[], end: number): void {
  const torn = tensors.find(({ at, bytes }) => at + bytes > file.size);
  if (torn)
    throw new TransloadError(
      "E_TRUNCATED",
      `the body ends after ${Math.max(0, file.size - torn.at)} of the ${torn.bytes} bytes of tensor ${JSON.stringify(torn.name)}`,
      { offset: file.size },
    );
  const whole = tensors.reduce((at, { bytes }) => at + bytes, end);
  if (whole < file.size)
    throw new TransloadError(
      "E_TRAILING",
      `${file.size - whole} bytes follow the tensors; if white space ends the JSON, ${optionText("headerLength", "N")} tells its length`,
      { offset: whole },
    );
}
