// Runs that are ended, and go on: the same answers as of a run that was not; and the journals that may not be gone on with.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ScoreFileOptions, scoreFile } from "../../src/index.js";
import { type Fault, type FaultyServer, faultyServer, say } from "../support/faulty-server.js";

const CLI = fileURLToPath(new URL("../../dist/cli/main.cjs", import.meta.url));
const ROWS = 400;
const dir = mkdtempSync(join(tmpdir(), "transload-resume-"));
const input = join(dir, "rows.csv");
const output = join(dir, "p.csv");
const folder = `${output}.transload-score`;
let server: FaultyServer;
let fault: Fault = () => false;

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(output, { force: true });
  writeFileSync(input, `a,b\n${Array.from({ length: ROWS }, (_, i) => `${i},x${i}\n`).join("")}`);
  fault = () => false;
  server = await faultyServer((asked, response) => fault(asked, response));
});
afterEach(() => server.close());
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const EXPECTED = `row,b,prediction\n${Array.from({ length: ROWS }, (_, i) => `${i},x${i},${i * 2}\n`).join("")}`;

function run(options: Partial<ScoreFileOptions> = {}) {
  return scoreFile(input, output, { url: server.url, maxRows: 10, with: ["b"], ...options });
}

/** Ends a run when so many requests have been answered, and most of the answers are written down: an answer on its way counts for nothing. */
async function ended(after = 15): Promise<void> {
  fault = async ({ number }, response) => {
    if (number < after) return false;
    while (answersKept() < after - 4 && !response.destroyed) await sleep(5);
    return say(response, 401, "no");
  };
  await expect(run({ headers: { authorization: "Bearer hush-hush" } })).rejects.toMatchObject({ code: "E_READ" });
  fault = () => false;
  server.asked.length = 0;
}

/** Lines of the journal behind its first. */
function answersKept(): number {
  const journal = join(folder, "journal.jsonl");
  return existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length - 2 : 0;
}

describe("a run that was ended", () => {
  test("goes on, and asks nothing twice", async () => {
    await ended();
    expect(existsSync(output)).toBe(false);
    const summary = await run({ resume: true });
    expect(readFileSync(output, "utf8") === EXPECTED).toBe(true);
    expect(summary.rows).toBe(ROWS);
    expect(summary.requests).toBeLessThan(30);
    expect(readdirSync(dir).sort()).toEqual(["p.csv", "rows.csv"]);
  });

  test("goes on from a journal whose end is torn", async () => {
    await ended();
    const journal = join(folder, "journal.jsonl");
    truncateSync(journal, statSync(journal).size - 7);
    appendFileSync(join(folder, "answers.jsonl"), '{"prediction":');
    await run({ resume: true });
    expect(readFileSync(output, "utf8") === EXPECTED).toBe(true);
  });

  test("goes on as a run of its own where there is none", async () => {
    await run({ resume: true });
    expect(readFileSync(output, "utf8") === EXPECTED).toBe(true);
  });

  test("is not begun anew by accident", async () => {
    await ended();
    await expect(run()).rejects.toThrow("go on with it by resume");
  });

  test("keeps no secret", async () => {
    await ended();
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), "utf8")).not.toContain("hush");
  });

  test("with rows refused goes on without them", async () => {
    const bad: Fault = ({ cells }, response) => cells.includes(7) && say(response, 400, "bad");
    fault = ({ cells, number }, response) => (number >= 15 ? say(response, 401, "no") : cells.includes(7) && say(response, 400, "bad"));
    await expect(run({ keepGoing: true, bisect: true, concurrency: 1 })).rejects.toMatchObject({ code: "E_READ" });
    fault = bad;
    await run({ keepGoing: true, bisect: true, resume: true });
    expect(readFileSync(output, "utf8") === EXPECTED.replace("7,x7,14\n", "")).toBe(true);
    expect(readFileSync(`${output}.refused.jsonl`, "utf8")).toBe('{"row":7,"status":400,"reason":"bad"}\n');
    rmSync(`${output}.refused.jsonl`);
  });
});

describe("what changed", () => {
  test.each<[what: string, change: () => void, options: Partial<ScoreFileOptions>]>([
    ["the payload's time", () => utimesSync(input, 1, 1), {}],
    ["the payload's size", () => appendFileSync(input, "1,x\n"), {}],
    ["options", () => {}, { maxRows: 11 }],
    ["options", () => {}, { params: { a: 1 } }],
    ["model", () => {}, { fingerprint: "other" }],
  ])("%s", async (what, change, options) => {
    await ended();
    change();
    await expect(run({ resume: true, ...options })).rejects.toThrow(`is of another run: ${what} changed; remove it`);
    expect(server.asked.length).toBe(0);
  });

  test("what stands behind the URL's ?, which the journal does not tell", async () => {
    const at = (version: string) => ({ url: `${server.url}?version=${version}` });
    fault = ({ number }, response) => number >= 15 && say(response, 401, "no");
    await expect(run({ ...at("secret-1"), concurrency: 1 })).rejects.toMatchObject({ code: "E_READ" });
    fault = () => false;
    expect(readFileSync(join(folder, "journal.jsonl"), "utf8")).not.toContain("secret");
    await expect(run({ ...at("2"), resume: true })).rejects.toThrow("is of another run: options changed; remove it");
    await run({ ...at("secret-1"), resume: true });
    expect(readFileSync(output, "utf8") === EXPECTED).toBe(true);
  });

  test("the payload's bytes, of one size and time", async () => {
    await ended();
    const { atime, mtime } = statSync(input);
    writeFileSync(input, readFileSync(input, "utf8").replace("x3\n", "y3\n"));
    utimesSync(input, atime, mtime);
    await expect(run({ resume: true })).rejects.toThrow(/the payload(?:'s time)? changed/);
  });
});

test("two runs into one file: the second waits, and says so", async () => {
  fault = async () => sleep(200).then(() => false);
  const first = run();
  await sleep(100);
  // the first is done before the second has waited long enough to give up
  await expect(Promise.all([first, run()])).resolves.toHaveLength(2);
  expect(readFileSync(output, "utf8") === EXPECTED).toBe(true);
}, 60_000);

/** Numbers that look drawn, the same for the same seed (mulberry32). */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SEED = Number(process.env.FUZZ_SEED ?? 14);

test(`killed at twenty moments (FUZZ_SEED=${SEED})`, async () => {
  const random = drawn(SEED);
  // slow enough to be killed in the middle; large requests are halved, and some answers come late
  fault = async ({ cells }, response) => {
    await sleep(5 + random() * 20);
    return cells.length > 6 && say(response, 413, "too large");
  };
  const call = ["score", input, "--url", server.url, "--with", "b", "--max-rows", "10", "-o", output, "--quiet"];
  const whole = spawn(process.execPath, [CLI, ...call]);
  const began = performance.now();
  const [code] = (await once(whole, "exit")) as [number];
  const took = performance.now() - began;
  expect(code).toBe(0);
  const expected = readFileSync(output);
  expect(expected.toString() === EXPECTED).toBe(true);
  rmSync(output);
  let killed = 0;
  let kept = 0;
  while (killed < 20) {
    const child = spawn(process.execPath, [CLI, ...call, "--resume"]);
    const exited = once(child, "exit") as Promise<[number | null, string | null]>;
    // from before the journal begins to behind the end of what is left
    const moment = sleep(random() * took * 0.9);
    await Promise.race([exited, moment]);
    child.kill("SIGKILL");
    const [, signal] = await exited;
    if (signal === "SIGKILL") {
      killed++;
      if (existsSync(join(folder, "journal.jsonl")))
        kept = Math.max(kept, readFileSync(join(folder, "journal.jsonl"), "utf8").split("\n").length);
      if (existsSync(output)) expect(readFileSync(output).equals(expected)).toBe(true);
      continue;
    }
    expect(readFileSync(output).equals(expected)).toBe(true);
    rmSync(output);
  }
  expect(kept).toBeGreaterThan(2);
  const last = spawn(process.execPath, [CLI, ...call, "--resume"]);
  expect(await once(last, "exit")).toEqual([0, null]);
  expect(readFileSync(output).equals(expected)).toBe(true);
  expect(readdirSync(dir).sort()).toEqual(["p.csv", "rows.csv"]);
}, 180_000);
