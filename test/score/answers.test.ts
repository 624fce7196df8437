// What servers answer, as columns beside the payload's own.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { convert, readBatches, type ScoreOptions, score, scoreFile, TransloadError } from "../../src/index.js";

const dir = mkdtempSync(join(tmpdir(), "transload-answers-"));
const input = join(dir, "rows.csv");
writeFileSync(input, "a,b\n1,x\n2,y\n3,z\n");
let server: Server | undefined;
afterEach(() => server?.close());
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A server that gives these answers, one after the other; and where the dialect's route would be. */
async function saying(answers: readonly string[], type = "application/json"): Promise<{ url: string; paths: string[] }> {
  let number = 0;
  const paths: string[] = [];
  server = createServer(async (request, response) => {
    for await (const _ of request);
    paths.push(`${request.url} ${request.headers["content-type"]}`);
    response.writeHead(200, { "content-type": type }).end(answers[number++ % answers.length]);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}

type Case = [dialect: string, to: string, answers: string[], route: string, expected: string, more?: Partial<ScoreOptions>];

const CASES: Case[] = [
  [
    "mlflow",
    "csv",
    ['{"predictions":[1,2.50,9007199254740993]}'],
    "/invocations application/json",
    "row,prediction\n0,1\n1,2.50\n2,9007199254740993\n",
  ],
  [
    "mlflow",
    "jsonl",
    ['{"predictions":["q\\"é",null,"\\u00e9"]}'],
    "/invocations application/json",
    '{"row":0,"prediction":"q\\"é"}\n{"row":1,"prediction":null}\n{"row":2,"prediction":"\\u00e9"}\n',
  ],
  [
    "mlflow",
    "mlflow",
    ['{"predictions":[NaN,1,Infinity]}'],
    "/invocations application/json",
    '{"predictions":[{"row":0,"prediction":NaN},{"row":1,"prediction":1},{"row":2,"prediction":Infinity}]}',
  ],
  [
    "mlflow",
    "csv",
    ['{"predictions":[[0.2,0.8],[0.5,0.5],[1,0]]}'],
    "/invocations application/json",
    "row,prediction_0,prediction_1\n0,0.2,0.8\n1,0.5,0.5\n2,1,0\n",
  ],
  [
    "mlflow",
    "csv",
    ['{"predictions":[["a,b",1],["]",2],["",3]]}'],
    "/invocations application/json",
    'row,prediction_0,prediction_1\n0,"a,b",1\n1,],2\n2,"",3\n',
  ],
  [
    "mlflow",
    "csv",
    ['{"predictions":[{"é":1,"q":"x"},{"q":null,"é":2},{"é":3,"q":"y"}]}'],
    "/invocations application/json",
    "row,é,q\n0,1,x\n1,2,\n2,3,y\n",
  ],
  [
    "mlflow",
    "jsonl",
    ['{\n"predictions":[[[1,\n2]],[[3,4]],[[5,6]]]}'],
    "/invocations application/json",
    '{"row":0,"prediction":[1, 2]}\n{"row":1,"prediction":[3,4]}\n{"row":2,"prediction":[5,6]}\n',
  ],
  ["azureml", "csv", ["[1,0,1]"], "/score application/json", "row,prediction\n0,1\n1,0\n2,1\n"],
  [
    "databricks",
    "csv",
    ['{"predictions":[1,0,1]}'],
    "/serving-endpoints/m%20n/invocations application/json",
    "row,prediction\n0,1\n1,0\n2,1\n",
    { modelName: "m n" },
  ],
  [
    "tfserving",
    "csv",
    ['{"outputs":{"p":[[1,2],[3,4],[5,6]],"q":["a","b","c"]}}'],
    "/v1/models/m:predict application/json",
    "row,p_0,p_1,q\n0,1,2,a\n1,3,4,b\n2,5,6,c\n",
    { modelName: "m" },
  ],
  [
    "kserve1",
    "csv",
    ['{"predictions":[1,0,1]}'],
    "/v1/models/m:predict application/json",
    "row,prediction\n0,1\n1,0\n2,1\n",
    { modelName: "m" },
  ],
  [
    "oip",
    "csv",
    [
      '{"model_name":"m","outputs":[{"name":"p","shape":[3,2],"datatype":"FP64","data":[0.1,0.9,1,0,0.5,0.5]},{"name":"l","shape":[3],"datatype":"BYTES","data":["u","v","w"]}],"id":"1"}',
    ],
    "/v2/models/m/infer application/json",
    "row,p_0,p_1,l\n0,0.1,0.9,u\n1,1,0,v\n2,0.5,0.5,w\n",
    { modelName: "m" },
  ],
  [
    "seldon",
    "csv",
    ['{"data":{"names":["p"],"ndarray":[[0.1],[0.2],[0.3]]},"meta":{}}'],
    "/api/v1.0/predictions application/json",
    "row,p\n0,0.1\n1,0.2\n2,0.3\n",
  ],
  [
    "sagemaker",
    "csv",
    ['{"predictions":[{"score":0.1,"label":0},{"score":0.2,"label":1},{"score":0.3,"label":1}]}'],
    "/invocations text/csv",
    "row,score,label\n0,0.1,0\n1,0.2,1\n2,0.3,1\n",
  ],
];

test.each(CASES)("%s's, as %s: %j", async (dialect, to, answers, route, expected, more = {}) => {
  const { url, paths } = await saying(answers);
  const stream = score(input, { url, for: dialect, ...more }).stream({ to });
  expect(Buffer.concat(await stream.toArray()).toString()).toBe(expected);
  expect(paths).toEqual([route]);
});

test("a csv of predictions", async () => {
  const { url } = await saying(["0.5\n0.25\n1\n"], "Text/CSV; charset=utf-8");
  const stream = score(input, { url, for: "sagemaker" }).stream({ to: "csv" });
  expect(Buffer.concat(await stream.toArray()).toString()).toBe("row,prediction\n0,0.5\n1,0.25\n2,1\n");
});

test("lists stand beside each other, wherever their lines are broken", async () => {
  const { url } = await saying(['{"predictions":[\n{"b":[1,\r\n2]},\n{"b":\n[3,4]}\n]}']);
  const broken = join(dir, "broken.json");
  writeFileSync(broken, '{"dataframe_records":[{"a":[\n5],"c":1},\n{"a":[6,\n7],"c":2}]}');
  const made = await score(broken, { url, for: "mlflow", with: ["a"] })
    .stream({ to: "jsonl" })
    .toArray();
  const lines = Buffer.concat(made).toString().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { row: 0, a: [5], b: [1, 2] },
    { row: 1, a: [6, 7], b: [3, 4] },
  ]);
});

test.each([
  ["tensor", '{"inputs":[[1,2],[3,4]]}', "application/json"],
  ["csv", "1,2\n3,4\n", "text/csv"],
])("a dialect of several content types is told that of the request: %s", async (name, text, type) => {
  const file = join(dir, `typed-${name}${name === "csv" ? ".csv" : ""}`);
  writeFileSync(file, text);
  const { url, paths } = await saying(["[0.5,0.25]"]);
  await score(file, { url, for: "sagemaker", header: false }).stream({ to: "csv" }).toArray();
  expect(paths).toEqual([`/invocations ${type}`]);
});

test("beside the payload's columns, in files", async () => {
  const { url } = await saying(['{"predictions":[1.5,2]}', '{"predictions":[null]}']);
  const parquet = join(dir, "p.parquet");
  await scoreFile(input, parquet, { url, for: "mlflow", maxRows: 2, concurrency: 1, with: ["b", "a"] });
  const rows: unknown[] = [];
  for await (const { columns, rowCount } of readBatches(parquet))
    for (let i = 0; i < rowCount; i++)
      rows.push(columns.map(({ name, values, valid }) => `${name}=${valid?.[i] === 0 ? null : values[i]}`).join());
  expect(rows).toEqual(["row=0,b=x,a=1,prediction=1.5", "row=1,b=y,a=2,prediction=2", "row=2,b=z,a=3,prediction=null"]);
});

test("with the payload's own labels", async () => {
  const labelled = join(dir, "labelled.json");
  writeFileSync(labelled, '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[3]],"index":["i","j","k"]}}');
  const { url } = await saying(['{"predictions":[1,2,3]}']);
  const text = async (source: string) =>
    Buffer.concat(await score(source, { url, for: "mlflow" }).stream({ to: "csv" }).toArray()).toString();
  expect(await text(labelled)).toBe("index,prediction\ni,1\nj,2\nk,3\n");
  writeFileSync(labelled, '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[3]]}}');
  expect(await text(labelled)).toBe("row,prediction\n0,1\n1,2\n2,3\n");
});

test("columns of the payload that are not sent, or are sent under another name", async () => {
  const { url } = await saying(['{"predictions":[1,2,3]}']);
  const text = async (options: Partial<ScoreOptions>, source: string = input) =>
    Buffer.concat(
      await score(source, { url, for: "mlflow", ...options })
        .stream({ to: "csv" })
        .toArray(),
    ).toString();
  expect(await text({ columns: ["a"], with: ["b"] })).toBe("row,b,prediction\n0,x,1\n1,y,2\n2,z,3\n");
  expect(await text({ columns: { years: "a" }, with: ["b", "a", "years"] })).toBe(
    "row,b,a,years,prediction\n0,x,1,1,1\n1,y,2,2,2\n2,z,3,3,3\n",
  );
  expect(await text({ drop: ["b"], with: ["b"] })).toBe("row,b,prediction\n0,x,1\n1,y,2\n2,z,3\n");
  const tensor = join(dir, "tensor.json");
  writeFileSync(tensor, '{"inputs":[[1,2],[3,4],[5,6]]}');
  expect(await text({ columns: ["p", "q"], with: ["q"] }, tensor)).toBe("row,q,prediction\n0,2,1\n1,4,2\n2,6,3\n");
  await expect(text({ columns: ["p", "q"], with: ["r"] }, tensor)).rejects.toMatchObject({ code: "E_COLUMNS" });
  const ragged = join(dir, "ragged.csv");
  writeFileSync(ragged, "a,b\n1\n");
  await expect(text({ columns: ["a"], with: ["b"] }, ragged)).rejects.toMatchObject({ code: "E_RAGGED" });
});

test("a column called index is no label, and stands apart from those that there are", async () => {
  const { url } = await saying(['{"predictions":[1,2]}']);
  const text = async (source: string, options: Partial<ScoreOptions> = {}) =>
    Buffer.concat(
      await score(source, { url, for: "mlflow", ...options })
        .stream({ to: "csv" })
        .toArray(),
    ).toString();
  const csv = join(dir, "index.csv");
  writeFileSync(csv, "id,index,name\n0,77,a\n1,78,b\n");
  expect(await text(csv, { with: ["name"] })).toBe("row,name,prediction\n0,a,1\n1,b,2\n");
  for (const more of [{}, { columns: ["id"] }])
    expect(await text(csv, { with: ["index"], ...more })).toBe("row,index,prediction\n0,77,1\n1,78,2\n");
  const labelled = join(dir, "index.json");
  writeFileSync(labelled, '{"dataframe_split":{"columns":["id"],"index":["r","s"],"data":[[0],[1]]}}');
  for (const more of [{}, { columns: ["id"] }])
    expect(await text(labelled, { with: ["index"], ...more })).toBe("row,index,prediction\n0,r,1\n1,s,2\n");
  const both = join(dir, "both.json");
  writeFileSync(both, '{"dataframe_split":{"columns":["id","index"],"index":["r","s"],"data":[[0,5],[1,6]]}}');
  expect(await text(both)).toBe("index,prediction\nr,1\ns,2\n");
  expect(await text(both, { with: ["id"] })).toBe("index,id,prediction\nr,0,1\ns,1,2\n");
  expect(await text(both, { with: ["index"] })).toBe("row,index,prediction\n0,5,1\n1,6,2\n");
});

test("labels of a payload that comes once are kept in a file, and told of where it streams", async () => {
  const { url } = await saying(['{"predictions":[1,2]}']);
  const once = async function* () {
    yield Buffer.from('{"dataframe_split":{"columns":["id"],"data":[[0],[1]],');
    yield Buffer.from('"index":["r","s"]}}');
  };
  const output = join(dir, "labels.csv");
  await scoreFile(once(), output, { url, for: "mlflow" });
  expect(readFileSync(output, "utf8")).toBe("index,prediction\nr,1\ns,2\n");
  const warnings: string[] = [];
  const streamed = async (options: Partial<ScoreOptions>) =>
    Buffer.concat(
      await score(once(), { url, for: "mlflow", onWarning: ({ code }) => warnings.push(code), ...options })
        .stream({ to: "csv" })
        .toArray(),
    ).toString();
  expect(await streamed({})).toBe("row,prediction\n0,1\n1,2\n");
  expect(warnings).toEqual(["W_INDEX"]);
  await streamed({ index: "drop" });
  expect(warnings).toEqual(["W_INDEX"]);
});

test("faults of the call are found before anything is sent, names of the predictions by the first answer", async () => {
  const { url, paths } = await saying(['{"predictions":[{"b":1}]}']);
  const output = join(dir, "faults.csv");
  const run = (options: Partial<ScoreOptions>, target = output, source = input) =>
    scoreFile(source, target, { url, for: "mlflow", maxRows: 1, concurrency: 1, ...options });
  await expect(run({ with: ["bb"] })).rejects.toMatchObject({ code: "E_COLUMNS", message: expect.stringContaining("did you mean b?") });
  await expect(
    score(input, { url, for: "mlflow", with: ["bb"] })
      .stream({ to: "csv" })
      .toArray(),
  ).rejects.toMatchObject({ code: "E_COLUMNS" });
  await expect(run({}, input)).rejects.toMatchObject({
    code: "E_OPTION",
    message: expect.stringContaining("both the input and the output"),
  });
  mkdirSync(join(dir, "folder.csv"));
  await expect(run({}, join(dir, "folder.csv"))).rejects.toMatchObject({ code: "E_WRITE" });
  const listed = join(dir, "again.csv.refused.jsonl");
  writeFileSync(listed, '{"row":1}\n');
  await expect(run({}, join(dir, "again.csv"), listed)).rejects.toMatchObject({ code: "E_OPTION" });
  expect(readFileSync(listed, "utf8")).toBe('{"row":1}\n');
  expect(paths).toEqual([]);
  await expect(run({ with: ["b"] })).rejects.toMatchObject({ code: "E_DUPLICATE" });
  expect(paths.length).toBeLessThan(3);
  expect(existsSync(`${output}.transload-score`)).toBe(false);
});

test("of a payload that comes once", async () => {
  const { url } = await saying(['{"predictions":[1,2,3]}']);
  const once = async function* () {
    yield readFileSync(input);
  };
  const output = join(dir, "once.csv");
  await scoreFile(once(), output, { url, for: "mlflow", from: "csv", with: ["b"] });
  expect(readFileSync(output, "utf8")).toBe("row,b,prediction\n0,x,1\n1,y,2\n2,z,3\n");
  await expect(scoreFile(once(), output, { url, for: "mlflow", from: "csv", resume: true })).rejects.toThrow("takes a file and no pipe");
  expect(() => score(once(), { url, for: "mlflow", with: ["b"] }).stream({ to: "csv" })).toThrow("a second time");
});

test("what cannot stand beside them", async () => {
  const { url } = await saying(['{"predictions":[1,2,3]}']);
  const text = (options: Partial<ScoreOptions>, source = input) =>
    score(source, { url, for: "mlflow", ...options })
      .stream({ to: "csv" })
      .toArray();
  await expect(text({ with: ["c"] })).rejects.toMatchObject({ code: "E_COLUMNS" });
  writeFileSync(join(dir, "same.csv"), "prediction\n1\n2\n3\n");
  await expect(text({ with: ["prediction"] }, join(dir, "same.csv"))).rejects.toMatchObject({ code: "E_DUPLICATE" });
  writeFileSync(join(dir, "none.csv"), "a,b\n");
  await expect(text({}, join(dir, "none.csv"))).rejects.toMatchObject({ code: "E_EMPTY" });
});

test("a request in any dialect is what convert writes", async () => {
  const bodies: Buffer[] = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks));
    response.end('{"predictions":[1,2,3]}');
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const form of ["mlflow:records", "mlflow:split", "databricks"]) {
    for await (const _ of score(input, { url, for: form, modelName: "m" }));
    const stream = convert({ from: "csv", to: form });
    stream.end(readFileSync(input));
    expect(bodies.pop()).toEqual(Buffer.concat(await stream.toArray()));
  }
  expect(() => score(input, { url, for: "jsonl" })).toThrow(TransloadError);
});
