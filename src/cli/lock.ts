// One run at a time puts its files in place: a lock file that names its process.
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TransloadError } from "../errors.js";
import { beforeLeaving } from "./leaving.js";
import { isAlive, temporaryIn, thisHost } from "./temporary.js";

const NAME = ".transload-lock";
/** Putting files in place takes a moment. */
const PATIENCE_MS = 10_000;
const INTERVAL_MS = 25;

/**
 * Does this while no other run does the like in the folder. A lock whose process is gone is taken away.
 * @throws TransloadError E_WRITE when another run holds it for long; and what the work throws.
 */
export async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, NAME);
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
    const owner = ownerOf(path);
    if (isGone(owner)) takeAway(path, owner, folder);
    else if (Date.now() < until) await wait(INTERVAL_MS);
    else
      throw new TransloadError(
        "E_WRITE",
        `another run (process and machine: ${owner}) is writing to ${folder}; if there is none, remove ${path}`,
      );
  }
}

function create(path: string): boolean {
  try {
    const fd = openSync(path, "wx");
    writeSync(fd, `${process.pid} ${thisHost()}`);
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Empty where it is just being made, or released. */
function ownerOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isGone(owner: string): boolean {
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
