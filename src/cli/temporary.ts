// Names of what is written before it takes its own, which tell whose it is: `.transload-PID-HOST-WHEN`. What a killed run left
// behind is known by them.
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

const NAME = /^\.transload-(\d+)-(?:([0-9a-f]{8})-)?[0-9a-z]+$/;
const HOST_DIGITS = 8;

let host: string | undefined;
let made = 0;

/** A name in this folder that no other run has. */
export function temporaryIn(folder: string): string {
  return join(folder, `.transload-${process.pid}-${thisHost()}-${Date.now().toString(36)}${(made++).toString(36)}`);
}

/** Removes what runs on this machine left in the folder whose process is gone. */
export async function sweep(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) if (isLeftover(name)) rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // somebody else's, or a folder that may be written to and not be listed: they stay
  }
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
  host ??= createHash("sha256").update(hostname()).digest("hex").slice(0, HOST_DIGITS);
  return host;
}
