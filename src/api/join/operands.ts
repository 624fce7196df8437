// What several inputs are called by, one by one: files, folders, patterns of names (globs), and manifests of pieces.
import { readdirSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listed, TransloadError } from "../../errors.js";
import { checkPath } from "../../io/chunks.js";
import { cannotRead, statsIfAny } from "../../io/disk-errors.js";
import { refuseChanged } from "../../io/source.js";
import type { RemoteOptions } from "../../remote/open.js";
import { isRemote } from "../../remote/url.js";
import { MANIFEST, piecesListed } from "./manifest.js";
import type { Operand } from "./operand.js";

/** Names that begin so are other programs' business, as Hadoop, Spark and Arrow have it. */
const HIDDEN = /^[._]/;

/**
 * The inputs that these words call, in the order of the words; those of a folder or a pattern in the order of their names. `stdin` is what `-` stands
 * for, where it stands for anything.
 * @throws TransloadError E_READ for what is not there, and for a pattern or a folder that calls nothing; E_OPTION for an input that is called twice.
 */
export async function operandsOf(
  words: readonly (string | URL)[],
  stdin?: Operand,
  remote: RemoteOptions = {},
): Promise<readonly Operand[]> {
  const all: Operand[] = [];
  for (const word of words) checkPath(word);
  for (const word of words)
    if (isRemote(word)) all.push(...(await (await import("./elsewhere.js")).calledElsewhere(word, remote)));
    else all.push(...(await called(word instanceof URL ? fileURLToPath(word) : word, stdin)));
  refuseTwice(all);
  return all;
}

/** @throws TransloadError E_READ where one of them is no longer what it was. */
export function refuseAnyChanged(operands: readonly Operand[]): void {
  for (const { path, stats } of operands) if (path !== undefined && stats?.isFile()) refuseChanged(path, stats, statsOf(path));
}

const MAGIC = /[*?[\]{}]|[!@+]\(/;

async function called(word: string, stdin: Operand | undefined): Promise<readonly Operand[]> {
  if (stdin && word === "-") return [stdin];
  const stats = statsIfAny(word);
  if (stats?.isDirectory()) return inFolder(word);
  if (stats) return listedBy(word) ?? [{ name: word, path: word, stats }];
  return MAGIC.test(word) ? matching(word) : [{ name: word, path: word, stats: statsOf(word) }];
}

function listedBy(path: string): readonly Operand[] | undefined {
  return piecesListed(path)?.map((piece) => ({ name: piece.path, path: piece.path, stats: statsOf(piece.path), piece }));
}

/** A folder is its files, but where it has a manifest: then it is what that lists. */
function inFolder(folder: string): readonly Operand[] {
  const pieces = listedBy(join(folder, MANIFEST));
  if (pieces) return pieces;
  const names = namesIn(folder)
    .filter((name) => !HIDDEN.test(name))
    .sort();
  if (names.length === 0) throw new TransloadError("E_READ", `cannot read ${folder}: the folder holds no files`);
  const files = names.map((name) => ({ path: join(folder, name), stats: statsOf(join(folder, name)) }));
  const folders = files.filter(({ stats }) => stats.isDirectory()).map(({ path }) => path);
  if (folders.length > 0)
    throw new TransloadError(
      "E_READ",
      `cannot read ${folder}: the folder holds others (${listed(folders)}); a pattern names the files, as '${join(folder, "**", "*.json")}'`,
    );
  return files.map(({ path, stats }) => ({ name: path, path, stats, inFolder: true as const }));
}

async function matching(pattern: string): Promise<readonly Operand[]> {
  const { glob } = await import("tinyglobby");
  const names = await glob(pattern, { expandDirectories: false, absolute: isAbsolute(pattern) });
  if (names.length === 0) throw new TransloadError("E_READ", `cannot read ${pattern}: no file has a name like that`);
  return names.sort().map((path) => ({ name: path, path, stats: statsOf(path) }));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

function statsOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Rows that are read twice are most often a mistake, and what passes but once cannot be. */
function refuseTwice(operands: readonly Operand[]): void {
  const known = new Map<string, string>();
  for (const { name, stats, url } of operands) {
    const key = stats ? `${stats.dev} ${stats.ino}` : (url ?? name);
    const before = known.get(key);
    if (before !== undefined)
      throw new TransloadError("E_OPTION", `${name} is read twice${before === name ? "" : `, as ${before}, too`}; leave out one of them`);
    known.set(key, name);
  }
}
