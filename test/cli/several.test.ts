// Several inputs on the command line: words, pipes, and what becomes of outputs.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, ROOT, SPLIT, shell, transload } from "../support/command-line.js";

const dir = folder();
const IRIS = join(ROOT, "data/iris.csv");
const HEART = join(ROOT, "data/heart.azureml.json");
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
write("1.csv", "a,b\n1,2\n");
write("2.json", SPLIT);
write("3.jsonl", '{"b":8,"a":7}\n');

const ALL = "a,b\n1,2\n1.0,2\n3,4.50\n";

test("words in their order, and a pattern in quotes", async () => {
  expect(await shell("transload convert 1.csv 2.json -t csv --index drop", dir)).toEqual({ code: 0, out: ALL, err: "" });
  expect(await shell("transload convert '[12].*' -t csv --index drop -o out.csv && cat out.csv", dir)).toEqual({
    code: 0,
    out: ALL,
    err: "",
  });
  expect(await shell("transload convert '?.csv' -t csv", dir)).toEqual({ code: 0, out: "a,b\n1,2\n", err: "" });
  const none = await shell("transload convert '*.xml' -t csv", dir);
  expect(none).toMatchObject({ code: 3, err: expect.stringContaining("E_READ: cannot read *.xml: no file has a name like that") });
});

test("- among them is standard input", async () => {
  const piped = await shell("cat 1.csv | transload convert 2.json - -t csv --index drop -f auto", dir);
  // a pipe has no name that tells of a csv
  expect(piped).toMatchObject({ code: 1, err: expect.stringContaining("standard input") });
  const json = await shell(`printf '{"dataframe_records":[{"b":6,"a":5}]}' | transload convert 1.csv - -t csv`, dir);
  expect(json).toEqual({ code: 0, out: "a,b\n1,2\n5,6\n", err: "" });
  expect(await shell("cat 2.json | transload convert - 1.csv - -t csv", dir)).toMatchObject({
    code: 2,
    err: expect.stringContaining("twice"),
  });
});

test("a named pipe among them is read in its turn", async () => {
  const run = await shell("mkfifo in.fifo; (cat 2.json > in.fifo) & transload convert 1.csv in.fifo -t csv --index drop", dir);
  expect(run).toEqual({ code: 0, out: ALL, err: "" });
});

test("payloads that were put together come through a pipe", async () => {
  const run = await shell(`cat 2.json 2.json ${HEART} 2.json | transload convert - -t jsonl -q --index drop`, dir);
  expect(run).toMatchObject({ code: 1, err: expect.stringMatching(/E_COLUMNS: standard input: .*"age"/) });
  const alike = await shell("(cat 2.json; sleep 0.3; cat 2.json) | transload convert -t csv --index drop", dir);
  expect(alike).toEqual({ code: 0, out: "a,b\n1.0,2\n3,4.50\n1.0,2\n3,4.50\n", err: "" });
});

test("what --lines writes is read back, through a pipe and from a file", async () => {
  const lines = `transload convert ${IRIS} -t mlflow --max-rows 40 --lines`;
  expect((await shell(`${lines} | transload convert - -t csv`, dir)).out).toBe(readFileSync(IRIS, "utf8"));
  for (const name of ["lines.jsonl", "lines.txt"]) {
    expect(await shell(`${lines} > ${name} && transload convert ${name} -t csv -o back.csv`, dir)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(dir, "back.csv"), "utf8"), name).toBe(readFileSync(IRIS, "utf8"));
  }
});

test("a file whose first payload is long is begun anew", async () => {
  const row = `[${"1.5,".repeat(20)}2]`;
  const long = `{"inputs":[${row}${`,${row}`.repeat(30_000)}]}`;
  write("long.json", `${long}\n{"inputs":[${row}]}\n`);
  expect(await shell("transload convert long.json -t mlflow -o joined.json", dir)).toEqual({ code: 0, out: "", err: "" });
  expect(readFileSync(join(dir, "joined.json"), "utf8") === long.replace("]]}", `],${row}]}`)).toBe(true);
  // what has gone to a pipe cannot be taken back
  expect(await shell("cat long.json | transload convert -t mlflow > /dev/null", dir)).toMatchObject({
    code: 1,
    err: expect.stringContaining("E_TRAILING"),
  });
});

test("pieces of every kind of output come back into one", async () => {
  for (const ending of ["json", "json.gz", "json.zst", "json.br"]) {
    const pieces = `pieces-${ending}`;
    const cut = await shell(`transload convert ${IRIS} -t mlflow --max-rows 70 -o '${pieces}/part-{000}.${ending}'`, dir);
    expect(cut).toEqual({ code: 0, out: "", err: "" });
    for (const word of [`${pieces}/manifest.json`, pieces])
      expect((await shell(`transload convert ${word} -t csv`, dir)).out, word).toBe(readFileSync(IRIS, "utf8"));
    // the short way would take it for records
    expect(await shell(`transload convert ${pieces}/manifest.json -t csv -o back.csv`, dir)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(dir, "back.csv"), "utf8")).toBe(readFileSync(IRIS, "utf8"));
  }
});

test("several are cut into pieces, and lines", async () => {
  const run = await shell("transload convert 1.csv 2.json -t mlflow --index drop --max-rows 2 -o 'cut/{0}.json'", dir);
  expect(run).toEqual({ code: 0, out: "", err: "" });
  expect(readFileSync(join(dir, "cut/1.json"), "utf8")).toBe('{"dataframe_split":{"columns":["a","b"],"data":[[3,4.50]]}}');
  expect((await shell("transload convert cut -t csv", dir)).out).toBe(ALL);
  const lines = await shell("transload convert 1.csv 3.jsonl -t mlflow:records --max-rows 1 --lines", dir);
  expect(lines.out).toBe('{"dataframe_records":[{"a":1,"b":2}]}\n{"dataframe_records":[{"a":7,"b":8}]}\n');
});

test("an output that is one of the inputs is refused, a piece among them", async () => {
  const same = await shell("transload convert 1.csv 2.json -t csv -o 1.csv", dir);
  expect(same).toMatchObject({ code: 2, err: expect.stringContaining("both the input and the output") });
  mkdirSync(join(dir, "own"));
  writeFileSync(join(dir, "own/0.json"), SPLIT);
  const piece = await shell("transload convert own/0.json 1.csv -t mlflow --index drop --max-rows 1 -o 'own/{0}.json'", dir);
  expect(piece).toMatchObject({ code: 2, err: expect.stringContaining("both the input and the output") });
  expect(readdirSync(join(dir, "own"))).toEqual(["0.json"]);
});

test("standard input is the file that it comes from", async () => {
  const twice = await shell("transload convert 1.csv - -t csv < 1.csv", dir);
  expect(twice).toMatchObject({ code: 2, err: expect.stringContaining("standard input is read twice, as 1.csv, too") });
  const same = await shell("transload convert 1.csv - -t mlflow:records -o 2.json < 2.json", dir);
  expect(same).toMatchObject({ code: 2, err: expect.stringContaining("both the input and the output") });
  expect(readFileSync(join(dir, "2.json"), "utf8")).toBe(SPLIT);
});

test("what fails leaves no output, and says which input", async () => {
  write("bad.json", '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}');
  const run = await shell("transload convert 1.csv bad.json -t csv -o none.csv", dir);
  expect(run).toMatchObject({ code: 1, err: expect.stringMatching(/^transload: E_RAGGED: bad\.json: .*line 1/) });
  expect(existsSync(join(dir, "none.csv"))).toBe(false);
  const json = await shell("transload convert 1.csv bad.json -t csv --errors json", dir);
  expect(JSON.parse(json.err)).toMatchObject({ code: "E_RAGGED", file: "bad.json" });
});

test("--file-column, of one input, too", async () => {
  const run = await shell("transload convert 1.csv 3.jsonl -t csv --file-column name", dir);
  expect(run.out).toBe("name,a,b\n1.csv,1,2\n3.jsonl,7,8\n");
  expect((await shell("transload convert 1.csv -t csv --file-column name", dir)).out).toBe("name,a,b\n1.csv,1,2\n");
});

test("--share is of one file", async () => {
  const run = await shell("transload convert 1.csv 2.json -t arrows --infer head --share 1/2", dir);
  expect(run).toMatchObject({ code: 2, err: expect.stringContaining("--share") });
});

test("inspect, validate and score take one input, and say so", async () => {
  for (const command of ["inspect", "validate", "score"]) {
    const run = await transload([command, join(dir, "1.csv"), join(dir, "2.json")]);
    expect(run, command).toMatchObject({ code: 2, err: expect.stringContaining("too many arguments") });
  }
});

test("several files of text become a binary file, compressed or not", async () => {
  for (const name of ["all.parquet", "all.arrow", "all.npz", "all.csv.gz", "all.jsonl.zst"]) {
    const run = await shell(`transload convert 1.csv 2.json 3.jsonl --index drop -o ${name} && transload convert ${name} -t csv`, dir);
    expect(run.err, name).toBe("");
    expect(run.out.replace(/\.0\b/g, "").replace("4.50", "4.5"), name).toBe("a,b\n1,2\n1,2\n3,4.5\n7,8\n");
  }
});
