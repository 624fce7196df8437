// The manifest of a folder of pieces, as `convert -o 'out/part-{00000}.json'` writes it: which pieces there are, and what each must be.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { TransloadError } from "../../errors.js";
import { statsIfAny } from "../../io/disk-errors.js";

/** A line of the manifest. */
export interface PieceEntry {
  readonly piece: string;
  readonly rows: number;
  readonly firstRow: number;
  /** Of the file as it lies. */
  readonly bytes: number;
  readonly sha256: string;
}

/** A piece, and what its manifest says of it. */
export interface ListedPiece {
  readonly path: string;
  readonly entry: PieceEntry;
}

export const MANIFEST = "manifest.json";
/** A line of it has some two hundred bytes, and a folder not so many pieces. */
export const LARGEST = 1 << 28;

/**
 * The pieces that a file of this name lists, in their order; undefined where it is no manifest.
 * @throws TransloadError E_READ where what it lists cannot be one payload.
 */
export function piecesListed(path: string): readonly ListedPiece[] | undefined {
  if (basename(path) !== MANIFEST) return undefined;
  const stats = statsIfAny(path);
  if (!stats?.isFile() || stats.size > LARGEST) return undefined;
  const entries = entriesIn(readFileSync(path, "utf8"));
  return entries && inOrder(path, entries).map((entry) => ({ path: join(dirname(path), entry.piece), entry }));
}

/** The entries that a text is the manifest of. */
export function entriesIn(text: string): readonly PieceEntry[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length > 0 && list.every(isEntry) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is PieceEntry {
  const { piece, rows, firstRow, bytes, sha256 } = (entry ?? {}) as Partial<Record<keyof PieceEntry, unknown>>;
  const counts = [rows, firstRow, bytes].every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
  return typeof piece === "string" && typeof sha256 === "string" && counts;
}

export function inOrder(path: string, entries: readonly PieceEntry[]): readonly PieceEntry[] {
  let next = 0;
  for (const { piece, rows, firstRow } of entries) {
    if (basename(piece) !== piece || piece === "") throw notOne(path, `${JSON.stringify(piece)} is no name of a file beside it`);
    if (firstRow !== next) throw notOne(path, `${piece} begins with row ${firstRow}, and row ${next} is due`);
    next += rows;
  }
  return entries;
}

function notOne(path: string, why: string): TransloadError {
  return new TransloadError("E_READ", `${path} lists no pieces of one payload: ${why}`);
}

/**
 * The piece's bytes, held against what its manifest says of them.
 * @throws TransloadError E_READ, behind the last of them, where they are others.
 */
export async function* digested(
  { path, entry }: ListedPiece,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== entry.bytes) throw changed(path, `it has ${bytes} bytes, and not ${entry.bytes}`);
  if (hash.digest("hex") !== entry.sha256) throw changed(path, "its SHA-256 is another");
}

/** @throws TransloadError E_READ where the piece has another number of rows than its manifest says. */
export function checkRows({ path, entry }: ListedPiece, rows: number): void {
  if (rows !== entry.rows) throw changed(path, `it has ${rows} rows, and not ${entry.rows}`);
}

function changed(path: string, how: string): TransloadError {
  return new TransloadError("E_READ", `${path} is not the piece that its manifest lists: ${how}; cut the payload again`);
}
