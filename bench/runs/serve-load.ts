// Requests to a URL, by so many connections that stay open, each with one request at a time: how long each took, and how many there were.
import { Pool } from "undici";
import { given, report } from "./report.js";

const { url, body, seconds, connections, warm } = given<{
  url: string;
  body: string;
  seconds: number;
  connections: number;
  /** Requests before the clock runs. */
  warm: number;
}>();

const { origin, pathname: path } = new URL(url);
const pool = new Pool(origin, { connections, pipelining: 1 });
const headers = { "content-type": "application/json" };

async function ask(): Promise<void> {
  const answer = await pool.request({ method: "POST", path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text.slice(0, 200)}`);
}

async function worker(until: () => boolean, told: (milliseconds: number) => void): Promise<void> {
  while (until()) {
    const begun = performance.now();
    await ask();
    told(performance.now() - begun);
  }
}

let left = warm;
await Promise.all(
  Array.from({ length: connections }, () =>
    worker(
      () => left-- > 0,
      () => {},
    ),
  ),
);
const took: number[] = [];
const begun = performance.now();
const end = begun + seconds * 1000;
await Promise.all(
  Array.from({ length: connections }, () =>
    worker(
      () => performance.now() < end,
      (milliseconds) => took.push(milliseconds),
    ),
  ),
);
const elapsed = (performance.now() - begun) / 1000;
took.sort((a, b) => a - b);
const quantile = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] as number;
await pool.close();
report({ seconds: elapsed, rate: took.length / elapsed, p50: quantile(0.5), p99: quantile(0.99) });
