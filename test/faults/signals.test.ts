import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { finish, folder, large, shell, start, transload } from "../support/command-line.js";
import { digest, hidden, manifestOf, rounds, rows } from "../support/left-behind.js";

const dir = folder();
const CSV = join(dir, "rows.csv");
const COLUMNS = join(dir, "columns.json");
const MIB = 2 ** 20;

beforeAll(() => {
  writeFileSync(CSV, rows(200_000));
  const cells = Array.from({ length: 100_000 }, (_, i) => i).join(",");
  writeFileSync(COLUMNS, `{"inputs":{"a":[${cells}],"b":[${cells}]}}`);
});

/** What is killed: its call for this folder, and what it should have written there. */
const WAYS = {
  convert: (out: string) => [CSV, "-t", "mlflow", "-o", join(out, "x.json")],
  parquet: (out: string) => [CSV, "-o", join(out, "x.parquet")],
  pieces: (out: string) => [CSV, "-t", "mlflow", "--max-rows", "2000", "-o", join(out, "{000}.json")],
  spill: (out: string) => [COLUMNS, "-t", "csv", "-o", join(out, "x.csv"), "--spill-dir", out],
} as const;

describe.each(Object.entries(WAYS))("kill -9 at any moment: %s", { concurrent: true }, (way, callOf) => {
  test("leaves all of it or nothing of it, and the next run sweeps up", async () => {
    const whole = mkdtempSync(join(dir, "whole-"));
    const started = Date.now();
    expect((await transload(["convert", ...callOf(whole)])).code).toBe(0);
    const lasts = Date.now() - started;
    const expected = outputs(whole);
    const out = mkdtempSync(join(dir, "killed-"));
    let killed = 0;
    for (let i = 0; i < rounds(5); i++) {
      const before = outputs(out);
      const child = start(["convert", ...callOf(out)]);
      await Promise.race([once(child, "exit"), wait((lasts * ((i * 0.618) % 1)) | 0)]);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      if (child.signalCode) killed++;
      const after = outputs(out);
      // whole, as it was, or (among pieces that are being put in place) without a manifest
      if (way !== "pieces") expect([before, expected]).toContainEqual(after);
      else if (manifestOf(out)) expect(after).toEqual(expected);
      if (way === "pieces") expect(manifestOf(out) ?? []).toEqual(existsSync(join(out, "manifest.json")) ? manifestOf(whole) : []);
    }
    expect(killed).toBeGreaterThan(0);
    expect((await transload(["convert", ...callOf(out), "-q"])).code).toBe(0);
    expect(outputs(out)).toEqual(expected);
    expect(hidden(out)).toEqual([]);
  }, 900_000);
});

/** Digests of what lies in a folder under names of its own; a spill has none. */
function outputs(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.startsWith(".transload-") && !name.startsWith("transload-"));
  return Object.fromEntries(names.map((name) => [name, digest(readFileSync(join(folder, name)))]));
}

describe("a named pipe with nobody at its other end", () => {
  const SIGNALS = [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const;
  const ENDS: Readonly<Record<string, (pipe: string) => string[]>> = {
    read: (pipe) => ["convert", pipe, "-t", "mlflow"],
    inspected: (pipe) => ["inspect", pipe],
    written: (pipe) => ["convert", CSV, "-t", "mlflow", "-o", pipe],
    "of a model": (pipe) => ["convert", CSV, "-t", "mlflow", "--model", pipe],
  };
  function newPipe(name: string): string {
    const path = join(dir, name);
    spawnSync("mkfifo", [path]);
    return path;
  }

  test.concurrent.each(SIGNALS.flatMap(([signal, code]) => Object.entries(ENDS).map(([end, callOf]) => ({ signal, code, end, callOf }))))(
    "$end: $signal ends it",
    async ({ signal, code, end, callOf }) => {
      const child = start(callOf(newPipe(`${end} ${signal}`)));
      await started(child);
      const at = Date.now();
      child.kill(signal);
      setTimeout(() => child.kill("SIGKILL"), 5000).unref();
      const [exit, by] = (await once(child, "exit")) as [number | null, string | null];
      // by its own hand or by the signal's: a shell sees the same
      expect([exit, by]).toEqual(exit === null ? [null, signal] : [code, null]);
      expect(Date.now() - at).toBeLessThan(2000);
    },
  );

  test("is waited for, and then read, or written, to its end", async () => {
    const pipe = newPipe("pipe");
    const reading = start(["convert", pipe, "-f", "csv", "-t", "jsonl"]);
    await started(reading);
    const read = finish(reading);
    await shell(`cat rows.csv > pipe`, dir);
    const { code, out } = await read;
    expect({ code, lines: out.split("\n").length }).toEqual({ code: 0, lines: 200_001 });
    const writing = start(["convert", CSV, "-t", "jsonl", "-o", pipe]);
    await started(writing);
    expect((await shell("cat pipe", dir)).out).toBe(out);
    expect((await finish(writing)).code).toBe(0);
  });
});

/** The process has got as far as it gets without the other end. */
async function started(child: ChildProcess): Promise<void> {
  child.stderr?.resume();
  await wait(700);
  expect(child.exitCode).toBeNull();
}

describe("a reader that leaves, or is slow", () => {
  test("ends it quietly when it has enough", async () => {
    const path = join(dir, "large.json");
    writeFileSync(path, large(20e6));
    for (const call of ["convert large.json -t mlflow", "convert rows.csv -t mlflow --max-rows 10 --lines", "inspect columns.json --json"])
      expect(await shell(`transload ${call} | head -c 5 | wc -c; exit \${PIPESTATUS[0]}`, dir)).toMatchObject({ code: 0, err: "" });
  });

  test("does not make it stop when it is the reader of warnings that leaves", async () => {
    writeFileSync(join(dir, "params.json"), '{"inputs":[[1,2]],"params":{"a":1}}');
    const { out } = await shell(
      "(transload convert params.json -t tfserving -o quiet.json; echo $? >&3) 2>&1 3>code | true; cat code",
      dir,
    );
    expect(out).toBe("0\n");
    expect(existsSync(join(dir, "quiet.json"))).toBe(true);
  });

  test("does not make it take more memory", async () => {
    const path = join(dir, "slow.json");
    writeFileSync(path, large(64e6));
    const calls = [
      [path, "-t", "mlflow"],
      [path, "-t", "csv"],
      [path, "-t", "mlflow", "--max-rows", "5000", "--lines"],
    ];
    const slowly = async (call: readonly string[]) => {
      const child = start(["convert", ...call]);
      await wait(1500);
      expect(child.exitCode).toBeNull();
      const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
      expect(Number(kibibytes) * 1024, call.join(" ")).toBeLessThan(160 * MIB);
      child.kill("SIGKILL");
      await once(child, "close");
    };
    await Promise.all(calls.map(slowly));
  });
});

describe("an input that is written to while it is read", () => {
  const text = rows(1_000_000);
  const other = text.replaceAll(",", ";");
  const path = join(dir, "changing.csv");
  test.each([
    ["grows", () => writeFileSync(path, "1,2\n", { flag: "a" })],
    ["shrinks", () => truncateSync(path, 12e6)],
    ["is written anew", () => writeFileSync(path, other)],
  ])("is refused when it %s", async (_, change) => {
    for (const line of ["convert changing.csv -t jsonl", "convert -f csv -t jsonl < changing.csv"]) {
      writeFileSync(path, text);
      const own = mkdtempSync(join(dir, "changing-"));
      // nobody reads what it writes but for the first bytes, so that it waits until there is a change
      const reader = `(head -c 9 > ${own}/begun; until [ -e ${own}/changed ]; do sleep 0.05; done; cat > /dev/null)`;
      const run = shell(`transload ${line} | ${reader}; exit \${PIPESTATUS[0]}`, dir);
      while (!existsSync(join(own, "begun")) || readFileSync(join(own, "begun")).length === 0) await wait(20);
      change();
      writeFileSync(join(own, "changed"), "");
      const { code, err } = await run;
      // in most cases it is told at the end; what was read may have been no table before
      expect([1, 3]).toContain(code);
      expect(err).toMatch(/E_(READ: (changing.csv|standard input) was written to|RAGGED|COLUMNS|SYNTAX|TRUNCATED)/);
    }
  });

  test("and is refused by a program that reads its path", async () => {
    const { readBatches } = await import("../../src/index.js");
    const path = join(dir, "batches.csv");
    writeFileSync(path, rows(500_000));
    const read = async () => {
      for await (const { rowOffset } of readBatches(path)) if (rowOffset === 0) writeFileSync(path, "1,2\n", { flag: "a" });
    };
    await expect(read()).rejects.toMatchObject({ code: "E_READ" });
  });
});
