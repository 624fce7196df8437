// A dialect from a YAML file: every command takes it, and what is wrong in it is told with its line.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, shell, transload } from "../support/command-line.js";

const dir = folder();
const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

const LITSERVE = "data/litserve.yaml";
const OWN = ["--dialect", LITSERVE];
const PAYLOAD = '{"input":[[1,2],[3,4]]}';

test("convert reads it and writes it, wherever the option stands", async () => {
  expect(await transload(["convert", "-t", "litserve", ...OWN], '{"inputs":[[1,NaN]]}')).toEqual({
    code: 0,
    out: '{"input":[[1,NaN]]}',
    err: "",
  });
  expect(await transload(["convert", ...OWN, "-t", "mlflow"], PAYLOAD)).toEqual({ code: 0, out: '{"inputs":[[1,2],[3,4]]}', err: "" });
  expect(await transload(["convert", ...OWN, "-f", "litserve", "-t", "litserve", "--engine", "reference"], PAYLOAD)).toMatchObject({
    out: PAYLOAD,
  });
  expect(await transload(["convert", ...OWN, "--what", "response", "-t", "mlflow"], '{"output":[1]}')).toMatchObject({
    out: '{"predictions":[1]}',
  });
  expect(await transload(["convert", "-t", "litserve"], PAYLOAD)).toMatchObject({
    code: 2,
    err: expect.stringContaining('unknown dialect "litserve"'),
  });
  expect(await transload(["convert", ...OWN, "-t", "litserv"], PAYLOAD)).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean litserve?"),
  });
});

test("inspect, validate, bench and dialects know it", async () => {
  expect((await transload(["inspect", ...OWN], PAYLOAD)).out).toMatch(/^form +litserve\nholds +a tensor of shape 2 x 2$/m);
  expect(await transload(["validate", ...OWN, "--for", "litserve"], PAYLOAD)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^accepted by LitServe: /),
  });
  expect((await transload(["dialects", ...OWN])).out).toMatch(/^litserve +litserve +LitServe: input, as its examples have it$/m);
  const { code, out } = await transload(["bench", file("bench.json", PAYLOAD), ...OWN, "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ measurements: [{ form: "litserve", rows: 2 }] });
});

test("the command that mends a payload names the file, and runs", async () => {
  const payload = file("heart.json", '{"inputs":[[1,2]]}');
  const { code, out } = await transload(["validate", payload, ...OWN, "--for", "litserve"]);
  expect(code).toBe(1);
  const command = /^ {2}(transload convert .*)$/m.exec(out)?.[1] as string;
  expect(command).toContain(`--dialect ${LITSERVE} -t litserve`);
  expect(await shell(command)).toEqual({ code: 0, out: "", err: "" });
  expect(readFileSync(join(dir, "heart.litserve.json"), "utf8")).toBe('{"input":[[1,2]]}');
});

test("its limit and its ending are those of pieces", async () => {
  const own = file("limited.yaml", "name: limited\nkey: cases\nlayouts: [tensor]\nmaxBytes: 100\n");
  const rows = Array.from({ length: 30 }, (_, i) => [i, 2 * i]);
  const args = ["convert", "--dialect", own, "--for", "limited", "-o", join(dir, "part-{00}.json")];
  expect(await transload(args, JSON.stringify({ inputs: rows }))).toEqual({ code: 0, out: "", err: "" });
  const pieces = readdirSync(dir).filter((name) => /^part-\d+\.json$/.test(name));
  const texts = pieces.sort().map((name) => readFileSync(join(dir, name), "utf8"));
  for (const text of texts) expect(text.length).toBeLessThanOrEqual(100);
  expect(texts.flatMap((text) => (JSON.parse(text) as { cases: number[][] }).cases)).toEqual(rows);
  expect(await transload(["convert", ...OWN, "--for", "litserve", "--lines"], PAYLOAD)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no limit is known for litserve; say --max-bytes/),
  });
  const piped = file("piped.yaml", "name: piped\nlayouts: [delimited]\ndelimiter: '|'\nextensions: [psv]\n");
  const csv = file("table.csv", "a,b\n1,2\n");
  expect(await transload(["convert", csv, "--dialect", piped, "-o", join(dir, "table.psv")])).toMatchObject({ code: 0 });
  expect(readFileSync(join(dir, "table.psv"), "utf8")).toBe("a|b\n1|2\n");
  expect(await transload(["convert", join(dir, "table.psv"), "--dialect", piped, "-t", "mlflow:records"])).toMatchObject({
    out: '{"dataframe_records":[{"a":1,"b":2}]}',
  });
  const lines = await transload(["convert", csv, "--dialect", piped, "-t", "piped", "--max-rows", "1", "--lines"]);
  expect(lines).toMatchObject({ code: 2, err: expect.stringContaining("'part-{00000}.psv'") });
});

test("several files, of which a later one is like an earlier one; the same file twice is once", async () => {
  const other = file("other.yaml", "name: other\nlike: litserve\nmaxBytes: 1000\n");
  const args = [...OWN, ...OWN, "--dialect", other];
  expect((await transload(["dialects", ...args])).out).toMatch(/^other +other +as litserve$/m);
  expect(await transload(["convert", ...args, "-t", "other"], '{"inputs":[1]}')).toMatchObject({ out: '{"input":[1]}' });
  // JSON is YAML
  const json = file("json.json", '{ "name": "third", "key": "third", "layouts": ["tensor"] }');
  expect(await transload(["convert", "--dialect", json, "-t", "third"], '{"inputs":[1]}')).toMatchObject({ out: '{"third":[1]}' });
});

test.each([
  ["name: x\nkey: k\nlayout: [tensor]\n", /layout is no part of a definition; did you mean layouts\? \(line 3, column 1\)/],
  ["name: x\nkey: k\nlayouts:\n  - tensor\n  - tensr\n", /layouts\[1\] is "tensr"; did you mean tensor\? \(line 5, column 5\)/],
  [
    "name: x\nkey: k\nlayouts: [tensor]\nmaxBytes: 16MB\n",
    /maxBytes must be a whole number from 1, and this is "16MB" \(line 4, column 11\)/,
  ],
  ["name: x\nlayouts: [tensor]\nforms:\n  a: { key: inputs }\n", /the key "inputs" is mlflow's, too, .* \(line 4, column 13\)/],
  ["name: x\nkey: inputs\nlayouts: [tensor]\nforms:\n  a: {}\n", /the key "inputs" is mlflow's, too, .* \(line 5, column 6\)/],
  ["# mine\nname: mlflow\nkey: k\nlayouts: [tensor]\n", /"mlflow" is the name of a built-in dialect; .* \(line 2, column 7\)/],
  ["name: x\nlike: mlfow\n", /did you mean mlflow\? \(line 2, column 7\)/],
  ["name: x\nkey:\nlayouts: [tensor]\n", /key must be a text, and this is null \(line 2, column 5\)/],
  ["name: x\nname: y\n", /is not YAML: Map keys must be unique \(line 2, column 1\)/],
  ["name: [x\n", /is not YAML: .* \(line 2, column 1\)/],
  ["", /a dialect is defined by an object with name, key and layouts, and this is null/],
  ["- name: x\n", /and this is a list \(line 1, column 1\)/],
  [
    "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]\n",
    /is not YAML: Excessive alias count/,
  ],
])("what is wrong is told with file and line, exit 2: %j", async (text, message) => {
  const path = file("wrong.yaml", text);
  const { code, out, err } = await transload(["dialects", "--dialect", path]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(message);
  expect(err).toMatch(/^transload: E_DIALECT: [^\n]*wrong\.yaml[^\n]*\n$/);
});

test("a wrong file is told as JSON, with its place; one that is not there cannot be read", async () => {
  const path = file("wrong.yaml", "name: x\nkey: k\nlayout: [tensor]\n");
  const { code, err } = await transload(["convert", "-t", "x", "--dialect", path, "--errors", "json"], PAYLOAD);
  expect(code).toBe(2);
  expect(JSON.parse(err)).toMatchObject({ code: "E_DIALECT", line: 3, column: 1 });
  const missing = await transload(["inspect", "--dialect", join(dir, "none.yaml")], PAYLOAD);
  expect(missing).toEqual({
    code: 3,
    out: "",
    err: `transload: E_READ: cannot read ${join(dir, "none.yaml")}: no such file or directory\n`,
  });
  expect(existsSync(join(dir, "none.yaml"))).toBe(false);
});
