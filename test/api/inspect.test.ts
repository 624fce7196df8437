// inspect(), and verdict() on what it tells, know a file as everything else does: by its name or its first bytes, compressed or not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { inspect, verdict, type Warning } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CSV = "a,b\n1,x\n2,y\n";

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test("a name tells the form of a delimited file, of lines and of what is compressed", async () => {
  const lines = '{"a":1}\n{"a":2}\n';
  for (const [path, form, bytes] of [
    [file("rows.csv", CSV), "csv", CSV.length],
    [file("rows.tsv", CSV.replaceAll(",", "\t")), "tsv", CSV.length],
    [file("rows.jsonl", lines), "jsonl:records", lines.length],
    [file("rows.csv.gz", gzipSync(CSV)), "csv", CSV.length],
    [file("rows.csv.br", brotliCompressSync(CSV)), "csv", CSV.length],
    [pathToFileURL(file("url.csv", CSV)), "csv", CSV.length],
  ] as const)
    expect(await inspect(path), String(path)).toMatchObject({ form, bytes, rows: 2 });
});

test("the first bytes tell what is binary or compressed, whatever its name", async () => {
  const arrow = new URL("../binary/files/polars.arrow", import.meta.url);
  const parquet = new URL("../binary/files/duckdb.parquet", import.meta.url);
  const { readFileSync, statSync } = await import("node:fs");
  for (const [url, form] of [
    [arrow, "arrow"],
    [parquet, "parquet"],
  ] as const) {
    const named = await inspect(url);
    expect(named).toMatchObject({ form, bytes: statSync(url).size });
    expect(await inspect(file("nameless", readFileSync(url)))).toEqual(named);
    expect(await inspect([readFileSync(url)])).toEqual(named);
    expect(await inspect(file("nameless.gz", gzipSync(readFileSync(url))))).toEqual(named);
  }
  expect(await inspect([gzipSync('{"instances":[1]}')])).toMatchObject({ form: "mlflow:instances" });
});

test("a form that is named holds against the name", async () => {
  await expect(inspect(file("other.csv", CSV), { from: "jsonl" })).rejects.toMatchObject({
    code: "E_FORM",
    file: join(folder, "other.csv"),
  });
  expect(await inspect(file("other.json", CSV), { from: "csv" })).toMatchObject({ form: "csv" });
});

test("a verdict on it is that on the same bytes with the form named", async () => {
  const path = file("verdict.csv", CSV);
  const options = { for: "mlflow" } as const;
  expect(verdict(await inspect(path), options)).toEqual(verdict(await inspect([Buffer.from(CSV)], { from: "csv" }), options));
  expect(verdict(await inspect(path), options)).toMatchObject({ form: "csv" });
});

test("what expands too far is refused, with the limit that allows it", async () => {
  const zeros = gzipSync(`{"inputs":[${"0,".repeat(2 ** 26)}0]}`);
  const warnings: Warning[] = [];
  await expect(inspect([zeros], { maxExpand: 10, onWarning: (warning) => warnings.push(warning) })).rejects.toMatchObject({
    code: "E_LIMIT",
  });
  expect(warnings).toEqual([]);
});

test("the bytes that are used up are told, of a binary file as well", async () => {
  for (const path of [file("told.csv", CSV), new URL("../binary/files/duckdb.parquet", import.meta.url)]) {
    let told = 0;
    const { bytes } = await inspect(path, {
      onProgress: (used) => {
        told = used;
      },
    });
    expect(told).toBe(bytes);
  }
});
