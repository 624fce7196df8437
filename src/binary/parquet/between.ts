// What the readers of a file's column chunks share.
import type { ExpansionGuard } from "../../io/expansion.js";
import type { RandomAccess } from "../../io/store.js";
import type { Expand } from "../codecs.js";
import type { Pool } from "./pool.js";
import type { Field } from "./schema.js";

/** What goes from one row group to the next. */
export interface Between {
  readonly file: RandomAccess;
  readonly expand: Expand;
  /** Hears of all pages. */
  readonly guard: ExpansionGuard;
  readonly maxExpand: number | undefined;
  /** Bytes to read at once. */
  readonly window: number;
  /** Shapes of lists, by their columns. */
  readonly shapes: Map<Field, readonly number[]>;
  readonly pool: Pool;
}
