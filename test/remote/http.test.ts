// Objects of a server that speaks HTTP, and what goes wrong on the way.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { convertFile, inspect, readBatches, split, type TransloadError } from "../../src/index.js";
import { cutShort, type ObjectServer, objectServer, versionOf } from "../support/object-server.js";

let server: ObjectServer;
const folder = mkdtempSync(join(tmpdir(), "transload-http-"));
const ROWS = 120_000;
const CSV = Buffer.from(`a,b,c\n${Array.from({ length: ROWS }, (_, i) => `${i},${i / 4},"row ${i}"`).join("\n")}\n`);
const SMALL = Buffer.from("a,b\n1,2\n3,4\n");
const SPLIT = Buffer.from('{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4]]}}');
let parquet: Buffer;

beforeAll(async () => {
  server = await objectServer();
  writeFileSync(join(folder, "rows.csv"), CSV);
  await convertFile(join(folder, "rows.csv"), join(folder, "rows.parquet"), { to: "parquet", rowGroupRows: 30_000 });
  parquet = readFileSync(join(folder, "rows.parquet"));
});
beforeEach(() => {
  server.files.clear();
  for (const [name, bytes] of Object.entries({ "rows.csv": CSV, "small.csv": SMALL, "split.json": SPLIT, "rows.parquet": parquet }))
    server.files.set(name, bytes);
  server.asked.length = 0;
  server.fault = () => false;
  server.ranges = true;
  server.versions = true;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (name: string) => `${server.url}/${name}`;
const path = (name: string) => join(folder, name);

async function refused(work: Promise<unknown>): Promise<TransloadError> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown as TransloadError,
  );
  expect(error?.code, String(error)).toBeDefined();
  return error as TransloadError;
}

async function columnOf(source: string, name: string): Promise<number[]> {
  const cells: number[] = [];
  for await (const batch of readBatches(source, { columns: [name] }))
    cells.push(...Array.from(batch.columns[0]?.values as ArrayLike<number | bigint>, Number));
  return cells;
}

describe("a URL is read", () => {
  test.each(["small.csv", "split.json"])("as %s, to a file", async (name) => {
    await convertFile(url(name), path("out.jsonl"), { to: "jsonl" });
    expect(readFileSync(path("out.jsonl"), "utf8")).toBe('{"a":1,"b":2}\n{"a":3,"b":4}\n');
  });

  test("as a URL object, a query behind its name, and is inspected, cut and read as batches", async () => {
    const found = await inspect(new URL(url("small.csv?key=1")));
    expect([found.form, found.rows]).toEqual(["csv", 2]);
    const pieces: number[] = [];
    for await (const piece of split(url("small.csv"), { to: "mlflow", maxRows: 1 })) {
      for await (const _ of piece);
      pieces.push(piece.rows);
    }
    expect(pieces).toEqual([1, 1]);
    expect(await columnOf(url("small.csv"), "b")).toEqual([2, 4]);
  });

  test("beside others, each named in its errors", async () => {
    writeFileSync(path("here.csv"), "a,b\n5,6\n");
    await convertFile([url("small.csv"), path("here.csv"), url("split.json")], path("all.csv"), { to: "csv", fileColumn: "file" });
    const lines = readFileSync(path("all.csv"), "utf8").trim().split("\n");
    expect(lines).toEqual([
      "file,a,b",
      `${url("small.csv")},1,2`,
      `${url("small.csv")},3,4`,
      `${path("here.csv")},5,6`,
      `${url("split.json")},1,2`,
      `${url("split.json")},3,4`,
    ]);
    server.files.set("bad.csv", Buffer.from("a,b\n1,2,3\n"));
    const error = await refused(convertFile([url("small.csv"), url("bad.csv")], path("all.csv"), { to: "mlflow" }));
    expect([error.code, error.file]).toEqual(["E_RAGGED", url("bad.csv")]);
  });

  test("where it has no bytes", async () => {
    server.files.set("empty.csv", Buffer.alloc(0));
    expect((await refused(inspect(url("empty.csv")))).code).toBe("E_EMPTY");
  });

  test("where it is compressed", async () => {
    await convertFile(path("rows.csv"), path("rows.csv.gz"), { to: "csv" });
    server.files.set("rows.csv.gz", readFileSync(path("rows.csv.gz")));
    await convertFile(url("rows.csv.gz"), path("out.csv"), { to: "csv" });
    await convertFile(path("rows.csv"), path("here.csv"), { to: "csv" });
    expect(readFileSync(path("out.csv")).equals(readFileSync(path("here.csv")))).toBe(true);
  });
});

describe("a Parquet file's columns", () => {
  test("are asked for by themselves, and its footer", async () => {
    const before = server.sent;
    const cells = await columnOf(url("rows.parquet"), "a");
    expect(cells.length).toBe(ROWS);
    expect(cells.every((cell, i) => cell === i)).toBe(true);
    const sent = server.sent - before;
    expect(sent).toBeLessThan(parquet.length * 0.7);
    // the head, the end, and each of four row groups
    expect(server.asked.length).toBeLessThanOrEqual(7);
    expect(server.asked.every(({ range }) => range !== undefined)).toBe(true);
  });

  test("are all there where all are read", async () => {
    await convertFile(url("rows.parquet"), path("back.csv"), { to: "csv" });
    await convertFile(path("rows.parquet"), path("here.csv"), { to: "csv" });
    expect(readFileSync(path("back.csv")).equals(readFileSync(path("here.csv")))).toBe(true);
  });

  test("are read of a server without ranges, from a spill", async () => {
    server.ranges = false;
    expect((await columnOf(url("rows.parquet"), "a")).length).toBe(ROWS);
    expect(server.asked.length).toBe(1);
  });

  test("of a file that changes meanwhile are refused", async () => {
    server.fault = ({ number }) => {
      if (number === 2) server.files.set("rows.parquet", Buffer.concat([parquet, Buffer.from("more")]));
      return false;
    };
    const error = await refused(columnOf(url("rows.parquet"), "b"));
    expect([error.code, error.message]).toEqual(["E_READ", expect.stringContaining("was written to while it was read")]);
  });
});

describe("on the way", () => {
  test("a server that is busy is asked again, and a body that is cut goes on at its byte", async () => {
    const starts: string[] = [];
    server.fault = ({ number, range = "" }, response) => {
      starts.push(range);
      if (number === 0) return Boolean(response.writeHead(503).end());
      if (number === 2) return cutShort(response, CSV, 65536, 100_000, versionOf(CSV));
      return false;
    };
    await convertFile(url("rows.csv"), path("out.csv"), { to: "csv" });
    await convertFile(path("rows.csv"), path("here.csv"), { to: "csv" });
    expect(readFileSync(path("out.csv")).equals(readFileSync(path("here.csv")))).toBe(true);
    expect(starts).toEqual(["bytes=0-65535", "bytes=0-65535", "bytes=65536-", "bytes=165536-"]);
  });

  test("a text that changes while it is read is refused", async () => {
    server.fault = ({ number, range }, response) => {
      if (number !== 1 || range === undefined) return false;
      server.files.set("rows.csv", Buffer.concat([CSV, SMALL]));
      return cutShort(response, CSV, 65536, 100_000, versionOf(CSV));
    };
    const error = await refused(convertFile(url("rows.csv"), path("out2.csv"), { to: "csv" }));
    expect([error.code, error.message]).toEqual(["E_READ", expect.stringContaining("was written to while it was read")]);
    expect(existsSync(path("out2.csv"))).toBe(false);
  });

  test("a body that is cut, of a server without ranges and versions, says what to do", async () => {
    server.ranges = false;
    server.versions = false;
    server.fault = (_, response) => {
      response.writeHead(200, { "content-length": CSV.length });
      response.write(CSV.subarray(0, 200_000), () => response.destroy());
      return true;
    };
    const error = await refused(convertFile(url("rows.csv"), path("out2.csv"), { to: "csv" }));
    expect([error.code, error.message]).toEqual(["E_READ", expect.stringContaining("download it first")]);
  });

  test("of a server without ranges that tells versions goes on all the same", async () => {
    server.ranges = false;
    server.fault = ({ number }, response) => {
      if (number > 0) return false;
      response.writeHead(200, { "content-length": CSV.length, etag: versionOf(CSV) });
      response.write(CSV.subarray(0, 200_000), () => response.destroy());
      return true;
    };
    expect((await columnOf(url("rows.csv"), "a")).length).toBe(ROWS);
  });

  test.each([
    [404, "E_READ", "there is nothing of this name"],
    [403, "E_READ", "tokenEnv"],
    [400, "E_READ", "answers 400"],
  ])("%i is told", async (status, code, words) => {
    server.fault = (_, response) => Boolean(response.writeHead(status).end());
    const error = await refused(inspect(url("small.csv")));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
    expect(server.asked.length).toBe(1);
  });

  test("a signal ends it", async () => {
    const abort = new AbortController();
    server.fault = ({ number }) => {
      if (number === 1) abort.abort();
      return number === 1;
    };
    expect((await refused(convertFile(url("rows.csv"), path("out3.csv"), { to: "csv", signal: abort.signal }))).code).toBe("E_ABORT");
    expect(existsSync(path("out3.csv"))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith(".transload"))).toEqual([]);
  });
});

describe("secrets", () => {
  test("are sent, and in no message", async () => {
    const secret = `http://user:p%40ss@${new URL(server.url).host}/small.csv?sig=abc`;
    await convertFile(secret, path("out.jsonl"), { to: "jsonl" });
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
    server.fault = (_, response) => Boolean(response.writeHead(403).end());
    const error = await refused(convertFile(secret, path("out.jsonl"), { to: "jsonl" }));
    expect(error.message).toContain(`${url("small.csv")}: the server answers 403`);
    expect(JSON.stringify([error.message, error.toJSON()])).not.toMatch(/user|p%40ss|p@ss|abc/);
  });

  test("go to no other server that this one sends us to", async () => {
    const other = await objectServer();
    other.files.set("small.csv", SMALL);
    server.fault = (_, response) => Boolean(response.writeHead(302, { location: `${other.url}/small.csv` }).end());
    await convertFile(url("small.csv"), path("out.jsonl"), { to: "jsonl", headers: { authorization: "Bearer t", "x-key": "k" } });
    expect(server.asked[0]?.headers).toMatchObject({ authorization: "Bearer t", "x-key": "k" });
    expect(other.asked[0]?.headers.authorization).toBeUndefined();
    expect(other.asked[0]?.headers["x-key"]).toBeUndefined();
    await other.close();
  });
});

describe("a URL is written", () => {
  test("small, and large in a stream", async () => {
    await convertFile(path("rows.csv"), url("new/small.parquet"), { to: "parquet" });
    expect(server.files.get("new/small.parquet")?.subarray(0, 4).toString()).toBe("PAR1");
    const large = path("large.csv");
    writeFileSync(large, `${CSV}`.concat(...Array.from({ length: 8 }, () => CSV.subarray(6).toString())));
    await convertFile(large, url("new/large.csv"), { to: "csv" });
    await convertFile(large, path("large-here.csv"), { to: "csv" });
    expect(server.files.get("new/large.csv")?.equals(readFileSync(path("large-here.csv")))).toBe(true);
  });

  test("not at all where the input is wrong in the middle", async () => {
    writeFileSync(path("bad.csv"), `${CSV}${CSV.subarray(6)}${CSV.subarray(6)}${CSV.subarray(6)}${CSV.subarray(6)}1,2\n`);
    const error = await refused(convertFile(path("bad.csv"), url("bad.json"), { to: "mlflow" }));
    expect(error.code).toBe("E_RAGGED");
    expect(server.files.has("bad.json")).toBe(false);
  });

  test.each([
    [403, "tokenEnv"],
    [405, "does not take this method"],
    [409, "answers 409"],
  ])("%i is told", async (status, words) => {
    server.fault = ({ method }, response) => method === "PUT" && Boolean(response.writeHead(status).end());
    const error = await refused(convertFile(path("rows.csv"), url("new.csv"), { to: "csv" }));
    expect([error.code, error.message]).toEqual(["E_WRITE", expect.stringContaining(words)]);
  });

  test("and is not what is read", async () => {
    expect((await refused(convertFile(url("small.csv"), url("small.csv"), { to: "csv" }))).code).toBe("E_OPTION");
  });
});
