// The buffers of a message: which of them are a column's, and their bytes, expanded where they are compressed.
import { swapBytes } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import type { ExpansionGuard } from "../../io/expansion.js";
import type { Table } from "./flat.js";
import { type ArrowField, buffersOf } from "./schema.js";

/** Cells, or lists, of a column, and how many of them are null. */
export interface Node {
  readonly length: number;
  readonly nulls: number;
}

/** What a column is read from: how many cells it has, and its buffers one after the other. */
export interface Buffers {
  node(): Node;
  /** The next buffer, which may be longer. @throws RangeError where it has not so many bytes. */
  buffer(least: number): Uint8Array<ArrayBuffer>;
  /** Buffers of text that a column of views has. */
  views(): number;
}

/** Expands a buffer to so many bytes. */
export type ExpandBuffer = (codec: "LZ4" | "ZSTD", bytes: Uint8Array, size: number) => Uint8Array<ArrayBuffer>;

/** A compressed buffer begins with its size, eight bytes; -1 for one that is not. */
const SIZE = 8;
const MOST_BYTES = 2 ** 31;

/** A message's columns, taken one after the other. */
export class Body implements Buffers {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #nodes: readonly (readonly [number, number])[];
  readonly #buffers: readonly (readonly [number, number])[];
  readonly #variadic: readonly number[];
  readonly #codec: "LZ4" | "ZSTD" | undefined;
  readonly #expand: ExpandBuffer;
  readonly #guard: ExpansionGuard;
  readonly #old: boolean;
  #node = 0;
  #buffer = 0;
  #views = 0;

  /** `header` is a record batch's. @throws RangeError where a buffer lies outside of the body, TransloadError E_FORM for other codecs. */
  constructor(header: Table, bytes: Uint8Array<ArrayBuffer>, expand: ExpandBuffer, guard: ExpansionGuard, old: boolean) {
    this.#bytes = bytes;
    this.#nodes = header.pairs(1);
    this.#buffers = header.pairs(2);
    this.#variadic = header.longs(4);
    this.#expand = expand;
    this.#guard = guard;
    this.#old = old;
    const compression = header.table(3);
    const codec = compression?.int8(0, 0);
    if (compression?.int8(1, 0) || (codec !== undefined && codec > 1))
      throw new TransloadError("E_FORM", "the Arrow file's buffers are compressed in a way that is not read; LZ4 and Zstandard are");
    this.#codec = codec === undefined ? undefined : codec === 0 ? "LZ4" : "ZSTD";
    for (const [from, length] of this.#buffers)
      if (from + length > bytes.length) throw new RangeError("unexpected end of a message: a buffer lies outside of it");
    if (compression) guard.took(bytes.length);
  }

  /** Longest of its columns and lists. */
  get longest(): number {
    return this.#nodes.reduce((most, [length]) => Math.max(most, length), 0);
  }

  node(): Node {
    const node = this.#nodes[this.#node++];
    if (!node) throw new RangeError("fewer columns and lists than the schema has");
    const [length, nulls] = node;
    if (nulls > length) throw new RangeError(`${nulls} nulls among ${length} cells`);
    return { length, nulls };
  }

  buffer(least: number): Uint8Array<ArrayBuffer> {
    const place = this.#buffers[this.#buffer++];
    if (!place) throw new RangeError("fewer buffers than the schema's columns have");
    const [from, length] = place;
    const own = this.#bytes.subarray(from, from + length);
    const bytes = this.#codec && length > 0 ? this.#expanded(own, this.#codec) : own;
    if (bytes.length < least) throw new RangeError(`unexpected end of a message: a buffer of ${bytes.length} bytes where ${least} are due`);
    return bytes;
  }

  #expanded(bytes: Uint8Array<ArrayBuffer>, codec: "LZ4" | "ZSTD"): Uint8Array<ArrayBuffer> {
    if (bytes.length < SIZE) throw new RangeError("unexpected end of a message: a compressed buffer without its size");
    const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));
    const own = bytes.subarray(SIZE);
    if (size === -1) return own;
    if (!(size >= 0 && size < MOST_BYTES)) throw new RangeError(`a buffer of ${size} bytes`);
    this.#guard.gave(size);
    return size === 0 ? new Uint8Array(0) : this.#expand(codec, own, size);
  }

  views(): number {
    const count = this.#variadic[this.#views++];
    if (count === undefined || count > this.#buffers.length - this.#buffer) throw new RangeError("views into more buffers than there are");
    return count;
  }

  /** Passes over a column that nobody wants. */
  skip(field: ArrowField): void {
    const { type, children, dictionary } = field;
    const union = type.kind === "other" && type.name.endsWith("Union");
    this.#node++;
    this.#buffer += buffersOf(field) + (union && this.#old && !dictionary ? 1 : 0);
    if (dictionary) return;
    if ((type.kind === "text" || type.kind === "bytes") && type.offsets === "view") this.#buffer += this.views();
    for (const child of children) this.skip(child);
  }

  /** @throws RangeError where something is left. */
  end(): void {
    if (this.#node !== this.#nodes.length)
      throw new RangeError(`${this.#nodes.length} columns and lists where the schema has ${this.#node}`);
  }
}

/** So many whole numbers, or floats, in this machine's order of bytes; at an address that their array takes. */
export function numbersIn<T extends ArrayBufferView>(
  bytes: Uint8Array<ArrayBuffer>,
  array: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer, at: number, length: number): T },
  count: number,
  swap: boolean,
): T {
  const width = array.BYTES_PER_ELEMENT;
  const own = bytes.subarray(0, count * width);
  const aligned = own.byteOffset % width === 0 && !swap ? own : own.slice();
  if (swap && width > 1) swapBytes(aligned, width as 2);
  return new array(aligned.buffer, aligned.byteOffset, count);
}
