// A part of a document, made a payload of its own by the document's head and a tail that closes it: converted by the ordinary conversion, which
// so checks every byte of it. What stands in memory is converted, and nothing is waited for.
import { define } from "../dialects/index.js";
import { TransloadError, type Warning } from "../errors.js";
import { DiskSpill } from "../io/disk.js";
import type { Store } from "../io/store.js";
import { stageFor } from "../lanes/chain.js";
import type { Host } from "../lanes/host.js";
import type { Request } from "../options/request.js";
import type { Tally } from "../table/job.js";

/** Bytes that are read and handed over at a time: what has just been read is near the processor. */
const CHUNK = 1 << 18;

/** A conversion as another thread is told of it. */
export interface Errand {
  readonly request: Request;
  /** Dialects that the program has defined. */
  readonly definitions: readonly unknown[];
}

/** What came of a part, besides its bytes. */
export interface Outcome {
  /** Just behind the bracket that closes the rows; of lines, undefined. */
  readonly cargoEnd: number | undefined;
  /** Rows of the part. */
  readonly rows: number;
  /** Labels that stand beside the rows. */
  readonly labels: number | undefined;
  /** The labels are wanted with their rows, which a part alone does not have. */
  readonly torn: boolean;
  readonly tally: Tally | undefined;
  /** So many of the warnings came before what the tally tells. */
  readonly early: number;
  readonly warnings: readonly Warning[];
}

/**
 * Converts the part. `write` is given views that are valid as long as the part is, or for good; `fill` puts there what is about to be read.
 * @throws TransloadError as the conversion does.
 */
export async function convertPart(
  part: Uint8Array,
  { request, definitions }: Errand,
  write: (bytes: Uint8Array) => void,
  fill: (from: number, to: number) => void = () => {},
): Promise<Outcome> {
  for (const definition of definitions) define(definition);
  const warnings: Warning[] = [];
  let seen: Pick<Outcome, "tally" | "early"> = { tally: undefined, early: 0 };
  let rows = 0;
  const stage = stageFor(partially(request, warnings), hostOf(part, request), write, {
    full: false,
    drained: () => Promise.resolve(),
    endPiece: (ended) => {
      rows = ended;
    },
    tally: (tally) => {
      seen = { tally, early: warnings.length };
    },
  });
  try {
    for (let at = 0; at < part.length; at += CHUNK) {
      const to = Math.min(part.length, at + CHUNK);
      fill(at, to);
      await stage.push(part.subarray(at, to));
    }
    await stage.end();
    const { cargoEnd, cargoRows = 0, labels, indexWanted = false } = stage.told ?? {};
    return { cargoEnd, rows: rows || cargoRows, labels: labels?.rows, torn: indexWanted && labels !== undefined, ...seen, warnings };
  } finally {
    stage.close();
  }
}

function partially(request: Request, warnings: Warning[]): Request {
  const onWarning = (warning: Warning) => void warnings.push(warning);
  return { ...request, rows: { ...request.rows, partial: true }, run: { ...request.run, onWarning } };
}

function hostOf(part: Uint8Array, { run }: Request): Host {
  return { spill: () => new DiskSpill(run.spillDir), input: () => new PartStore(part), random: refuse, npz: refuse, scannerOf: refuse };
}

function refuse(): never {
  throw new TransloadError("E_OPTION", "what is no text, and what the reference engine reads, has no parts");
}

/** What must be read twice is still there. */
class PartStore implements Store {
  readonly #part: Uint8Array;

  constructor(part: Uint8Array) {
    this.#part = part;
  }

  keep(): void {}

  rest(): void {}

  take(): void {}

  read(offset: number, target: Uint8Array): number {
    const bytes = this.#part.subarray(offset, offset + target.length);
    target.set(bytes);
    return bytes.length;
  }

  ending(length: number): Uint8Array {
    return this.#part.subarray(-length);
  }

  close(): void {}
}
