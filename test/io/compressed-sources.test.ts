// gzip, Brotli and Zstandard sources: expanded as they come, and refused when they are not whole, damaged, or a bomb.
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches, split } from "../../src/index.js";
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

describe("convert()", () => {
  const split = '{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}}';
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i},text ${i}`).join("\n");
  const csv = `a,b\n${rows}\n`;
  const zstd = Buffer.from("28b52ffd240a510000615f782c620a312c320a23ec0234", "hex");

  async function converted(chunks: Iterable<Uint8Array>, options: ConvertOptions): Promise<string> {
    return text(Readable.from(chunks, { objectMode: false }).pipe(convert(options).on("error", () => {})));
  }

  test("expands what is compressed, cut anywhere, in every lane", async () => {
    const lanes: readonly ConvertOptions[] = [
      { to: "azureml:split" },
      { to: "mlflow:records" },
      { to: "mlflow:split", dtype: { a: "float32" } },
      { to: "azureml:split", engine: "reference" },
    ];
    for (const options of lanes) {
      const plain = await converted(whole(split), options);
      expect(plain).toContain('"b"');
      for (const chunks of [whole(gzipSync(split)), crumbs(gzipSync(split))]) expect(await converted(chunks, options)).toBe(plain);
    }
    for (const chunks of [whole(zstd), crumbs(zstd)]) expect(await converted(chunks, { from: "csv", to: "jsonl:lists" })).toBe("[1,2]\n");
    expect(await converted(whole(gzipSync(split)), { to: "csv", encoding: "windows-1252" })).toBe("a,b\n1,x\n2,y\n");
  });

  test("reads what is compressed twice from a spill, and not from the file that has it", async () => {
    const path = join(folder, "late.csv.gz");
    writeFileSync(path, gzipSync(csv));
    const options: ConvertOptions = { from: "csv", to: "oip" };
    const plain = await converted([Buffer.from(csv)], options);
    expect((await converted([readFileSync(path)], { ...options, file: path })) === plain).toBe(true);
  });

  test("refuses what is cut short, damaged or a bomb, and names the file", async () => {
    const packed = gzipSync(csv);
    const bent = Buffer.from(packed);
    bent.fill(0xff, 2000, 2100);
    for (const [bytes, code, options] of [
      [packed.subarray(0, -20), "E_TRUNCATED", {}],
      [packed.subarray(0, 3), "E_TRUNCATED", {}],
      [bent, "E_SYNTAX", {}],
      [gzipSync(`a\n${"0\n".repeat(2 ** 26)}`), "E_LIMIT", { maxExpand: 10 }],
    ] as const)
      for (const file of [undefined, "rows.csv.gz"]) {
        const given = { from: "csv", to: "mlflow:split", ...options, ...(file !== undefined && { file }) } as const;
        const drained = async (chunks: AsyncIterable<unknown>) => {
          for await (const _ of chunks);
        };
        await expect(pipeline([bytes], convert(given), drained)).rejects.toMatchObject({ code, file });
      }
  });

  test("expands no further than it is read, and ends where it is destroyed", async () => {
    const zeros = gzipSync(`{"inputs":[${"0,".repeat(2 ** 25)}0]}`);
    const stream = convert({ to: "mlflow", maxExpand: 1e6 });
    stream.write(zeros);
    await once(stream, "readable");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stream.readableLength).toBeLessThan(2 ** 22);
    stream.destroy();
    await once(stream, "close");
  });

  test("takes the first letters of what is compressed for text, where they are no more than these", async () => {
    expect(await converted(crumbs("(a,b\n1,2\n"), { from: "csv", to: "jsonl:records" })).toBe('{"(a":1,"b":2}\n');
    expect(await converted(whole("("), { from: "csv", to: "mlflow:split" })).toContain('"("');
  });
});
