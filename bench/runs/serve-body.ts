// One body after the other to a URL, all of them the same file's bytes: how long each took.
import { readFileSync } from "node:fs";
import { Client } from "undici";
import { given, report } from "./report.js";

const { url, file, bodies } = given<{ url: string; file: string; bodies: number }>();
const { origin, pathname: path } = new URL(url);
const body = readFileSync(file);
const client = new Client(origin, { headersTimeout: 0, bodyTimeout: 0 });
const headers = { "content-type": "application/json" };
const took: number[] = [];
for (let i = 0; i < bodies; i++) {
  const begun = performance.now();
  const answer = await client.request({ method: "POST", path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text.slice(0, 200)}`);
  took.push((performance.now() - begun) / 1000);
}
await client.close();
took.sort((a, b) => a - b);
report({ seconds: took[took.length >> 1] as number });
