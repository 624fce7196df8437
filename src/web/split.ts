import { checkSplit, type Piece, piecesIn } from "../lanes/pieces.js";
import { SPLIT } from "../options/check.js";
import type { SplitOptions as NodeOptions } from "../options/convert.js";
import { loadCore } from "./core.js";
import { MAX_SPILL, webHost } from "./host.js";
import { blobOf, chunksOf, type Source } from "./source.js";

/** As in Node, without what needs its files. */
export interface SplitOptions extends Omit<NodeOptions, "file" | "spillDir" | "engine"> {
  /** As in ConvertOptions. */
  maxSpill?: number;
}

const { file: _, spillDir: __, engine: ___, ...OPTIONS } = SPLIT;

/**
 * Cuts a payload into pieces of at most `maxRows` rows and `maxBytes` bytes, each a whole payload with its own head,
 * parameters and index, cut between rows. Chunks of the source may be handed on as they are, and must not be written to afterwards.
 * @throws TransloadError E_LIMIT for a row that is larger than a piece may be; and as `convert` does.
 */
export async function* split(source: Source, { maxSpill = MAX_SPILL, ...options }: SplitOptions): AsyncGenerator<Piece, void, undefined> {
  const request = checkSplit(options, OPTIONS);
  await loadCore();
  const host = await webHost(blobOf(source), maxSpill);
  try {
    yield* piecesIn(chunksOf(source), request, host);
  } finally {
    host.close();
  }
}
