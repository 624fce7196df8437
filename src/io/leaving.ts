// What is put right before the process leaves, however it does: by its own end, an error, or a signal.
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How long a signal waits for what is put right elsewhere. */
const GRACE_MS = 5000;

type Duty = () => void | Promise<void>;

const duties = new Set<Duty>();
/** Files being opened, each by a thread that may wait for long. */
let opening = 0;

/**
 * Has this done when the process leaves; returns the way to call it off. What takes a while is waited for where a signal ends the process, for some
 * seconds, unless a second one comes.
 */
export function beforeLeaving(duty: Duty): () => void {
  duties.add(duty);
  return () => void duties.delete(duty);
}

/** Work that may wait for what is not ours: a slow mount, a disk that is away. A signal ends the process all the same. */
export async function interruptibly<T>(work: Promise<T>): Promise<T> {
  opening++;
  try {
    return await work;
  } finally {
    opening--;
  }
}

let ending: (() => void) | undefined;

/** The first SIGTERM or SIGINT does this instead of ending the process; the second has the signal's own effect. */
export function onFirstSignal(end: () => void): void {
  ending = end;
}

/** From now on the process leaves tidily. */
export function leaveTidily(): void {
  process.once("exit", putRight);
  for (const signal of SIGNALS)
    process.once(signal, () => {
      if (ending && signal !== "SIGHUP") return ending();
      const waiting = putRight();
      if (waiting.length === 0) leave(signal);
      else setTimeout(leave, GRACE_MS, signal);
      void Promise.allSettled(waiting).then(() => leave(signal));
    });
}

function leave(signal: NodeJS.Signals): void {
  // process.exit() would wait for the thread; the signal's own effect does not, and gives a shell the same code
  if (opening > 0) process.kill(process.pid, signal);
  else process.exit(128 + constants.signals[signal]);
}

function putRight(): Promise<void>[] {
  const waiting: Promise<void>[] = [];
  for (const duty of duties) {
    duties.delete(duty);
    try {
      const wait = duty();
      if (wait) waiting.push(wait);
    } catch {
      // what is left is swept by the next run; the others' duties are done, and the process ends as it was to end
    }
  }
  return waiting;
}
