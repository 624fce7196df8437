// What a row may take, and that time grows with what is read and not with its square.
import { describe, expect, test } from "vitest";
import { type ConvertOptions, inspect, type ReadOptions, readBatches, TransloadError } from "../../src/index.js";
import { feed } from "../support/feed.js";

const ENGINES = ["core", "reference"] as const;
const LONG = "x".repeat(3000);

function cut(text: string, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

async function convertAll(chunks: readonly Uint8Array[], options: ConvertOptions): Promise<string> {
  const { text, error } = await feed(chunks, options);
  if (error) throw error;
  return text;
}

async function refusal(work: Promise<unknown>): Promise<TransloadError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TransloadError);
  return error as TransloadError;
}

async function read(text: string, size: number, options: ReadOptions) {
  const columns: string[][] = [];
  for await (const batch of readBatches(cut(text, size), options))
    for (const [i, { values, dtype }] of batch.columns.entries()) (columns[i] ??= [dtype]).push(...Array.from(values, String));
  return columns;
}

describe("a row longer than maxRowBytes is refused, however it is cut", () => {
  const cases: readonly (readonly [name: string, text: string, options: Omit<ConvertOptions, "engine">])[] = [
    ["csv to split", `a,b\n1,2\n3,${LONG}\n`, { from: "csv", to: "mlflow:split" }],
    ["csv whose quote does not end", `a,b\n1,2\n3,"${LONG}\n${LONG}`, { from: "csv", to: "mlflow:split" }],
    ["records to csv", `{"dataframe_records":[{"a":1,"b":"y"},{"a":2,"b":"${LONG}"}]}`, { to: "csv", fixed: true }],
    ["lines to columns", `{"a":1,"b":"y"}\n{"a":2,"b":"${LONG}"}\n`, { from: "jsonl", to: "oip:columns", fixed: true }],
    ["split to records", `{"dataframe_split":{"columns":["a","b"],"data":[[1,"y"],[2,"${LONG}"]]}}`, { to: "mlflow:records" }],
  ];
  for (const engine of ENGINES)
    for (const [name, text, options] of cases)
      test(`${name}, ${engine}`, async () => {
        const places = new Set<string>();
        for (const size of [7, 500, text.length]) {
          const error = await refusal(convertAll(cut(text, size), { ...options, engine, maxRowBytes: 2000 }));
          expect(error.code).toBe("E_LIMIT");
          expect(error.message).toContain("row 1 is longer than");
          expect(error.message).toContain("maxRowBytes allows more");
          places.add(error.message);
        }
        expect([...places]).toHaveLength(1);
      });

  for (const engine of ENGINES)
    test(`which takes a row of just so many bytes, ${engine}`, async () => {
      const row = `["${LONG}"]`;
      const text = `{"dataframe_split":{"columns":["a"],"data":[${row},["y"]]}}`;
      for (const size of [7, text.length]) {
        const options = { to: "csv", engine, maxRowBytes: row.length } as const;
        expect(await convertAll(cut(text, size), options)).toBe(`a\n${LONG}\ny\n`);
        expect((await refusal(convertAll(cut(text, size), { ...options, maxRowBytes: row.length - 1 }))).code).toBe("E_LIMIT");
      }
    });

  for (const engine of ENGINES)
    test(`where it is typed or looked at, ${engine}`, async () => {
      const split = `{"dataframe_split":{"columns":["a","b"],"data":[[1,"y"],[2,"${LONG}"]]}}`;
      for (const size of [7, split.length]) {
        expect((await refusal(read(split, size, { engine, maxRowBytes: 2000 }))).code).toBe("E_LIMIT");
        expect((await refusal(inspect(cut(split, size), { engine, maxRowBytes: 2000 }))).code).toBe("E_LIMIT");
        const csv = `a,b\n1,y\n2,${LONG}\n`;
        expect((await refusal(read(csv, size, { from: "csv", engine, maxRowBytes: 2000 }))).code).toBe("E_LIMIT");
      }
    });

  test("and columns whose records take more than a row may", async () => {
    const text = `${Array.from({ length: 30_000 }, (_, i) => i).join(",")}\n`;
    for (const engine of ENGINES)
      expect(
        (await refusal(convertAll(cut(text, 1 << 16), { from: "csv", to: "mlflow:inputs", header: false, engine, maxRowBytes: 1 << 18 })))
          .code,
      ).toBe("E_LIMIT");
  });

  test("a bound that is none is refused", async () => {
    for (const maxRowBytes of [0, -1, 1.5, Number.NaN])
      expect((await refusal(inspect(cut("[]", 2), { maxRowBytes }))).code).toBe("E_OPTION");
  });
});

describe("a csv's first row of 64 KiB and more is looked at before dtypes are chosen", () => {
  for (const engine of ENGINES)
    test(engine, async () => {
      const long = "y".repeat(70_000);
      for (const size of [10_000, 1 << 20]) {
        expect(await read(`a,b\n1,${long}\n2,z\n`, size, { from: "csv", engine })).toEqual([
          ["float64", "1", "2"],
          ["string", long, "z"],
        ]);
        // without the line's end
        expect(await read(`a,b\n1,${long}`, size, { from: "csv", engine })).toEqual([
          ["float64", "1"],
          ["string", long],
        ]);
      }
    });
});

test("what stands behind a long row is read from where it waited", async () => {
  const cell = JSON.stringify("x".repeat(100_000));
  const text = `{"dataframe_split":{"data":[[${cell},1],[${cell},2]],"columns":["a","b"]}}`;
  for (const size of [1000, 60_000]) {
    const out = await convertAll(cut(text, size), { to: "mlflow:split", dtype: "int64" });
    expect(JSON.parse(out)).toEqual(JSON.parse(text));
    expect((await inspect(cut(text, size))).columns.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual(["a string", "b int64"]);
  }
});

test("a list in a cell may fill many pieces of the window", async () => {
  const list = `[${Array.from({ length: 100_000 }, (_, i) => i).join(",")}]`;
  const text = `{"dataframe_split":{"columns":["a","b"],"data":[[1,${list}]]}}`;
  for await (const batch of readBatches(cut(text, 5000))) expect(batch.columns[1]?.shape).toEqual([100_000]);
});

test("a row may have more text columns than are remembered at once", async () => {
  const width = 5000;
  const text = `${Array.from({ length: width }, (_, i) => `k${i}`).join()}\n${Array.from({ length: width }, (_, i) => `t${i}`).join()}\n`;
  const columns = await read(text, 1 << 16, { from: "csv" });
  expect(columns).toHaveLength(width);
  expect(columns[4999]).toEqual(["string", "t4999"]);
});

describe("keys", () => {
  for (const engine of ENGINES)
    test(`are found out of order, spelled with escapes, twice, and when a later record brings them, ${engine}`, async () => {
      const records = ['{"a":1,"b":2}', '{"b":3,"\\u0061":4}', '{"c":5,"a":6,"\\u0063":7}', '{"\\u0064":8}', '{"d":9,"b":10}', "{}"];
      const text = `{"dataframe_records":[${records.join(",")}]}`;
      for (const size of [3, text.length])
        expect(await convertAll(cut(text, size), { to: "csv", engine })).toBe("a,b,c,d\n1,2,,\n4,3,,\n6,,7,\n,,,8\n,10,,9\n,,,\n");
    });
});

// where time grew with the square these took minutes
describe("time grows with what is read", { timeout: 30_000 }, () => {
  const N = 50_000;
  const names = Array.from({ length: N }, (_, i) => `k${i}`);
  const record = `{${names.map((name) => `"${name}":1`).join()}}`;
  const shuffled = `{${names
    .toReversed()
    .map((name) => `"${name}":2`)
    .join()}}`;
  const width = async (text: string, options: ConvertOptions) =>
    (await convertAll(cut(text, 1 << 20), options)).split("\n")[1]?.split(",").length;

  test("keys of records", async () => {
    const text = `{"dataframe_records":[${record},${shuffled}]}`;
    expect(await width(text, { to: "csv" })).toBe(N);
    expect((await inspect(cut(text, 1 << 20))).columns).toHaveLength(N);
    expect(await width(text, { to: "csv", engine: "reference" })).toBe(N);
  });

  test("named tensors", async () => {
    const text = `{"inputs":{${names.map((name) => `"${name}":[1,2]`).join()}}}`;
    expect(await width(text, { to: "csv" })).toBe(N);
  });

  test("inputs", async () => {
    const input = (name: string) => `{"name":"${name}","shape":[2],"datatype":"INT64","data":[1,2]}`;
    expect(await width(`{"inputs":[${names.map(input).join()}]}`, { to: "csv" })).toBe(N);
  });

  test("equal names", async () => {
    const text = `${names.map(() => "a").join()}\n${names.map(() => 1).join()}\n`;
    expect(await width(text, { from: "csv", to: "csv" })).toBe(N);
  });

  test("columns that rows become", async () => {
    const text = `${names.join()}\n${names.map(() => 1).join()}\n${names.map(() => 2).join()}\n`;
    const { inputs } = JSON.parse(await convertAll(cut(text, 1 << 20), { from: "csv", to: "oip:columns" }));
    expect(inputs).toHaveLength(N);
    expect(inputs[N - 1]).toEqual({ name: `k${N - 1}`, data: [1, 2], shape: [2], datatype: "INT64" });
  });

  test("columns of a survey, of which a call takes no list", async () => {
    const row = `[${Array.from({ length: 200_000 }, () => 1).join()}]`;
    expect((await inspect(cut(`{"inputs":[${row}]}`, 1 << 20))).shape).toEqual([1, 200_000]);
    const text = `{"dataframe_split":{"data":[${row}]}}`;
    expect((await inspect(cut(text, 1 << 20))).columns).toHaveLength(200_000);
  });
});
