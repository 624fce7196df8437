// What an .npy file begins with (numpy/lib/format.py, versions 1 to 3): a Python dict of the dtype, the order and the shape.

import { decode, decodeBytes, encode } from "../../columns/bytes.js";
import { isTime, type NumericDType, type TimeDType, unitOf } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import { TransloadError } from "../../errors.js";
import type { RandomAccess } from "../../io/store.js";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** A header is this long when its shape is written last: room for twenty digits more than it may need. */
export const HEADER = 192;
const HEADER_LIMIT = 1 << 20;
/** numpy 2's limit. */
const MOST_DIMENSIONS = 64;
/** This machine's order of bytes. */
export const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** numpy's letters for our dtypes, with bytes of a cell. `f2` is widened to float32. */
export const KINDS: Readonly<Record<string, NumericDType>> = {
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f2: "float32",
  f4: "float32",
  f8: "float64",
};

/** Points in time, of a unit. */
export const TIME = /^M8\[(D|s|ms|us|ns)\]$/;

/** What a header says. */
export interface NpyHeader {
  /** Kind and bytes of a cell: `f8`, `U10`. */
  readonly kind: string;
  readonly cellBytes: number;
  readonly big: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the cells begin. */
  readonly at: number;
}

export async function readNpyHeader(file: RandomAccess): Promise<NpyHeader> {
  const start = await file.read(0, 12);
  const damaged = (what: string, offset = 0) => new TransloadError("E_SYNTAX", `not a whole .npy file: ${what}`, { offset });
  if (!MAGIC.every((byte, i) => start[i] === byte)) throw damaged("it does not begin with \\x93NUMPY");
  const major = start[6] ?? 0;
  if (major < 1 || major > 3) throw damaged(`version ${major}.${start[7]}; 1 to 3 are known`, 6);
  const view = new DataView(start.buffer);
  if (start.length < 12) throw damaged("it ends inside its header", start.length);
  const long = major > 1;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const at = (long ? 12 : 10) + length;
  if (length > HEADER_LIMIT || at > file.size) throw damaged(`its header is said to have ${length} bytes`, 8);
  const bytes = await file.read(long ? 12 : 10, at);
  const text = major === 3 ? decode(bytes) : decodeBytes(bytes);
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,]*)\)/.exec(text);
  if (!descr || !order || !shape) throw damaged(`its header is ${JSON.stringify(text.trim().slice(0, 100))}`, 10);
  if (descr[2])
    throw new TransloadError("E_DTYPE", "the array is structured (a dtype with fields); save each field as an array of its own");
  const [, byteOrder = "", kind = ""] = /^([<>|=]?)(.*)$/.exec(descr[1] ?? "") ?? [];
  if (!KINDS[kind] && !/^[US]\d+$/.test(kind) && !TIME.test(kind))
    throw new TransloadError(
      "E_DTYPE",
      `numpy's dtype ${JSON.stringify(descr[1])} has no place here; known: ${Object.keys(KINDS).join(", ")}, U, S, and M8 of D, s, ms, us, ns`,
    );
  const dims = (shape[1] ?? "")
    .split(",")
    .map((n) => n.trim())
    .filter((n) => n !== "")
    .map(Number);
  if (dims.length > MOST_DIMENSIONS || !Number.isSafeInteger(product(dims.filter((length) => length > 0)) * 4))
    throw new TransloadError("E_SHAPE", `no array has the shape (${(shape[1] as string).slice(0, 100)})`, { offset: 10 });
  return {
    kind,
    cellBytes: cellBytesOf(kind),
    big: byteOrder === ">" || (byteOrder === "=" && !LITTLE),
    fortran: order[1] === "True",
    shape: dims,
    at,
  };
}

function cellBytesOf(kind: string): number {
  if (kind.startsWith("M")) return 8;
  const n = Number(kind.slice(1));
  return kind.startsWith("U") ? 4 * n : n;
}

/** The dtypes that an array is written in. */
export type ArrayDType = NumericDType | TimeDType;

export function kindOf(dtype: ArrayDType): string {
  if (isTime(dtype)) return `M8[${unitOf(dtype)}]`;
  return Object.entries(KINDS).find(([some, own]) => own === dtype && some !== "f2")?.[0] as string;
}

/** A header of version 1, padded with spaces to so many bytes, or to 64. */
export function headerOf(kind: string, shape: readonly number[], length = 0): Uint8Array {
  const descr = `${/^[a-z]1$/.test(kind) ? "|" : LITTLE ? "<" : ">"}${kind}`;
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  const total = Math.max(length, Math.ceil((11 + text.length) / 64) * 64);
  const header = new Uint8Array(total).fill(0x20);
  header.set([...MAGIC, 1, 0]);
  new DataView(header.buffer).setUint16(8, total - 10, true);
  header.set(encode(text), 10);
  header[total - 1] = 0x0a;
  return header;
}
