import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { thisHost } from "../../src/io/temporary.js";
import { folder, shell, transload } from "../support/command-line.js";
import { digest, hidden, manifestOf, rounds, rows } from "../support/left-behind.js";

const dir = folder();
const CSV = join(dir, "rows.csv");
const BEFORE = "before";

/** Every way to a file, and what it is called with. */
const WAYS = {
  file: "transload convert rows.csv -t mlflow -o out.json",
  compressed: "transload convert rows.csv -t mlflow -o out.json.gz",
  parquet: "transload convert rows.csv -o out.parquet --codec none",
  npz: "transload convert rows.csv -o out.npz",
  lines: "transload convert rows.csv -t mlflow --max-rows 3000 --lines -o out.jsonl",
  redirected: "transload convert rows.csv -t mlflow > out.redirected",
  pieces: "transload convert rows.csv -t mlflow --max-rows 3000 -o 'pieces/{000}.json'",
  "compressed pieces": "transload convert rows.csv -t mlflow --max-rows 3000 -o 'pieces/{000}.json.zst'",
} as const;

beforeAll(() => writeFileSync(CSV, rows(20_000)));

/** A folder with the input in it; in the places of outputs lies what an earlier run wrote. */
function fresh(): string {
  const path = mkdtempSync(join(dir, "run-"));
  writeFileSync(join(path, "rows.csv"), readFileSync(CSV));
  for (const name of ["out.json", "out.json.gz", "out.parquet", "out.npz", "out.jsonl"]) writeFileSync(join(path, name), BEFORE);
  return path;
}

describe.each(Object.entries(WAYS))("a disk that is full: %s", { concurrent: true }, (way, line) => {
  test("ends with exit 3 and what was there before, or with all of it", async () => {
    const whole = fresh();
    expect((await shell(line, whole)).code).toBe(0);
    const size = sizeOf(whole);
    const most = rounds(4);
    for (let i = 0; i < most; i++) {
      // kibibytes, as bash has them; the last but one is a little too small
      const limit = most >= 200 ? i + 1 : Math.max(1, Math.floor((size / 1024) * (i / (most - 1))));
      const path = fresh();
      const { code, err } = await shell(`ulimit -f ${limit}\n${line}`, path);
      const outcome = { way, limit, code, err };
      expect(outcome).toEqual({
        way,
        limit,
        code: code === 0 ? 0 : 3,
        err: code === 0 ? "" : expect.stringMatching(/^transload: E_(WRITE|SPILL): .*\n$/),
      });
      if (code === 0) expect(contents(path), `${limit}`).toEqual(contents(whole));
      else if (way === "redirected") expect(readFileSync(join(path, "out.redirected")).length).toBeLessThanOrEqual(limit * 1024);
      else expect(outputs(path), `${limit}`).toEqual([]);
      expect([...hidden(path), ...hidden(join(path, "pieces"))]).toEqual([]);
      rmSync(path, { recursive: true });
    }
  }, 600_000);
});

/** Bytes of the largest file that the run wrote. */
function sizeOf(path: string): number {
  return Math.max(...Object.values(contents(path)).map((text) => Number.parseInt(text, 10)));
}

/** The outputs by name, without what was there before: bytes and digest. */
function contents(path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(path, { recursive: true }) as string[]) {
    if (name === "rows.csv" || name === "bad.csv" || name === "pieces") continue;
    const bytes = readFileSync(join(path, name));
    if (bytes.toString() !== BEFORE) found[name] = `${bytes.length} ${digest(bytes)}`;
  }
  return found;
}

function outputs(path: string): string[] {
  return Object.keys(contents(path));
}

test.concurrent.each([
  "convert rows.csv -t mlflow",
  "convert rows.csv -t mlflow --max-rows 7 --lines",
  "inspect rows.csv --json",
  "validate rows.csv --for mlflow",
  "validate rows.csv --json",
  "validate rows.csv --for mlflow --json",
  "dialects",
  "completion bash",
  "--help",
  "convert --help",
  "--version",
])("a device that is full: %s", async (call) => {
  expect(await shell(`transload ${call} > /dev/full`, dir)).toEqual({
    code: 3,
    out: "",
    err: "transload: E_WRITE: cannot write standard output: no space left on the device\n",
  });
});

describe("pieces where an earlier run's are", { concurrent: true }, () => {
  const first = "transload convert rows.csv -t mlflow --max-rows 4000 -o 'p/{000}.json'";

  test("stay as they were when the run fails, whatever fails", async () => {
    const path = fresh();
    expect((await shell(first, path)).code).toBe(0);
    const before = contents(join(path, "p"));
    writeFileSync(join(path, "bad.csv"), `${rows(19_000)}1,2,3\n`);
    for (const line of [
      "transload convert bad.csv -t mlflow --max-rows 100 -o 'p/{000}.json'",
      "ulimit -f 20; transload convert rows.csv -t mlflow --max-rows 2000 -o 'p/{000}.json'",
    ]) {
      expect((await shell(line, path)).code).not.toBe(0);
      expect(contents(join(path, "p"))).toEqual(before);
    }
  });

  test("are named when there were more, and go with --clean; what is not theirs stays", async () => {
    const path = fresh();
    expect((await shell(first, path)).code).toBe(0);
    for (const other of ["003x.json", "notes.txt", "03.json", "0.json"]) writeFileSync(join(path, "p", other), "mine");
    mkdirSync(join(path, "p/008.json"));
    const fewer = "transload convert rows.csv -t mlflow --max-rows 10000 -o 'p/{000}.json'";
    const { code, err } = await shell(fewer, path);
    expect({ code, err }).toEqual({
      code: 0,
      err: "transload: warning: p still holds 3 pieces of an earlier run: 002.json, 003.json, 004.json; the manifest does not list them, and --clean removes such\n",
    });
    expect(manifestOf(join(path, "p"))).toEqual(["000.json", "001.json"]);
    expect(await shell(`${fewer} --clean`, path)).toEqual({ code: 0, out: "", err: "" });
    expect(readdirSync(join(path, "p")).sort()).toEqual(
      ["0.json", "000.json", "001.json", "003x.json", "008.json", "03.json", "manifest.json", "notes.txt"].sort(),
    );
  });

  test("are of one run alone when two write at once", async () => {
    const path = fresh();
    for (let i = 0; i < rounds(3); i++) {
      const run = (size: number) => `transload convert rows.csv -t mlflow --max-rows ${size} -o 'p/{000}.json' -q &`;
      const { err } = await shell(`${run(900)}\na=$!\n${run(700 + i)}\nb=$!\n${run(1100)}\nwait $a || exit; wait $b || exit; wait`, path);
      expect(err).toBe("");
      const pieces = manifestOf(join(path, "p")) ?? [];
      const sizes = pieces.map((name) => readFileSync(join(path, "p", name), "utf8").split("],[").length);
      expect(new Set(sizes.slice(0, -1)).size).toBe(1);
      expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(20_000);
      expect(hidden(join(path, "p"))).toEqual([]);
    }
  }, 600_000);

  test("do not wait for runs that are gone, and sweep up what those left", async () => {
    const path = fresh();
    const gone = spawnSync("true").pid;
    mkdirSync(join(path, "p"));
    const host = thisHost();
    writeFileSync(join(path, "p/.transload-lock"), `${gone} ${host}`);
    mkdirSync(join(path, `p/.transload-${gone}-${host}-abc0`));
    writeFileSync(join(path, `p/.transload-${gone}-${host}-abc0/000.json`), "half");
    const others = [`.transload-${process.pid}-${host}-abc0`, `.transload-${gone}-00000000-abc0`, ".transload-notes"];
    for (const name of [...others, `.transload-${gone}-lmn`]) writeFileSync(join(path, "p", name), "of another run");
    expect(await shell(first, path)).toEqual({ code: 0, out: "", err: "" });
    expect(manifestOf(join(path, "p"))?.length).toBe(5);
    expect(hidden(join(path, "p")).sort()).toEqual(others.sort());
  });

  test("are compressed each as their names end, or as --compress says", async () => {
    const path = fresh();
    const plain = "transload convert rows.csv -t mlflow --max-rows 4000";
    expect((await shell(first, path)).code).toBe(0);
    const unpack = { gz: gunzipSync, br: brotliDecompressSync };
    for (const [name, ending, options] of [
      ["named", "gz", "-o 'named/{000}.json.gz'"],
      ["asked", "br", "-o 'asked/{000}.json' --compress br"],
    ] as const) {
      expect(await shell(`${plain} ${options}`, path)).toEqual({ code: 0, out: "", err: "" });
      for (const piece of manifestOf(join(path, name)) as string[]) {
        const text = unpack[ending](readFileSync(join(path, name, piece)));
        expect(text).toEqual(readFileSync(join(path, "p", piece.replace(/\.gz$/, ""))));
      }
    }
    expect(
      (
        await shell(
          `${plain} --lines -o rows.jsonl.gz && ${plain} --lines -o rows.jsonl && gunzip -c rows.jsonl.gz | cmp - rows.jsonl`,
          path,
        )
      ).code,
    ).toBe(0);
    // a server counts what has been expanded
    expect((await shell(`transload convert rows.csv -t mlflow --max-bytes 50KB -o 'bytes/{000}.json.gz'`, path)).code).toBe(0);
    for (const piece of manifestOf(join(path, "bytes")) as string[])
      expect(gunzipSync(readFileSync(join(path, "bytes", piece))).length).toBeLessThanOrEqual(50_000);
  });

  test("are numbered in their files' names, and not in a folder's", async () => {
    const { code, err } = await transload(["convert", CSV, "-t", "mlflow", "--max-rows", "9", "-o", join(dir, "{00}/x.json")]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("E_OPTION: the number of a piece stands in a file's name") });
  });
});
