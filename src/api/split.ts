import { close } from "../io/abort.js";
import { blameSource, isSources, nameOf, type Source, type Sources } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import { checkSplit, type Piece, piecesIn, piecesOf } from "../lanes/pieces.js";
import type { SplitOptions } from "../options/convert.js";
import type { RemoteHeaders } from "../remote/store.js";
import { formOfName } from "./extension.js";
import { nodeHost } from "./node.js";

/**
 * Cuts a payload into pieces of at most `maxRows` rows and `maxBytes` bytes, each a whole payload with its own head,
 * parameters and index, cut between rows. A list of paths is several sources, as for `readBatches`. Chunks of the source may be handed on as they are, and must not be written to afterwards.
 * @throws TransloadError E_LIMIT for a row that is larger than a piece may be; and as `convert` does.
 */
export async function* split(source: Source | Sources, asked: SplitOptions & RemoteHeaders): AsyncGenerator<Piece, void, undefined> {
  const { headers, ...options } = asked;
  const request = checkSplit(options);
  if (isSources(source)) {
    const [{ operandsOf }, { joinInputs }] = await Promise.all([import("./join/operands.js"), import("./join/join.js")]);
    const joined = await joinInputs(await operandsOf(source, undefined, { headers, signal: options.signal }), request);
    yield* piecesOf(joined.pump(), options.signal, joined.blame);
    joined.refuseChanged();
    return;
  }
  const path = nameOf(source);
  const from = request.from === "auto" && path !== undefined ? formOfName(path) : request.from;
  const blame = (error: unknown) => blameSource(error, source);
  // rows that pass are bytes of the chunk, which the caller may keep
  const remote = { headers, signal: options.signal };
  const { chunks, file, object } = await unpack(source, { ...request.limits, lend: false, remote }).catch((error) => {
    throw blame(error);
  });
  const run = { ...request.run, object, ...(file !== undefined && { file }) };
  try {
    yield* piecesIn(chunks, { ...request, from, run }, nodeHost(run), blame);
  } finally {
    await close(chunks, run.signal);
  }
}
