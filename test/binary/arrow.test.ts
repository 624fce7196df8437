// Arrow's files and streams, with apache-arrow at the other end.
import {
  Table as ArrowTable,
  DateMillisecond,
  Field,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  tableFromIPC,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { openMessages } from "../../src/binary/arrow/messages.js";
import { written } from "../support/binary-samples.js";
import { batchesOf, type Table, tableOf } from "../support/typed-tables.js";

describe("arrow", () => {
  test.each(["arrow", "arrows"])("is what apache-arrow reads (%s)", async (to) => {
    const own: Table = [
      { name: "i", dtype: "int32", cells: [1, null, 3] },
      { name: "d", dtype: "float64", cells: [1.5, -0, null] },
      { name: "t", dtype: "string", cells: ["a", null, "日本"] },
      { name: "b", dtype: "bool", cells: [1, 0, 1] },
    ];
    const read = tableFromIPC(await written(batchesOf(own, 2), { to }));
    expect(read.numRows).toBe(3);
    expect([...(read.getChild("i") ?? [])]).toEqual([1, null, 3]);
    expect([...(read.getChild("d") ?? [])]).toEqual([1.5, -0, null]);
    expect([...(read.getChild("t") ?? [])]).toEqual(["a", null, "日本"]);
    expect([...(read.getChild("b") ?? [])]).toEqual([true, false, true]);
  });

  test.each([
    ["arrow", "lz4", 0],
    ["arrow", "zstd", 1],
    ["arrows", "lz4", 0],
    ["arrows", "zstd", 1],
  ] as const)("has its buffers compressed where that is asked for, and says how (%s, %s)", async (to, codec, said) => {
    const own: Table = [
      { name: "i", dtype: "int32", cells: Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? null : i % 5)) },
      { name: "t", dtype: "string", cells: Array.from({ length: 3000 }, (_, i) => `text ${i % 9}`) },
      // of these bits, as of the offsets of text, LZ4 makes nothing smaller
      { name: "f", dtype: "bool", cells: Array.from({ length: 3000 }, (_, i) => Math.imul(i, 0x9e3779b1) & 1) },
    ];
    const plain = await written(batchesOf(own, 1000), { to });
    const packed = await written(batchesOf(own, 1000), { to, codec });
    expect(packed.length).toBeLessThan(plain.length / 2);
    expect(await tableOf([packed])).toEqual(own);
    const { messages } = await openMessages({
      size: packed.length,
      read: async (from: number, to: number) => Uint8Array.from(packed.subarray(from, to)),
    } as never);
    let seen = 0;
    for await (const { header, body } of messages) {
      expect(header.table(3)?.int8(0, 0)).toBe(said);
      // each buffer begins with the size that it has expanded, or with -1
      const sizes = header.pairs(2).flatMap(([at, length]) => (length > 0 ? [packed.readBigInt64LE(body.from + at)] : []));
      expect(sizes).toContain(4000n);
      expect(sizes).toContain(6000n);
      seen++;
    }
    expect(seen).toBe(3);
  });

  test("with text that is none is refused, and columns of one name are two", async () => {
    const text = makeData({
      type: new Utf8(),
      length: 2,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 1, 2),
      data: Uint8Array.of(0xff, 0x61),
    });
    const own = (columns: Record<string, Vector>) => tableToIPC(new ArrowTable(columns), "stream");
    await expect(tableOf([own({ a: new Vector([text]) })])).rejects.toMatchObject({ code: "E_UTF8" });
    // the metadata of other extensions is no JSON, or none of ours
    const odd = ["", "no JSON", '{"shape":[1]}'].map(
      (said) =>
        new Map([
          ["ARROW:extension:name", "arrow.uuid"],
          ["ARROW:extension:metadata", said],
        ]),
    );
    for (const metadata of odd) {
      const schema = new Schema([new Field("a", new Int32(), true, metadata)]);
      const data = makeData({
        type: new Struct(schema.fields),
        length: 1,
        nullCount: 0,
        children: [vectorFromArray([1], new Int32()).data[0] as never],
      });
      const bytes = tableToIPC(new ArrowTable([new RecordBatch(schema, data)]), "stream");
      expect((await tableOf([bytes])).map(({ cells }) => cells)).toEqual([[1]]);
    }
    const names = new Schema([new Field("a", new Int32()), new Field("a", new Int32())]);
    const [a, b] = [vectorFromArray([1, 2], new Int32()), vectorFromArray([3, 4], new Int32())];
    const struct = makeData({
      type: new Struct(names.fields),
      length: 2,
      nullCount: 0,
      children: [a.data[0] as never, b.data[0] as never],
    });
    const twins = tableToIPC(new ArrowTable([new RecordBatch(names, struct)]), "stream");
    expect((await tableOf([twins])).map(({ cells }) => cells)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("with a time of day in a date is refused, unless it lies under a null", async () => {
    const dates = (nulls: object) =>
      tableToIPC(
        new ArrowTable({
          day: new Vector([
            makeData({ type: new DateMillisecond(), length: 2, data: BigInt64Array.of(86_400_000n, 86_400_001n), ...nulls }),
          ]),
        }),
        "stream",
      );
    await expect(tableOf([dates({ nullCount: 0 })])).rejects.toMatchObject({
      code: "E_RANGE",
      row: 1,
      detail: expect.stringMatching(/column "day": 86400001 milliseconds .* cast it to a timestamp/),
    });
    const nullBitmap = Uint8Array.of(0b01, 0, 0, 0, 0, 0, 0, 0);
    expect(await tableOf([dates({ nullCount: 1, nullBitmap })])).toMatchObject([{ name: "day", cells: [1n, null] }]);
  });

  test("damaged anywhere it is refused or read, and never hangs", async () => {
    const own: Table = [
      { name: "a", dtype: "int32", cells: [1, null, 3] },
      { name: "s", dtype: "string", cells: ["a", "b", null] },
    ];
    for (const from of ["arrow", "arrows"])
      for (const bit of [1, 0x55, 0x80]) {
        const bytes = await written(batchesOf(own, 2), { to: from });
        for (let at = 8; at < bytes.length; at++) {
          const bad = Buffer.from(bytes);
          bad[at] = (bad[at] as number) ^ bit;
          await tableOf([bad], { from }).catch((error) => expect(error.code, `${at}: ${error.stack}`).toMatch(/^E_/));
        }
      }
  }, 60_000);

  test("cut short it is refused", async () => {
    const own: Table = [{ name: "i", dtype: "int32", cells: Array.from({ length: 100 }, (_, i) => i) }];
    for (const to of ["arrow", "arrows"]) {
      const bytes = await written(batchesOf(own, 100), { to });
      await expect(tableOf([bytes.subarray(0, bytes.length >> 1)]), to).rejects.toMatchObject({
        code: expect.stringMatching(/E_(TRUNCATED|SYNTAX)/),
      });
    }
  });
});
