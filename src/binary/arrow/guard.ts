// What apache-arrow takes on trust of a file. It is held against the bytes that are there before its reader sees it.
import { DataType, type Field, type RecordBatch, type RecordBatchReader, type Schema, type Vector } from "apache-arrow";
import { ByteBuffer } from "flatbuffers";
import { TransloadError } from "../../errors.js";
import type { ExpansionGuard } from "../../io/expansion.js";

const own = ByteBuffer.prototype.__vector_len;

/**
 * apache-arrow trusts every length that a file says, and would go over two thousand million fields that are not there. From this call on
 * its reader of messages does not: an element has a byte at the least.
 */
export function guardLengths(): void {
  ByteBuffer.prototype.__vector_len = checked;
}

function checked(this: ByteBuffer, offset: number): number {
  const length = own.call(this, offset);
  if (length < 0 || length > this.capacity())
    throw new RangeError("unexpected end of a message: it is said to hold more than it has bytes");
  return length;
}

/** A message of record batches, as apache-arrow decodes it. */
interface Header {
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  readonly compression: object | null;
}

/** Its reader's inside, which is the same in all of them. */
interface Loader {
  readonly schema: Schema;
  _loadRecordBatch(header: Header, body: Uint8Array, metadata: unknown): RecordBatch;
  _loadDictionaryBatch(header: { readonly id: number; readonly data: Header }, body: Uint8Array): Vector;
}

/**
 * From here on every message of this reader is checked. It would give columns of other lengths more rows, or null ones, and buffers that
 * end beyond the message fewer bytes. `guard` hears of the rows, which may be many without any bytes.
 */
export function guardMessages(reader: RecordBatchReader, guard: ExpansionGuard): void {
  const loader = (reader as unknown as { readonly _impl: Loader })._impl;
  const { _loadRecordBatch: records, _loadDictionaryBatch: dictionary } = loader;
  let schema: Schema | undefined;
  loader._loadRecordBatch = (header, body, metadata) => {
    schema ??= loader.schema;
    if (loader.schema !== schema) throw new Error("a second schema among its batches");
    const { fields } = schema;
    checkMessage(
      header,
      body,
      fields.map(({ type }) => type),
      guard,
    );
    return records.call(loader, header, body, metadata);
  };
  loader._loadDictionaryBatch = (header, body) => {
    const type = loader.schema.dictionaries.get(header.id);
    if (!type) throw new RangeError(`a dictionary, ${header.id}, that no column has`);
    checkMessage(header.data, body, [type], guard);
    return dictionary.call(loader, header, body);
  };
}

function checkMessage(
  { length, nodes, buffers, compression }: Header,
  body: Uint8Array,
  types: readonly DataType[],
  guard: ExpansionGuard,
): void {
  if (compression)
    throw new TransloadError("E_FORM", "the Arrow file's batches are compressed, and are read without; write it with compression=None");
  for (const buffer of buffers)
    if (!(buffer.offset >= 0 && buffer.length >= 0 && buffer.offset + buffer.length <= body.length))
      throw new RangeError("unexpected end of a message: a buffer lies outside of it");
  for (const node of nodes)
    if (!(node.nullCount >= 0 && node.nullCount <= node.length)) throw new RangeError(`${node.nullCount} nulls among ${node.length} cells`);
  let at = 0;
  for (const type of types) {
    if (nodes[at]?.length !== length) throw new RangeError(`a column of ${nodes[at]?.length} cells in a batch of ${length} rows`);
    at += nodesOf(type);
  }
  if (at !== nodes.length) throw new RangeError(`${nodes.length} columns and lists where the schema has ${at}`);
  guard.took(body.length);
  guard.gave(nodes.reduce((most, node) => Math.max(most, node.length), length));
}

/** Columns, and lists or structs in them: a message says of each how long it is. */
function nodesOf(type: DataType): number {
  if (DataType.isDictionary(type)) return 1;
  return (type.children ?? []).reduce((sum: number, { type: inner }: Field) => sum + nodesOf(inner), 1);
}
