// Some of the rows, on the command line: reading ends, the output is whole, and whoever writes to us is told by a closed pipe.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, shell, transload } from "../support/command-line.js";

const dir = folder();
describe("an endless pipe", () => {
  test.each([
    ["csv", "a,b\\n", "$i,x\\n", ["-f", "csv", "-t", "jsonl"], '{"a":0,"b":"x"}\n{"a":1,"b":"x"}\n'],
    ["jsonl", "", '{"a":$i}\\n', ["-f", "jsonl", "-t", "csv"], "a\n0\n1\n"],
    [
      "jsonl, whose keys may grow",
      "",
      '{"a":$i}\\n',
      ["-f", "jsonl", "-t", "mlflow:split"],
      '{"dataframe_split":{"columns":["a"],"data":[[0],[1]]}}',
    ],
    ["a condition", "a,b\\n", "$i,x\\n", ["-f", "csv", "-t", "csv", "--where", "a % 2 == 1"], "a,b\n1,x\n3,x\n"],
    ["a split", '{"dataframe_split":{"columns":["a"],"data":[[0]', ",[$i]", ["-t", "csv", "--skip", "1"], "a\n0\n1\n"],
    ["compressed", "a,b\\n", "$i,x\\n", ["-f", "csv", "-t", "csv", "--compress", "gzip"], undefined],
  ] as const)("of %s ends with the last row that is wanted", async (_, head, line, args, wanted) => {
    const words = args.map((word) => `'${word}'`).join(" ");
    const writer = `awk 'BEGIN { printf "${head.replaceAll('"', '\\"')}"; for (i = 0; ; i++) printf "${line.replaceAll('"', '\\"').replaceAll("$i", '" i "')}" }'`;
    const run = await shell(
      `set -o pipefail; ${writer} | transload convert ${words} --head 2 ${wanted === undefined ? "| gunzip" : ""}; echo "codes \${PIPESTATUS[*]}" >&2`,
      dir,
    );
    expect(run.out).toBe(wanted ?? "a,b\n0,x\n1,x\n");
    const [writing, converting] = /codes (.*)/.exec(run.err)?.[1]?.split(" ") ?? [];
    expect(converting, run.err).toBe("0");
    // SIGPIPE, or awk's own word for it
    expect(["141", "2"]).toContain(writing);
  });

  test("becomes a file, and a binary one", async () => {
    const writer = `awk 'BEGIN { print "a"; for (i = 0; ; i++) print i }'`;
    const run = await shell(
      `${writer} | transload convert -f csv --head 3 -o rows.parquet && transload convert rows.parquet -t csv -o rows.csv`,
      dir,
    );
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(dir, "rows.csv"), "utf8")).toBe("a\n0\n1\n2\n");
  });
});

describe("rows on the command line", () => {
  test("go by the options' order: where, skip, head, sample", async () => {
    const csv = `n\n${Array.from({ length: 30 }, (_, i) => i).join("\n")}\n`;
    const run = async (...args: string[]) =>
      (await transload(["convert", "-f", "csv", "-t", "csv", ...args], csv)).out.split("\n").slice(1, -1);
    expect(await run("--head", "3", "--skip", "2", "--where", "n % 3 == 0")).toEqual(["6", "9", "12"]);
    const sample = await run("--sample", "2", "--seed", "5", "--head", "4", "--where", "n > 10");
    expect(sample).toHaveLength(2);
    for (const row of sample) expect(["11", "12", "13", "14"]).toContain(row);
    expect(await run("--sample", "2", "--seed", "5", "--head", "4", "--where", "n > 10")).toEqual(sample);
  });

  test("of a file are the same on several threads", async () => {
    const path = join(dir, "many.csv");
    writeFileSync(path, `n,t\n${Array.from({ length: 200_000 }, (_, i) => `${i},text ${i}`).join("\n")}\n`);
    const out = (jobs: string) => transload(["convert", path, "-t", "mlflow:split", "--skip", "150000", "--head", "3", "--jobs", jobs]);
    const one = await out("1");
    expect(one.out).toBe(
      '{"dataframe_split":{"columns":["n","t"],"data":[[150000,"text 150000"],[150001,"text 150001"],[150002,"text 150002"]]}}',
    );
    expect(await out("3")).toEqual(one);
  });

  test("are refused as the call, where they cannot be", async () => {
    for (const args of [
      ["--head", "-1"],
      ["--skip", "x"],
      ["--seed", "1"],
      ["--where", "a >"],
      ["--columns", "a=x,a=y"],
      ["--columns", "a", "--drop", "b"],
    ]) {
      const { code, out, err } = await transload(["convert", "-f", "csv", "-t", "jsonl", "-o", join(dir, "none.jsonl"), ...args], "a\n1\n");
      expect([code, out, err.startsWith("transload: E_OPTION")], `${args} ${err}`).toEqual([2, "", true]);
    }
    const { code, err } = await transload(["convert", "-f", "csv", "-t", "jsonl", "--where", "ages > 1"], "age\n1\n");
    expect([code, err]).toEqual([1, expect.stringContaining("did you mean age?")]);
    expect(existsSync(join(dir, "none.jsonl"))).toBe(false);
  });
});

describe("inspect", () => {
  test("draws numbers, counts texts, and aligns what is wide", async () => {
    const csv = `name,größe,都市\n${Array.from({ length: 100 }, (_, i) => `n${i % 5},${i}.5,${i % 3 ? "東京" : "Zürich"}`).join("\n")}\n`;
    const { out, code } = await transload(["inspect", "-f", "csv"], csv);
    expect(code).toBe(0);
    const [, table] = out.split("\n\n") as [string, string];
    expect(table.split("\n")).toEqual([
      "column  dtype    nulls  NaN  min   max  mean  distinct  values",
      'name    string       0    0                          5  "n0" 20, "n1" 20, "n2" 20',
      "größe   float64      0    0  0.5  99.5    50       100  ████████████",
      '都市    string       0    0                          2  "東京" 66, "Zürich" 34',
      "",
    ]);
    const short = await transload(["inspect", "-f", "csv", "--no-summary"], csv);
    expect(short.out.split("\n\n")[1]?.split("\n")[0]).toBe("column  dtype    nulls  NaN");
  });

  test("tells how many of a hundred are missing", async () => {
    const { out } = await transload(["inspect", "-f", "csv", "--delimiter", ";", "--na", "-", "--no-header"], "1;-\n2;3\n4;5\n");
    expect(out).toMatch(/^1 +float64 +1 \(33 %\)/m);
  });

  test("prints JSON where that is asked for, also of what is refused", async () => {
    for (const command of ["inspect", "validate"]) {
      const { out, code, err } = await transload([command, "--json"], '{"inputs":[1,2');
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ error: { code: "E_TRUNCATED", line: 1 } });
      expect(err).toContain("E_TRUNCATED");
    }
    const { out } = await transload(["inspect", "--json", "-f", "csv"], "a\n1\n3\n");
    expect(JSON.parse(out).columns[0].summary).toMatchObject({
      numbers: { count: 2, mean: 2, least: 1, greatest: 3 },
      distinct: { count: 2 },
    });
  });
});
