// Servers that fail in every way that they do: what comes of a run, and what is said where it ends.
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type ScoreFileOptions, type ScoreOptions, score, scoreFile, TransloadError } from "../../src/index.js";
import { askedToWait, delayBefore } from "../../src/remote/retry-delay.js";
import { type Fault, type FaultyServer, faultyServer, predict, say } from "../support/faulty-server.js";

const ROWS = 100;
const CSV = `a,b\n${Array.from({ length: ROWS }, (_, i) => `${i},x${i}\n`).join("")}`;
const EXPECTED = `row,prediction\n${Array.from({ length: ROWS }, (_, i) => `${i},${i * 2}\n`).join("")}`;

const dir = mkdtempSync(join(tmpdir(), "transload-score-"));
const input = join(dir, "rows.csv");
writeFileSync(input, CSV);
let server: FaultyServer | undefined;
let files = 0;
afterEach(() => server?.close());
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(fault: Fault, options: Partial<ScoreFileOptions> = {}) {
  server = await faultyServer(fault);
  const output = join(dir, `${files++}.csv`);
  const summary = await scoreFile(input, output, { url: server.url, maxRows: 10, ...options });
  return { output, summary, text: readFileSync(output, "utf8"), server };
}

async function failure(fault: Fault, options: Partial<ScoreFileOptions> = {}): Promise<TransloadError> {
  const error = await run(fault, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(TransloadError);
  return error as TransloadError;
}

describe("answers that come all the same", () => {
  test("out of order, and one of them late", async () => {
    let answered = 0;
    let release = () => {};
    const others = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { text, server } = await run(async ({ number }) => {
      // the others do not wait for the first
      await (number === 0 ? others : sleep(20));
      if (++answered === 9) release();
      return false;
    });
    expect(text).toBe(EXPECTED);
    expect(server.most).toBe(4);
  });

  test("after 429 with Retry-After, in seconds", async () => {
    const times: number[] = [];
    const { text, summary } = await run(({ cells }, response) => {
      if (cells[0] !== 0) return false;
      times.push(performance.now());
      return times.length === 1 && say(response, 429, "slowly", { "retry-after": "1" });
    });
    expect(text).toBe(EXPECTED);
    expect(summary.retries).toBe(1);
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(990);
  });

  test("after bursts of 503, 502, 504, 500, 408 and 425", async () => {
    const said = new Map<unknown, number>();
    const { text, summary } = await run(({ cells }, response) => {
      const times = said.get(cells[0]) ?? 0;
      said.set(cells[0], times + 1);
      return times < 2 && say(response, [503, 502, 504, 500, 408, 425][((cells[0] as number) / 10) % 6] as number, "later");
    });
    expect(text).toBe(EXPECTED);
    expect(summary).toMatchObject({ retries: 20, requests: 30, rows: 100, refused: 0, inFlight: 0 });
  });

  test("after connections that are cut within the answer", async () => {
    const cut = new Set<unknown>();
    const { text, summary } = await run(({ cells }, response) => {
      if (cut.has(cells[0])) return false;
      cut.add(cells[0]);
      response.writeHead(200, { "content-type": "application/json", ...((cells[0] as number) % 20 === 0 && { "content-length": "1000" }) });
      response.write('{"predictions":[');
      setTimeout(() => response.destroy(), 5);
      return true;
    });
    expect(text).toBe(EXPECTED);
    expect(summary.retries).toBe(10);
  });

  test("after requests that hang", async () => {
    let hung = 0;
    const { text } = await run(({ number }) => number === 3 && ++hung > 0, { timeout: 0.5 });
    expect(text).toBe(EXPECTED);
    expect(hung).toBe(1);
  });

  test("after 413: halves, and none as large again", async () => {
    const large: number[] = [];
    const { text, server } = await run(
      ({ cells }, response) => cells.length > 3 && large.push(cells.length) > 0 && say(response, 413, "too large"),
      {
        maxRows: 20,
        concurrency: 1,
      },
    );
    expect(text).toBe(EXPECTED);
    expect(large).toEqual([20, 10, 5]);
    expect(server.asked.at(-1)?.cells.length).toBeLessThanOrEqual(3);
  });

  test("compressed, with parameters and headers", async () => {
    const { text, server } = await run(() => false, {
      compress: "gzip",
      params: { temperature: 0.5 },
      headers: { "x-key": "k" },
    });
    expect(text).toBe(EXPECTED);
    for (const { headers, body } of server.asked) {
      expect(headers).toMatchObject({ "content-encoding": "gzip", "x-key": "k", "content-type": "application/json" });
      expect(headers["accept-encoding"]).toBe("identity");
      expect(body.params).toEqual({ temperature: 0.5 });
    }
  });
});

describe("what ends a run", () => {
  test("retries that are used up", async () => {
    const error = await failure((_, response) => say(response, 503, "down"), { retries: 1 });
    expect(error).toMatchObject({ code: "E_READ" });
    expect(error.message).toContain("answers 503");
    expect(server?.asked.length).toBeGreaterThanOrEqual(2);
  });

  test("a wrong number of predictions", async () => {
    const error = await failure(({ cells }, response) => predict(response, cells.slice(1)));
    expect(error).toMatchObject({ code: "E_ANSWER" });
    expect(error.message).toMatch(/9 predictions are the answer for rows \d+ to \d+, which are 10/);
  });

  test("an answer that is no JSON, or has no predictions", async () => {
    expect(await failure((_, response) => say(response, 200, '{"predictions":[1,2'))).toMatchObject({ code: "E_ANSWER" });
    expect((await failure((_, response) => say(response, 200, { error: "none" }))).message).toContain("no payload");
    expect((await failure((_, response) => say(response, 200, { predictions: 5 }))).message).toContain("a single value");
  });

  test("answers with other columns than those before", async () => {
    const error = await failure(({ cells }, response) =>
      predict(
        response,
        cells.map((cell) => ({ [cells[0] === 0 ? "p" : "q"]: cell })),
      ),
    );
    expect(error).toMatchObject({ code: "E_ANSWER" });
    expect(error.message).toContain("all rows must get the same");
  });

  test("an answer that never ends, in time and in bytes", async () => {
    const endless: Fault = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = () => {
        while (!response.destroyed && response.write("1,".repeat(1 << 15)));
        if (!response.destroyed) response.once("drain", more);
      };
      response.write('{"predictions":[');
      more();
      return true;
    };
    const error = await failure(endless, { maxAnswerBytes: 1 << 20 });
    expect(error).toMatchObject({ code: "E_ANSWER" });
    expect(error.message).toContain("maxAnswerBytes");
    const dripping: Fault = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(" "), 20);
      response.once("close", () => clearInterval(timer));
      return true;
    };
    const late = await failure(dripping, { timeout: 0.3, retries: 0 });
    expect(late).toMatchObject({ code: "E_READ" });
    expect(late.message).toContain("no answer in 0.3 s");
  });

  test.each([
    [401, "token"],
    [403, "may not"],
    [404, "look at the URL"],
    [302, "elsewhere"],
  ])("%i, at once", async (status, remedy) => {
    const error = await failure((_, response) => say(response, status, "no"), { concurrency: 1 });
    expect(error).toMatchObject({ code: "E_READ" });
    expect(error.message).toContain(remedy);
    expect(server?.asked.length).toBe(1);
  });

  test("100 Continue that nobody asked for, at once and by its name", async () => {
    const error = await failure((_, response) => {
      response.writeContinue();
      return false;
    });
    expect(error).toMatchObject({ code: "E_READ" });
    expect(error.message).toContain("the server sent 100 Continue, which nobody asked for");
    expect(error.message).not.toContain("attempts");
  });

  test("nobody who listens", async () => {
    server = await faultyServer();
    const { url } = server;
    await server.close();
    const error = await scoreFile(input, join(dir, "none.csv"), { url, retries: 1 }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "E_READ" });
    expect((error as Error).message).toContain("2 attempts");
  });
});

describe("rows that are refused", () => {
  const bad: Fault = ({ cells }, response) =>
    [17, 18, 63].some((row) => cells.includes(row)) && say(response, 400, { error_code: "BAD_REQUEST", message: "no such thing" });

  test("end the run, with the rows and the server's words", async () => {
    const error = await failure(bad, { concurrency: 1 });
    expect(error).toMatchObject({ code: "E_REFUSED", row: 10 });
    expect(error.message).toContain("answers 400 for rows 10 to 19: no such thing");
  });

  test("are found by halves", async () => {
    const error = await failure(bad, { bisect: true, concurrency: 1 });
    expect(error).toMatchObject({ code: "E_REFUSED", row: 17 });
    expect(error.message).toContain("for row 17: no such thing");
  });

  test("are left out, and listed", async () => {
    const { output, text, summary } = await run(bad, { bisect: true, keepGoing: true, with: ["b"] });
    const left = Array.from({ length: ROWS }, (_, i) => i).filter((row) => ![17, 18, 63].includes(row));
    expect(text).toBe(`row,b,prediction\n${left.map((row) => `${row},x${row},${row * 2}\n`).join("")}`);
    expect(summary).toMatchObject({ rows: 100, refused: 3 });
    const listed = readFileSync(`${output}.refused.jsonl`, "utf8").trimEnd().split("\n");
    expect(listed.map((line) => JSON.parse(line))).toEqual([17, 18, 63].map((row) => ({ row, status: 400, reason: "no such thing" })));
  });

  test.each([
    ["most of them", (row: number) => row >= 10, 130],
    ["every second", (row: number) => row % 2 === 1, 140],
    ["one", (row: number) => row === 77, 13],
    ["the first and the last", (row: number) => row % 99 === 0, 25],
  ])("are found in few requests: %s", async (_, isBad, most) => {
    const refused: Fault = ({ cells }, response) => cells.some((cell) => isBad(cell as number)) && say(response, 400, "no");
    const { output, text, summary } = await run(refused, { bisect: true, keepGoing: true, maxRows: 100 });
    const rows = Array.from({ length: ROWS }, (_, i) => i);
    expect(text).toBe(
      `row,prediction\n${rows
        .filter((row) => !isBad(row))
        .map((row) => `${row},${row * 2}\n`)
        .join("")}`,
    );
    const listed = readFileSync(`${output}.refused.jsonl`, "utf8").trimEnd().split("\n");
    expect(listed.map((line) => JSON.parse(line).row)).toEqual(rows.filter(isBad));
    expect(summary.requests).toBeLessThanOrEqual(most);
  });

  test("are a whole request's without halves", async () => {
    const { summary } = await run(bad, { keepGoing: true });
    expect(summary.refused).toBe(20);
  });

  test("all of them", async () => {
    const error = await failure((_, response) => say(response, 422, { message: "no such feature" }), { keepGoing: true });
    expect(error).toMatchObject({ code: "E_REFUSED" });
    const output = join(dir, `${files - 1}.csv`);
    expect(error.message).toMatch(/the server answers 422: no such feature; .*\.csv\.refused\.jsonl lists the rows$/);
    const listed = readFileSync(`${output}.refused.jsonl`, "utf8").trimEnd().split("\n");
    expect(listed).toHaveLength(ROWS);
    expect(JSON.parse(listed[7] as string)).toEqual({ row: 7, status: 422, reason: "no such feature" });
    // the run is over: another may begin
    expect([existsSync(output), existsSync(`${output}.transload-score`)]).toEqual([false, false]);
  });

  test("by a server that says 500 for them, again and again", async () => {
    const error = await failure(({ cells }, response) => cells.includes(42) && say(response, 500, "cannot"), {
      bisect: true,
      retries: 1,
      concurrency: 1,
    });
    expect(error).toMatchObject({ code: "E_REFUSED", row: 42 });
  });
});

describe("the library", () => {
  const options = async (fault?: Fault, more: Partial<ScoreOptions> = {}): Promise<ScoreOptions> => {
    server = await faultyServer(fault);
    return { url: server.url, maxRows: 10, ...more };
  };

  test("says the host that a caller names, for a server that is told by it", async () => {
    const own = await options(undefined, { headers: { Host: "models.example" } });
    for await (const _ of score(input, own));
    expect(server?.asked[0]?.headers.host).toBe("models.example");
  });

  test("gives pieces in the order of the rows", async () => {
    const firsts: number[] = [];
    const values: number[] = [];
    for await (const piece of score(input, await options(() => sleep(Math.random() * 30).then(() => false)))) {
      firsts.push(piece.firstRow);
      expect(piece).toMatchObject({ rows: 10, columns: ["prediction"], attempts: 1, refused: [] });
      for await (const batch of piece.batches()) values.push(...(batch.column("prediction").values as Float64Array));
    }
    expect(firsts).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(values).toEqual(Array.from({ length: ROWS }, (_, i) => i * 2));
  });

  test("sends no more than its reader reads", async () => {
    const own = await options();
    const reader = score(input, { ...own, concurrency: 2, maxRows: 1 })[Symbol.asyncIterator]();
    await reader.next();
    await sleep(300);
    // one was given; two wait, and two are under way or wait
    expect(server?.asked.length).toBeLessThanOrEqual(6);
    await reader.return?.();
    await sleep(50);
    const asked = server?.asked.length;
    await sleep(100);
    expect(server?.asked.length).toBe(asked);
  });

  test("ends what is under way with its reader", async () => {
    const closed: Promise<unknown>[] = [];
    const own = await options(({ cells }, response) => {
      if (cells[0] === 0) return false;
      closed.push(once(response, "close"));
      return true;
    });
    for await (const _ of score(input, own)) break;
    expect(await Promise.race([Promise.all(closed).then(() => "closed"), sleep(2000)])).toBe("closed");
  });

  test("ends by a signal", async () => {
    const ending = new AbortController();
    const own = await options(() => true, { signal: ending.signal });
    setTimeout(() => ending.abort(), 100);
    await expect(score(input, own)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "E_ABORT" });
  });

  test("refuses what cannot be, at once", () => {
    expect(() => score(input, { url: "ftp://x" })).toThrow("begins with http");
    expect(() => score(input, { url: "http://127.0.0.1:1/nothing" })).toThrow("does not tell");
    expect(() => score(input, { url: "http://127.0.0.1:1", for: "oip" })).toThrow("modelName");
    expect(() => score(input, { url: "http://127.0.0.1:1", for: "vertex" })).toThrow("no route");
    expect(() => score(input, { url: "http://127.0.0.1:1/score", concurency: 1 } as ScoreOptions)).toThrow("did you mean concurrency");
    expect(() => score(input, { url: "http://127.0.0.1:1/v1/models/m:predict", params: { a: 1 } })).toThrow("no place for parameters");
    for (const name of ["Expect", "keep-alive", "Upgrade", "Transfer-Encoding", "Connection", "Content-Length"])
      expect(() => score(input, { url: "http://127.0.0.1:1/score", headers: { [name]: "secret" } })).toThrow(
        expect.objectContaining({
          code: "E_OPTION",
          message: expect.stringMatching(new RegExp(`^the header ${name} [^:]*; leave it out$`)),
        }),
      );
  });
});

test("waiting: at random up to twice as long each time, and not less than the server asks", () => {
  for (let attempt = 1; attempt < 12; attempt++) {
    const delays = Array.from({ length: 200 }, () => delayBefore(attempt, undefined));
    expect(Math.max(...delays)).toBeLessThanOrEqual(Math.min(30_000, 250 * 2 ** (attempt - 1)));
    expect(new Set(delays).size).toBeGreaterThan(100);
  }
  expect(delayBefore(1, 7)).toBeGreaterThanOrEqual(7000);
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(askedToWait(new Headers({ "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }), now)).toBe(9);
  expect(askedToWait(new Headers({ "retry-after": "120" }), now)).toBe(120);
  expect(askedToWait(new Headers({ "retry-after": "soon" }), now)).toBeUndefined();
});
