import type { SourceName } from "../dialects/index.js";
import type { LimitOptions, RunOptions } from "./convert.js";

/** What may be asked of a survey. */
export interface InspectOptions extends LimitOptions, Pick<RunOptions, "engine" | "signal" | "onWarning" | "onProgress"> {
  /** Dialect or form of the payload, or `auto` (the default): told from the name of the file, the first bytes, or the keys. What is compressed is expanded. */
  from?: SourceName;
  /** Encoding of the payload's text, where that is not UTF-8. As in ConvertOptions. */
  encoding?: string;
  /** Bytes of the JSON of a request with binary tensors, where HTTP tells them. As in ConvertOptions. */
  headerLength?: number;
}
