// What may be asked of those who send a payload to a server.
import type { ServerName } from "../dialects/index.js";
import {
  type Checks,
  CONVERT,
  checkOptions,
  isAmount,
  isCount,
  isFlag,
  isObject,
  isOneOf,
  isText,
  isWhole,
  LIMITS,
  PIECES,
  ROWS,
  RUN,
} from "./check.js";
import type { EndOptions, LimitOptions, PieceOptions, RowOptions, RunOptions, SplitOptions, TargetOptions } from "./convert.js";

/** How a server is asked. */
export interface AskingOptions {
  /** Where it answers: the URL that requests are posted to; or one without a path, behind which the dialect's route is put. */
  url: string;
  /** The dialect that it speaks, or the form that it is to get. Default: what the URL's path tells. */
  for?: ServerName;
  /** The model's name on the server, where its route has one and the URL has no path. */
  modelName?: string;
  /** Headers of every request. What they say is told to nobody else. */
  headers?: Readonly<Record<string, string>>;
  /** Parameters of every request, where the dialect has a place for them. */
  params?: Readonly<Record<string, unknown>>;
  /** How requests are compressed. Default: not at all. */
  compress?: "gzip";
  /** Requests at a time. Default 4. */
  concurrency?: number;
  /** Seconds that one request may take, its answer included. Default 60. */
  timeout?: number;
  /** How often a request is sent again that may be answered later. Default 6. */
  retries?: number;
  /** Bytes that an answer may have. Default 256 MiB. */
  maxAnswerBytes?: number;
  /** Of a request that is refused, halves are sent, until the row is found. */
  bisect?: boolean;
  /** Rows that are refused are told, and the others go on. */
  keepGoing?: boolean;
}

/** What may be asked of `score`: how the payload is read, how requests are written, and how the server is asked. */
export interface ScoreOptions
  extends AskingOptions,
    Pick<EndOptions, "from" | "encoding">,
    RowOptions,
    Pick<TargetOptions, "missing" | "index" | "datatype">,
    PieceOptions,
    LimitOptions,
    Pick<RunOptions, "spillDir" | "engine" | "signal" | "onWarning" | "onProgress"> {
  /** Columns of the payload that are put beside the predictions. */
  with?: readonly string[];
}

const ASKING = {
  url: isText,
  for: isText,
  modelName: isText,
  headers: isObject,
  params: isObject,
  compress: isOneOf("gzip"),
  concurrency: isCount,
  timeout: isAmount,
  retries: isWhole,
  maxAnswerBytes: isCount,
  bisect: isFlag,
  keepGoing: isFlag,
} satisfies Checks;

const { from, encoding, missing, index, datatype } = CONVERT;
const { file: _, onHeaders: __, ...RUNNING } = RUN;

/** What score() takes. */
const SCORE: Checks = {
  ...{ from, encoding, missing, index, datatype },
  ...ROWS,
  ...PIECES,
  ...LIMITS,
  ...RUNNING,
  ...ASKING,
  with: ROWS.columns,
};

/**
 * Of score()'s options those that a conversion has, and how the server is asked.
 * @throws TransloadError E_OPTION for an option that there is not, or a value that cannot be.
 */
export function scoreRequestOf(
  call: string,
  options: ScoreOptions,
): {
  readonly asking: AskingOptions;
  readonly reading: Omit<SplitOptions, "to">;
  readonly beside: readonly string[];
} {
  checkOptions(call, options, SCORE);
  const { with: beside = [], ...own } = options;
  const parts = Object.entries(own).filter(([, value]) => value !== undefined);
  const pick = (asked: boolean) => Object.fromEntries(parts.filter(([name]) => Object.hasOwn(ASKING, name) === asked));
  return { asking: pick(true) as unknown as AskingOptions, reading: pick(false) as Omit<SplitOptions, "to">, beside };
}
