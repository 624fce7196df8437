// score(): a payload to a server, and its answers back, in the order of the rows.
//
// The room. In: a source, and a server's URL. What runs: the source is cut into requests (parts.ts) that the server is sent a few at a time
// (run.ts, under-way.ts, sending.ts over upstream.ts); each answer becomes records (answer.ts), which stand beside the payload's own columns
// (beside.ts, records.ts). score-file.ts has the same with a file at the end, and a journal (journal.ts) from which a run goes on.
import type { Readable } from "node:stream";
import { type ReadOptions, readBatches } from "../api/read.js";
import type { Batch } from "../columns/batch.js";
import { encode } from "../columns/bytes.js";
import { TransloadError } from "../errors.js";
import type { Source } from "../io/source.js";
import type { ScoreOptions } from "../options/score.js";
import { hasIndex, isOnce } from "./beside.js";
import { type Plan, planOf } from "./plan.js";
import { type AnsweredRows, formed, recordChunks, type ScoreTarget } from "./records.js";
import type { Answered, RefusedRows } from "./retrying.js";
import { type ScoreSummary, Tally } from "./tally.js";

/** The predictions for a run of rows. */
export interface ScoredPiece {
  /** Counts from 0. */
  readonly number: number;
  /** Row of the payload that the piece begins with. */
  readonly firstRow: number;
  /** Rows of the piece, those that were refused among them. */
  readonly rows: number;
  /** Names of the columns: `prediction`; `prediction_0` … where a row's is a list; or the answer's own. */
  readonly columns: readonly string[];
  /** JSON Lines: a record for each row that was not refused. Numbers have the server's text. */
  readonly lines: Uint8Array;
  /** Rows that the server refused, with `keepGoing`. */
  readonly refused: readonly RefusedRows[];
  /** Requests that the piece took. */
  readonly attempts: number;
  /** Milliseconds from its first request to its last answer. */
  readonly milliseconds: number;
  /** The predictions as typed columns. */
  batches(options?: Omit<ReadOptions, "from">): AsyncGenerator<Batch, void, undefined>;
}

/** A run: its pieces in the order of the rows, or a stream of all of them. Either is taken once. */
export interface Scoring extends AsyncIterable<ScoredPiece> {
  /** The predictions as one payload: a dialect, a form of one, or a binary form. Beside them stand `with`'s columns, and labels or row numbers. */
  stream(target: ScoreTarget): Readable;
  /** What has been done so far. */
  readonly summary: ScoreSummary;
}

/**
 * Sends a payload to a server, in pieces that it takes, and gives its predictions, in the order of the rows. A few requests are under way at a
 * time (`concurrency`); nobody holds more than these and as many answers. Nothing is sent before the first piece is asked for; whoever stops
 * early ends the requests that are under way.
 * @throws TransloadError E_OPTION or E_DIALECT at once. While it runs: E_REFUSED for rows that the server refuses, E_ANSWER for an answer that
 * does not fit, E_READ where none comes or it is not about the rows, E_ABORT by `signal`, E_LIMIT for a row that no request may have; and as `split` does.
 */
export function score(source: Source, options: ScoreOptions): Scoring {
  const plan = planOf("score", options);
  const tally = new Tally();
  return {
    async *[Symbol.asyncIterator]() {
      for await (const answered of answersInOrder(source, plan, tally)) yield pieceOf(answered);
    },
    stream(target) {
      if (plan.beside.length > 0 && isOnce(source))
        throw new TransloadError(
          "E_OPTION",
          "`with` reads the payload a second time, and a stream can be read once; give a file, or bytes",
        );
      return formed(recordsInOrder(source, plan, tally), target);
    },
    get summary() {
      return tally.summary;
    },
  };
}

/** What runs is loaded by the first piece that is asked for. */
async function* answersInOrder(source: Source, plan: Plan, tally: Tally): AsyncGenerator<Answered, void, undefined> {
  const { answersTo } = await import("./run.js");
  yield* answersTo(source, plan, tally, { ordered: true, skip: () => false });
}

async function* recordsInOrder(source: Source, plan: Plan, tally: Tally): AsyncGenerator<Uint8Array, void, undefined> {
  const { besideOf, namesBeside } = await import("./run.js");
  await namesBeside(source, plan);
  const answers = answersInOrder(source, plan, tally);
  yield* recordChunks(rowsOf(isOnce(source) ? watched(answers, plan) : answers), besideOf(source, plan));
}

async function* rowsOf(answers: AsyncIterable<Answered>): AsyncGenerator<AnsweredRows, void, undefined> {
  for await (const { part, names, lines, refused } of answers) yield { first: part.first, rows: part.rows, names, lines, refused };
}

/** Tells of labels that stand in the first request, and cannot stand beside what is written as the payload comes. */
async function* watched(answers: AsyncIterable<Answered>, { parts: { cutting } }: Plan): AsyncGenerator<Answered, void, undefined> {
  let first = true;
  for await (const answered of answers) {
    const { cargo, body } = answered.part;
    if (first && (cutting.index ?? "keep") === "keep" && hasIndex(cargo ?? body))
      cutting.onWarning?.({
        code: "W_INDEX",
        message:
          "the labels of the rows are not beside the predictions, because the payload can be read but once; give a file, or write to one",
      });
    first = false;
    yield answered;
  }
}

function pieceOf({ part, names, lines, refused, attempts, milliseconds }: Answered): ScoredPiece {
  const bytes = encode(lines);
  return {
    number: part.number,
    firstRow: part.first,
    rows: part.rows,
    columns: names,
    lines: bytes,
    refused,
    attempts,
    milliseconds,
    batches: (options = {}) => readBatches(bytes, { ...options, from: "jsonl:records" }),
  };
}
