// What is put right before the process leaves, however it does: by its own end, an error, or a signal.
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const duties = new Set<() => void>();
/** Files being opened, each by a thread that may wait for long. */
let opening = 0;

/** Has this done when the process leaves; returns the way to call it off. */
export function beforeLeaving(duty: () => void): () => void {
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
      putRight();
      // process.exit() would wait for the thread; the signal's own effect does not, and gives a shell the same code
      if (opening > 0) process.kill(process.pid, signal);
      else process.exit(128 + constants.signals[signal]);
    });
}

function putRight(): void {
  for (const duty of duties) {
    duties.delete(duty);
    duty();
  }
}
