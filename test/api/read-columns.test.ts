// Which columns of a payload are read, in which dtypes, and what a model says of both.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { convert, type ReadOptions, readBatches, readModel } from "../../src/index.js";
import { collect, columnsOf, crumbs, cut, tryRead, whole } from "../support/feed.js";
import { same } from "../support/same.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("columns that are chosen", () => {
  const CELLS = ["1", "22", "333", "-4.5", "1e3", "0.1234567890123456789", '"text, with a comma"', "true", "null"];

  test("hold what they hold among all, by both engines, wherever the input is cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const width = g(fc.nat, 5) + 1;
        const kinds = Array.from({ length: width }, () =>
          g(fc.constantFrom, CELLS.slice(0, 6), CELLS.slice(0, 3), [CELLS[6]], [CELLS[7]], ["[1,2]"]),
        );
        const rows = Array.from({ length: g(fc.nat, 20) + 1 }, () => kinds.map((kind) => g(fc.constantFrom, ...(kind as string[]))));
        const names = kinds.map((_, i) => `c${i}`);
        const wanted = names.filter((_, i) => (kinds[i] as string[])[0] !== "[1,2]" && g(fc.nat, 1) === 1);
        if (wanted.length === 0) return;
        if (g(fc.nat, 1)) wanted.reverse();
        const payload = Buffer.from(
          `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[${rows.map((row) => `[${row.join(g(fc.constantFrom, ",", ", "))}]`).join(",")}]}}`,
        );
        const expected = Object.fromEntries(
          wanted.map((name) => [
            name,
            rows
              .map((row) => JSON.parse(row[names.indexOf(name)] as string))
              .map((value) => (typeof value === "boolean" ? Number(value) : value)),
          ]),
        );
        const options = { columns: wanted, batchRows: g(fc.constantFrom, 1, 7, 1000) };
        const cuts = Array.from({ length: 3 }, () => g(fc.nat, payload.length));
        for (const chunks of [whole(payload), crumbs(payload), cut(payload, cuts)])
          for (const engine of ["core", "reference"] as const) {
            const found = await columnsOf(chunks, { ...options, engine });
            same(Object.keys(found), wanted);
            same(found, expected);
          }
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test("of a csv, of records and of lines, and renamed", async () => {
    const sources: readonly [string, string][] = [
      ["csv", 'a,b,c\n1,x,3\n2,"y, z",4\n'],
      ["jsonl", '{"a":1,"b":"x","c":3}\n{"a":2,"b":"y, z","c":4}\n'],
      ["mlflow:records", '{"dataframe_records":[{"a":1,"b":"x","c":3},{"a":2,"b":"y, z","c":4}]}'],
    ];
    for (const [from, text] of sources)
      for (const engine of ["core", "reference"] as const) {
        expect(await columnsOf(whole(text), { from, engine, columns: ["c", "a"] }), `${from}, ${engine}`).toEqual({ c: [3, 4], a: [1, 2] });
        expect(await columnsOf(crumbs(text), { from, engine, columns: { text: "b" } }), `${from}, ${engine}`).toEqual({
          text: ["x", "y, z"],
        });
        const { error } = await tryRead(whole(text), { from, engine, columns: ["aa"] });
        expect(error?.code, `${from}, ${engine}`).toBe("E_COLUMNS");
        expect(error?.message).toContain("did you mean a?");
      }
  });

  test("leave the others unread, but not unchecked", async () => {
    const payload = (cell: string) => whole(`{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,${cell}],[5,6]]}}`);
    for (const cell of ["1e999", '"text"', "[1]", "null", "NaN"])
      expect(await columnsOf(payload(cell), { columns: ["a"] }), cell).toEqual({ a: [1, 3, 5] });
    for (const cell of ["01", "1.", "nul", "[1", "x"]) expect((await tryRead(payload(cell), { columns: ["a"] })).error, cell).toBeDefined();
  });
});

describe("dtypes that are inferred", () => {
  test("are int64 where the first rows are whole numbers, and say so when a later one is not", async () => {
    const rows = (last: string) =>
      whole(`{"dataframe_split":{"columns":["a","b","c"],"data":[${"[1,2.5,true],".repeat(20_000)}[${last},1,false]]}}`);
    for (const engine of ["core", "reference"] as const) {
      const [batch] = await collect(rows("9007199254740993"), { dtype: "infer", engine, batchRows: 100_000 });
      expect(batch?.columns.map(({ dtype }) => dtype)).toEqual(["int64", "float64", "bool"]);
      expect([...(batch?.columns[0]?.values ?? [])].at(-1)).toBe(9007199254740993n);
      const { error } = await tryRead(rows("1.5"), { dtype: "infer", engine });
      expect(error?.message).toContain('1.5 does not fit int64; the first rows misled: name its dtype, dtype: {"a":"float64"}');
    }
  });
});

describe("dtypes that a payload's inputs have", () => {
  const DATATYPES: readonly [string, string, string, readonly (number | bigint | string)[]][] = [
    ["BOOL", "[true,false]", "bool", [1, 0]],
    ["INT8", "[-128,127]", "int8", [-128, 127]],
    ["UINT16", "[0,65535]", "uint16", [0, 65535]],
    ["INT64", "[1,9007199254740993]", "int64", [1n, 9007199254740993n]],
    ["UINT64", "[1,18446744073709551615]", "uint64", [1n, 18446744073709551615n]],
    ["FP16", "[1,2]", "float32", [1, 2]],
    ["FP32", "[1,0.1]", "float32", [1, Math.fround(0.1)]],
    ["FP64", "[1,2]", "float64", [1, 2]],
    ["BYTES", '["1","b"]', "string", ["1", "b"]],
  ];
  const input = (name: string, datatype: string, data: string) => `{"name":"${name}","data":${data},"shape":[2],"datatype":"${datatype}"}`;
  const request = (inputs: readonly string[], content?: string) =>
    whole(`{"inputs":[${inputs}]${content ? `,"parameters":{"content_type":"${content}"}` : ""}}`);
  const read = async (payload: readonly Uint8Array[], options: ReadOptions) => {
    const found: unknown[] = [];
    for (const batch of await collect(payload, options))
      for (const { name, dtype, values } of batch.columns) found.push([name, dtype, [...values]]);
    return found;
  };

  test.each(["core", "reference"] as const)("are those of its columns, and of an array, in the %s engine", async (engine) => {
    const all = DATATYPES.map(([datatype, data], i) => input(`c${i}`, datatype, data));
    const expected = DATATYPES.map(([, , dtype, values], i) => [`c${i}`, dtype, values]);
    for (const content of ["pd", undefined])
      for (const options of [{}, { dtype: "infer" }] as const)
        expect(await read(request(all, content), { engine, ...options })).toEqual(expected);
    for (const [datatype, data, dtype, values] of DATATYPES) {
      const [found] = (await read(request([input("x", datatype, data)], "np"), { engine })) as [unknown[]];
      expect(found.slice(1), datatype).toEqual([dtype, values]);
    }
  });

  test("give way to those that are asked for", async () => {
    const payload = () => request([input("a", "INT32", "[1,2]"), input("b", "FP32", "[1,2]")], "pd");
    const dtypes = async (options: ReadOptions) =>
      (await collect(payload(), options)).flatMap(({ columns }) => columns.map(({ dtype }) => dtype));
    expect(await dtypes({ dtype: "float64" })).toEqual(["float64", "float64"]);
    expect(await dtypes({ dtype: { b: "int8" } })).toEqual(["int32", "int8"]);
  });

  test("refuse a cell that they have no place for", async () => {
    const { error } = await tryRead(request([input("a", "UINT8", "[1,256]")], "pd"), { dtype: "infer" });
    expect(error).toMatchObject({ code: "E_RANGE", message: expect.stringContaining("256 does not fit uint8") });
  });
});

test("a cell that is passed over may end where a chunk does, and the next be no more than a comma", async () => {
  const rows = Array.from({ length: 6000 }, (_, i) => `["text ${i}", ${i},[[${i}],[2]]]`);
  const payload = Buffer.from(`{"dataframe_split":{"columns":["s","n","t"],"data":[${rows.join(",")}]}}`);
  // behind the first bytes, from which dtypes are told
  const head = 1 << 17;
  const chunks = [payload.subarray(0, head), ...crumbs(payload.subarray(head))];
  for (const columns of [["n"], ["t"], ["n", "t"]])
    for (const engine of ["core", "reference"] as const) {
      const found = await columnsOf(chunks, { columns, engine });
      if (columns.includes("n")) expect(found.n).toEqual(rows.map((_, i) => i));
      if (columns.includes("t")) expect(found.t).toEqual(rows.flatMap((_, i) => [i, 2]));
    }
});

describe("a model", () => {
  const model = new URL("../../data/heart-model", import.meta.url).pathname;

  test("gives the dtypes of its columns", async () => {
    const payload = new URL("../../data/heart.azureml.json", import.meta.url);
    for (const given of [model, await readModel(model)])
      for await (const { columns } of readBatches(payload, { model: given }))
        expect(columns.map(({ dtype }) => dtype)).toEqual(Array.from({ length: 12 }, (_, i) => (i === 8 ? "float64" : "int64")));
    for await (const { columns } of readBatches(payload, { model, dtype: "float32" })) expect(columns[0]?.dtype).toBe("float32");
    for await (const { columns } of readBatches(payload, { model, columns: ["oldpeak", "age"] }))
      expect(columns.map(({ dtype }) => dtype)).toEqual(["float64", "int64"]);
  });

  test("says which columns of a csv are text, times and bytes", async () => {
    const inputs = ["string", "datetime", "binary"].map((type, i) => ({ type, name: `c${i}`, required: true }));
    const path = join(folder, "MLmodel");
    writeFileSync(path, JSON.stringify({ flavors: {}, signature: { inputs: JSON.stringify(inputs), outputs: null } }));
    for await (const { columns } of readBatches(whole("c0,c1,c2\n007,2020-01-01,AAAA\n"), { from: "csv", model: path }))
      expect(columns.map(({ dtype, values }) => [dtype, values[0]])).toEqual([
        ["string", "007"],
        ["datetime64[ns]", 1577836800000000000n],
        ["bytes", new Uint8Array(3)],
      ]);
  });

  test("has columns that need not be there", async () => {
    const inputs = ["long", "string", "datetime", "double"].map((type, i) => ({ type, name: `c${i}`, required: i === 0 }));
    const path = join(folder, "optional");
    writeFileSync(path, JSON.stringify({ flavors: {}, signature: { inputs: JSON.stringify(inputs), outputs: null } }));
    const sources: readonly [string, string, string][] = [
      ["csv", "c0,c1\n1,007\n", "c0 int64 1, c1 string 007"],
      ["mlflow:records", '{"dataframe_records":[{"c0":1,"c3":2}]}', "c0 int64 1, c3 float64 2"],
      ["mlflow:split", '{"dataframe_split":{"columns":["c2","c0"],"data":[["1970-01-01",1]]}}', "c2 datetime64[ns] 0, c0 int64 1"],
    ];
    for (const [from, text, expected] of sources)
      for (const engine of ["core", "reference"] as const)
        for await (const { columns } of readBatches(whole(text), { from, model: path, engine }))
          expect(columns.map(({ name, dtype, values }) => `${name} ${dtype} ${values[0]}`).join(", ")).toBe(expected);
    const parquet: Uint8Array[] = [];
    await pipeline(convert({ from: "csv", to: "parquet" }).end("c0\n1\n"), async (bytes: AsyncIterable<Uint8Array>) => {
      for await (const part of bytes) parquet.push(part);
    });
    expect((await tryRead(parquet, { model: path })).error).toBeUndefined();
    expect((await tryRead(whole("c1\n1\n"), { from: "csv", model: path })).error?.message).toMatch(/"c0"/);
    // the same without a model, and on its way to another form
    const out: Uint8Array[] = [];
    const moved = convert({ from: "csv", to: "oip", dtype: { a: "float32", b: "int8?" } }).end("a\n1\n");
    await pipeline(moved, async (bytes: AsyncIterable<Uint8Array>) => {
      for await (const part of bytes) out.push(part);
    });
    expect(Buffer.concat(out).toString()).toContain('"datatype":"FP32"');
    expect((await tryRead(whole("a\n1\n"), { from: "csv", dtype: { b: "int9?" as "int8" } })).error?.code).toBe("E_DTYPE");
  });

  test("without a signature, or of other columns, is told", async () => {
    const path = join(folder, "unsigned");
    writeFileSync(path, JSON.stringify({ flavors: {} }));
    expect((await tryRead(whole("a\n1\n"), { from: "csv", model: path })).error?.code).toBe("E_MODEL");
    expect((await tryRead(whole("a\n1\n"), { from: "csv", model })).error?.message).toMatch(/dtype is asked for "age"/);
  });
});

describe("columns of other forms than frames", () => {
  const FORMS = {
    "named tensors": ["mlflow", '{"inputs":{"a":[1,2],"b":[3,4],"c":[5,6]}}'],
    "Open Inference Protocol's": [
      "oip",
      `{"inputs":[${["a", "b", "c"].map((name, i) => `{"name":"${name}","shape":[2],"datatype":"INT64","data":[${2 * i + 1},${2 * i + 2}]}`)}]}`,
    ],
    "Seldon's rows": ["seldon", '{"data":{"names":["a","b","c"],"ndarray":[[1,3,5],[2,4,6]]}}'],
    "Seldon's tensor": ["seldon", '{"data":{"names":["a","b","c"],"tensor":{"shape":[2,3],"values":[1,3,5,2,4,6]}}}'],
  } as const;
  const read = async (text: string, from: string, columns: ReadOptions["columns"], engine: "core" | "reference") => {
    const { batches, error } = await tryRead(whole(text), { from, engine, ...(columns && { columns }) });
    const told = batches.flatMap((batch) => batch.columns.map(({ name, values }) => `${name} ${[...values]}`));
    return error ? [...told, error.code] : told;
  };
  for (const [what, [from, text]] of Object.entries(FORMS))
    for (const engine of ["core", "reference"] as const)
      test(`${what}, by the ${engine}`, async () => {
        const tensors = !what.startsWith("Seldon");
        expect(await read(text, from, ["b"], engine)).toEqual(["b 3,4"]);
        expect(await read(text, from, { z: "b" }, engine)).toEqual(["z 3,4"]);
        expect(await read(text, "auto", ["c", "a"], engine)).toEqual(tensors ? ["a 1,2", "c 5,6"] : ["c 5,6", "a 1,2"]);
        expect((await read(text, from, ["a", "q"], engine)).at(-1)).toBe("E_COLUMNS");
      });

  test("names for those that have none", async () => {
    const two = ["x 1,2", "y 3,4"];
    for (const text of ['{"data":{"ndarray":[[1,3],[2,4]]}}', '{"data":{"tensor":{"shape":[2,2],"values":[1,3,2,4]}}}'])
      for (const engine of ["core", "reference"] as const) expect(await read(text, "seldon", ["x", "y"], engine)).toEqual(two);
  });

  test("a scalar among tensors", async () => {
    const text = '{"inputs":{"a":7,"b":[3,4],"c":8}}';
    expect(await read(text, "mlflow", ["c"], "core")).toEqual(["c 8"]);
    expect(await read(text, "mlflow", ["b", "a"], "reference")).toEqual(["a 7", "b 3,4"]);
  });
});
