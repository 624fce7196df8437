// URLs at the command line.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { finish, folder, large, SPLIT, start, transload } from "../support/command-line.js";
import { type ObjectServer, objectServer } from "../support/object-server.js";
import { azurite, moto, type StoreServer, WITHOUT_PYTHON } from "../support/stores.js";

const IRIS = readFileSync("data/iris.csv");
const out = folder();
let server: ObjectServer;

beforeAll(async () => {
  server = await objectServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.files.clear();
  server.files.set("iris.csv", IRIS);
  server.files.set("split.json", Buffer.from(SPLIT));
  server.asked.length = 0;
  server.fault = () => false;
});
const url = (name: string) => `${server.url}/${name}`;

test("convert, inspect and validate read one", async () => {
  const read = await transload(["convert", url("iris.csv"), "-t", "jsonl", "--head", "1"]);
  expect([read.code, read.out]).toEqual([0, expect.stringContaining('"species":"setosa"')]);
  const found = await transload(["inspect", url("split.json"), "--json"]);
  expect(JSON.parse(found.out)).toMatchObject({ form: "azureml:split", rows: 2 });
  const verdict = await transload(["validate", `${url("split.json")}?sig=secret`, "--for", "azureml"]);
  expect([verdict.code, verdict.out]).toEqual([0, expect.stringContaining(`${url("split.json")}: azureml:split`)]);
  expect(`${verdict.out}${verdict.err}`).not.toContain("secret");
});

test("what is asked for at the short way goes the long one", async () => {
  const file = join(out, "iris.jsonl");
  expect(await transload(["convert", url("iris.csv"), "-f", "csv", "-t", "jsonl", "-o", file, "-q"])).toMatchObject({ code: 0, err: "" });
  expect(readFileSync(file, "utf8").split("\n").length).toBe(151);
});

test("pieces go beside a URL, the manifest last, and come back by it", async () => {
  const cut = await transload(["convert", "data/iris.csv", "-t", "jsonl", "--max-rows", "60", "-o", url("p/part-{00000}.jsonl")]);
  expect(cut).toMatchObject({ code: 0, err: "" });
  expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "DELETE p/manifest.json",
    "PUT p/part-00000.jsonl",
    "PUT p/part-00001.jsonl",
    "PUT p/part-00002.jsonl",
    "PUT p/manifest.json",
  ]);
  const back = await transload(["convert", url("p/manifest.json"), "-t", "csv"]);
  expect([back.code, back.out]).toEqual([0, IRIS.toString().replaceAll("\r\n", "\n")]);
  server.files.set("p/part-00001.jsonl", Buffer.from("{}\n"));
  const changed = await transload(["convert", url("p/manifest.json"), "-t", "csv"]);
  expect([changed.code, changed.err]).toEqual([3, expect.stringContaining("part-00001.jsonl is not the piece that its manifest lists")]);
});

test("pieces of a run that fails are taken back", async () => {
  writeFileSync(join(out, "bad.csv"), `a,b\n1,2\n3,4\n5\n`);
  const cut = await transload(["convert", join(out, "bad.csv"), "-t", "mlflow", "--max-rows", "1", "-o", url("q/part-{00000}.json")]);
  expect(cut.code).toBe(1);
  expect([...server.files.keys()].filter((name) => name.startsWith("q/"))).toEqual([]);
});

test("headers and tokens are sent, and told to nobody", async () => {
  server.fault = ({ headers }, response) => headers.authorization !== "Bearer top" && Boolean(response.writeHead(401).end());
  const refused = await transload(["convert", url("iris.csv"), "-t", "csv", "--header", "Authorization: Bearer wrong"]);
  expect([refused.code, refused.err]).toEqual([3, expect.stringContaining("--token-env")]);
  expect(refused.err).not.toContain("wrong");
  const child = start(["convert", url("iris.csv"), "-t", "csv", "--token-env", "KEY"], { KEY: "top" });
  child.stdin.end();
  expect((await finish(child)).code).toBe(0);
});

test("--no-header is still of a csv", async () => {
  const read = await transload(["convert", url("iris.csv"), "-f", "csv", "-t", "csv", "--no-header", "--header", "X-A: b"]);
  expect(read.out.split("\n").length).toBe(152);
  expect(server.asked[0]?.headers["x-a"]).toBe("b");
});

test("score and --ask say what they take", async () => {
  const score = await transload(["score", "data/iris.csv", "--url", "http://127.0.0.1:1/invocations", "-o", "s3://bucket/x.csv"]);
  expect([score.code, score.err]).toEqual([2, expect.stringContaining("score writes a file")]);
  const asked = await transload(["validate", url("split.json"), "--for", "azureml", "--ask", "http://127.0.0.1:1/score"]);
  expect([asked.code, asked.err]).toEqual([2, expect.stringContaining("no pipe, nor a URL")]);
});

describe.each([
  ["az", azurite, undefined],
  ["s3", moto, WITHOUT_PYTHON],
] as const)("%s", (_, begin, without) => {
  let store: StoreServer;
  beforeAll(async () => {
    if (without === undefined) store = await begin();
  });
  afterAll(() => store?.close());

  test.skipIf(without)("a run that is interrupted in the middle of an upload leaves nothing that shows", async () => {
    const target = `${store.place}/killed.json`;
    const child = start(["convert", "-t", "mlflow", "-o", target], store.env);
    child.stdin.on("error", () => {});
    child.stdin.write(large(30_000_000, ""));
    await sleep(6000);
    child.kill("SIGINT");
    const run = await finish(child);
    expect(run).toMatchObject({ code: 130, err: "" });
    const look = start(["convert", target, "-t", "csv"], store.env);
    look.stdin.end();
    expect([(await finish(look)).code]).toEqual([3]);
    if (store.place.startsWith("s3")) {
      const { ListMultipartUploadsCommand, S3Client } = await import("@aws-sdk/client-s3");
      const { Uploads = [] } = await new S3Client({ forcePathStyle: true }).send(new ListMultipartUploadsCommand({ Bucket: "bucket" }));
      expect(Uploads).toEqual([]);
    }
  });
});
