import type { SourceName } from "../dialects/index.js";
import type { LimitOptions, RowOptions, RunOptions } from "./convert.js";

/** What may be asked of a survey. */
export interface InspectOptions
  extends LimitOptions,
    Pick<RowOptions, "header" | "delimiter" | "quote" | "skipLines" | "comment" | "escape" | "na" | "text" | "typing">,
    Pick<RunOptions, "spillDir" | "engine" | "signal" | "onWarning" | "onProgress"> {
  /** Dialect or form of the payload, or `auto` (the default): told from the name of the file, the first bytes, or the keys. What is compressed is expanded. */
  from?: SourceName;
  /** Encoding of the payload's text, where that is not UTF-8. As in ConvertOptions. */
  encoding?: string;
  /** Bytes of the JSON of a request with binary tensors, where HTTP tells them. As in ConvertOptions. */
  headerLength?: number;
  /**
   * What the values of each column are like, too: mean, deviation, histogram, how many different ones there are, and the most frequent. It is
   * the same pass, and takes some ten times as long. Default false.
   */
  summary?: boolean;
}
