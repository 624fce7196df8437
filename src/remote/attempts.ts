// What may do later is asked again.
import { StoreFault } from "./fault.js";
import { delayBefore, LONGEST_S, wait } from "./retry-delay.js";

const RETRIES = 6;

/**
 * The work, done again after a while where its fault may pass.
 * @throws what the last attempt throws, with the number of them.
 */
export async function attempts<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !(error instanceof StoreFault) || !error.passes || (error.wait ?? 0) > LONGEST_S) throw error;
      if (attempt > RETRIES) throw new StoreFault(error.kind, `${error.message}, ${attempt} times`, { cause: error });
      await wait(delayBefore(attempt, error.wait), signal);
    }
  }
}
