// One run at a time puts its files in place: a lock file that names its process.
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TransloadError } from "../errors.js";
import { beforeLeaving } from "./leaving.js";
import { isAlive, temporaryIn, thisHost } from "./temporary.js";

const NAME = ".transload-lock";
/** Who has it (process and machine), and since when. */
interface Lock {
  readonly owner: string;
  readonly since: number;
}

/** Putting files in place takes a moment. */
const PATIENCE_MS = 10_000;
const INTERVAL_MS = 25;

/**
 * Does this while no other run does the like in the folder, under the same name. A lock whose process is gone is taken away.
 * @throws TransloadError E_WRITE when another run holds it for long; and what the work throws.
 */
export async function locked<T>(folder: string, work: () => Promise<T>, name = NAME): Promise<T> {
  const path = join(folder, name);
  await take(path, folder);
  const release = () => rmSync(path, { force: true });
  const callOff = beforeLeaving(release);
  try {
    return await work();
  } finally {
    release();
    callOff();
  }
}

async function take(path: string, folder: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!create(path)) {
    const lock = read(path);
    if (lock && isGone(lock)) takeAway(path, lock.owner, folder);
    else if (Date.now() < until) await wait(INTERVAL_MS);
    else {
      const who = lock?.owner ? `process ${lock.owner.split(" ").join(" of machine ")}` : "a process that is not known";
      throw new TransloadError("E_WRITE", `another run is putting its files into ${folder} (${who}); if there is none, remove ${path}`);
    }
  }
}

/** False when somebody has it. */
function create(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
  try {
    writeSync(fd, `${process.pid} ${thisHost()}`);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return true;
}

/** Undefined where it has just been released. */
function read(path: string): Lock | undefined {
  try {
    return { owner: readFileSync(path, "utf8"), since: statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
}

/** One without an owner is just being made, or its process was killed at that. */
function isGone({ owner, since }: Lock): boolean {
  if (owner === "") return Date.now() - since > PATIENCE_MS;
  const [pid = "", host = ""] = owner.split(" ");
  return host === thisHost() && !isAlive(Number(pid));
}

/** Of two who find it stale one may take the other's new lock for it, and puts that back. */
function takeAway(path: string, owner: string, folder: string): void {
  const taken = temporaryIn(folder);
  try {
    renameSync(path, taken);
    if (readFileSync(taken, "utf8") !== owner) linkSync(taken, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    rmSync(taken, { force: true });
  }
}
