// The vendors' stores, each by its own client, against a server that speaks its protocol.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertFile, inspect, readBatches, type TransloadError } from "../../src/index.js";
import { listObjects, openUpload } from "../../src/remote/open.js";
import { peer } from "../../src/remote/peer.js";
import { azurite, googleEmulator, moto, type StoreServer, WITHOUT_PYTHON } from "../support/stores.js";

const folder = mkdtempSync(join(tmpdir(), "transload-stores-"));
const path = (name: string) => join(folder, name);
/** More than two parts. */
const LINES = Array.from({ length: 700_000 }, (_, i) => `${i},${i / 8},row ${i}`);
const before = { ...process.env };

beforeAll(() => {
  writeFileSync(path("rows.csv"), `a,b,c\n${LINES.join("\n")}\n`);
  writeFileSync(path("small.json"), '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4]]}}');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
});

async function refused(work: Promise<unknown>): Promise<TransloadError> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown as TransloadError,
  );
  expect(error, "it was not refused").toBeDefined();
  return error as TransloadError;
}

describe.each([
  ["az", azurite, undefined],
  ["s3", moto, WITHOUT_PYTHON],
  ["gs", googleEmulator, WITHOUT_PYTHON],
] as const)("%s", (_, start, without) => {
  let server: StoreServer;
  beforeAll(async () => {
    if (without !== undefined) return;
    server = await start();
    Object.assign(process.env, server.env);
  });
  afterAll(() => server?.close());
  const url = (name: string) => `${server.place}/${name}`;

  test.skipIf(without)(`json, csv and parquet, there and back${without ? ` (${without})` : ""}`, async () => {
    await convertFile(path("small.json"), url("in/small.json"), { to: "mlflow" });
    await convertFile(url("in/small.json"), url("in/small.csv"), { to: "csv" });
    await convertFile(new URL(url("in/small.csv")), url("in/small.parquet"), { to: "parquet" });
    await convertFile(url("in/small.parquet"), path("back.jsonl"), { to: "jsonl" });
    expect(readFileSync(path("back.jsonl"), "utf8")).toBe('{"a":1,"b":2}\n{"a":3,"b":4}\n');
    expect((await inspect(url("in/small.parquet"))).rows).toBe(2);
    expect(await listObjects(url("in/"))).toEqual(["in/small.csv", "in/small.json", "in/small.parquet"].map(url));
    await convertFile([url("in/small.csv"), url("in/small.json")], path("both.csv"), { to: "csv" });
    expect(readFileSync(path("both.csv"), "utf8")).toBe("a,b\n1,2\n3,4\n1,2\n3,4\n");
  });

  test.skipIf(without)("in several parts, and read in the middle", async () => {
    await convertFile(path("rows.csv"), url("rows.csv"), { to: "csv" });
    await convertFile(url("rows.csv"), path("rows-back.csv"), { to: "csv" });
    await convertFile(path("rows.csv"), path("rows-here.csv"), { to: "csv" });
    expect(readFileSync(path("rows-back.csv")).equals(readFileSync(path("rows-here.csv")))).toBe(true);
    await convertFile(path("rows.csv"), url("rows.parquet"), { to: "parquet" });
    let sum = 0;
    for await (const batch of readBatches(url("rows.parquet"), { columns: ["b"] }))
      for (const cell of (batch.columns[0]?.values ?? []) as Float64Array) sum += cell;
    expect(sum).toBe((LINES.length * (LINES.length - 1)) / 16);
  });

  test.skipIf(without)("what is not there, and what goes wrong in the middle", async () => {
    const missing = await refused(convertFile(url("none.csv"), path("none.csv"), { to: "csv" }));
    expect([missing.code, missing.message]).toEqual(["E_READ", expect.stringContaining("there is nothing of this name")]);
    expect(existsSync(path("none.csv"))).toBe(false);
    writeFileSync(path("bad.csv"), `${readFileSync(path("rows.csv"), "utf8")}1,2\n`);
    expect((await refused(convertFile(path("bad.csv"), url("bad.json"), { to: "mlflow" }))).code).toBe("E_RAGGED");
    const upload = await openUpload(url("half.bin"));
    await upload.write(new Uint8Array(20_000_000));
    await upload.discard();
    expect([...(await listObjects(url("bad"))), ...(await listObjects(url("half")))]).toEqual([]);
  });

  test.skipIf(without)("an object of no bytes", async () => {
    const upload = await openUpload(url("empty.csv"));
    await upload.end();
    await upload.commit();
    expect((await refused(inspect(url("empty.csv")))).code).toBe("E_EMPTY");
  });
});

test("az without the right to read says what to look at", async () => {
  const server = await azurite();
  Object.assign(process.env, server.env, {
    AZURE_STORAGE_CONNECTION_STRING: server.env.AZURE_STORAGE_CONNECTION_STRING?.replace("Eby8", "AAAA"),
  });
  const error = await refused(inspect(`${server.place}/x.csv`));
  expect([error.code, error.message]).toEqual(["E_READ", expect.stringContaining("az login")]);
  server.close();
});

test("a client that is not installed is named", async () => {
  const error = await refused(peer("@transload/none", "a none:// URL"));
  expect([error.code, error.message]).toEqual([
    "E_OPTION",
    "a none:// URL needs the package @transload/none, which is not installed; npm install @transload/none",
  ]);
});
