// Apache Arrow IPC to batches: a file's record batches, or a stream's, whose buffers become columns over the same memory.
//
// How it works. messages.ts finds the messages, flat.ts reads what they say, body.ts has their buffers, and column.ts makes columns of them.
// apache-arrow, which writes these files for us, reads fewer types, trusts what a file says of itself, and reads no other order of bytes.
import { Batch } from "../../columns/batch.js";
import type { Column } from "../../columns/column.js";
import { joinColumns } from "../../columns/rows.js";
import { placesAmong, TransloadError } from "../../errors.js";
import { type ExpansionGuard, expansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import { bufferExpander } from "../codecs.js";
import { bytesOfRow, cut } from "../cut.js";
import { type BinaryRead, rowsOfBatch } from "../form.js";
import { columnsToRead, PANDAS } from "../pandas.js";
import { Body, type Buffers, type ExpandBuffer } from "./body.js";
import { noCell } from "./cells.js";
import { cellsOrLists, columnOf } from "./column.js";
import { type Message, openMessages } from "./messages.js";
import type { Reading } from "./reading.js";
import type { ArrowField, ArrowSchema } from "./schema.js";

/**
 * Reads a file, or a stream, of record batches.
 * @throws TransloadError E_SYNTAX for what is no Arrow, E_TRUNCATED where it ends too early, E_DTYPE for types that are no cells
 * here, E_FORM for Feather of old, E_LIMIT for what expands too far.
 */
export async function* readArrow(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined> {
  const { schema, messages } = await damaged(() => openMessages(file));
  file.soon?.([{ from: 0, to: file.size }]);
  const reader = new BatchReader(file, schema, options, await bufferExpander());
  let any = false;
  for (;;) {
    const message = await damaged(() => messages.next());
    if (message.done) break;
    const batch = await damaged(() => reader.read(message.value));
    if (!batch) continue;
    any = true;
    // the file's own batches, unless others are asked for
    const asked = options.batchRows !== undefined || options.batchBytes !== undefined;
    yield* cut(batch, asked ? rowsOfBatch(bytesOfRow(batch.columns), options) : batch.rowCount);
  }
  if (!any) yield reader.nothing();
}

/** What is thrown for a damaged file, as ours. */
async function damaged<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransloadError) throw error;
    const short = error instanceof RangeError;
    throw new TransloadError(
      short ? "E_TRUNCATED" : "E_SYNTAX",
      `not a whole Arrow file: ${(error as Error).message}`,
      {},
      { cause: error },
    );
  }
}

/** Makes batches of messages, and knows their dictionaries. */
class BatchReader {
  readonly #file: RandomAccess;
  readonly #schema: ArrowSchema;
  readonly #wanted: readonly number[];
  readonly #expand: ExpandBuffer;
  readonly #rows: ExpansionGuard;
  readonly #buffers: ExpansionGuard;
  /** Cells by the number of their dictionary, and the columns that have it. */
  readonly #dictionaries = new Map<number, Column>();
  readonly #coded: ReadonlyMap<number, { readonly field: ArrowField; readonly name: string }>;
  #rowOffset = 0;
  #tensor: boolean | undefined;

  constructor(file: RandomAccess, schema: ArrowSchema, options: BinaryRead, expand: ExpandBuffer) {
    const { maxExpand } = options;
    this.#file = file;
    this.#schema = schema;
    this.#expand = expand;
    this.#rows = expansionGuard("an Arrow file of rows without any bytes", maxExpand);
    this.#buffers = expansionGuard("the Arrow file", maxExpand);
    const names = schema.fields.map(({ name }) => name);
    const columns = columnsToRead(options, schema.metadata.get(PANDAS), names);
    // a tensor without a name has no columns to choose from
    const [only, ...others] = schema.fields;
    const nameless = only?.name === "" && only.type.kind === "fixed list" && others.length === 0;
    this.#wanted = columns && !nameless ? placesAmong(names, columns) : names.map((_, i) => i);
    for (const place of this.#wanted) refuseOthers(schema.fields[place] as ArrowField, names[place] as string);
    this.#coded = new Map(
      this.#wanted.flatMap((place) => {
        const field = schema.fields[place] as ArrowField;
        return codedIn(field).map((own) => [own.dictionary?.id as number, { field: own, name: field.name }] as const);
      }),
    );
  }

  /** The batch of a message; undefined for a dictionary's. */
  async read({ kind, header, version, body }: Message): Promise<Batch | undefined> {
    const batch = kind === "dictionary" ? header.table(1) : header;
    if (!batch) throw new Error("a dictionary without cells");
    const coded = kind === "dictionary" ? this.#coded.get(header.int64(0)) : undefined;
    if (kind === "dictionary" && !coded) return undefined;
    const bytes = await this.#file.read(body.from, body.to);
    if (bytes.length < body.to - body.from) throw new RangeError("unexpected end of the file");
    const own = new Body(batch, bytes, this.#expand, this.#buffers, version < V5);
    const rows = batch.int64(0);
    this.#rows.took(bytes.length);
    this.#rows.gave(Math.max(rows, own.longest));
    if (!coded) return this.#batch(own, rows);
    this.#learn(header.int64(0), header.bool(2), coded, own, rows);
    return undefined;
  }

  #learn(id: number, more: boolean, { field, name }: { field: ArrowField; name: string }, body: Body, rows: number): void {
    const column = cellsOrLists({ ...field, dictionary: undefined }, body, rows, this.#reading(name));
    const known = more ? this.#dictionaries.get(id) : undefined;
    this.#dictionaries.set(id, known ? joinColumns([known, column]) : column);
  }

  #batch(body: Body, rows: number): Batch {
    const found = new Map<number, Column>();
    const wanted = new Set(this.#wanted);
    this.#schema.fields.forEach((field, i) => {
      if (wanted.has(i)) found.set(i, columnOf(field, body, rows, this.#reading(field.name)));
      else body.skip(field);
    });
    body.end();
    const columns = this.#wanted.map((i) => found.get(i) as Column);
    const batch = new Batch({ rowOffset: this.#rowOffset, rowCount: rows, columns, kind: this.#kindOf(columns, rows) });
    this.#rowOffset += rows;
    return batch;
  }

  /** A column of lists of one length that stands alone is a tensor; one whose lists may be null is none. */
  #kindOf(columns: readonly Column[], rows: number): Batch["kind"] {
    const { fields } = this.#schema;
    const [first] = columns;
    this.#tensor ??= fields.length === 1 && fields[0]?.type.kind === "fixed list" && first?.lists === undefined;
    const null_ = this.#tensor ? first?.lists?.[0]?.valid?.indexOf(0) : undefined;
    if (null_ === undefined) return this.#tensor ? "tensor" : "frame";
    const row = this.#rowOffset + Math.max(0, null_);
    throw new TransloadError(
      "E_NULL",
      `row ${row} of the tensor is null, or has a list that is, and a tensor's rows are not; rows: ${rows}`,
      { row },
    );
  }

  /** A batch without rows, for a file that has none. */
  nothing(): Batch {
    const columns = this.#wanted.map((i) => {
      const field = this.#schema.fields[i] as ArrowField;
      return columnOf(uncoded(field), NOTHING, 0, this.#reading(field.name));
    });
    return new Batch({ rowOffset: 0, rowCount: 0, columns, kind: this.#kindOf(columns, 0) });
  }

  #reading(name: string): Reading {
    return {
      swap: this.#schema.big !== BIG,
      name,
      rowOffset: this.#rowOffset,
      guard: this.#rows,
      dictionaryOf: (id) => {
        const found = this.#dictionaries.get(id);
        if (!found) throw new RangeError(`a dictionary, ${id}, that has not come`);
        return found;
      },
    };
  }
}

/** Metadata of version 5, since Arrow 1.0. */
const V5 = 4;

const BIG = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** A column of no rows, whose dictionary may never have come. */
function uncoded(field: ArrowField): ArrowField {
  return { ...field, dictionary: undefined, children: field.children.map(uncoded) };
}

const NOTHING: Buffers = { node: () => ({ length: 0, nulls: 0 }), buffer: () => new Uint8Array(0), views: () => 0 };

/** @throws TransloadError E_DTYPE for a type that is no cell here. */
function refuseOthers(field: ArrowField, name: string): void {
  const { type, children } = field;
  if (type.kind === "other") throw noCell(name, type);
  for (const child of children) refuseOthers(child, name);
}

/** The field, and those within it, whose cells are places in a dictionary. */
function codedIn(field: ArrowField): ArrowField[] {
  return [...(field.dictionary ? [field] : []), ...field.children.flatMap(codedIn)];
}
