// Code as V8 has compiled it, kept from one start to the next. Node keeps what is compiled when a module is loaded (enableCompileCache, from
// Node 22.1 on); most functions are compiled when they are first called. What is kept here has those as well, and on Node 20, too.
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/** The build writes a hash of the bundle there: what was compiled of another build is never taken for this one's. */
const HASH = { from: "// ".length, to: "// ".length + 16 };

/** The folder where compiled code is kept: the user's own, or the one that Node is given; undefined where there shall be none. */
export function cacheFolder({
  NODE_DISABLE_COMPILE_CACHE,
  NODE_COMPILE_CACHE,
  XDG_CACHE_HOME,
  LOCALAPPDATA,
  HOME,
}: NodeJS.ProcessEnv): string | undefined {
  if (NODE_DISABLE_COMPILE_CACHE) return undefined;
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE;
  const own = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, ".cache"));
  return own ? join(own, "transload") : undefined;
}

/** What a bundle of CommonJS exports, which needs nothing but what Node has. V8 itself refuses code that another version of it, or one with other flags, has compiled. */
export function loadCompiled(bundle: string, folder: string | undefined): unknown {
  const source = readFileSync(bundle, "latin1"); // the build leaves nothing but ASCII
  const kept = folder && join(folder, `${source.slice(HASH.from, HASH.to)}-${process.version}-${process.arch}`);
  const cachedData = kept ? read(kept) : undefined;
  const script = new Script(source, { filename: bundle, ...(cachedData && { cachedData }) });
  // when all that a call needs has been compiled
  if (kept && (!cachedData || script.cachedDataRejected)) process.once("exit", () => keep(kept, script.createCachedData()));
  const exported = {};
  script.runInThisContext()(exported, bundle);
  return exported;
}

/** Has Node keep what it compiles of every module that is loaded from now on, where it can do that. */
export function keepCompiled(folder: string | undefined): void {
  const { enableCompileCache } = process.getBuiltinModule("node:module") as { enableCompileCache?: (folder: string) => unknown };
  if (folder !== undefined) enableCompileCache?.(folder);
}

/** Code is run: it must be this user's. */
function read(path: string): Buffer | undefined {
  try {
    const { uid } = statSync(path);
    return uid === (process.getuid?.() ?? uid) ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all. It is a gain and no need: a disk that is full, or read-only, is no reason to complain. */
function keep(path: string, code: Buffer): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, code, { mode: 0o600, flush: true });
    renameSync(temporary, path);
  } catch {}
}
