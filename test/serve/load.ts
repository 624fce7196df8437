// npm run load: 200 clients of mixed dialects ask a gateway for LOAD minutes (10), and each must get its own predictions. Every ten seconds
// the gateway's memory is told; at the end it must be what it was once all was warm.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { SPEECHES, type Speech, speakingServer } from "../support/speaking-server.js";

const CLIENTS = 200;
const MINUTES = Number(process.env.LOAD ?? 10);
const EVERY_MS = 10_000;
/** Until here buffers and compiled code still grow. */
const WARM_MS = Math.min(60_000, MINUTES * 20_000);
/** MiB that the least of the last third may lie above the least of the first, once warm. */
const MOST_GROWN = { heap: 8, resident: 48 };
const ACCEPTS = ["mlflow", "databricks", "azureml", "tfserving", "triton", "seldon"];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Sample {
  readonly at: number;
  /** MiB, after garbage has been collected. */
  readonly heap: number;
  readonly resident: number;
}

const upstream = await speakingServer("mlflow", async () => {
  // answers overtake each other
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
  return false;
});
const program = fileURLToPath(new URL("load-gateway.ts", import.meta.url));
const options = JSON.stringify({ upstream: upstream.url, speaks: "mlflow", accepts: ACCEPTS });
const gateway = spawn(process.execPath, ["--expose-gc", "--import", "tsx", program, options], { stdio: ["ignore", "pipe", "inherit"] });
process.once("exit", () => gateway.kill("SIGKILL"));
const [said] = (await once(gateway.stdout.setEncoding("utf8"), "data")) as [string];
const url = said.trim();
const dispatcher = new Agent({ connections: CLIENTS, headersTimeout: 0, bodyTimeout: 0 });

const begun = Date.now();
const end = begun + MINUTES * 60_000;
const counts = { answered: 0, rows: 0, refused: 0, left: 0 };
const wrong: string[] = [];
const samples: Sample[] = [];

/** One request of a client's. Most are short; some stream, some are broken, and from some the client goes away. */
async function ask(client: number, number: number): Promise<void> {
  const dialect = ACCEPTS[Math.floor(Math.random() * ACCEPTS.length)] as string;
  const speech = SPEECHES[dialect] as Speech;
  const lot = Math.random();
  const count = lot < 0.01 ? 20_000 : 1 + Math.floor(Math.random() * 40);
  // what nobody else asks for
  const values = Array.from({ length: count }, (_, i) => client * 1e9 + (number % 1e4) * 1e5 + i + 0.5);
  const whole = speech.request(values.map((value) => [1, value]));
  const isBroken = lot > 0.97;
  const isLeaving = !isBroken && lot > 0.94;
  const call = request(url + speech.path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: isBroken ? whole.slice(0, -2) : whole,
    dispatcher,
    ...(isLeaving && { signal: AbortSignal.timeout(Math.floor(Math.random() * 30)) }),
  });
  try {
    const { statusCode, body } = await call;
    const text = await body.text();
    if (isBroken) {
      if (statusCode !== 400) wrong.push(`${dialect}: ${statusCode} for a broken request: ${text.slice(0, 200)}`);
      counts.refused++;
      return;
    }
    if (statusCode !== 200) return void wrong.push(`${dialect}: ${statusCode}: ${text.slice(0, 200)}`);
    const got = speech.values(JSON.parse(text));
    if (got.length !== count || got.some((value, i) => value !== values[i]))
      wrong.push(`${dialect}: ${count} rows of client ${client}, and other predictions: ${text.slice(0, 200)}`);
    counts.answered++;
    counts.rows += count;
  } catch (error) {
    if (!isLeaving) throw error;
    counts.left++;
  }
}

async function client(number: number): Promise<void> {
  for (let i = 0; Date.now() < end && wrong.length === 0; i++) await ask(number, i);
}

async function watch(): Promise<void> {
  while (Date.now() < end && wrong.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const { body } = await request(`${url}/memory`, { dispatcher });
    const { heapUsed, rss } = (await body.json()) as { heapUsed: number; rss: number };
    const sample = { at: Date.now() - begun, heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 };
    samples.push(sample);
    const { answered, rows, refused, left } = counts;
    say(
      `${Math.round(sample.at / 1000)} s: heap ${sample.heap.toFixed(1)} MiB, resident ${sample.resident.toFixed(0)} MiB; ` +
        `${answered} answered (${rows} rows), ${refused} refused, ${left} left`,
    );
  }
}

await Promise.all([watch(), ...Array.from({ length: CLIENTS }, (_, i) => client(i + 1))]);
const failed = [...wrong.slice(0, 5), ...grown()];
for (const line of failed) say(`FAILED  ${line}`);
if (failed.length === 0) say(`passed  ${counts.answered} answers, each to its own client`);
process.exit(failed.length > 0 || counts.answered === 0 ? 1 : 0);

/** What has grown since all was warm. */
function grown(): string[] {
  const warm = samples.filter(({ at }) => at >= WARM_MS);
  const third = Math.max(1, Math.floor(warm.length / 3));
  return (["heap", "resident"] as const).flatMap((what) => {
    const least = (some: readonly Sample[]): number => Math.min(...some.map((sample) => sample[what]));
    const by = least(warm.slice(-third)) - least(warm.slice(0, third));
    say(`${what}: ${least(warm.slice(0, third)).toFixed(1)} MiB, and ${least(warm.slice(-third)).toFixed(1)} MiB at the end`);
    return by > MOST_GROWN[what] ? [`${what} grew by ${by.toFixed(1)} MiB`] : [];
  });
}
