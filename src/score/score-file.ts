import type { Source } from "../io/source.js";
import type { ScoreFileOptions } from "./file-options.js";
import type { ScoreSummary } from "./tally.js";

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
