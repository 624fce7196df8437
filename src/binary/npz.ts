// numpy's .npz (numpy.savez): a zip of .npy files, one for each column or tensor.
import { Readable } from "node:stream";
import yauzl from "yauzl";
import { ZipFile } from "yazl";
import { Batch } from "../batch.js";
import { placeAmong, TransloadError } from "../errors.js";
import { spillRandom } from "../io/random.js";
import type { RandomAccess } from "../io/store.js";
import { type BinaryRead, type BinaryWrite, type BinaryWriter, rowsOfBatch } from "./form.js";
import { type NpyHeader, NpyWriter, readNpy, readNpyHeader } from "./npy.js";

const ENDING = ".npy";
/** As numpy writes it, so that the same arrays give the same bytes. */
const EPOCH = new Date(1980, 0, 1);

/** One array of the zip. */
interface Member {
  readonly name: string;
  readonly file: RandomAccess;
  readonly header: NpyHeader;
}

/**
 * Reads the arrays: columns of a frame where all are of one dimension and length, and otherwise tensors one after the other.
 * @throws TransloadError E_SYNTAX for a damaged zip, E_TRUNCATED where it ends too early; as readNpy for each array.
 */
export async function* readNpz(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const zip = await open(file);
  const members: Member[] = [];
  try {
    for (const entry of await entriesOf(zip)) {
      const own = await access(zip, entry, file);
      members.push({ name: entry.fileName.slice(0, -ENDING.length), file: own, header: await readNpyHeader(own) });
    }
    const rows = members[0]?.header.shape[0];
    const frame = members.length > 0 && members.every(({ header }) => header.shape.length === 1 && header.shape[0] === rows);
    if (frame) yield* columnsOf(chosen(members, options.columns), rows as number, options);
    else for (const member of chosen(members, options.columns)) yield* readNpy(member.file, options, member.name);
  } finally {
    for (const member of members) await member.file.close();
    zip.close();
  }
}

async function* columnsOf(members: readonly Member[], rows: number, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const rowBytes = members.reduce((sum, { header }) => sum + header.cellBytes, 0);
  const batchRows = rowsOfBatch(rowBytes, options);
  const readers = members.map(({ file, name }) => readNpy(file, { ...options, batchRows }, name));
  for (let rowOffset = 0; rowOffset < rows || rowOffset === 0; rowOffset += batchRows) {
    const parts = await Promise.all(readers.map((reader) => reader.next()));
    const columns = parts.map(({ value }) => (value as Batch).columns[0] as Batch["columns"][number]);
    yield new Batch({ rowOffset, rowCount: Math.min(batchRows, rows - rowOffset), columns, kind: "frame" });
  }
}

function chosen(members: readonly Member[], names: readonly string[] | undefined): readonly Member[] {
  const known = members.map(({ name }) => name);
  return names?.map((name) => members[placeAmong(known, name)] as Member) ?? members;
}

function open(file: RandomAccess): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    // the handle's own descriptor is not to be closed with the zip
    const reader = new Access(file);
    yauzl.fromRandomAccessReader(reader, file.size, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) reject(damaged(error));
      else resolve(zip);
    });
  });
}

class Access extends yauzl.RandomAccessReader {
  readonly #file: RandomAccess;

  constructor(file: RandomAccess) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#pieces(start, end), { objectMode: false });
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const bytes = await this.#file.read(at, Math.min(end, at + (1 << 18)));
      if (bytes.length === 0) throw new Error("unexpected end of file");
      yield bytes;
      at += bytes.length;
    }
  }
}

function entriesOf(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = [];
    zip.on("entry", (entry: yauzl.Entry) => {
      if (entry.fileName.endsWith(ENDING)) entries.push(entry);
      zip.readEntry();
    });
    zip.once("end", () => resolve(entries));
    zip.once("error", (error) => reject(damaged(error)));
    zip.readEntry();
  });
}

/** An array where it lies in the zip, or unpacked into a temporary file. */
async function access(zip: yauzl.ZipFile, entry: yauzl.Entry, file: RandomAccess): Promise<RandomAccess> {
  if (entry.compressionMethod === 0) {
    const start = await dataStart(file, entry);
    if (start + entry.uncompressedSize > file.size)
      throw new TransloadError("E_TRUNCATED", `the zip ends inside ${entry.fileName}`, { offset: file.size });
    return {
      size: entry.uncompressedSize,
      read: (from, to) => file.read(start + from, start + Math.min(to, entry.uncompressedSize)),
      close: () => Promise.resolve(),
    };
  }
  const stream = await new Promise<Readable>((resolve, reject) =>
    zip.openReadStream(entry, (error, opened) => (error ? reject(damaged(error)) : resolve(opened))),
  );
  return spillRandom(unpacked(stream));
}

async function* unpacked(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw damaged(error as Error);
  }
}

/** Behind the local header, whose name and extra field may differ from the directory's. */
async function dataStart(file: RandomAccess, { relativeOffsetOfLocalHeader: at }: yauzl.Entry): Promise<number> {
  const header = Buffer.from(await file.read(at, at + 30));
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50)
    throw new TransloadError("E_SYNTAX", "not a whole zip: a file's header is not where the directory says", { offset: at });
  return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function damaged(error: Error): TransloadError {
  if (error instanceof TransloadError) return error;
  const short = /end of central directory|unexpected end|too short/i.test(error.message);
  return new TransloadError(short ? "E_TRUNCATED" : "E_SYNTAX", `not a whole npz file: ${error.message}`, {}, { cause: error });
}

/** Writes an array for each column of a frame, or each tensor. What is written waits on the disk: a zip names sizes first. */
export class NpzWriter implements BinaryWriter {
  readonly #options: BinaryWrite;
  readonly #arrays = new Map<string, NpyWriter>();

  constructor(options: BinaryWrite) {
    this.#options = { ...options, patches: false };
  }

  *write(batch: Batch): Generator<Uint8Array, void, undefined> {
    const { rowOffset, rowCount, kind } = batch;
    for (const column of batch.columns) {
      const name = column.name === "" ? "arr_0" : column.name;
      let writer = this.#arrays.get(name);
      if (!writer) this.#arrays.set(name, (writer = new NpyWriter(this.#options)));
      const tensor = new Batch({ rowOffset, rowCount, columns: [column], kind: kind === "scalar" ? kind : "tensor" });
      yield* writer.write(tensor);
    }
  }

  async *end(): AsyncGenerator<Uint8Array, void, undefined> {
    const zip = new ZipFile();
    for (const [name, writer] of this.#arrays)
      zip.addReadStream(Readable.from(writer.end(), { objectMode: false }), `${name}${ENDING}`, {
        compress: this.#options.compress === "gzip",
        size: writer.size,
        mtime: EPOCH,
      });
    zip.end();
    yield* zip.outputStream as unknown as AsyncIterable<Uint8Array>;
  }

  close(): void {
    for (const writer of this.#arrays.values()) writer.close();
  }
}
