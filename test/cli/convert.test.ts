import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, large, SPLIT, shell, TENSOR, TERMINAL, transload } from "../support/command-line.js";

const dir = folder();
writeFileSync(join(dir, "large.json"), large(3e6));
writeFileSync(join(dir, "slow.json"), large(2e6));

test("pipes by default: every cell as it came", async () => {
  expect(await transload(["convert", "-t", "mlflow"], SPLIT)).toEqual({
    code: 0,
    out: '{"dataframe_split":{"columns":["a","b"],"index":[0,1],"data":[[1.0,2],[3,4.50]]}}',
    err: "",
  });
});

test("- is a pipe, too, on both sides", async () => {
  const { out } = await transload(["convert", "-", "-o", "-", "-t", "mlflow:instances"], TENSOR);
  expect(out).toBe('{"instances":[[1.0,2],[3,4.50]]}');
});

test("a file as input, a file through the shell, and a pipe give the same", async () => {
  const [named, redirected, piped] = await Promise.all([
    shell("transload convert large.json -t mlflow", dir),
    shell("transload convert -t mlflow < large.json > out.json && cat out.json", dir),
    shell("cat large.json | transload convert -t mlflow | cat", dir),
  ]);
  expect(named.out.length).toBeGreaterThan(3e6);
  expect(named.out).toBe(large(3e6).replace("input_data", "dataframe_split"));
  expect(redirected.out === named.out).toBe(true);
  expect(piped.out === named.out).toBe(true);
});

test("--columns makes a tensor a split; a JSON list takes names with commas", async () => {
  const { out } = await transload(["convert", "-t", "mlflow", "--columns", "x,y"], TENSOR);
  expect(JSON.parse(out)).toEqual({
    dataframe_split: {
      columns: ["x", "y"],
      data: [
        [1, 2],
        [3, 4.5],
      ],
    },
  });
  const quoted = await transload(["convert", "-t", "mlflow", "--columns", '["x,y","z"]'], TENSOR);
  expect(JSON.parse(quoted.out).dataframe_split.columns).toEqual(["x,y", "z"]);
});

test("--dtype reads and prints anew, for all columns or by name", async () => {
  const input = '{"input_data":{"columns":["a","b=c"],"index":[0],"data":[[1.50,0.1000000000000000055]]}}';
  const all = await transload(["convert", "-t", "mlflow", "--dtype", "float64"], input);
  expect(all.out).toContain("[[1.5,0.1]]");
  const named = await transload(["convert", "-t", "mlflow", "--dtype", "a=float32,b=c=float32", "--batch-rows", "1"], input);
  expect(named.out).toContain("[[1.5,0.1]]");
  const whole = await transload(["convert", "-t", "mlflow", "--dtype", "a=int32"], input);
  expect(whole).toMatchObject({ code: 1, err: expect.stringMatching(/^transload: E_RANGE: .*1\.50?.*\n$/) });
});

test("--cast clip takes the nearest number a dtype holds", async () => {
  const args = ["convert", "-t", "mlflow:inputs", "--dtype", "int8"];
  expect(await transload(args, '{"input_data":[300,-300,5]}')).toMatchObject({ code: 1, err: expect.stringContaining("E_RANGE") });
  const clipped = await transload([...args, "--cast", "clip"], '{"input_data":[300,-300,5]}');
  expect(clipped.out).toBe('{"inputs":[127,-128,5]}');
});

test("--nan decides over NaN", async () => {
  const input = '{"input_data":[1,NaN]}';
  expect((await transload(["convert", "-t", "mlflow"], input)).out).toBe('{"inputs":[1,NaN]}');
  expect((await transload(["convert", "-t", "mlflow", "--nan", "null"], input)).out).toBe('{"inputs":[1,null]}');
  const refused = await transload(["convert", "-t", "mlflow", "--nan", "error"], input);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("E_NAN") });
});

test("--engine reference gives the same bytes", async () => {
  const core = await transload(["convert", "-t", "mlflow"], SPLIT);
  const reference = await transload(["convert", "-t", "mlflow", "--engine", "reference"], SPLIT);
  expect(reference).toEqual(core);
});

test("warnings go to standard error, unless --quiet; as JSON on demand", async () => {
  const input = '{"input_data":[[1]],"note":"x"}';
  const told = await transload(["convert", "-t", "mlflow"], input);
  expect(told).toMatchObject({ code: 0, out: '{"inputs":[[1]]}' });
  expect(told.err).toMatch(/^transload: warning: .*"note".*\n$/);
  expect(await transload(["convert", "-t", "mlflow", "--quiet"], input)).toMatchObject({ code: 0, err: "" });
  const json = await transload(["convert", "-t", "mlflow", "--errors", "json"], input);
  expect(JSON.parse(json.err)).toMatchObject({ code: "W_DROPPED" });
});

test("no progress where standard error is no terminal, however long it takes", async () => {
  const { code, err } = await shell("(cat; sleep 0.6; printf ' ') < large.json | transload convert -t mlflow > /dev/null", dir);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

test.skipIf(!TERMINAL)(
  "progress on a terminal: bytes, rate, percentage; nothing of it with --quiet, or when it is over soon",
  async () => {
    // the bar is loaded when the second piece comes, and must be there before the third
    const slow = "(head -c 500000 slow.json; sleep 0.5; tail -c +500001 slow.json | head -c 1000000; sleep 1; tail -c +1500001 slow.json)";
    const inTerminal = (call: string) => shell(`export -f transload; SHELL=$BASH script -qec 'bash -c "${call}"' /dev/null`, dir);
    const bar = await inTerminal(`${slow} | transload convert -t mlflow > /dev/null`);
    expect(bar.out).toMatch(/\d+(\.\d+)? MB \| .*B\/s/);
    const quiet = await inTerminal(`${slow} | transload convert -q -t mlflow > /dev/null`);
    expect(quiet.out).toBe("");
    const short = await inTerminal("transload convert slow.json -t mlflow > /dev/null");
    expect(short.out).toBe("");
  },
  20_000,
);

test.skipIf(!TERMINAL)(
  "a file that is done is told on a terminal: rows, bytes, seconds and rate; not with --quiet, nor to a program",
  async () => {
    writeFileSync(join(dir, "rows.csv"), "a,b\n1,2\n3,4\n5,6\n");
    writeFileSync(join(dir, "few.json"), '{"input_data":[[1,2],[3,4]]}');
    const inTerminal = (call: string) => shell(`export -f transload; SHELL=$BASH script -qec 'bash -c "${call}"' /dev/null`, dir);
    for (const [call, rows] of [
      ["few.json -t mlflow -o done.json", "2 rows"], // the short way
      ["rows.csv -t mlflow:split -o done.json", "3 rows"],
      ["rows.csv -t mlflow:split -o done.json --jobs 2", "3 rows"],
      ["rows.csv -o done.parquet", "3 rows"],
      ["rows.csv -t mlflow:split > done.json", "3 rows"],
      ["rows.csv -t mlflow:split --max-rows 2 -o d-{0}.json", "\\d+ B"],
    ] as const) {
      const { out } = await inTerminal(`transload convert ${call}`);
      expect(out, call).toMatch(new RegExp(`^transload: ${rows}.* in \\d+\\.\\d\\d s \\(.*B/s\\)\\r?\\n$`));
      expect((await inTerminal(`transload convert -q ${call}`)).out, call).toBe("");
      expect((await inTerminal(`transload convert --messages json ${call}`)).out, call).not.toContain(" in ");
    }
  },
);

test("a reader that leaves early ends it quietly", async () => {
  const left = await shell("transload convert large.json -t mlflow | head -c 20; exit $" + "{PIPESTATUS[0]}", dir);
  expect(left).toEqual({
    code: 0,
    out: readFileSync(join(dir, "large.json"), "utf8").replace("input_data", "dataframe_split").slice(0, 20),
    err: "",
  });
});

test("binary files: from one to another, to a pipe and from one, and none is left where it fails", async () => {
  const file = (name: string) => join(dir, name);
  const [csv] = [file("rows.csv")];
  writeFileSync(csv, "a,b\n1,x\n2,\n");
  for (const [from, to] of [
    ["rows.csv", "rows.parquet"],
    ["rows.parquet", "again.parquet"],
    ["again.parquet", "rows.arrow"],
    ["rows.arrow", "rows.arrows"],
    ["rows.arrows", "rows.csv.zst"],
    ["rows.csv.zst", "rows.csv.br"],
    ["rows.csv.br", "rows.jsonl.gz"],
  ] as const)
    expect(await transload(["convert", file(from), "-o", file(to)]), `${from} → ${to}`).toEqual({ code: 0, out: "", err: "" });
  expect((await transload(["convert", file("rows.jsonl.gz"), "-t", "mlflow:records"])).out).toBe(
    '{"dataframe_records":[{"a":1,"b":"x"},{"a":2,"b":null}]}',
  );
  expect((await transload(["convert", "-t", "csv"], readFileSync(file("rows.parquet")))).out).toBe("a,b\n1,x\n2,\n");
  expect((await transload(["convert", file("rows.parquet"), "-t", "mlflow", "--max-rows", "1", "--lines"])).out).toBe(
    '{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"]]}}\n{"dataframe_split":{"columns":["a","b"],"data":[[2,null]]}}\n',
  );
  const npy = await transload(["convert", csv, "-o", file("rows.npy")]);
  expect(npy.code).toBe(1);
  expect(npy.err).toContain(`E_DTYPE: ${csv}: column "b" holds text`);
  const shape = await shell("transload convert rows.csv --columns a,b -o cut.npy; ls cut.npy rows.npy", dir);
  expect(shape.out).toBe("");
});

test("a column whose first rows mislead begins anew on the way to a binary file, and stays as it is between texts", async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `[${i},${i % 7}],`).join("");
  writeFileSync(join(dir, "late.json"), `{"dataframe_split":{"columns":["id","price"],"data":[${rows}[1.5,2]]}}`);
  const path = (name: string) => join(dir, name);
  const [text, file, piped, head] = await Promise.all([
    transload(["convert", path("late.json"), "-t", "azureml", "--dtype", "price=float32", "-o", path("late.azureml.json")]),
    transload(["convert", path("late.json"), "-o", path("late.parquet")]),
    shell("transload convert - -t parquet < late.json > piped.parquet", dir),
    transload(["convert", path("late.json"), "--infer", "head", "-o", path("head.parquet")]),
  ]);
  expect(head.code).toBe(1);
  expect(head.err).toContain('row 20000, column "id": 1.5 does not fit int64; the first rows misled: name its dtype, --dtype id=float64');
  expect([text.code, text.err, readFileSync(path("late.azureml.json"), "utf8")]).toEqual([0, "", expect.stringContaining(",[1.5,2.0]]")]);
  expect([file.code, file.err, piped.code]).toEqual([0, "", 0]);
  expect(readFileSync(path("late.parquet"))).toEqual(readFileSync(path("piped.parquet")));
  expect((await transload(["convert", path("late.parquet"), "-t", "csv"])).out.trimEnd().endsWith("1.5,2")).toBe(true);
});
