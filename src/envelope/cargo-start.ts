import type { Choice } from "../dialects/index.js";
import { coreScanner } from "../engine/index.js";
import { Opening } from "./opening.js";
import type { Payload } from "./payload.js";
import { Rewriter } from "./rewriter.js";

/** Where a cargo begins. */
export interface CargoStart {
  /** Behind the bracket that opens it, or at its first row, where that was looked at. */
  readonly offset: number;
  /** The labels that stand before it, in a frame. */
  readonly labels: Payload["labels"];
  /** The names that stand before it, in a frame. */
  readonly columns: readonly string[] | undefined;
}

/**
 * Where the cargo begins, of a payload of which these are the first bytes; undefined where it has not begun.
 * @throws TransloadError for what is wrong before it.
 */
export function cargoStart(from: Choice, head: Uint8Array): CargoStart | undefined {
  const opened = new Opening().push(head, true);
  if (!opened) return undefined;
  const rewriter = new Rewriter(
    {
      from,
      to: undefined,
      columns: undefined,
      nan: undefined,
      typed: { dtype: undefined, cast: "error", batchRows: undefined, reuse: true, survey: true },
      renames: false,
      createScanner: coreScanner,
      write: () => {},
      warn: () => {},
    },
    opened.start,
  );
  try {
    rewriter.scanner.push(opened.chunk);
    if (rewriter.run() !== "cells") return undefined;
    return { offset: rewriter.scanner.offset, labels: rewriter.labels, columns: rewriter.columns };
  } finally {
    rewriter.scanner.close();
  }
}
