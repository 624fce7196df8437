// The members of a zip, through its directory, which yauzl reads. Their bytes are read here, so that every error ends with who asked
// for them, and the size and CRC-32 that the directory has of a member are held against what came.
import zlib from "node:zlib";
import yauzl from "yauzl";
import { TransloadError } from "../../errors.js";
import { crc32 } from "../../io/crc32.js";
import type { ExpansionGuard } from "../../io/expansion.js";
import { type RandomAccess, type Spill, spillAccess } from "../../io/store.js";
import { through } from "../../io/through.js";

const [STORED, DEFLATED] = [0, 8];
const LOCAL_HEADER = 30;
const CHUNK = 1 << 18;

/** One file of a zip, where it lies. */
export interface Member {
  readonly name: string;
  readonly deflated: boolean;
  /** Bytes as they lie in the zip, from here to there. */
  readonly from: number;
  readonly to: number;
  /** Bytes unpacked, and their checksum. */
  readonly size: number;
  readonly crc32: number;
}

/** A member's bytes. */
export interface MemberFile extends RandomAccess {
  /** To be called when all that is wanted has been read. @throws TransloadError E_SYNTAX where the checksum is another. */
  verify(): Promise<void>;
}

/**
 * The members, but for folders.
 * @throws TransloadError E_SYNTAX for a damaged zip, and for members that lie upon each other; E_TRUNCATED where it ends too early.
 */
export async function membersOf(file: RandomAccess): Promise<Member[]> {
  const members: Member[] = [];
  for (const entry of await entriesOf(file)) members.push(await memberOf(entry, file));
  let end = 0;
  for (const { name, from, to } of members.toSorted((a, b) => a.from - b.from)) {
    if (from < end) throw damaged(`${name} and another lie upon each other`, from);
    end = to;
  }
  return members.filter(({ name }) => !name.endsWith("/"));
}

function entriesOf(file: RandomAccess): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(asOurs(error));
    const entries: yauzl.Entry[] = [];
    const reader = new Directory(file, fail);
    yauzl.fromRandomAccessReader(reader, file.size, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) return fail(error);
      // it may tell of more than one fault
      zip.on("error", fail);
      zip.on("end", () => resolve(entries));
      zip.on("entry", (entry: yauzl.Entry) => {
        entries.push(entry);
        zip.readEntry();
      });
      zip.readEntry();
    });
  });
}

/** The bytes that the directory is read from. What fails in the one who asked for them, fails here. */
class Directory extends yauzl.RandomAccessReader {
  readonly #file: RandomAccess;
  readonly #fail: (error: Error) => void;

  constructor(file: RandomAccess, fail: (error: Error) => void) {
    super();
    this.#file = file;
    this.#fail = fail;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, done: (error: Error | null) => void): void {
    this.#file
      .read(position, position + length)
      .then((bytes) => {
        if (bytes.length < length) return done(new Error("unexpected end of the file"));
        buffer.set(bytes, offset);
        done(null);
      })
      .catch(this.#fail);
  }
}

async function memberOf(entry: yauzl.Entry, file: RandomAccess): Promise<Member> {
  const { fileName: name, compressionMethod: method, relativeOffsetOfLocalHeader: at, uncompressedSize: size } = entry;
  if (entry.isEncrypted()) throw damaged(`${name} is encrypted`, at);
  if (method !== STORED && method !== DEFLATED)
    throw damaged(`${name} is packed by method ${method}; stored and deflated members are read`, at);
  // name and extra field may be others than the directory's
  const header = Buffer.from(await file.read(at, at + LOCAL_HEADER));
  if (header.length < LOCAL_HEADER || header.readUInt32LE(0) !== 0x04034b50)
    throw damaged("a file's header is not where the directory says", at);
  const nameEnd = at + LOCAL_HEADER + header.readUInt16LE(26);
  const own = await file.read(at + LOCAL_HEADER, nameEnd);
  if (!Buffer.from(own).equals(entry.fileNameRaw)) throw damaged(`${name} has another name in the directory`, at);
  const from = nameEnd + header.readUInt16LE(28);
  const to = from + entry.compressedSize;
  if (to > file.size) throw new TransloadError("E_TRUNCATED", `the zip ends inside ${name}`, { offset: file.size });
  return { name, deflated: method === DEFLATED, from, to, size, crc32: entry.crc32 };
}

/**
 * A member where it lies, or unpacked into a spill.
 * @throws TransloadError E_SYNTAX and E_TRUNCATED for a damaged member, E_LIMIT for one that expands too far, E_SPILL.
 */
export async function openMember(file: RandomAccess, member: Member, guard: ExpansionGuard, newSpill: () => Spill): Promise<MemberFile> {
  if (!member.deflated) return new StoredMember(file, member);
  guard.took(member.to - member.from);
  const own = await spillAccess(newSpill(), unpacked(file, member, guard));
  return { size: own.size, read: own.read, close: own.close, verify: async () => {} };
}

async function* unpacked(file: RandomAccess, member: Member, guard: ExpansionGuard): AsyncGenerator<Uint8Array, void, undefined> {
  let crc = 0;
  let size = 0;
  const count = (bytes: number) => {
    guard.gave(bytes);
    size += bytes;
    if (size > member.size) throw unlike(member, `more than ${member.size} bytes`);
  };
  try {
    for await (const chunk of through(zlib.createInflateRaw({ chunkSize: CHUNK }), piecesOf(file, member), count)) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw asOurs(error as Error);
  }
  if (size < member.size) throw unlike(member, `${size} bytes`);
  if (crc !== member.crc32) throw wrong(member);
}

async function* piecesOf(file: RandomAccess, { from, to }: Member): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = from; at < to; at += CHUNK) yield await file.read(at, Math.min(to, at + CHUNK));
}

/** A member that is not packed: its checksum is counted as far as it is read from first to last. */
class StoredMember implements MemberFile {
  readonly #file: RandomAccess;
  readonly #member: Member;
  #crc = 0;
  /** Bytes that have been counted. */
  #seen = 0;

  constructor(file: RandomAccess, member: Member) {
    this.#file = file;
    this.#member = member;
  }

  get size(): number {
    return this.#member.to - this.#member.from;
  }

  async read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const start = this.#member.from;
    const bytes = await this.#file.read(start + from, start + Math.min(to, this.size));
    if (from <= this.#seen && from + bytes.length > this.#seen) {
      this.#crc = crc32(bytes.subarray(this.#seen - from), this.#crc);
      this.#seen = from + bytes.length;
    }
    return bytes;
  }

  async verify(): Promise<void> {
    while (this.#seen < this.size) {
      const { length } = await this.read(this.#seen, this.#seen + CHUNK);
      if (length === 0) throw new TransloadError("E_TRUNCATED", `the zip ends inside ${this.#member.name}`);
    }
    if (this.#crc !== this.#member.crc32) throw wrong(this.#member);
  }

  async close(): Promise<void> {}
}

function damaged(what: string, offset: number): TransloadError {
  return new TransloadError("E_SYNTAX", `not a whole npz file: ${what}`, { offset });
}

function unlike({ name, size, from }: Member, found: string): TransloadError {
  return damaged(`${name} unpacks to ${found}, and the directory says ${size}`, from);
}

function wrong({ name, from }: Member): TransloadError {
  return damaged(`${name} has not the CRC-32 that the directory says`, from);
}

function asOurs(error: Error & { code?: string }): TransloadError {
  if (error instanceof TransloadError) return error;
  const short = error.code === "Z_BUF_ERROR" || /end of central directory|unexpected end|too short/i.test(error.message);
  return new TransloadError(short ? "E_TRUNCATED" : "E_SYNTAX", `not a whole npz file: ${error.message}`, {}, { cause: error });
}
