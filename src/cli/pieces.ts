import { basename, dirname } from "node:path";
import { TransloadError } from "../errors.js";
import { type Compression, compressor } from "../io/compression.js";
import type { ReadInput } from "../io/disk-errors.js";
import type { Piece } from "../lanes/pieces.js";
import { isRemote } from "../remote/url.js";
import { type Entry, PieceFolder, type PieceName, type PieceOptions } from "./piece-folder.js";
import type { PiecePrefix } from "./piece-prefix.js";

const PLACE = /\{(0+)\}/;
/** Files that may wait for the disk while the next piece is made. */
const WAITING = 4;
const LINE_FEED = Uint8Array.of(0x0a);

/** What pieces are made of. */
interface PiecesOf {
  readonly pieces: AsyncIterable<Piece>;
  readonly inputs: ReadInput | readonly ReadInput[];
  /** @throws TransloadError E_READ when an input is no longer what it was. */
  readonly refuseChanged: () => void;
}

/** Whether a path names many files: it holds zeros in braces. */
export function isPattern(path: string | undefined): path is string {
  return path !== undefined && PLACE.test(path);
}

/**
 * Writes each piece to a file of its own, and a manifest beside them. All of them appear at the end, the manifest last: where it is,
 * what it says of the pieces is so.
 * @throws TransloadError E_WRITE, and what the pieces throw; nothing has appeared then, and what was there is as it was.
 */
export async function writePieces(own: PiecesOf, pattern: string, options: PieceOptions): Promise<void> {
  const names = namesIn(pattern);
  const folder = isRemote(pattern)
    ? new (await import("./piece-prefix.js")).PiecePrefix(pattern, names, options)
    : await PieceFolder.open(dirname(pattern), names, options);
  try {
    const entries = await fill(folder, own, options);
    own.refuseChanged();
    await folder.commit(entries);
  } finally {
    await folder.close();
  }
}

/** @throws TransloadError E_OPTION for a pattern whose number stands elsewhere, or twice. */
function namesIn(pattern: string): PieceName {
  if (isPattern(dirname(pattern)))
    throw new TransloadError("E_OPTION", `the number of a piece stands in a file's name, and not in a folder's, as in ${pattern}`);
  const [before = "", zeros = "", after = "", ...others] = basename(pattern).split(PLACE);
  if (others.length > 0)
    throw new TransloadError(
      "E_OPTION",
      `${pattern} has a place for a piece's number twice; write one group of zeros, as in part-{00000}.json`,
    );
  return { before, digits: zeros.length, after };
}

async function fill(folder: PieceFolder | PiecePrefix, { pieces, inputs }: PiecesOf, { compression }: PieceOptions): Promise<Entry[]> {
  const entries: Entry[] = [];
  const waiting = new Set<Promise<void>>();
  // Node below 22.15 compresses one stream at a time
  const most = compression ? 1 : WAITING;
  try {
    for await (const piece of pieces) {
      let onRead = () => {};
      const read = new Promise<void>((resolve) => {
        onRead = resolve;
      });
      const written = writePiece(
        folder,
        toldAtEnd(piece, () => onRead()),
        inputs,
        compression,
      ).then((entry) => {
        entries[piece.number] = entry;
        waiting.delete(written);
      });
      waiting.add(written);
      await Promise.race([read, written]);
      if (waiting.size >= most) await Promise.race(waiting);
    }
    await Promise.all(waiting);
  } finally {
    await Promise.allSettled(waiting);
  }
  return entries;
}

/** The same piece, whose end is told when it has been read: the next may be asked for then, also while this one is being written. */
function toldAtEnd(piece: Piece, onRead: () => void): Piece {
  const { number, firstRow } = piece;
  return {
    number,
    firstRow,
    get rows() {
      return piece.rows;
    },
    async *[Symbol.asyncIterator]() {
      yield* piece;
      onRead();
    },
  };
}

async function writePiece(
  folder: PieceFolder | PiecePrefix,
  piece: Piece,
  inputs: PiecesOf["inputs"],
  compression: Compression | undefined,
): Promise<Entry> {
  const { name, fill } = await folder.create(piece.number, inputs);
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  let bytes = 0;
  let expanded = 0;
  const counted = each((chunk) => {
    expanded += chunk.length;
  });
  const hashed = each((chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  if (compression) await fill(piece, counted, compressor(compression), hashed);
  else await fill(piece, hashed);
  const { rows, firstRow } = piece;
  return { piece: name, rows, firstRow, bytes, sha256: hash.digest("hex"), ...(compression && { expanded }) };
}

/** A step that looks at every chunk and passes it. */
function each(look: (chunk: Uint8Array) => void): (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> {
  return async function* (chunks) {
    for await (const chunk of chunks) {
      look(chunk);
      yield chunk;
    }
  };
}

/** Each piece as a line of its own. */
export async function* linesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    for await (const chunk of piece) yield onOneLine(chunk);
    yield LINE_FEED;
  }
}

/** Between its tokens JSON may break lines; inside them it has none. */
function onOneLine(chunk: Uint8Array): Uint8Array {
  if (!chunk.includes(0x0a) && !chunk.includes(0x0d)) return chunk;
  return chunk.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte));
}
