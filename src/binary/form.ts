// Binary files: what they are called, how their first bytes tell them, and what their readers and writers are.
//
// The room. A file of a binary form comes in, and batches of typed columns go out (read.ts); batches come in, and the bytes of such a file
// go out (write.ts). Each format has a wing of its own, which is loaded when it is wanted: npy/ (and npz), arrow/, parquet/, oip/. What they share
// stands beside this file: cut.ts cuts batches and joins columns, codecs.ts packs and unpacks bytes, places.ts checks numbers that are
// places in something else, half.ts is half precision.
import type { Batch } from "../columns/batch.js";
import type { AskedDatatype } from "../columns/datatype.js";
import type { RowLabels } from "../columns/labels.js";
import { TransloadError } from "../errors.js";
import { type ExpansionLimit, expansionGuard } from "../io/expansion.js";
import type { RandomAccess, Spill } from "../io/store.js";
import type { HttpHeaders } from "../options/convert.js";
import type { Beside } from "../options/request.js";

/** A binary file format that holds typed columns or a tensor. */
export interface BinaryForm {
  /** As `from` and `to` take it. */
  readonly id: BinaryName;
  readonly about: string;
  /** What it has a place for. */
  readonly holds: string;
  /** Endings of file names, without the point. */
  readonly extensions: readonly string[];
  /** What such a file begins with: one of these. */
  readonly magics: readonly (readonly number[])[];
  /** How what is in it may be compressed. */
  readonly codecs: readonly Codec[];
  /** Its columns may have nulls. */
  readonly nulls: boolean;
  /** It may hold tensors one after the other. */
  readonly tensors?: true;
  /** It holds rows of columns, and no tensor. */
  readonly table?: true;
  /** The format that it is in, where its name is that of a server's. */
  readonly of?: BinaryName;
  /**
   * It is what a server is sent, and no file: the form of the same request in JSON, which has datatypes, and parameters beside its rows.
   */
  readonly request?: string;
}

export type Codec = "snappy" | "lz4" | "zstd" | "gzip" | "none";

export type BinaryName = "npy" | "npz" | "arrow" | "arrows" | "parquet" | "mlflow:parquet" | "triton:binary";

const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0));

export const BINARY: readonly BinaryForm[] = [
  {
    id: "parquet",
    about: "Apache Parquet",
    holds: "columns, whose cells may be nulls, and lists of any length",
    extensions: ["parquet", "pqt", "pq"],
    magics: [ascii("PAR1"), ascii("PARE")],
    codecs: ["snappy", "lz4", "zstd", "gzip", "none"],
    nulls: true,
    table: true,
  },
  {
    id: "arrow",
    about: "Apache Arrow IPC, the file format (Feather)",
    holds: "the same, or a tensor",
    extensions: ["arrow", "feather"],
    magics: [ascii("ARROW1"), ascii("FEA1")],
    codecs: ["lz4", "zstd", "none"],
    nulls: true,
  },
  {
    id: "arrows",
    about: "Apache Arrow IPC, the stream format",
    holds: "the same, or a tensor",
    extensions: ["arrows"],
    magics: [[0xff, 0xff, 0xff, 0xff]],
    codecs: ["lz4", "zstd", "none"],
    nulls: true,
  },
  {
    id: "npy",
    about: "numpy's array",
    holds: "a tensor, or columns whose cells may be lists of one shape; no nulls",
    extensions: ["npy"],
    magics: [[0x93, ...ascii("NUMPY")]],
    codecs: ["none"],
    nulls: false,
  },
  {
    id: "npz",
    about: "numpy's arrays in a zip",
    holds: "columns whose cells may be lists of one shape, or tensors with names; no nulls",
    extensions: ["npz"],
    magics: [[...ascii("PK"), 0x03, 0x04]],
    codecs: ["gzip", "none"],
    nulls: false,
    tensors: true,
  },
  {
    id: "mlflow:parquet",
    about: "the same as MLflow 3.10 and later take it, as application/vnd.apache.parquet",
    holds: "columns in the types of the model's signature, since MLflow casts none of them; lists of any length",
    // a file of Parquet is told by its name, and what it is for by whoever names it
    extensions: [],
    magics: [],
    codecs: ["snappy", "lz4", "zstd", "gzip", "none"],
    nulls: true,
    table: true,
    of: "parquet",
  },
  {
    id: "triton:binary",
    about: "a request with binary tensors (Triton, KServe)",
    holds: "inputs with names, and parameters; no nulls",
    // the JSON that it begins with is any request's: nobody tells it but who names it
    extensions: [],
    magics: [],
    codecs: ["none"],
    nulls: false,
    tensors: true,
    request: "triton:columns",
  },
];

/** The form of this name, if it is binary. */
export function binaryForm(name: string): BinaryForm | undefined {
  return BINARY.find(({ id }) => id === name);
}

/** The format of this name's files, of which a server's form is one. */
export function formatOf(id: BinaryName): BinaryName {
  return binaryForm(id)?.of ?? id;
}

/** A file of this format may be a server's form; both by name. */
export function isFormatOf(form: string, format: string): boolean {
  return form === format || binaryForm(form)?.of === format;
}

/** The form of a file that begins so; no text of any dialect does. */
export function binaryAt(head: Uint8Array): BinaryForm | undefined {
  return BINARY.find(({ magics }) => magics.some((magic) => magic.every((byte, i) => head[i] === byte)));
}

/** The form that a file's name tells. */
export function binaryOf(path: string): BinaryForm | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  return BINARY.find(({ extensions }) => extension !== undefined && extensions.includes(extension));
}

/** How a binary file is read. */
export interface BinaryRead extends Pick<ExpansionLimit, "maxExpand"> {
  /** The columns to read, in this order; the others are left where they are. Undefined: all. */
  readonly columns: readonly string[] | undefined;
  /** Told what the rows' labels are, before the first batch, where the file says so; returns the columns to read besides. */
  readonly onLabels?: ((labels: RowLabels) => readonly string[]) | undefined;
  /** Told what stands beside a request's tensors, before the first batch. */
  readonly onBeside?: ((beside: Beside) => void) | undefined;
  /** Bytes of a request's JSON, where HTTP has told them. */
  readonly headerLength?: number | undefined;
  /** Rows of a batch; undefined for about a mebibyte of cells, or what the file has together. */
  readonly batchRows: number | undefined;
  /** In its place: bytes of cells in a batch. */
  readonly batchBytes?: number | undefined;
  /** Batches are valid until the next one is asked for. */
  readonly reuse?: boolean;
  /** A place for what is unpacked. */
  readonly spill: () => Spill;
  readonly npz: Npz;
}

/** Writes batches as a binary file. Bytes are the caller's to keep. */
export interface BinaryWriter {
  write(batch: Batch): Iterable<Uint8Array>;
  /** What is behind the last batch. */
  end(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Bytes to be put over those at the start of the file, once it is written, where the caller said it can do that. */
  readonly patch?: Uint8Array | undefined;
  /** Lets go of what was kept on the disk. */
  close?(): void;
}

/** How a binary file is written. */
export interface BinaryWrite {
  readonly compress: Codec | undefined;
  readonly rowGroupRows: number | undefined;
  /** A place for what is written out of its order. */
  readonly spill: () => Spill;
  /** The start of the file can be written again at the end. */
  readonly patches: boolean;
  /** What is given out is written before the next is asked for, so that its memory may be used again. */
  readonly lends?: boolean;
  readonly npz: Npz;
  readonly request?: RequestWrite;
}

/** How a request is written. */
interface RequestWrite {
  /** Of its numbers: the first that says one of an input. */
  readonly asked: readonly AskedDatatype[];
  /** What the source has beside its rows; asked when the last batch has come. */
  readonly beside: () => Beside | undefined;
  /** Told the HTTP headers, before the first byte. */
  readonly onHeaders: ((headers: HttpHeaders) => void) | undefined;
}

/** What reads and writes zips: Node's alone. */
export interface NpzModule {
  readNpz(file: RandomAccess, options: BinaryRead): AsyncGenerator<Batch, void, undefined>;
  readonly NpzWriter: new (options: BinaryWrite) => BinaryWriter;
}

/** Its loading, where there is such. */
export type Npz = (() => Promise<NpzModule>) | undefined;

/** @throws TransloadError E_DIALECT in a browser. */
export function loadNpz(npz: Npz): Promise<NpzModule> {
  if (npz) return npz();
  throw new TransloadError("E_DIALECT", "npz is read and written in Node, and not here; npy and arrow are");
}

/** Bytes of cells in a batch when the caller does not say. */
const BATCH = 1 << 20;

/** Rows of a batch whose rows have so many bytes. */
export function rowsOfBatch(rowBytes: number, { batchRows, batchBytes = BATCH }: BinaryRead): number {
  return batchRows ?? Math.max(1, Math.floor(batchBytes / Math.max(1, rowBytes)));
}

/**
 * Rows, or cells, that take no bytes in the file take time all the same: of so many of them the rule for what is compressed holds.
 * @throws TransloadError E_LIMIT.
 */
export function checkBare(count: number, fileBytes: number, { maxExpand }: BinaryRead): void {
  const guard = expansionGuard("a file of rows or cells without any bytes", maxExpand);
  guard.took(fileBytes);
  guard.gave(count);
}
