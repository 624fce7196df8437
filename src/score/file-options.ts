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
