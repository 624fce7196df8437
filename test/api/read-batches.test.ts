// readBatches: columns, tensors and scalars as typed arrays, of every kind of source.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type Batch, type DType, type ReadOptions, readBatches, type TransloadError } from "../../src/index.js";
import { ARRAYS, cellsOf, collect, crumbs, cut, placeOf, tryRead, whole } from "../support/feed.js";
import { same } from "../support/same.js";

/** A batch as plain data. */
function plain({ kind, rowOffset, rowCount, columns }: Batch): unknown {
  return {
    kind,
    rows: [rowOffset, rowCount],
    columns: columns.map(({ name, dtype, values, valid, shape }) => [
      name,
      dtype,
      Array.from(values as ArrayLike<unknown>),
      valid && [...valid],
      [...shape],
    ]),
  };
}

async function plainly(source: Iterable<Uint8Array>, options?: ReadOptions): Promise<unknown> {
  const { batches, error } = await tryRead(source, options);
  return { batches: batches.map(plain), error: placeOf(error) };
}

const split = (columns: string, data: string) => `{"dataframe_split":{"columns":${columns},"data":${data}}}`;
const frame = split('["n","s","b"]', '[[1,"x",true],[2.5,"\\u00e9\\n",false],[null,null,null],[NaN,"",true]]');

describe("columns", () => {
  test("of numbers, strings and booleans, with nulls in masks", async () => {
    const [batch, ...more] = await collect(whole(frame));
    expect(more).toEqual([]);
    expect(batch?.kind).toBe("frame");
    expect(plain(batch as Batch)).toEqual({
      kind: "frame",
      rows: [0, 4],
      columns: [
        ["n", "float64", [1, 2.5, NaN, NaN], [1, 1, 0, 1], []],
        ["s", "string", ["x", "é\n", "", ""], [1, 1, 0, 1], []],
        ["b", "bool", [1, 0, 0, 1], [1, 1, 0, 1], []],
      ],
    });
    expect(batch?.column("s").dtype).toBe("string");
    expect(() => batch?.column("S")).toThrow(expect.objectContaining({ code: "E_COLUMNS" }));
  });

  test("have no mask when nothing is null", async () => {
    const [batch] = await collect(whole(split('["a"]', "[[NaN],[Infinity],[-Infinity],[-0.0]]")));
    expect(batch?.columns[0]?.valid).toBeUndefined();
    expect(Array.from(cellsOf(batch))).toEqual([NaN, Infinity, -Infinity, -0]);
  });

  for (const [dtype, array] of Object.entries(ARRAYS))
    test(`of ${dtype} are ${array.name}`, async () => {
      for (const payload of ['{"inputs":[[1,0],[0,1]]}', split('["a","b"]', "[[1,0],[0,1]]")])
        for (const { values, dtype: got } of (await collect(whole(payload), { dtype: dtype as DType }))[0]?.columns ?? []) {
          expect(got).toBe(dtype);
          expect(values).toBeInstanceOf(array);
        }
      const [batch] = await collect(whole('{"inputs":[null,1]}'), { dtype: dtype as DType });
      expect([...(batch?.columns[0]?.valid ?? [])]).toEqual([0, 1]);
      expect(Number(cellsOf(batch)[0])).toBe(dtype.startsWith("float") ? NaN : 0);
    });

  test("take dtypes by name, and strings stay strings", async () => {
    const payload = split('["a","b","c","d"]', '[[1,2,"x",3],[4,5,"y",6]]');
    const [batch] = await collect(whole(payload), { dtype: { a: "int8", d: "uint64" } });
    expect(batch?.columns.map((c) => c.dtype)).toEqual(["int8", "float64", "string", "uint64"]);
    const [all] = await collect(whole(payload), { dtype: "int16" });
    expect(all?.columns.map((c) => c.dtype)).toEqual(["int16", "int16", "string", "int16"]);
  });

  test("of booleans stay bool when other columns have their dtype named", async () => {
    const [batch] = await collect(whole(split('["a","b"]', "[[1,true]]")), { dtype: { a: "int8" } });
    expect(batch?.columns.map((c) => c.dtype)).toEqual(["int8", "bool"]);
  });

  test("take booleans as numbers when asked to", async () => {
    const [batch] = await collect(whole(split('["a"]', "[[true],[false],[null]]")), { dtype: { a: "float32" } });
    expect(plain(batch as Batch)).toMatchObject({ columns: [["a", "float32", [1, 0, NaN], [1, 1, 0], []]] });
  });

  test("that nobody has are refused, with the nearest", async () => {
    await expect(collect(whole(frame), { dtype: { m: "int8" } })).rejects.toMatchObject({ code: "E_DTYPE" });
    await expect(collect(whole(frame), { dtype: "floot64" as DType })).rejects.toMatchObject({
      code: "E_DTYPE",
      message: expect.stringContaining("float64"),
    });
  });

  test("of another kind than their first cells are refused at the cell", async () => {
    for (const [data, at, code] of [
      ["[[1],[[8]]]", "[8]", "E_DTYPE"],
      ['[[1],[{"a":9}]]', '{"a', "E_NESTED"],
    ] as const) {
      const payload = split('["a"]', data);
      const { error } = await tryRead(whole(payload));
      expect(error, data).toMatchObject({ code, offset: payload.lastIndexOf(at), row: 1, path: "$.dataframe_split.data[1][0]" });
      expect(placeOf((await tryRead(crumbs(payload))).error)).toEqual(placeOf(error));
    }
  });

  test("of several kinds are text, numbers and booleans among them as they are spelled", async () => {
    const [batch] = await collect(whole(split('["a","b"]', '[[1.50,true],["x",2],[null,null]]')));
    expect(batch?.columns.map(({ dtype, values, valid }) => [dtype, values, [...(valid ?? [])]])).toEqual([
      ["string", ["1.50", "x", ""], [1, 1, 0]],
      ["string", ["true", "2", ""], [1, 1, 0]],
    ]);
  });

  test("names after the rows come too late, unless the caller gives them", async () => {
    const payload = '{"dataframe_split":{"data":[[1,2]],"columns":["a","b"]}}';
    const warnings: string[] = [];
    const [batch] = await collect(whole(payload), { onWarning: (w) => warnings.push(w.code) });
    expect(batch?.columns.map((c) => c.name)).toEqual(["0", "1"]);
    expect(warnings).toEqual(["W_COLUMNS_LATE"]);
    const [named] = await collect(whole(payload), { columns: ["a", "b"], dtype: { b: "int8" } });
    expect(named?.columns.map((c) => [c.name, c.dtype])).toEqual([
      ["a", "float64"],
      ["b", "int8"],
    ]);
    expect((await tryRead(whole(payload), { columns: ["a", "x"] })).error?.code).toBe("E_COLUMNS");
  });

  test("of a bare list of cells are one", async () => {
    const [batch] = await collect(whole(split('["a"]', "[1,2,3]")));
    expect(plain(batch as Batch)).toEqual({ kind: "frame", rows: [0, 3], columns: [["a", "float64", [1, 2, 3], undefined, []]] });
    expect((await tryRead(whole(split('["a","b"]', "[1,2,3]")))).error?.code).toBe("E_COLUMNS");
  });

  test("of more strings than the core holds at once", async () => {
    const cells = Array.from({ length: 20_000 }, (_, i) => (i % 7 === 0 ? null : `é${i}"\\`));
    const text = split('["a","b"]', JSON.stringify(cells.map((cell) => [cell, cell])));
    for (const chunks of [
      whole(text),
      cut(
        text,
        Array.from({ length: 400 }, (_, i) => i * 997),
      ),
    ]) {
      const [batch] = await collect(chunks, { batchRows: 1 << 20 });
      for (const column of batch?.columns ?? []) expect(column.values).toEqual(cells.map((cell) => cell ?? ""));
    }
  });
});

describe("tensors", () => {
  const shapes: number[][] = [[3], [2, 3], [3, 1, 2], [2, 2, 2, 2], [2, 1, 3, 1, 2], [1], [5, 0], [2, 3, 0]];
  const build = (shape: number[], next: () => number): unknown =>
    shape.length === 0 ? next() : Array.from({ length: shape[0] as number }, () => build(shape.slice(1), next));

  for (const shape of shapes)
    test(`of shape ${JSON.stringify(shape)}`, async () => {
      let n = 0;
      const source = build(shape, () => n++ / 4);
      const text = `{"inputs":${JSON.stringify(source)}}`;
      for (const chunks of [whole(text), crumbs(text)])
        for (const batchRows of [1, 2, 100]) {
          const batches = await collect(chunks, { batchRows });
          expect(batches.reduce((sum, b) => sum + b.rowCount, 0)).toBe(shape[0]);
          for (const batch of batches) {
            const tensor = batch.tensor();
            expect(tensor.shape).toEqual([batch.rowCount, ...shape.slice(1)]);
            expect(batch.columns[0]?.shape).toEqual(shape.slice(1));
            const walk = (value: unknown, at: number[]): void => {
              if (Array.isArray(value))
                value.forEach((v, i) => {
                  walk(v, [...at, i]);
                });
              else expect(tensor.get(...at)).toBe(value);
            };
            walk((source as unknown[]).slice(batch.rowOffset, batch.rowOffset + batch.rowCount), []);
          }
        }
    });

  test("of rank 0 are scalars", async () => {
    for (const [text, value, dtype] of [
      ["5", 5, "float64"],
      ["-2.5e1", -25, "float64"],
      ["NaN", NaN, "float64"],
      ["true", 1, "bool"],
      ['"x\\n"', "x\n", "string"],
    ] as const) {
      for (const chunks of [whole(`{"inputs":${text}}`), crumbs(`{"inputs": ${text} }`)]) {
        const [batch, ...more] = await collect(chunks);
        expect(more).toEqual([]);
        expect([batch?.kind, batch?.columns[0]?.values[0], batch?.columns[0]?.dtype]).toEqual(["scalar", value, dtype]);
        if (dtype !== "string") expect(batch?.tensor().shape).toEqual([]);
        if (dtype !== "string") expect(batch?.tensor().get()).toEqual(value);
      }
    }
  });

  test("with names come one after the other", async () => {
    const text = '{"input_data":{"tokens":[[0,655],[1,2],[3,4]],"mask":[1,0,1],"s":["a"],"k":7,"none":[]}}';
    for (const chunks of [whole(text), crumbs(text)])
      expect((await collect(chunks, { batchRows: 2 })).map(plain)).toEqual([
        { kind: "tensor", rows: [0, 2], columns: [["tokens", "float64", [0, 655, 1, 2], undefined, [2]]] },
        { kind: "tensor", rows: [2, 1], columns: [["tokens", "float64", [3, 4], undefined, [2]]] },
        { kind: "tensor", rows: [0, 2], columns: [["mask", "float64", [1, 0], undefined, []]] },
        { kind: "tensor", rows: [2, 1], columns: [["mask", "float64", [1], undefined, []]] },
        { kind: "tensor", rows: [0, 1], columns: [["s", "string", ["a"], undefined, []]] },
        { kind: "scalar", rows: [0, 1], columns: [["k", "float64", [7], undefined, []]] },
      ]);
  });

  test("by the thousand take no more memory than one", async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `t${i}`);
    const text = `{"inputs":{${names.map((name, i) => `"${name}":[[1,2.5],[3,${i}]]`).join(",")}}}`;
    const before = process.memoryUsage().arrayBuffers;
    const batches = await collect(whole(text));
    expect(batches.map((batch) => batch.columns[0]?.name)).toEqual(names);
    expect(Array.from(batches[2999]?.columns[0]?.values as Float64Array)).toEqual([1, 2.5, 3, 2999]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  test("with names take dtypes by name", async () => {
    const text = '{"inputs":{"tokens":[[1,2]],"mask":[1]}}';
    const batches = await collect(whole(text), { dtype: { tokens: "int64", mask: "uint8" } });
    expect(batches.map((b) => [b.columns[0]?.name, b.columns[0]?.dtype])).toEqual([
      ["tokens", "int64"],
      ["mask", "uint8"],
    ]);
    expect((await tryRead(whole(text), { dtype: { tokens: "int64", musk: "uint8" } })).error?.code).toBe("E_DTYPE");
  });

  test("that are empty give no batch", async () => {
    for (const text of ['{"inputs":[]}', '{"inputs": [ ] }', '{"inputs":{}}', split("[]", "[]"), split('["a"]', "[]")])
      for (const chunks of [whole(text), crumbs(text)]) expect(await collect(chunks), text).toEqual([]);
    const [batch] = await collect(whole('{"dataframe_split":{"data":[[],[]]}}'));
    expect(batch).toMatchObject({ kind: "frame", rowCount: 2, columns: [] });
    expect(batch?.tensor().shape).toEqual([2, 0]);
  });
});

describe("tensor()", () => {
  test("of a frame is rows by columns, in any dtype that holds it", async () => {
    const text = split('["a","b","c"]', "[[1,2,3],[4,5,6]]");
    for (const dtype of ["float64", "float32", "int8", "uint64", "int64"] as const) {
      const [batch] = await collect(whole(text), { dtype, batchRows: 5 });
      const tensor = batch?.tensor();
      expect(tensor?.shape).toEqual([2, 3]);
      for (let r = 0; r < 2; r++) for (let c = 0; c < 3; c++) expect(Number(tensor?.get(r, c))).toBe(r * 3 + c + 1);
      const { data } = (batch as Batch).tensor("int32");
      expect(data).toBeInstanceOf(Int32Array);
      expect([...(data as Int32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
    }
    const [mixed] = await collect(whole(text), { dtype: { a: "int64", b: "float32" } });
    expect(mixed?.tensor().data).toBeInstanceOf(Float64Array);
    expect(mixed?.tensor().get(1, 0)).toBe(4);
    expect(mixed?.tensor("uint64").get(1, 2)).toBe(6n);
  });

  test("refuses strings, nulls in integers, and what does not fit", async () => {
    const tensor = async (text: string, dtype?: DType) => {
      const [batch] = await collect(whole(text));
      try {
        batch?.tensor(dtype);
      } catch (error) {
        return (error as TransloadError).code;
      }
      return undefined;
    };
    expect(await tensor(frame)).toBe("E_DTYPE");
    expect(await tensor('{"inputs":["a"]}')).toBe("E_DTYPE");
    expect(await tensor('{"inputs":[1,null]}', "int8")).toBe("E_DTYPE");
    expect(await tensor('{"inputs":[1,null]}')).toBeUndefined();
    expect(await tensor('{"inputs":[1,300]}', "int8")).toBe("E_RANGE");
    expect(await tensor('{"inputs":[1.5]}', "int8")).toBe("E_RANGE");
    expect(await tensor('{"inputs":[NaN]}', "int64")).toBe("E_RANGE");
    expect(await tensor('{"inputs":[1e300]}', "float32")).toBe("E_RANGE");
    expect(await tensor('{"inputs":[1]}', "string")).toBe("E_DTYPE");
  });
});

describe("batches", () => {
  const table = fc
    .record({
      width: fc.integer({ min: 1, max: 6 }),
      kinds: fc.array(fc.constantFrom("number", "string", "bool"), { minLength: 6, maxLength: 6 }),
      rows: fc.integer({ min: 0, max: 30 }),
      pretty: fc.boolean(),
    })
    .chain(({ width, kinds, rows, pretty }) => {
      const cell = (kind: string | undefined) =>
        fc.option<unknown>(
          kind === "number"
            ? fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
            : kind === "string"
              ? fc.string({ unit: "binary", maxLength: 12 }).map((s) => Buffer.from(s).toString())
              : fc.boolean(),
          { freq: 9 },
        );
      const row = fc.tuple(...Array.from({ length: width }, (_, c) => cell(kinds[c])));
      return fc.array(row, { minLength: rows, maxLength: rows }).map((data) => ({
        data,
        text: JSON.stringify(
          { dataframe_split: { columns: Array.from({ length: width }, (_, c) => `c${c}`), data } },
          undefined,
          pretty ? 1 : undefined,
        ),
      }));
    });

  test("hold what the payload holds, wherever it is cut, in batches of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.array(fc.nat(3000), { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        async ({ data, text }, cuts, batchRows) => {
          const first = await tryRead(whole(text), { batchRows });
          const story = { batches: first.batches.map(plain), error: placeOf(first.error) };
          same(await plainly(cut(text, cuts), { batchRows }), story);
          same(await plainly(crumbs(text), { batchRows }), story);
          if (first.error) return; // a column whose first cells are all null may turn out to be another
          let row = 0;
          for (const batch of first.batches) {
            expect(batch.rowOffset).toBe(row);
            for (let r = 0; r < batch.rowCount; r++, row++)
              batch.columns.forEach((column, c) => {
                const value = (data[row] as unknown[])[c];
                const cell = typeof value === "boolean" ? Number(value) : value;
                const wrong = value === null ? column.valid?.[r] !== 0 : column.values[r] !== cell && !Object.is(value, -0);
                if (wrong) expect.fail(`row ${row}, column ${c}: ${column.values[r]}, and not ${value}`);
              });
          }
          expect(row).toBe(data.length);
        },
      ),
      { numRuns: 150 },
    );
  }, 30_000);

  test("are the caller's to keep, and with reuse the reader's", async () => {
    const text = `{"inputs":[${Array.from({ length: 100 }, (_, i) => `[${i},${i}]`).join(",")}]}`;
    const kept = await collect(whole(text), { batchRows: 7 });
    expect(kept.flatMap((b) => Array.from(cellsOf(b)))).toEqual(Array.from({ length: 200 }, (_, i) => i >> 1));
    const seen: number[] = [];
    const buffers = new Set<ArrayBufferLike>();
    for await (const batch of readBatches(Buffer.from(text), { batchRows: 7, reuse: true })) {
      const values = cellsOf(batch);
      buffers.add(values.buffer);
      seen.push(...values);
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i >> 1));
    expect(buffers.size).toBe(1);
  });

  test("have masks that do not leak into the next batch", async () => {
    const text = '{"inputs":[1,null,3,4,5,null,7]}';
    for (const reuse of [true, false]) {
      const masks: unknown[] = [];
      for await (const batch of readBatches(Buffer.from(text), { batchRows: 2, reuse }))
        masks.push(batch.columns[0]?.valid && [...batch.columns[0].valid]);
      expect(masks).toEqual([[1, 0], undefined, [1, 0], undefined]);
    }
  });

  test("of no rows are not an option", async () => {
    for (const batchRows of [0, -1, 1.5, Number.NaN]) {
      const take = async () => {
        let taken = 0;
        for await (const _ of readBatches(Buffer.from('{"inputs":[1,2]}'), { batchRows })) if (++taken > 5) return;
      };
      await expect(take(), `${batchRows}`).rejects.toMatchObject({ code: "E_OPTION" });
    }
  });

  test("before a fault come before its error", async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `[${i}]`).join(",");
    for (const chunks of [whole, crumbs]) {
      const { batches, error } = await tryRead(chunks(`{"inputs":[${rows},[x]]}`), { batchRows: 2 });
      expect(error).toMatchObject({ code: "E_SYNTAX" });
      // dtypes are chosen from the first stretch, so a fault there comes first
      expect(batches.length).toBe(0);
    }
    const long = Array.from({ length: 30_000 }, (_, i) => `[${i}]`).join(",");
    const { batches, error } = await tryRead(cut(`{"inputs":[${long},[x]]}`, [1000, 70_000, 131_072]), { batchRows: 1000 });
    expect(error).toMatchObject({ code: "E_SYNTAX", row: 30_000 });
    expect(batches.length).toBe(30);
  });

  test("of a payload without dtypes in its first stretch", async () => {
    const nulls = Array.from({ length: 20_000 }, () => "[null,null]").join(",");
    const { error } = await tryRead(whole(split('["a","b"]', `[${nulls},[1,"x"]]`)));
    expect(error).toMatchObject({ code: "E_DTYPE", row: 20_000 });
    const { batches } = await tryRead(whole(split('["a","b"]', `[${nulls},[1,"x"]]`)), { dtype: { b: "string" } });
    expect(batches.at(-1)?.columns[1]?.values.at(-1)).toBe("x");
  });

  test("of rows larger than the window", async () => {
    const row = Array.from({ length: 100_000 }, (_, i) => i / 8);
    const text = `{"inputs":[${JSON.stringify(row)},${JSON.stringify(row)},["${"x".repeat(3)}"]]}`.replace(',["xxx"]', "");
    for (const chunks of [
      whole(text),
      cut(
        text,
        Array.from({ length: 50 }, (_, i) => i * 30_011),
      ),
    ]) {
      const batches = await collect(chunks);
      expect(batches.flatMap((b) => Array.from(cellsOf(b)))).toEqual([...row, ...row]);
    }
    const strings = [
      ["x".repeat(700_000), "é".repeat(300_000)],
      ["", "y"],
    ];
    const [batch] = await collect(cut(split('["a","b"]', JSON.stringify(strings)), [5, 200_000, 200_001, 900_001]));
    expect(batch?.columns.map((c) => c.values)).toEqual([
      ["x".repeat(700_000), ""],
      ["é".repeat(300_000), "y"],
    ]);
  });
});

describe("sources", () => {
  const folder = mkdtempSync(join(tmpdir(), "transload-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "payload.json");
  const rows = Array.from({ length: 300_000 }, (_, i) => i);
  const text = `{"inputs":[${rows.join(",")}]}`;
  writeFileSync(path, text);

  const kinds: Record<string, () => Parameters<typeof readBatches>[0]> = {
    path: () => path,
    "file URL": () => pathToFileURL(path),
    Buffer: () => Buffer.from(text),
    Uint8Array: () => new TextEncoder().encode(text),
    "Node stream": () => Readable.from(cut(text, [3, 1000, 500_000])),
    "web stream": () => new Blob([text]).stream() as ReadableStream<Uint8Array>,
    iterable: () => cut(text, [10, 20]),
    "async iterable": async function* () {
      yield* cut(text, [1, 2, 3]);
    },
  };
  for (const [name, source] of Object.entries(kinds))
    test(`${name}`, async () => {
      const values: number[] = [];
      for await (const batch of readBatches(source())) for (const value of cellsOf(batch)) values.push(value);
      expect(values.length).toBe(rows.length);
      expect(values.every((value, i) => value === i)).toBe(true);
    });

  test("are closed when the reader stops early", async () => {
    const stream = Readable.from(
      (function* () {
        yield Buffer.from('{"inputs":[');
        for (;;) yield Buffer.from("1,".repeat(50_000));
      })(),
    );
    for await (const _ of readBatches(stream)) break;
    expect(stream.destroyed).toBe(true);

    let closed = false;
    async function* forever() {
      try {
        yield Buffer.from('{"inputs":[');
        for (;;) yield Buffer.from("1,".repeat(50_000));
      } finally {
        closed = true;
      }
    }
    for await (const _ of readBatches(forever())) break;
    expect(closed).toBe(true);

    let cancelled = false;
    const web = new ReadableStream<Uint8Array>({
      start: (c) => c.enqueue(Buffer.from('{"inputs":[')),
      pull: (c) => c.enqueue(Buffer.from("1,".repeat(50_000))),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of readBatches(web)) break;
    expect(cancelled).toBe(true);
    for await (const _ of readBatches(path)) break;
  });

  test("that cannot be read say so", async () => {
    await expect(collect(join(folder, "missing") as unknown as Uint8Array)).rejects.toMatchObject({
      code: "E_READ",
      message: expect.stringContaining("missing"),
    });
    await expect(collect(folder as unknown as Uint8Array)).rejects.toMatchObject({ code: "E_READ" });
    const gone = await open(path);
    await gone.close();
    async function* failing() {
      yield Buffer.from('{"inputs":[1,');
      throw new Error("the network is gone");
    }
    await expect(
      (async () => {
        for await (const _ of readBatches(failing()));
      })(),
    ).rejects.toThrow("the network is gone");
  });
});
