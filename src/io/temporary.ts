// Names of what is written before it takes its own, which tell whose it is: `.transload-PID-HOST-WHEN`. What a killed run left
// behind is known by them.
import { existsSync, readdir as readdirCallback, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const NAME = /^\.transload-(\d+)-(?:([0-9a-f]{8})-)?[0-9a-z]+$/;
const HOST_DIGITS = 8;
/** To remove a folder: more than threads that may be opening a file. */
const MOST_ATTEMPTS = 1000;

const readdir = promisify(readdirCallback);

let host: string | undefined;
let made = 0;

/** A name in this folder that no other run has. */
export function temporaryIn(folder: string): string {
  return join(folder, `.transload-${process.pid}-${thisHost()}-${Date.now().toString(36)}${(made++).toString(36)}`);
}

/** Removes what runs on this machine left in the folder whose process is gone. */
export async function sweep(folder: string): Promise<void> {
  try {
    remove(folder, await readdir(folder));
  } catch {
    // somebody else's, or a folder that may be written to and not be listed: they stay
  }
}

/** The same, where nothing else is under way. */
export function sweepSync(folder: string): void {
  try {
    remove(folder, readdirSync(folder));
  } catch {}
}

/**
 * Removes the folder and all that is in it. A thread that had begun to open a file there may put it into what has just been emptied, so this is done
 * until there is none: each of them does it once, and fails when the folder is gone.
 */
export function removeFolder(path: string): void {
  for (let attempts = 1; existsSync(path); attempts++)
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY" || attempts === MOST_ATTEMPTS) throw error;
    }
}

function remove(folder: string, names: readonly string[]): void {
  for (const name of names) if (isLeftover(name)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** A process of another machine may well be alive: its number tells nothing here. */
function isLeftover(name: string): boolean {
  const [, pid, where] = NAME.exec(name) ?? [];
  return pid !== undefined && (where === undefined || where === thisHost()) && !isAlive(Number(pid));
}

/** Whether a process of this machine runs. One that belongs to somebody else cannot be signalled, and does. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The machine, or the container, in a few digits. */
export function thisHost(): string {
  host ??= fnv(hostname()).toString(16).padStart(HOST_DIGITS, "0");
  return host;
}

/** FNV-1a of 32 bits: node:crypto takes longer to load than a small payload to convert. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
