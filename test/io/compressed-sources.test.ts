// gzip, Brotli and Zstandard sources: expanded as they come, and refused when they are not whole, damaged, or a bomb.
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { convert, readBatches, split } from "../../src/index.js";
import { columnsOf, crumbs, cut, tryRead, whole } from "../support/feed.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a compressed source", () => {
  const text = Buffer.from('{"inputs":[[1,2],[3,4]]}');

  test("is expanded, several members too, and told by its name where it has no first bytes", async () => {
    const twice = Buffer.concat([gzipSync(text.subarray(0, 10)), gzipSync(text.subarray(10))]);
    for (const bytes of [gzipSync(text), twice]) {
      for (const chunks of [whole(bytes), crumbs(bytes)]) expect(await columnsOf(chunks, {})).toEqual({ "": [1, 2, 3, 4] });
    }
    const path = join(folder, "rows.json.br");
    writeFileSync(path, brotliCompressSync(text));
    for await (const batch of readBatches(path)) expect([...(batch.columns[0]?.values ?? [])]).toEqual([1, 2, 3, 4]);
  });

  test("is Zstandard of others, in frames that follow each other, cut anywhere, and refused when it is not whole", async () => {
    const path = join(folder, "rows.csv.zst");
    const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
    await duckdb.run(`COPY (SELECT i AS a, i % 7 AS b FROM range(300000) t(i)) TO '${path}' (FORMAT csv, COMPRESSION zstd)`);
    const bytes = readFileSync(path);
    const a = Array.from({ length: 300_000 }, (_, i) => i);
    for (const source of [path, [bytes], cut(bytes, [1, 5, 1000, 100_001])]) {
      const found: unknown[] = [];
      for await (const { columns } of readBatches(source, { from: "csv", dtype: "float64" })) found.push(...(columns[0]?.values ?? []));
      expect(found).toEqual(a);
    }
    // of zstd(1): two frames with checksums, and between them one that is to be skipped
    const frames = "28b52ffd240a510000615f782c620a312c320a23ec0234 502a4d1803000000010203 28b52ffd2408410000332c340a352c360ac4f3abce";
    const own = Buffer.from(frames.replaceAll(" ", ""), "hex");
    for (const chunks of [whole(own), crumbs(own)])
      expect(await columnsOf(chunks, { from: "csv" })).toEqual({ a_x: [1, 3, 5], b: [2, 4, 6] });
    expect((await tryRead(whole(own.subarray(0, -1)), { from: "csv" })).error?.code).toBe("E_TRUNCATED");
    expect((await tryRead(whole(bytes.subarray(0, bytes.length - 9)), { from: "csv" })).error?.code).toBe("E_TRUNCATED");
    const bad = Buffer.from(bytes);
    bad.fill(0xff, 20, 60);
    expect((await tryRead(whole(bad), { from: "csv" })).error?.code).toBe("E_SYNTAX");
    // one bit of any byte, but for what is skipped and the bits that mean nothing: the size or the checksum tells
    const skipped = own.indexOf(Buffer.from([3, 0, 0, 0, 1, 2, 3])) + 4;
    const free = [4, skipped, skipped + 1, skipped + 2, skipped + 7];
    for (let at = 4; at < own.length; at++) {
      const bent = Buffer.from(own);
      bent[at] = (bent[at] as number) ^ 0x10;
      const { error } = await tryRead(at % 2 ? whole(bent) : crumbs(bent), { from: "csv" });
      expect(error?.code, `${at}`).toEqual(free.includes(at) ? undefined : expect.stringMatching(/^E_/));
    }
    // two gigabytes of one letter in blocks of four bytes each
    const blocks = Buffer.concat([
      Buffer.from("28b52ffd0050", "hex"),
      ...Array.from({ length: 16_384 }, () => Buffer.from([2, 0, 16, 0x20])),
    ]);
    expect((await tryRead(whole(blocks), { from: "csv" })).error?.code).toBe("E_LIMIT");
  });

  test("is cut into pieces by its path, as what is in it is", async () => {
    const csv = `a,b\n${Array.from({ length: 10 }, (_, i) => `${i},${i}`).join("\n")}\n`;
    const piecesOf = async (source: string | Uint8Array[], options: object) => {
      const found: string[] = [];
      for await (const piece of split(source, { to: "jsonl:lists", maxRows: 4, ...options })) {
        const parts: Uint8Array[] = [];
        for await (const part of piece) parts.push(part);
        found.push(Buffer.concat(parts).toString());
      }
      return found;
    };
    const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `[${from + i},${from + i}]\n`).join("");
    const expected = [lines(0, 4), lines(4, 8), lines(8, 10)];
    writeFileSync(join(folder, "rows.csv.gz"), gzipSync(csv));
    writeFileSync(join(folder, "rows.csv"), csv);
    expect(await piecesOf(join(folder, "rows.csv.gz"), {})).toEqual(expected);
    expect(await piecesOf(join(folder, "rows.csv"), {})).toEqual(expected);
    expect(await piecesOf([gzipSync(csv)], { from: "csv" })).toEqual(expected);
    await pipeline(convert({ from: "csv", to: "parquet" }).end(csv), createWriteStream(join(folder, "rows.parquet")));
    expect(await piecesOf(join(folder, "rows.parquet"), {})).toEqual(expected);
    expect(await piecesOf([readFileSync(join(folder, "rows.parquet"))], {})).toEqual(expected);
  });

  test("is refused when it is cut short, damaged, or a bomb", async () => {
    const bytes = gzipSync(text);
    expect((await tryRead(whole(bytes.subarray(0, bytes.length - 9)))).error?.code).toBe("E_TRUNCATED");
    const bad = Buffer.from(bytes);
    bad.fill(0xff, 12, 16);
    expect((await tryRead(whole(bad))).error?.code).toBe("E_SYNTAX");
    const bomb = gzipSync(Buffer.concat([text.subarray(0, -2), Buffer.alloc(1 << 27, 0x20), Buffer.from("]}")]));
    expect((await tryRead(whole(bomb))).error?.code).toBe("E_LIMIT");
    expect((await tryRead(whole(bomb), { maxExpand: 2000 })).error).toBeUndefined();
  });
});
