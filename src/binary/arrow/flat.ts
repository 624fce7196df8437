// Flatbuffers, as far as Arrow's metadata needs them: tables whose fields are found by their numbers (flatbuffers.dev, "Internals"). Nothing is
// taken on trust: whatever lies outside of the bytes is a RangeError, and a list is no longer than its bytes allow.
import { decode } from "../../columns/bytes.js";

/** Where a list is, and how many it has. */
interface Items {
  readonly at: number;
  readonly count: number;
}

export class Table {
  readonly #view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  /** The outermost table. */
  static of(bytes: Uint8Array): Table {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return new Table(view, view.getUint32(0, true));
  }

  has(field: number): boolean {
    return this.#place(field) !== 0;
  }

  bool(field: number): boolean {
    return this.int8(field, 0) !== 0;
  }

  int8(field: number, otherwise: number): number {
    const at = this.#place(field);
    return at ? this.#view.getInt8(at) : otherwise;
  }

  int16(field: number, otherwise: number): number {
    const at = this.#place(field);
    return at ? this.#view.getInt16(at, true) : otherwise;
  }

  int32(field: number, otherwise: number): number {
    const at = this.#place(field);
    return at ? this.#view.getInt32(at, true) : otherwise;
  }

  /** @throws RangeError for what is no place or length in a file. */
  int64(field: number): number {
    const at = this.#place(field);
    return at ? this.#long(at) : 0;
  }

  text(field: number): string | undefined {
    const items = this.#items(field, 1);
    return items && decode(this.#bytes(items));
  }

  table(field: number): Table | undefined {
    const at = this.#place(field);
    return at ? new Table(this.#view, at + this.#view.getUint32(at, true)) : undefined;
  }

  tables(field: number): Table[] {
    const { at, count } = this.#items(field, 4) ?? { at: 0, count: 0 };
    return Array.from({ length: count }, (_, i) => new Table(this.#view, at + 4 * i + this.#view.getUint32(at + 4 * i, true)));
  }

  /** Structs of so many whole numbers of 64 bits each. */
  pairs(field: number): (readonly [number, number])[] {
    const { at, count } = this.#items(field, 16) ?? { at: 0, count: 0 };
    return Array.from({ length: count }, (_, i) => [this.#long(at + 16 * i), this.#long(at + 16 * i + 8)] as const);
  }

  /** A footer's structs: where a message is, the bytes of its metadata, and those of its body. */
  blocks(field: number): { readonly at: number; readonly metadata: number; readonly body: number }[] {
    const { at, count } = this.#items(field, 24) ?? { at: 0, count: 0 };
    return Array.from({ length: count }, (_, i) => {
      const own = at + 24 * i;
      return { at: this.#long(own), metadata: this.#view.getInt32(own + 8, true), body: this.#long(own + 16) };
    });
  }

  longs(field: number): number[] {
    const { at, count } = this.#items(field, 8) ?? { at: 0, count: 0 };
    return Array.from({ length: count }, (_, i) => this.#long(at + 8 * i));
  }

  /** Where a field of this table is; 0 for one that it has not. */
  #place(field: number): number {
    const known = this.#at - this.#view.getInt32(this.#at, true);
    const size = this.#view.getUint16(known, true);
    const slot = 4 + 2 * field;
    const within = slot + 2 <= size ? this.#view.getUint16(known + slot, true) : 0;
    return within && this.#at + within;
  }

  #items(field: number, bytes: number): Items | undefined {
    const place = this.#place(field);
    if (!place) return undefined;
    const at = place + this.#view.getUint32(place, true);
    const count = this.#view.getUint32(at, true);
    if (at + 4 + count * bytes > this.#view.byteLength)
      throw new RangeError("unexpected end of a message: it is said to hold more than it has bytes");
    return { at: at + 4, count };
  }

  #long(at: number): number {
    const value = Number(this.#view.getBigInt64(at, true));
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} where a place or a length is expected`);
    return value;
  }

  #bytes({ at, count }: Items): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, count);
  }
}
