// A conversion's options in their parts, taken apart once.
//
// The room. In: the options as callers write them, flat (convert.ts, read.ts). Out: a request whose parts go to those who need them: rows,
// typed, target, pieces, limits, run. What is unknown or cannot be is refused here (check.ts), before anything is opened.
import type { AskedDatatype } from "../columns/datatype.js";
import type { DType, DTypeChoice } from "../columns/dtype.js";
import type { RowLabels } from "../columns/labels.js";
import { type RowSet, Stretch } from "../columns/row-set.js";
import { type Form, LIKELY, type What } from "../dialects/index.js";
import type { End } from "../dialects/needs.js";
import type { Cast } from "../engine/cells.js";
import { optionText, TransloadError } from "../errors.js";
import { encodingOf } from "../io/recode.js";
import type { RemoteObject } from "../remote/object.js";
import { type Checks, type ChecksOf, CONVERT, checkOptions, LIMITS, PICKS, PIECES, ROWS, RUN, TARGET, TYPED } from "./check.js";
import type {
  EndOptions,
  LimitOptions,
  PickOptions,
  PieceOptions,
  RowOptions,
  RunOptions,
  SplitOptions,
  TargetOptions,
  TypedOptions,
} from "./convert.js";
import type { BatchOptions } from "./read.js";

/** All but the two ends. What is not given is not there. */
export interface Parts {
  /**
   * For a conversion whose text another one reads: `asked`, what the columns of a delimited file will be read as; `goal`, where the rows go in
   * the end; `namesFirst`: a frame's names are written before its rows, wherever they stand; `noted`: what this form has a place for beside
   * its rows is told, and not written; `partial`: the rows are but some of the payload's, and are not held against its labels; `picked`: the
   * rows that are wanted; `choice`: which these are, where all must be looked at to know it; `renamed`: new names for `columns`;
   * `namesOnly`: `columns` are names for what has none, and nothing is picked; `mayLack`: a column that no
   * record has is a gap in all of them; `tellsGaps`: a key that some records lack is told of; `kept`: members beside the rows whose
   * text is told (Told's `besides`), whether or not they go along.
   */
  readonly rows: Omit<RowOptions, "columns"> & {
    readonly columns?: readonly string[];
    readonly renamed?: readonly string[];
    readonly asked?: DTypeChoice;
    readonly goal?: End | "reader";
    readonly namesFirst?: boolean;
    readonly noted?: Form | undefined;
    readonly partial?: boolean;
    readonly picked?: RowSet;
    readonly choice?: RowChoice;
    readonly namesOnly?: boolean;
    readonly mayLack?: boolean;
    readonly tellsGaps?: boolean;
    readonly kept?: readonly string[];
  };
  readonly typed: TypedOptions;
  readonly target: TargetOptions;
  readonly pieces: PieceOptions;
  readonly limits: LimitOptions;
  readonly run: RunOptions & {
    /** Told how many rows there were, when all is converted, where somebody has counted them. */
    readonly onRows?: ((rows: number) => void) | undefined;
    /** Whose bytes the input's are, where they are elsewhere. */
    readonly object?: RemoteObject | undefined;
  };
}

/** Rows that are chosen by what is in them, or at random. */
export type RowChoice = PickOptions;

const UTF8 = "utf-8";

export const NOTHING: Parts = { rows: {}, typed: {}, target: {}, pieces: {}, limits: {}, run: {} };

/** What is asked of a conversion. */
export interface Request extends Parts {
  readonly from: string;
  readonly to: string;
  readonly what: What;
  /** Of the target, where it is another. */
  readonly targetWhat?: What;
  /** The rows have cells of several kinds: the target is a form that keeps them. */
  readonly keepsKinds?: boolean;
  /** The input's encoding, by its own name; none where that is UTF-8. */
  readonly encoding?: string;
}

/** What a payload has beside its rows that a request with binary tensors has a place for, too. */
export interface Beside {
  /** The text of each member's value, by the key that Open Inference Protocol has for it. */
  readonly members: ReadonlyMap<string, string>;
  /** The protocol's datatype of each input that says one. */
  readonly datatypes: ReadonlyMap<string, string>;
}

/** What is asked of those who write batches. */
export type WriteRequest = Pick<Request, "to" | "rows" | "target" | "pieces" | "limits" | "run"> &
  Partial<Pick<Request, "what">> & {
    /** What of the batches' columns the rows' labels are, once the first has come. */
    readonly labels?: (() => RowLabels | undefined) | undefined;
    /** Of numbers, where `target` asks for none: what their dtypes were asked to be. */
    readonly datatype?: AskedDatatype;
    /** What the source has beside its rows: of a binary request once the first batch has come, of text once the last has. */
    readonly beside?: (() => Beside | undefined) | undefined;
  };

/** What an envelope tells of its rows. */
export interface RowsTold {
  readonly cargoEnd: number | undefined;
  readonly cargoRows: number;
  readonly labels: { readonly rows: number } | undefined;
}

/** How batches are made. */
interface BatchParts {
  readonly dtype?: DTypeChoice | undefined;
  readonly infer?: boolean | undefined;
  readonly guesses?: Readonly<Record<string, DType>> | undefined;
  readonly cast?: Cast | undefined;
  readonly batchRows?: number | undefined;
  readonly batchBytes?: number | undefined;
  readonly dictionary?: boolean | undefined;
  readonly reuse?: boolean | undefined;
  /** What is lent has been copied by the time that the next batch is asked for, and nobody looks at it any more. */
  readonly copied?: boolean | undefined;
}

/** What is asked of those who read batches. */
export interface ReadRequest extends Pick<Request, "from" | "encoding" | "rows" | "limits" | "run"> {
  readonly what?: What;
  /** What becomes of a frame's row labels, where somebody is to be told: as `index` of ConvertOptions. */
  readonly labels?: string | undefined;
  /** What becomes of NaN and of gaps, where that is not for the writer to say: as of ConvertOptions. */
  readonly gaps?: Pick<TargetOptions, "nan" | "missing">;
  /** Columns are asked for by their names, or rows are left unread: names that stand behind the rows are to come before them. */
  readonly namesFirst?: boolean;
  /** A frame's names stand behind its rows. */
  readonly late?: boolean;
  /** Called when they do, and that was not known. */
  readonly onLate?: (() => void) | undefined;
  /** Whose names are strings: a label that is none is refused for it. */
  readonly named?: string | undefined;
  /** Told what a binary file's row labels are, before its first batch; where nobody is, they are columns like others. */
  readonly onLabels?: ((labels: RowLabels) => void) | undefined;
  /** Told what stands beside the rows: of a binary request before its first batch, of text behind its last. */
  readonly onBeside?: ((beside: Beside) => void) | undefined;
  /** Told of a text, behind its last batch, where its rows end, how many they are, and how many labels stand beside them. */
  readonly onRows?: ((rows: RowsTold) => void) | undefined;
  /** Of text: the form whose place what stands beside its rows is told for. */
  readonly noted?: Form | undefined;
  readonly batches: BatchParts;
}

/**
 * The options of the function of this name, in their parts; `checks` are those that it takes.
 * @throws TransloadError E_OPTION where `to` is missing, for an option that is not known and for a value that cannot be; E_DTYPE.
 */
export function requestOf(call: string, options: SplitOptions, checks: Checks = CONVERT): Request {
  checkOptions(call, options, checks);
  const { from = "auto", to, what = "request" } = options;
  if (to === undefined) throw new TransloadError("E_OPTION", `\`to\` is missing: the dialect to write, ${LIKELY.join(", ")}, …`);
  return { from, to, what, ...encodingIn(options), ...partsOf(options) };
}

/** @throws TransloadError E_OPTION for an encoding that there is not. */
export function encodingIn({ encoding }: Pick<EndOptions, "encoding">): Pick<Request, "encoding"> {
  const name = encoding === undefined ? UTF8 : encodingOf(encoding);
  return name === UTF8 ? {} : { encoding: name };
}

export function partsOf(options: Omit<SplitOptions, keyof EndOptions>): Parts {
  return {
    rows: rowsOf(options),
    typed: part<TypedOptions>(options, TYPED),
    target: part<TargetOptions>(options, TARGET),
    pieces: part<PieceOptions>(options, PIECES),
    limits: part<LimitOptions>(options, LIMITS),
    run: part<RunOptions>(options, RUN),
  };
}

export function readRequestOf(options: BatchOptions): ReadRequest {
  const { dtype, cast, batchRows, batchBytes, dictionary, reuse, from = "auto" } = options;
  return {
    from,
    ...encodingIn(options),
    rows: rowsOf(options),
    batches: { dtype, cast, batchRows, batchBytes, dictionary, reuse },
    limits: part<LimitOptions>(options, LIMITS),
    run: part<RunOptions>(options, RUN),
  };
}

/** How rows are read, and which. */
function rowsOf(options: RowOptions & PickOptions): Parts["rows"] {
  const { columns, ...others } = part<RowOptions>(options, ROWS);
  if (columns && others.drop)
    throw new TransloadError(
      "E_OPTION",
      `${optionText("columns")} and ${optionText("drop")}: one of them says which columns there are to be`,
    );
  const rows = { ...others, ...(columns && namesIn(columns)) };
  const choice = part<PickOptions>(options, PICKS);
  const { where, skip, head, sample, seed } = choice;
  if (where !== undefined || sample !== undefined) return { ...rows, choice };
  if (seed !== undefined)
    throw new TransloadError("E_OPTION", `${optionText("seed")} is what ${optionText("sample")} draws by, so it needs that`);
  if (skip === undefined && head === undefined) return rows;
  return { ...rows, picked: new Stretch(skip ?? 0, head ?? Number.POSITIVE_INFINITY) };
}

function namesIn(columns: NonNullable<RowOptions["columns"]>): Pick<Parts["rows"], "columns" | "renamed"> {
  return isList(columns) ? { columns } : { columns: Object.values(columns), renamed: Object.keys(columns) };
}

function isList(columns: NonNullable<RowOptions["columns"]>): columns is readonly string[] {
  return Array.isArray(columns);
}

/** Those of a part's options that are given. */
function part<Part extends object>(options: Part, names: ChecksOf<Part>): Part {
  return Object.fromEntries(
    Object.keys(names).flatMap((name) => (given(options, name) ? [[name, options[name as keyof Part]]] : [])),
  ) as Part;
}

function given(options: object, name: string): boolean {
  return (options as Readonly<Record<string, unknown>>)[name] !== undefined;
}
