// numpy's files, written here by the letter of their format, and npz of them.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { readBatches, writeBatches } from "../../src/index.js";
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
});
