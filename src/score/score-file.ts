import type { Source } from "../io/source.js";
import type { ScoreOptions } from "../options/score.js";
import type { ScoreTarget } from "./records.js";
import type { ScoreSummary } from "./tally.js";

/** What `scoreFile` takes besides what `score` does. */
export interface ScoreFileOptions extends ScoreOptions, Pick<ScoreTarget, "nan" | "codec" | "rowGroupRows"> {
  /** How the predictions are written: a dialect, a form of one, or a binary form. Default: what the file's name tells. */
  to?: ScoreTarget["to"];
  /** Go on with the run whose journal is beside the file, where there is one. */
  resume?: boolean;
  /** What else the answers depend on, say the model's version: a run is not gone on with where it is another. */
  fingerprint?: string;
  /** Told what has been done, whenever an answer is on the disk. */
  onSummary?: (summary: ScoreSummary) => void;
}

/** Where the journal of a file's run is. */
export function journalOf(target: string): string {
  return `${target}.transload-score`;
}

/** Where rows are told that the server refused. */
export function refusedOf(target: string): string {
  return `${target}.refused.jsonl`;
}

/**
 * Sends a payload to a server and writes its predictions to a file, in the order of the rows. The file appears whole, or not at all. Until
 * then the answers are kept in a journal beside it (`FILE.transload-score`), so that they may come in any order, and a run that was ended goes on
 * with `resume`. With `keepGoing` rows that the server refuses are left out, and told in `FILE.refused.jsonl`, each with the reason.
 * @throws TransloadError as `score` does; E_OPTION for a journal that is there and may not be used; E_WRITE.
 */
export async function scoreFile(source: Source, target: string, options: ScoreFileOptions): Promise<ScoreSummary> {
  const { runToFile } = await import("./file-run.js");
  return runToFile(source, target, options);
}
