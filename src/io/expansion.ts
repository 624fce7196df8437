// The one rule for what may come out of compressed bytes: of files, of a zip's members, of a file format's pages and frames.
import { optionText, TransloadError } from "../errors.js";

/** What compressed bytes may become. */
export interface ExpansionLimit {
  /** Bytes out for each byte in. Default 1,000, and 64 GiB in all; a number given here lifts the second, too. */
  readonly maxExpand?: number | undefined;
  /** Bytes of a Zstandard frame's window, which are held while it is read. Default 128 MiB. */
  readonly maxWindow?: number | undefined;
}

/** What options say of it. */
export function expansionLimit({ maxExpand, maxWindow }: ExpansionLimit): ExpansionLimit {
  return { maxExpand, maxWindow };
}

/** Rows of numbers come to ten bytes for one; what comes to more than this is a bomb, or nothing but zeros. */
const MAX_EXPAND = 1000;
const MAX_TOTAL = 2 ** 36;
/** No bomb is so small. */
const HARMLESS = 2 ** 26;

/** Counts what goes in and what comes out. */
export interface ExpansionGuard {
  took(bytes: number): void;
  /** Called before the bytes are kept. @throws TransloadError E_LIMIT when they are more than the rule allows. */
  gave(bytes: number): void;
}

/** `what` is compressed, in messages: `gzip`, `the member a.npy`. */
export function expansionGuard(what: string, maxExpand?: number): ExpansionGuard {
  let taken = 0;
  let given = 0;
  const times = maxExpand ?? MAX_EXPAND;
  const refuse = (most: string) =>
    new TransloadError("E_LIMIT", `${what} expands to more than ${most}; ${optionText("maxExpand")} allows more`);
  return {
    took: (bytes) => {
      taken += bytes;
    },
    gave: (bytes) => {
      given += bytes;
      if (given > HARMLESS && given > times * taken) throw refuse(`${times} times its size`);
      if (maxExpand === undefined && given > MAX_TOTAL) throw refuse("64 GiB");
    },
  };
}
