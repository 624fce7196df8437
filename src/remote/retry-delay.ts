// How long to wait for a server that may answer later.
import { setTimeout as sleep } from "node:timers/promises";

/** Statuses of a server that is busy, restarting, or too slow: the same request may be answered later. */
const PASSING: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

const BASE_MS = 250;
const MOST_MS = 30_000;
/** A server that asks for more time than this is not waited for. */
export const LONGEST_S = 600;

export function mayPass(status: number): boolean {
  return PASSING.includes(status);
}

/**
 * Milliseconds before attempt `attempt` (from 1) is repeated: at random up to a bound that doubles each time ("full jitter"), so that requests
 * which failed together do not come again together. Not less than the server asks for.
 */
export function delayBefore(attempt: number, asked: number | undefined): number {
  const own = Math.random() * Math.min(MOST_MS, BASE_MS * 2 ** (attempt - 1));
  return Math.max(own, (asked ?? 0) * 1000);
}

/** Seconds that Retry-After asks for, as a number or as a date (RFC 9110, 10.2.3); undefined where it says neither. */
export function askedToWait(headers: Headers, now = Date.now()): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}
