import type { Told } from "../envelope/payload.js";

/** What takes chunks: a conversion, or several. */
export interface Stage {
  /** What the source's envelope has told, so far. */
  readonly told?: Told | undefined;
  /** All that is wanted of the input has come: what is pushed from here on is looked at by nobody. */
  readonly enough?: boolean;
  push(chunk: Uint8Array): void | Promise<void>;
  end(): Promise<void>;
  close(): void;
}
