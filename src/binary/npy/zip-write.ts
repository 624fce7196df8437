// A zip as it is written (PKWARE's APPNOTE.TXT, version 6.3): sizes and checksum stand before each member, and not behind it, so that readers
// that see it but once can tell where a stored one ends.
import zlib from "node:zlib";
import { encode } from "../../columns/bytes.js";
import { crc32 } from "../../io/crc32.js";
import { blocksOf, type Spill } from "../../io/store.js";
import { through } from "../../io/through.js";

const [STORED, DEFLATED] = [0, 8];
/** Versions of the format that members ask for: what all can, and sizes of 64 bits. */
const [PLAIN, ZIP64] = [20, 45];
/** Names are UTF-8. */
const UTF8 = 0x800;
/** As numpy writes it, so that the same arrays give the same bytes: 1980-01-01. */
const DATE = 0x21;
/** Unix, and a file that its owner writes and all read. */
const [MADE_BY, ATTRIBUTES] = [0x033f, 0o100644 * 0x10000];
const [MOST_BYTES, MOST_MEMBERS] = [0xffffffff, 0xffff];

/** Bytes that can be had twice. */
type Content = () => Iterable<Uint8Array>;

interface Written {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where in the zip it begins. */
  readonly at: number;
}

/** Writes a zip, member by member. */
export class ZipWriter {
  readonly #newSpill: () => Spill;
  readonly #members: Written[] = [];
  #at = 0;

  /** `newSpill`: a place for a member that is compressed, whose size is known last. */
  constructor(newSpill: () => Spill) {
    this.#newSpill = newSpill;
  }

  async *add(name: string, content: Content, compress: boolean): AsyncGenerator<Uint8Array, void, undefined> {
    const known = { name: encode(name), at: this.#at };
    if (!compress) {
      const { crc, size } = sumOf(content());
      yield* this.#member({ ...known, method: STORED, crc, size, packed: size }, content());
      return;
    }
    const spill = this.#newSpill();
    try {
      let [crc, size, packed] = [0, 0, 0];
      const counted = async function* () {
        for (const bytes of content()) {
          crc = crc32(bytes, crc);
          size += bytes.length;
          yield bytes;
        }
      };
      for await (const bytes of through(zlib.createDeflateRaw(), counted(), () => {})) {
        spill.append(bytes);
        packed += bytes.length;
      }
      yield* this.#member({ ...known, method: DEFLATED, crc, size, packed }, blocksOf(spill));
    } finally {
      spill.close();
    }
  }

  *#member(member: Written, bytes: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
    const head = headOf(member);
    yield head;
    yield* bytes;
    this.#members.push(member);
    this.#at += head.length + member.packed;
  }

  /** The directory, which ends the zip. */
  *end(): Generator<Uint8Array, void, undefined> {
    const from = this.#at;
    for (const member of this.#members) {
      const entry = entryOf(member);
      this.#at += entry.length;
      yield entry;
    }
    yield endOf(this.#members.length, from, this.#at);
  }
}

function sumOf(pieces: Iterable<Uint8Array>): { crc: number; size: number } {
  let [crc, size] = [0, 0];
  for (const bytes of pieces) {
    crc = crc32(bytes, crc);
    size += bytes.length;
  }
  return { crc, size };
}

/** A number of 2, 4 or 8 bytes, or bytes as they are. */
type Field = readonly [bytes: 2 | 4 | 8, value: number] | Uint8Array;

/** Fields one behind the other. */
function record(...fields: readonly Field[]): Uint8Array {
  const out = new Uint8Array(fields.reduce((sum, field) => sum + (field instanceof Uint8Array ? field.length : field[0]), 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const field of fields) {
    if (field instanceof Uint8Array) {
      out.set(field, at);
      at += field.length;
      continue;
    }
    const [bytes, value] = field;
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return out;
}

function isLarge({ size, packed }: Written): boolean {
  return size >= MOST_BYTES || packed >= MOST_BYTES;
}

/** A number of four bytes, or the sign that it stands elsewhere. */
function short(value: number, elsewhere: boolean): readonly [4, number] {
  return [4, elsewhere ? MOST_BYTES : value];
}

/** What a member's head and its entry in the directory say alike. `extra`: the numbers of eight bytes, where it is `large`. */
function factsOf({ name, method, crc, packed, size }: Written, large: boolean, extra: Uint8Array): readonly Field[] {
  return [
    [2, large ? ZIP64 : PLAIN],
    [2, UTF8],
    [2, method],
    [2, 0],
    [2, DATE],
    [4, crc],
    short(packed, large),
    short(size, large),
    [2, name.length],
    [2, extra.length],
  ];
}

function headOf(member: Written): Uint8Array {
  const { name, packed, size } = member;
  const large = isLarge(member);
  const extra = large ? record([2, 1], [2, 16], [8, size], [8, packed]) : new Uint8Array();
  return record([4, 0x04034b50], ...factsOf(member, large, extra), name, extra);
}

function entryOf(member: Written): Uint8Array {
  const { name, packed, size, at } = member;
  const large = isLarge(member) || at >= MOST_BYTES;
  const extra = large ? record([2, 1], [2, 24], [8, size], [8, packed], [8, at]) : new Uint8Array();
  const facts = factsOf(member, large, extra);
  return record([4, 0x02014b50], [2, MADE_BY], ...facts, [2, 0], [2, 0], [2, 0], [4, ATTRIBUTES], short(at, large), name, extra);
}

function endOf(members: number, from: number, to: number): Uint8Array {
  const large = members >= MOST_MEMBERS || to >= MOST_BYTES;
  const count = Math.min(members, MOST_MEMBERS);
  const end = record([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], short(to - from, large), short(from, large), [2, 0]);
  if (!large) return end;
  return record(
    [4, 0x06064b50],
    [8, 44],
    [2, MADE_BY],
    [2, ZIP64],
    [4, 0],
    [4, 0],
    [8, members],
    [8, members],
    [8, to - from],
    [8, from],
    [4, 0x07064b50],
    [4, 0],
    [8, to],
    [4, 1],
    end,
  );
}
