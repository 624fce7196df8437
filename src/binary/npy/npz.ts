// numpy's .npz (numpy.savez): a zip of .npy files, one for each column or tensor.
import { Batch } from "../../columns/batch.js";
import { needShape } from "../../columns/lists.js";
import { listed, placesAmong, TransloadError } from "../../errors.js";
import { expansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import { type BinaryRead, type BinaryWrite, type BinaryWriter, rowsOfBatch } from "../form.js";
import { type NpyHeader, readNpyHeader } from "./header.js";
import { arrayNames } from "./names.js";
import { readNpy } from "./read.js";
import { NpyWriter } from "./write.js";
import { type MemberFile, membersOf, openMember } from "./zip-read.js";
import { ZipWriter } from "./zip-write.js";

const ENDING = ".npy";

/** One array of the zip. */
interface NpzArray {
  readonly name: string;
  readonly file: MemberFile;
  readonly header: NpyHeader;
}

/**
 * Reads the arrays: columns of a frame where all are of one dimension and length, and otherwise tensors one after the other.
 * @throws TransloadError E_FORM for a zip of other files, E_SYNTAX for a damaged zip, E_TRUNCATED where it ends too early, E_DUPLICATE for
 * two arrays of one name, E_LIMIT for arrays that expand too far; as readNpy for each array.
 */
export async function* readNpz(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const guard = expansionGuard("the npz file", options.maxExpand);
  const opened: MemberFile[] = [];
  try {
    const arrays: NpzArray[] = [];
    const known = new Set<string>();
    const members = await membersOf(file);
    const own = members.filter(({ name }) => name.endsWith(ENDING));
    if (own.length === 0 && members.length > 0)
      throw new TransloadError(
        "E_FORM",
        `the zip holds no array of numpy's, ${ENDING}, but ${listed(members.map(({ name }) => name))}; unpack it first`,
      );
    for (const member of own) {
      const name = member.name.slice(0, -ENDING.length);
      if (known.has(name)) throw new TransloadError("E_DUPLICATE", `two arrays of the npz file are called ${JSON.stringify(name)}`);
      known.add(name);
      const bytes = await openMember(file, member, guard, options.spill);
      opened.push(bytes);
      arrays.push({ name, file: bytes, header: await readNpyHeader(bytes) });
    }
    const rows = arrays[0]?.header.shape[0];
    const frame = arrays.length > 0 && arrays.every(({ header }) => header.shape.length === 1 && header.shape[0] === rows);
    const wanted = chosen(arrays, options.columns);
    if (frame) yield* columnsOf(wanted, rows as number, options);
    else
      for (const array of wanted) {
        yield* readNpy(array.file, options, array.name);
        await array.file.verify();
      }
  } finally {
    for (const own of opened) await own.close();
  }
}

async function* columnsOf(arrays: readonly NpzArray[], rows: number, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const rowBytes = arrays.reduce((sum, { header }) => sum + header.cellBytes, 0);
  const batchRows = rowsOfBatch(rowBytes, options);
  const readers = arrays.map(({ file, name }) => readNpy(file, { ...options, batchRows }, name));
  for (let rowOffset = 0; rowOffset < rows || rowOffset === 0; rowOffset += batchRows) {
    const parts = await Promise.all(readers.map((reader) => reader.next()));
    const columns = parts.map(({ value }) => (value as Batch).columns[0] as Batch["columns"][number]);
    yield new Batch({ rowOffset, rowCount: Math.min(batchRows, rows - rowOffset), columns, kind: "frame" });
  }
  for (const { file } of arrays) await file.verify();
}

function chosen(arrays: readonly NpzArray[], names: readonly string[] | undefined): readonly NpzArray[] {
  const known = arrays.map(({ name }) => name);
  return names ? placesAmong(known, names).map((place) => arrays[place] as NpzArray) : arrays;
}

/** Writes an array for each column of a frame, or each tensor. What is written waits on the disk: a zip names sizes first. */
export class NpzWriter implements BinaryWriter {
  readonly #options: BinaryWrite;
  readonly #arrays = new Map<string, NpyWriter>();

  constructor(options: BinaryWrite) {
    this.#options = { ...options, patches: false };
  }

  *write(batch: Batch): Generator<Uint8Array, void, undefined> {
    const { rowOffset, rowCount, kind, columns } = batch;
    for (const [i, name] of arrayNames(columns).entries()) {
      let writer = this.#arrays.get(name);
      if (!writer) this.#arrays.set(name, (writer = new NpyWriter(this.#options)));
      const tensor = new Batch({
        rowOffset,
        rowCount,
        columns: columns.slice(i, i + 1).map((own) => needShape(own, rowOffset, "npz")),
        kind: kind === "scalar" ? kind : "tensor",
      });
      yield* writer.write(tensor);
    }
  }

  async *end(): AsyncGenerator<Uint8Array, void, undefined> {
    const zip = new ZipWriter(this.#options.spill);
    const compress = this.#options.compress === "gzip";
    for (const [name, writer] of this.#arrays) yield* zip.add(`${name}${ENDING}`, () => writer.end(), compress);
    yield* zip.end();
  }

  close(): void {
    for (const writer of this.#arrays.values()) writer.close();
  }
}
