// A part of a document, made a payload of its own by the document's head and a tail that closes it: converted by the ordinary conversion, which
// so checks every byte of it. What stands in memory is converted, and nothing is waited for.
import { define } from "../dialects/index.js";
import { coreScanner } from "../engine/index.js";
import { TransloadError, type Warning } from "../errors.js";
import { DiskSpill } from "../io/disk.js";
import type { Store } from "../io/store.js";
import { stageFor } from "../lanes/chain.js";
import type { Host } from "../lanes/host.js";
import type { Request } from "../options/request.js";
import type { Tally } from "../table/job.js";

/** Bytes that are read and handed over at a time: what has just been read is near the processor. */
const CHUNK = 1 << 18;

/** The bytes of a part. */
export interface Part {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Puts there what is about to be read. */
  readonly fill?: (from: number, to: number) => void;
}

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
 * Converts the part. `write` is given views that are valid as long as the part is, or for good.
 * @throws TransloadError as the conversion does.
 */
export async function convertPart(
  { bytes, fill }: Part,
  { request, definitions }: Errand,
  write: (bytes: Uint8Array) => void,
): Promise<Outcome> {
  for (const definition of definitions) define(definition);
  const warnings: Warning[] = [];
  let seen: Pick<Outcome, "tally" | "early"> = { tally: undefined, early: 0 };
  let rows = 0;
  const stage = stageFor(partially(request, warnings), hostOf(bytes, request.run.spillDir), write, {
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
    for (const chunk of chunksOf(bytes, fill)) await stage.push(chunk);
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

/** The bytes, in order. */
export function* chunksOf(bytes: Uint8Array, fill: Part["fill"]): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const to = Math.min(bytes.length, at + CHUNK);
    fill?.(at, to);
    yield bytes.subarray(at, to);
  }
}

export function hostOf(part: Uint8Array, spillDir: string | undefined): Host {
  return {
    spill: () => new DiskSpill(spillDir),
    input: () => new PartStore(part),
    random: refuse,
    npz: refuse,
    scannerOf: async () => coreScanner,
  };
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
