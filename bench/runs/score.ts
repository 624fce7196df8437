// A file to a server and back: by score(), by scoreFile(), or by a bare loop over undici, which has all requests in memory before it begins.
import { rmSync } from "node:fs";
import { Pool } from "undici";
import { score, scoreFile, split } from "../library.js";
import { given, report } from "./report.js";

const CONCURRENCY = 4;

const { input, url, maxRows, how, output } = given<{
  input: string;
  url: string;
  maxRows: number;
  how: "score" | "scoreFile" | "bare";
  output: string;
}>();

const options = { url, maxRows, concurrency: CONCURRENCY };
const run = { score: byScore, scoreFile: byScoreFile, bare: bare }[how];
const { seconds, rows } = await run();
report({ seconds, check: `${rows} rows` });

interface Done {
  readonly seconds: number;
  readonly rows: number;
}

async function timed(work: () => Promise<number>): Promise<Done> {
  const started = performance.now();
  const rows = await work();
  return { seconds: (performance.now() - started) / 1000, rows };
}

function byScore(): Promise<Done> {
  return timed(async () => {
    let rows = 0;
    for await (const piece of score(input, options)) rows += piece.rows;
    return rows;
  });
}

async function byScoreFile(): Promise<Done> {
  const done = await timed(async () => (await scoreFile(input, output, options)).rows);
  rmSync(output);
  return done;
}

async function bare(): Promise<Done> {
  const bodies: Buffer[] = [];
  for await (const piece of split(input, { to: "mlflow", maxRows })) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of piece) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks));
  }
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: CONCURRENCY, pipelining: 1 });
  const done = await timed(async () => {
    let rows = 0;
    const worker = async () => {
      for (let body = bodies.shift(); body; body = bodies.shift()) {
        const answer = await pool.request({ method: "POST", path, headers: { "content-type": "application/json" }, body });
        rows += ((await answer.body.json()) as { predictions: number[] }).predictions.length;
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return rows;
  });
  await pool.close();
  return done;
}
