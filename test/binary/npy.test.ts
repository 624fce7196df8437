// numpy's files, written here by the letter of their format, and npz of them.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { membersOf } from "../../src/binary/npy/zip-read.js";
import { ZipWriter } from "../../src/binary/npy/zip-write.js";
import { convert, readBatches, writeBatches } from "../../src/index.js";
import { byTable } from "../../src/io/crc32.js";
import { written } from "../support/binary-samples.js";
import { batchesOf, type Table, tableOf } from "../support/typed-tables.js";

describe("npy", () => {
  const npy = (descr: string, fortran: boolean, shape: string, cells: Buffer) => {
    const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`
      .padEnd(118)
      .replace(/ $/, "\n");
    const header = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}`, "latin1");
    return Buffer.concat([header, cells]);
  };
  const doubles = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);

  test("of any order and byte order is one tensor", async () => {
    const shape = "(2, 3)";
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const big = doubles(1, 2, 3, 4, 5, 6).swap64();
    for (const bytes of [
      npy("<f8", false, shape, doubles(1, 2, 3, 4, 5, 6)),
      npy("<f8", true, shape, doubles(1, 4, 2, 5, 3, 6)),
      npy(">f8", false, shape, big),
    ])
      for (const batchRows of [1, 10]) {
        const found: unknown[] = [];
        for await (const batch of readBatches([bytes], { batchRows })) {
          const tensor = batch.tensor();
          for (let r = 0; r < batch.rowCount; r++) found.push([0, 1, 2].map((c) => tensor.get(r, c)));
        }
        expect(found).toEqual(rows);
      }
  });

  test.each(["|b1", "<i2", ">u4", "<f2", "<U3", "|S2"])("of %s", async (descr) => {
    const cells: Record<string, [Buffer, unknown[]]> = {
      "|b1": [Buffer.of(1, 0), [1, 0]],
      "<i2": [Buffer.from(Int16Array.of(-2, 300).buffer), [-2, 300]],
      ">u4": [Buffer.from(Uint32Array.of(7, 4e9).buffer).swap32(), [7, 4e9]],
      "<f2": [Buffer.from(Uint16Array.of(0x3e00, 0xfc00).buffer), [1.5, Number.NEGATIVE_INFINITY]],
      "<U3": [Buffer.from(Uint32Array.of(0x61, 0x1f600, 0, 0x62, 0, 0).buffer), ["a\u{1f600}", "b"]],
      "|S2": [Buffer.from("xyz\0"), ["xy", "z"]],
    };
    const [bytes, expected] = cells[descr] as [Buffer, unknown[]];
    for await (const { columns } of readBatches([npy(descr, false, "(2,)", bytes)]))
      expect([...(columns[0]?.values ?? [])]).toEqual(expected);
  });

  test("is written with its shape, to a pipe as to a file", async () => {
    const bytes = await written(
      batchesOf(
        [
          { name: "a", dtype: "float64", cells: [1, 2, 3] },
          { name: "b", dtype: "float64", cells: [4, 5, 6] },
        ],
        2,
      ),
      { to: "npy" },
    );
    expect(bytes.toString("latin1", 0, 200)).toMatch(/NUMPY.*'descr': '<f8', 'fortran_order': False, 'shape': \(3, 2\), \}/s);
    for await (const batch of readBatches([bytes])) expect([...(batch.columns[0]?.values ?? [])]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("of text is as wide as the longest", async () => {
    const cells = ["", "a", "\u{1f600}\0b", "日本", "q".repeat(300_000), "é"];
    const own: Table = [
      { name: "a", dtype: "string", cells },
      { name: "b", dtype: "string", cells: [...cells].reverse() },
    ];
    for (const size of [1, 4, 100]) {
      const bytes = await written(batchesOf(own, size), { to: "npy" });
      expect(bytes.toString("latin1", 0, 200)).toContain("'descr': '<U300000', 'fortran_order': False, 'shape': (6, 2)");
      expect((await tableOf([bytes], { batchRows: 2 }))[0]?.cells).toEqual(cells.flatMap((cell, i) => [cell, cells[5 - i]]));
      expect(await tableOf([await written(batchesOf(own, size), { to: "npz" })])).toEqual(own);
    }
    // texts by themselves and of a dictionary, which have no strings yet
    const csv = Buffer.from("t\nx\nlonger\nx\n");
    for (const dictionary of [false, true]) {
      const parts: Uint8Array[] = [];
      const batches = readBatches([csv], { from: "csv", dictionary, batchRows: 2 });
      await pipeline(Readable.from(batches), writeBatches({ to: "npy" }), async (bytes: AsyncIterable<Uint8Array>) => {
        for await (const part of bytes) parts.push(part);
      });
      expect((await tableOf(parts))[0]?.cells).toEqual(["x", "longer", "x"]);
    }
  });

  test("has no null in its text, no zero at the end, and no numbers beside it", async () => {
    const refused = (cells: Table[number]["cells"], more: Table = []) =>
      expect(written(batchesOf([{ name: "t", dtype: "string", cells }, ...more], 2), { to: "npy" })).rejects;
    await refused(["a", "b", null]).toMatchObject({ code: "E_DTYPE", message: expect.stringContaining('row 2, column "t" is null') });
    await refused(["a", "b\0"]).toMatchObject({ code: "E_DTYPE", message: expect.stringContaining("row 1") });
    await refused(["a", "\ud800"]).toMatchObject({ code: "E_UTF8" });
    await refused(["a"], [{ name: "n", dtype: "int8", cells: [1] }]).toMatchObject({
      code: "E_DTYPE",
      message: expect.stringContaining("npz"),
    });
    const bad = npy("|S2", false, "(2,)", Buffer.from("ab\xff\xff", "latin1"));
    await expect(tableOf([bad], { batchRows: 1 })).rejects.toMatchObject({ code: "E_UTF8", message: expect.stringContaining("cell 1") });
    expect((await tableOf([npy("<U0", false, "(2,)", Buffer.alloc(0))]))[0]?.cells).toEqual(["", ""]);
  });

  test("that is damaged is refused with its place", async () => {
    const good = npy("<f8", false, "(2, 3)", doubles(1, 2, 3, 4, 5, 6));
    for (const [bytes, code] of [
      [good.subarray(0, good.length - 1), "E_TRUNCATED"],
      [Buffer.concat([good, Buffer.of(0)]), "E_TRAILING"],
      [good.subarray(0, 20), "E_SYNTAX"],
      [npy("<f8", false, "(2, x)", doubles(1)), "E_SYNTAX"],
      [npy("|O", false, "(1,)", doubles(1)), "E_DTYPE"],
    ] as const)
      await expect(tableOf([bytes]), code).rejects.toMatchObject({ code });
  });

  test("in an npz there is one for each column", async () => {
    const own: Table = [
      { name: "a", dtype: "int64", cells: [1n, 2n] },
      { name: "b", dtype: "float32", cells: [0.5, 1] },
    ];
    for (const codec of ["none", "gzip"] as const) {
      const bytes = await written(batchesOf(own, 1), { to: "npz", codec });
      expect(await tableOf([bytes])).toEqual(own);
      expect(await tableOf([bytes], { columns: ["b"] })).toEqual([own[1]]);
      await expect(tableOf([bytes.subarray(0, bytes.length - 30)])).rejects.toMatchObject({
        code: expect.stringMatching(/E_(TRUNCATED|SYNTAX)/),
      });
    }
  });

  test("stands in an npz behind its size and checksum, which nothing follows", async () => {
    const own: Table = [
      { name: "a", dtype: "int64", cells: [1n, 2n] },
      { name: "t", dtype: "string", cells: ["é", "x"] },
    ];
    for (const codec of ["none", "gzip"] as const) {
      const bytes = await written(batchesOf(own, 1), { to: "npz", codec });
      let at = 0;
      for (const name of ["a.npy", "t.npy"]) {
        expect(bytes.readUInt32LE(at)).toBe(0x04034b50);
        const [flags, method] = [bytes.readUInt16LE(at + 6), bytes.readUInt16LE(at + 8)];
        const [crc, packed, size] = [bytes.readUInt32LE(at + 14), bytes.readUInt32LE(at + 18), bytes.readUInt32LE(at + 22)];
        expect(flags & 8, "what stands behind a member").toBe(0);
        const from = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
        expect(bytes.toString("utf8", at + 30, at + 30 + name.length)).toBe(name);
        const member = bytes.subarray(from, from + packed);
        const array = method === 8 ? inflateRawSync(member) : member;
        expect([array.length, byTable(array)]).toEqual([size, crc]);
        at = from + packed;
      }
      expect(bytes.readUInt32LE(at), "the directory").toBe(0x02014b50);
    }
  });

  test("in a zip of very many has its place", async () => {
    const zip = new ZipWriter(() => {
      throw new Error("nothing is compressed");
    });
    const parts: Uint8Array[] = [];
    const count = 66_000;
    for (let i = 0; i < count; i++) for await (const part of zip.add(`${i}`, () => [], false)) parts.push(part);
    parts.push(...zip.end());
    const bytes = Buffer.concat(parts);
    const file = {
      size: bytes.length,
      read: async (from: number, to: number) => Uint8Array.from(bytes.subarray(from, to)),
      close: async () => {},
    };
    expect((await membersOf(file)).map(({ name }) => name)).toEqual(Array.from({ length: count }, (_, i) => `${i}`));
  });

  test("of lists goes there where they have one shape", async () => {
    const rows = async (...lists: string[]) => {
      const through = convert({ from: "jsonl", to: "npz" });
      through.end(lists.map((list) => `{"a":${list}}\n`).join(""));
      const parts: Buffer[] = [];
      for await (const part of through) parts.push(part as Buffer);
      const found: unknown[] = [];
      for await (const { columns } of readBatches(parts, { from: "npz" }))
        found.push(...columns.map(({ shape, values }) => [shape, [...values]]));
      return found;
    };
    expect(await rows("[1,2]", "[3,4]")).toEqual([[[2], [1n, 2n, 3n, 4n]]]);
    for (const lists of [
      ["[1,2]", "[3]"],
      ["[1,2]", "null"],
    ])
      await expect(rows(...lists)).rejects.toMatchObject({
        code: "E_SHAPE",
        message: expect.stringMatching(/^row 1, column "a": its lists must all have one shape in npz/),
      });
  });
});
