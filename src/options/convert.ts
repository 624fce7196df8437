// What may be asked of a conversion. The options are flat to those who call, and are taken apart once (request.ts) into the parts that
// are named here, each of which goes to whom it concerns.
import type { Batch } from "../columns/batch.js";
import type { DType, DTypes } from "../columns/dtype.js";
import type { SourceName, TargetName } from "../dialects/index.js";
import type { Cast } from "../engine/cells.js";
import type { EngineName } from "../engine/index.js";
import type { Warning } from "../errors.js";
import type { ExpansionLimit } from "../io/expansion.js";

/** A function on batches, as stream-chain takes them: returns a batch, none, many, a promise or a generator of them. */
export type BatchFunction = (batch: Batch) => unknown;

/** Which payloads: the two ends of a conversion. */
export interface EndOptions {
  /** Dialect or form of the input, or `auto` (the default): told from the keys. */
  from?: SourceName;
  /** Dialect or form of the output. A bare dialect takes the form that suits the source. */
  to: TargetName;
  /** What the payloads are: requests to a server (the default), or its answers. */
  what?: "request" | "response";
  /**
   * Encoding of the input's text, where that is not UTF-8: `windows-1252`, `utf-16le`, or another label of the WHATWG's, for which `latin1`
   * is windows-1252. It is read as UTF-8 from then on; errors have lines and rows, and no offsets.
   */
  encoding?: string;
}

/** How the rows of the source are read, and of which columns. */
export interface RowOptions {
  /**
   * The columns that are wanted, in this order; the others are left out. As an object, new names for them: `{ years: "age" }`. Of a payload
   * whose columns have no names, their names: a tensor then becomes a frame.
   */
  columns?: readonly string[] | Readonly<Record<string, string>>;
  /** Columns that are left out. */
  drop?: readonly string[];
  /**
   * The head is known when the rows begin: the first record has all the keys there are, and neither labels nor, for pieces,
   * parameters stand behind the rows. One pass is enough; a new key, and what stands behind, is refused.
   */
  fixed?: boolean;
  /** Short rows are refused, or filled in as missing. Default `error`. */
  ragged?: "error" | "pad";
  /**
   * Lists and objects in the cells of rows: as they are, where the target has a place for them, or each as the text of its JSON. Default
   * `keep`. A tensor has no cells that are lists.
   */
  nested?: "keep" | "json";
  /** A delimited file begins with a line of names. Default true. */
  header?: boolean;
  /** Between the fields of the source's delimited file. Default: a comma, or a tab for tsv. */
  delimiter?: string;
  /** Around the fields of the source's delimited file. Default `"`. */
  quote?: string;
  /** Lines of the delimited file that stand before its header, or its first row, and are left out. */
  skipLines?: number;
  /** Lines of the delimited file that begin with this character are left out. */
  comment?: string;
  /** Within quotes, the character behind this one stands for itself: `\"`. A quote may be doubled all the same. */
  escape?: string;
  /** Words that stand for nothing in a delimited file, besides the empty field. Default: pandas' own. */
  na?: readonly string[];
  /** Columns of a delimited file that are text, whatever they look like. */
  text?: readonly string[];
  /**
   * Bytes of the JSON that a request with binary tensors begins with: HTTP's `Inference-Header-Content-Length`. Without it the JSON tells where
   * it ends.
   */
  headerLength?: number;
  /** What a field is: what it looks like, or what pandas makes of its whole column, which takes a second pass. Default `lexical`. */
  typing?: "lexical" | "pandas";
}

/** Which rows of the source are wanted: first those that a condition holds for, of these all but the first, of these the next, of these some at random. */
export interface PickOptions {
  /**
   * Of the rows those for which this holds: `age > 50 && thal == 2`. Names of columns, numbers, texts in quotes, `true`, `false`, `null`;
   * comparisons, `&&`, `||`, `!`, and `+ - * / %` between them. A name with other characters than letters, digits and `_` stands between
   * backticks. What compares with a missing cell is unknown, and a row of which it is unknown is none of them. The input is read twice.
   */
  where?: string;
  /** Leave out so many rows, of those for which `where` holds. */
  skip?: number;
  /** At most so many rows, of those that are left. The input is read no further than they need. */
  head?: number;
  /** So many rows at random, of those that are left, in their own order; each as likely as any other. The input is read twice. */
  sample?: number;
  /** What `sample` draws by: the same rows for the same number, from 0 to 2^32 - 1. Default: another each time. */
  seed?: number;
}

/** Cells as typed arrays. */
export interface TypedOptions {
  /** Read numbers as this dtype, or each column as its own, and print them anew: the typed lane. */
  dtype?: DType | DTypes;
  /**
   * How the dtypes of columns that are not named are told, where the target is a binary file: from all rows (`whole`, the default; where the
   * first rows misled, the input is read again, and the output is given out once it is right), or from the first 64 KiB (`head`), in one pass.
   */
  infer?: "whole" | "head";
  /** What to do with a number that its dtype cannot hold. Default `error`. */
  cast?: Cast;
  /** Functions on batches between reader and writer. */
  through?: readonly BatchFunction[];
  /** Rows of a batch in the typed lane. Default: about a mebibyte of cells. */
  batchRows?: number;
}

/** How the target is written. */
export interface TargetOptions {
  /**
   * NaN, Infinity and -Infinity: passed as tokens, written as null, or refused. Default: passed, as every dialect here reads them. Of binary
   * files npy and npz have no null.
   */
  nan?: "null" | "token" | "error";
  /** A cell without a value (an empty field, a key that is left out): as null, as NaN, or refused. Default: what the target's servers read as the same; null in a binary file, and NaN in numpy's. */
  missing?: "null" | "token" | "error";
  /** Row labels of a frame, or pandas' index in a file: the source's, none, 0 to rows - 1, or a column's cells; a source's labels become that column where the target has none. Default `keep`; where the target needs labels and there are none they are made. */
  index?: "keep" | "drop" | "generate" | `column:${string}`;
  /** Open Inference Protocol's datatype for numbers. Default: `dtype`'s, or an input's own, or what holds the cells. */
  datatype?: string | Readonly<Record<string, string>>;
  /**
   * Of a Parquet file's pages (default `snappy`), Arrow's buffers (`lz4`, `zstd`; default `none`), or an npz's arrays (`gzip`; default
   * `none`).
   */
  codec?: "snappy" | "lz4" | "zstd" | "gzip" | "none";
  /** Rows of a Parquet file's row groups. Default 122,880. */
  rowGroupRows?: number;
}

/** How large a piece may be. */
export interface PieceOptions {
  /** Rows of a piece: what is larger is cut between rows into pieces that are each a whole payload. */
  maxRows?: number;
  /** Bytes of a piece, before it is compressed. */
  maxBytes?: number;
}

/** How much of an input may be held. */
export interface LimitOptions extends ExpansionLimit {
  /**
   * Bytes that a row may have where it is held whole: as its cells move, are typed or looked at. Also of a text or list in a cell, and of a
   * row as it is written. Default 512 MiB; about three times as much memory is taken.
   */
  maxRowBytes?: number;
}

/** HTTP headers that a request needs, by their names. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** Around a conversion: what runs it, where it may keep things, and who is told. */
export interface RunOptions {
  /** The file whose bytes are the input: what must be read twice is read from it again, and not spilled. */
  file?: string;
  /** Where to spill to when the input is no file and must be read twice. Default: the system's temporary folder. */
  spillDir?: string;
  /** `reference` converts with stream-json, slowly: the same bytes. Default `core`. */
  engine?: EngineName;
  /** Ends the conversion with E_ABORT. */
  signal?: AbortSignal;
  /** Something was dropped or made up that the caller should know of. */
  onWarning?: (warning: Warning) => void;
  /** Bytes of input used up so far, after each chunk. */
  onProgress?: (bytes: number) => void;
  /**
   * Told the HTTP headers that a request with binary tensors needs, before its first byte is given out: `Inference-Header-Content-Length`,
   * and the content type.
   */
  onHeaders?: (headers: HttpHeaders) => void;
}

/** What may be asked of a conversion. */
export interface ConvertOptions extends EndOptions, RowOptions, PickOptions, TypedOptions, TargetOptions, LimitOptions, RunOptions {}

/** What may be asked of a conversion in pieces: `maxRows` or `maxBytes`, and all that `convert` takes. */
export interface SplitOptions extends ConvertOptions, PieceOptions {}
