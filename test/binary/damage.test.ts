// Damaged, oversized and contradictory binary files, and batches that no file holds.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import {
  type Bool,
  Dictionary,
  Field,
  Int32,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  Vector,
} from "apache-arrow";
import { afterAll, describe, expect, test } from "vitest";
import { Batch, type Column, convert, readBatches } from "../../src/index.js";
import { byTable } from "../../src/io/crc32.js";
import { frame, outcome, samples, written } from "../support/binary-samples.js";

const folder = mkdtempSync(join(tmpdir(), "transload-damage-"));
afterAll(() => rmSync(folder, { recursive: true }));

const open = () => (existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0);
/** Errors that nobody was told of. */
const stray: unknown[] = [];
const tell = (error: unknown) => void stray.push(error);
process.on("uncaughtExceptionMonitor", tell);
afterAll(() => void process.off("uncaughtExceptionMonitor", tell));

async function all(source: Iterable<Uint8Array>, options: Parameters<typeof readBatches>[1]): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of readBatches(source, options)) batches.push(batch);
  return batches;
}

describe("damage", () => {
  test("of a Parquet footer that leaves out what a column chunk has is told", async () => {
    const bytes = await written([frame([{ name: "f", dtype: "float64", values: Float64Array.of(1), shape: [] }])], {
      to: "parquet",
      codec: "none",
    });
    const codes = new Set<unknown>();
    const length = bytes.readUInt32LE(bytes.length - 8);
    for (let at = bytes.length - 8 - length; at < bytes.length - 8; at++)
      for (let bit = 0; bit < 256; bit++) {
        const bad = Buffer.from(bytes);
        bad[at] = bit;
        await outcome(bad, "parquet").catch((error) => codes.add(error.stack));
      }
    expect([...codes]).toEqual([]);
  });

  const every = process.env.FUZZ ? 1 : 41;
  const bits = process.env.FUZZ ? [1, 2, 4, 8, 16, 32, 64, 128, 0x55, 0xff] : [0x01, 0x55, 0x80];

  test("at any byte, and at any length, is refused or read: nothing stays open, and no error is stray", async () => {
    const files = await samples();
    for (const { what, from, bytes } of files) {
      await outcome(bytes, from);
      const before = open();
      let draw = 0;
      for (let at = 0; at < bytes.length; at++)
        for (const bit of bits) {
          if (draw++ % every > 0) continue;
          const bad = Buffer.from(bytes);
          bad[at] = (bad[at] as number) ^ bit;
          await outcome(bad, from).catch((error) => expect.fail(`${what}, byte ${at} ^ ${bit}: ${error.stack}`));
        }
      for (let length = 0; length < bytes.length; length += every) {
        const found = await outcome(bytes.subarray(0, length), from).catch((error) =>
          expect.fail(`${what}, ${length} bytes: ${error.stack}`),
        );
        // a stream of record batches ends where there is no more
        if (from !== "arrows") expect(found, `${what}, ${length} bytes`).toMatch(/^E_/);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(open() - before, what).toBeLessThanOrEqual(1);
    }
    expect(stray).toEqual([]);
  }, 600_000);

  test("of a zip's members never gives other numbers", async () => {
    for (const { what, from, bytes } of await samples()) {
      if (from !== "npz") continue;
      const good = await outcome(bytes, from);
      for (let at = 0; at < bytes.length; at += 2) {
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] as number) ^ 4;
        const found = await outcome(bad, from);
        if (!found.startsWith("E_")) expect(found, `${what}, byte ${at}`).toBe(good);
      }
    }
  }, 60_000);

  test("CRC-32 is the same by Node's and by table", () => {
    const bytes = Uint8Array.from({ length: 999 }, (_, i) => (i * i) >> 3);
    expect(byTable(bytes.subarray(500), byTable(bytes.subarray(0, 500)))).toBe(crc32(bytes));
  });
});

// ---- zips and arrays

/** A zip of these members; `packed` tells its own story of them. */
function zipOf(members: readonly { name: string; bytes: Uint8Array; deflate?: boolean; packed?: Uint8Array; size?: number }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, deflate = false, packed = deflate ? deflateRawSync(bytes) : bytes, size = bytes.length } of members) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, rest, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function npy(descr: string, shape: string, cells: Uint8Array = new Uint8Array(), fortran = false): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`.padEnd(117);
  const length = String.fromCharCode((text.length + 1) & 0xff, (text.length + 1) >> 8);
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00${length}${text}\n`, "latin1"), cells]);
}

const LONG = "x".repeat(70_000);

describe("npz", () => {
  const zeros = npy("<f8", `(${1 << 20},)`, new Uint8Array(8 << 20));

  test("is bounded by the rule for what is compressed, and unpacks where it is told to", async () => {
    const bomb = zipOf(Array.from({ length: 10 }, (_, i) => ({ name: `a${i}.npy`, bytes: zeros, deflate: true })));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(all([bomb], {})).rejects.toMatchObject({ code: "E_LIMIT", message: expect.stringContaining("maxExpand") });
    expect(await all([bomb], { maxExpand: 2000, batchRows: 1 << 19 })).toHaveLength(2);
    await expect(all([bomb], { spillDir: join(folder, "none") })).rejects.toMatchObject({ code: "E_SPILL" });
  });

  test("whose directory does not tell what is there is refused", async () => {
    const bytes = npy("<i8", "(2,)", Buffer.from(BigInt64Array.of(1n, 2n).buffer));
    const one = { name: "a.npy", bytes, deflate: true };
    for (const [what, zip, code] of [
      ["less than it says", zipOf([{ ...one, size: bytes.length + 1 }]), "E_SYNTAX"],
      ["more than it says", zipOf([{ ...one, size: bytes.length - 1 }]), "E_SYNTAX"],
      ["cut short", zipOf([{ ...one, packed: deflateRawSync(bytes).subarray(0, -4) }]), "E_TRUNCATED"],
      ["two of one name", zipOf([one, one]), "E_DUPLICATE"],
    ] as const)
      await expect(all([zip], {}), what).rejects.toMatchObject({ code });
    // both directory entries lead to the first member
    const twice = zipOf([one, { ...one, name: "b.npy" }]);
    twice.writeUInt32LE(0, twice.lastIndexOf("PK\x01\x02") + 42);
    twice.write("a.npy", twice.lastIndexOf("PK\x01\x02") + 46);
    await expect(all([twice], {})).rejects.toMatchObject({ code: "E_SYNTAX" });
    for (const fortran of [false, true]) {
      const stored = zipOf([{ name: "a.npy", bytes: npy("<f8", "(2, 2)", new Uint8Array(32), fortran) }]);
      expect(await all([stored], { batchRows: 1 })).toHaveLength(2);
      stored[30 + 5 + 128 + 9] = 1; // a cell
      await expect(all([stored], { batchRows: 1 })).rejects.toMatchObject({ code: "E_SYNTAX", message: expect.stringContaining("CRC-32") });
    }
  });

  test.each([["a\\b"], ["../a"], ["/a"], ["c:a"], ["a\0b"], ["\ud800"], [LONG]])(
    "has no array of a name that a zip cannot hold",
    async (name) => {
      await expect(written([frame([{ ...cells, name }])], { to: "npz" })).rejects.toMatchObject({ code: "E_COLUMNS" });
    },
  );

  test("has one array of a name", async () => {
    const twins = [cells, { ...cells }];
    await expect(written([frame(twins)], { to: "npz" })).rejects.toMatchObject({ code: "E_DUPLICATE" });
    const unnamed = [
      { ...cells, name: "" },
      { ...cells, name: "arr_0" },
    ];
    await expect(written([frame(unnamed)], { to: "npz" })).rejects.toMatchObject({ code: "E_DUPLICATE" });
    const tensor = (name: string) => new Batch({ rowOffset: 0, rowCount: 2, columns: [{ ...cells, name }], kind: "tensor" });
    await expect(written(["a", "b", "a"].map(tensor), { to: "npz" })).rejects.toMatchObject({ code: "E_DUPLICATE" });
    expect(await all([await written([tensor("a"), tensor("b")], { to: "npz" })], {})).toHaveLength(1);
  });

  test("that cannot be spilled is refused, and nothing is left open", async () => {
    const before = open();
    for (const to of ["npz", "npy"]) {
      const spillDir = join(folder, "nowhere");
      await expect(written([frame([cells])], { to, spillDir })).rejects.toMatchObject({ code: "E_SPILL" });
    }
    expect(open()).toBe(before);
  });
});

const cells: Column = { name: "a", dtype: "int64", values: BigInt64Array.of(1n, 2n), shape: [] };

describe("npy", () => {
  test.each([
    ["<f8", "(1000000000000000, 0)"],
    ["<f8", "(0, 1000000000000000, 0)"],
    ["<U0", "(1000000000000000,)"],
    ["|S0", "(4, 1000000000000)"],
  ])("of %s and shape %s ends", async (descr, shape) => {
    const found = await outcome(npy(descr, shape), "npy");
    expect(found).toMatch(shape.startsWith("(0") ? /^(\[|$)/ : /^E_LIMIT$/);
  });

  test("of a shape that no array has is refused", async () => {
    for (const shape of ["(0, 99999999999999999999999)", "(3, 9007199254740991)", `(${"1, ".repeat(65)})`])
      expect(await outcome(npy("<f8", shape, new Uint8Array(8)), "npy"), shape).toBe("E_SHAPE");
    expect(await outcome(npy("|b1", "(2,)", Uint8Array.of(0, 7)), "npy")).toContain('["0","1"]');
  });
});

// ---- Arrow

function stream(columns: Record<string, Vector>): Uint8Array {
  return tableToIPC(new Table(columns), "stream");
}

describe("arrow", () => {
  const texts = (offsets: number[], data = "abcdef") =>
    makeData({
      type: new Utf8(),
      length: offsets.length - 1,
      nullCount: 0,
      valueOffsets: Int32Array.from(offsets),
      data: Buffer.from(data),
    });

  test.each([[[0, 2, 7]], [[0, 5, 3]], [[-1, 2, 3]], [[0, -5, 3]], [[0, 2 ** 31 - 1, 3]]])(
    "with texts that end at %j is refused",
    async (offsets) => {
      // the writer would put them right: they are put into the message afterwards
      const good = Buffer.from(stream({ t: new Vector([texts([0, 77, 99], "x".repeat(99))]) }));
      const at = good.indexOf(Buffer.from(Int32Array.of(0, 77, 99).buffer));
      Buffer.from(Int32Array.from(offsets, (offset) => (offset === 7 ? 700 : offset)).buffer).copy(good, at);
      expect(await outcome(good, "arrows")).toMatch(/^E_(SYNTAX|TRUNCATED)$/);
    },
  );

  test("with places outside of a dictionary is refused, but for those of nulls", async () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const dictionary = new Vector([texts([0, 1, 2], "ab")]);
    const coded = (codes: number[], nulls?: number) =>
      new Vector([
        makeData({
          type,
          length: codes.length,
          data: Int32Array.from(codes),
          dictionary,
          ...(nulls === undefined ? { nullCount: 0 } : { nullCount: 1, nullBitmap: Uint8Array.of(nulls) }),
        }),
      ]);
    expect(await outcome(stream({ t: coded([0, 1, 0]) }), "arrows")).toContain('["a","b","a"]');
    expect(await outcome(stream({ t: coded([0, 99, 1], 5) }), "arrows")).toContain('["a",null,"b"]');
    for (const code of [2, -1, 2 ** 31 - 1]) expect(await outcome(stream({ t: coded([0, code, 1]) }), "arrows")).toMatch(/^E_/);
  });

  test("whose columns and rows are not as many as it says is refused", async () => {
    const batch = (length: number, type: Int32 | Bool | Null, own: number) => {
      const schema = new Schema([new Field("a", type, true)]);
      const child = makeData({ type: type as Int32, length: own, nullCount: 0, data: new Int32Array(4) });
      const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [child] });
      return { schema, data };
    };
    const { schema, data } = batch(3, new Int32(), 3);
    const good = Buffer.from(tableToIPC(new Table([new RecordBatch(schema, data)]), "stream"));
    expect(await outcome(good, "arrows")).toContain('["0","0","0"]');
    // every 3 of eight bytes is a count of rows, or of cells
    let found = 0;
    for (
      let at = good.indexOf(Buffer.from(BigInt64Array.of(3n).buffer));
      at >= 0;
      at = good.indexOf(Buffer.from(BigInt64Array.of(3n).buffer), at + 1)
    ) {
      for (const count of [2n, 4n, 2n ** 40n]) {
        const bad = Buffer.from(good);
        bad.writeBigInt64LE(count, at);
        expect(await outcome(bad, "arrows"), `${count} at ${at}`).toMatch(/^E_/);
      }
      found++;
    }
    expect(found).toBeGreaterThanOrEqual(2);
  });

  test("of more rows than its bytes are worth is refused", async () => {
    const schema = new Schema([new Field("a", new Null(), true)]);
    const data = makeData({
      type: new Struct(schema.fields),
      length: 3,
      nullCount: 0,
      children: [makeData({ type: new Null(), length: 3 })],
    });
    const bytes = Buffer.from(tableToIPC(new Table([new RecordBatch(schema, data)]), "stream"));
    const rows = Buffer.from(BigInt64Array.of(3n).buffer);
    for (let at = bytes.indexOf(rows); at >= 0; at = bytes.indexOf(rows)) bytes.writeBigInt64LE(2n ** 40n, at);
    expect(await outcome(bytes, "arrows")).toBe("E_LIMIT");
  });
});

// ---- Parquet

describe("parquet", () => {
  test.each(["gzip", "zstd", "snappy"] as const)("expands no page further than its header says, nor than the rule (%s)", async (codec) => {
    const rows = 100_000;
    const values = Array.from({ length: rows }, (_, i) => "x".repeat(1000) + i);
    const bytes = await written([frame([{ name: "t", dtype: "string", values, shape: [] }])], { to: "parquet", codec });
    const counted = await all([bytes], {});
    expect(counted.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(rows);
    await expect(all([bytes], { maxExpand: 2 })).rejects.toMatchObject({ code: "E_LIMIT" });
  });
});

// ---- batches

describe("batches", () => {
  const second: Column = { ...cells, name: "b" };
  const half: Column = { name: "a", dtype: "float64", values: Float64Array.of(1, 2), shape: [] };

  test.each(["npz", "npy", "parquet", "arrow", "arrows", "mlflow", "csv", "oip"])("that change are refused by %s", async (to) => {
    const first = frame([cells, second]);
    for (const [what, other] of [
      ["order", frame([second, cells], 2)],
      ["fewer", frame([cells], 2)],
      ["dtype", frame([half, second], 2)],
      ["names", frame([cells, { ...second, name: "c" }], 2)],
      ["kind", new Batch({ rowOffset: 2, rowCount: 2, columns: [cells], kind: "tensor" })],
    ] as const)
      await expect(written([first, other], { to }), what).rejects.toMatchObject({ code: "E_FORM" });
    const bytes = await written([first, frame([cells, second], 2)], { to });
    expect(bytes.length).toBeGreaterThan(0);
  });

  test.each(["npz", "npy", "parquet", "arrow", "mlflow", "csv"])("whose cells are not what they say are refused by %s", async (to) => {
    const wrong = frame([{ name: "t", dtype: "string", values: [1, 2] as never, shape: [] }]);
    await expect(written([wrong], { to })).rejects.toMatchObject({ code: "E_DTYPE" });
    const bytes = frame([{ name: "r", dtype: "bytes", values: ["a"] as never, shape: [] }]);
    await expect(written([bytes], { to })).rejects.toMatchObject({ code: "E_DTYPE" });
    await expect(written([{}], { to })).rejects.toMatchObject({ code: "E_OPTION" });
  });

  test("of an unknown dtype, or no shape, are none", () => {
    const make =
      (column: object, rowCount = 2) =>
      () =>
        new Batch({ rowOffset: 0, rowCount, columns: [{ ...cells, ...column } as Column], kind: "frame" });
    expect(make({})).not.toThrow();
    expect(make({ dtype: "complex64" })).toThrow(expect.objectContaining({ code: "E_DTYPE" }));
    for (const column of [{ shape: undefined }, { shape: [-1] }, { name: 7 }, { values: undefined }, { valid: [1, 1] }])
      expect(make(column), JSON.stringify(column)).toThrow(expect.objectContaining({ code: "E_OPTION" }));
    expect(make({}, 1.5)).toThrow(expect.objectContaining({ code: "E_OPTION" }));
  });

  test("of functions between reader and writer are held against the first, too", async () => {
    let turn = 0;
    const through = [(batch: Batch) => (turn++ ? frame([half], batch.rowOffset) : batch)];
    const stream = convert({ from: "csv", to: "npz", batchRows: 2, through } as never);
    stream.end("a\n1\n2\n3\n4\n");
    const drained = (async () => {
      for await (const _ of stream);
    })();
    await expect(drained).rejects.toMatchObject({ code: "E_FORM" });
  });
});
