// What the readers of a file's column chunks share.
import type { ExpansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import type { Expand } from "../codecs.js";
import type { Pool } from "./pool.js";

/** What goes from one row group to the next. */
export interface Between {
  readonly file: RandomAccess;
  readonly expand: Expand;
  /** Hears of all pages. */
  readonly guard: ExpansionGuard;
  readonly maxExpand: number | undefined;
  /** Bytes to read at once. */
  readonly window: number;
  readonly pool: Pool;
}
