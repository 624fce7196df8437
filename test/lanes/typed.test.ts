// The typed lane: functions on batches, and the text around the cells that are printed anew.
import { describe, expect, test } from "vitest";
import { Batch, type ConvertOptions } from "../../src/index.js";
import { crumbs, feed, halves, placeOf, tryRead, whole } from "../support/feed.js";

describe("functions on batches", () => {
  const source = '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4],[5,6]]}}';
  const run = async (through: NonNullable<ConvertOptions["through"]>, options: Partial<ConvertOptions> = {}, text = source) => {
    const outcome = await feed(whole(text), { to: "azureml", through, batchRows: 1, ...options });
    expect((await feed(crumbs(text), { to: "azureml", through, batchRows: 1, ...options })).text).toBe(outcome.text);
    return outcome;
  };
  const out = async (...args: Parameters<typeof run>) => {
    const { text, error } = await run(...args);
    expect(error).toBeUndefined();
    return JSON.parse(text).input_data as { columns: string[]; index: number[]; data: unknown[][] };
  };

  test("pass batches on", async () => {
    expect((await run([(b: Batch) => b], { dtype: "int8" })).text).toBe(
      '{"input_data":{"data":[[1,2],[3,4],[5,6]],"columns":["a","b"],"index":[0,1,2]}}',
    );
  });

  test("drop rows, and the index counts what is left", async () => {
    expect(await out([(b: Batch) => (b.rowOffset === 1 ? undefined : b)])).toEqual({
      columns: ["a", "b"],
      index: [0, 1],
      data: [
        [1, 2],
        [5, 6],
      ],
    });
  });

  test("may not drop a scalar, nor make rows of it", async () => {
    const rows = () =>
      new Batch({ kind: "tensor", rowOffset: 0, rowCount: 1, columns: [{ name: "", dtype: "int8", values: new Int8Array(1), shape: [] }] });
    for (const through of [[() => undefined], [rows]]) {
      const { error } = await feed(whole('{"inputs":5}'), { to: "mlflow", through });
      expect(error).toMatchObject({ code: "E_OPTION" });
    }
    expect((await feed(whole('{"inputs":5}'), { to: "mlflow", through: [(batch) => batch] })).text).toBe('{"inputs":5.0}');
  });

  test("drop every row", async () => {
    expect(await out([() => undefined])).toEqual({ columns: ["a", "b"], index: [], data: [] });
    expect(await out([() => null])).toEqual({ columns: ["a", "b"], index: [], data: [] });
  });

  test("make many of one, wait, and follow each other", async () => {
    const twice = function* (b: Batch) {
      yield b;
      yield b;
    };
    const later = async (b: Batch) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return b;
    };
    expect((await out([twice, later])).data).toEqual([
      [1, 2],
      [1, 2],
      [3, 4],
      [3, 4],
      [5, 6],
      [5, 6],
    ]);
    expect(
      (
        await out([
          later,
          async function* (b: Batch) {
            yield b;
          },
        ])
      ).index,
    ).toEqual([0, 1, 2]);
  });

  test("rename, add and drop columns", async () => {
    const swap = (b: Batch) =>
      new Batch({
        rowOffset: b.rowOffset,
        rowCount: b.rowCount,
        kind: "frame",
        columns: [
          { ...b.column("b"), name: "z" },
          { name: "s", dtype: "string", values: Array.from({ length: b.rowCount }, () => 'é"'), shape: [] },
        ],
      });
    expect(await out([swap])).toEqual({
      columns: ["z", "s"],
      index: [0, 1, 2],
      data: [
        [2, 'é"'],
        [4, 'é"'],
        [6, 'é"'],
      ],
    });
  });

  test("warn that the index is lost", async () => {
    const { warnings } = await run([(b: Batch) => b], {}, '{"dataframe_split":{"columns":["a"],"index":[5],"data":[[1]]}}');
    expect(warnings.map((w) => w.code)).toEqual(["W_INDEX"]);
  });

  test("may not return anything else", async () => {
    expect((await run([() => 5])).error?.code).toBe("E_OPTION");
    const short = () =>
      new Batch({
        rowOffset: 0,
        rowCount: 3,
        kind: "tensor",
        columns: [{ name: "", dtype: "float64", values: new Float64Array(2), shape: [] }],
      });
    await expect((async () => (await run([short], {}, '{"inputs":[1]}')).error)()).resolves.toMatchObject({ code: "E_OPTION" });
  });

  test("throw their own errors", async () => {
    const fail = () => {
      throw new RangeError("mine");
    };
    await expect(run([fail])).rejects.toThrow("mine");
  });
});

describe("the typed lane's text", () => {
  const convert = async (text: string, options: ConvertOptions) => {
    const first = await feed(whole(text), options);
    for (let at = 0; at <= Buffer.byteLength(text); at += 1) {
      const again = await feed(halves(text, at), options);
      expect({ at, text: again.text, error: again.error?.message }).toEqual({ at, text: first.text, error: first.error?.message });
    }
    return first.error ? first.error.code : first.text;
  };

  test("keeps the envelope and prints the cargo anew", async () => {
    expect(
      await convert('{ "params":{"k":1.50} , "input_data":{"index":["r"], "columns":["a","b"], "data":[ [1, "x"] ]} }\n', {
        to: "mlflow",
        dtype: "float32",
      }),
    ).toBe('{ "params":{"k":1.50},  "dataframe_split":{"index":["r"], "columns":["a","b"], "data":[[1.0,"x"]]} }\n');
    expect(await convert('{"inputs":{"t":[[1,2]],"m":[true,null],"k":5}}', { to: "azureml", dtype: "int32" })).toBe(
      '{"input_data":{"t":[[1,2]],"m":[1,null],"k":5}}',
    );
    expect(await convert('{"inputs":[[[1],[2]],[[3],[4]]]}', { to: "tfserving:instances", dtype: "float64" })).toBe(
      '{"instances":[[[1.0],[2.0]],[[3.0],[4.0]]]}',
    );
    expect(await convert('{"inputs":[[1,2],[3,4]]}', { to: "azureml", columns: ["a", "b"], dtype: "int8" })).toBe(
      '{"input_data":{"columns":["a","b"],"data":[[1,2],[3,4]],"index":[0,1]}}',
    );
    expect(await convert('{"columns":["a"],"data":[[1.5],[2]]}', { to: "tfserving", dtype: "float64" })).toMatch(
      /^\{"(inputs|instances)":\[\[1\.5\],\[2\.0\]\]\}$/,
    );
    for (const cargo of ["[]", "[[],[]]", "[[[],[]]]"])
      expect(await convert(`{"inputs":${cargo}}`, { to: "azureml", dtype: "float64" })).toBe(`{"input_data":${cargo}}`);
    for (const cargo of ["5.0", "-0.0", '"x"', "null", "NaN"])
      expect(await convert(`{"inputs":${cargo}}`, { to: "mlflow", dtype: "float64" })).toBe(`{"inputs":${cargo}}`);
  });

  test("treats NaN and null as asked", async () => {
    const text = '{"inputs":[NaN,-Infinity,null,1]}';
    expect(await convert(text, { to: "azureml", dtype: "float64" })).toBe('{"input_data":[NaN,-Infinity,null,1.0]}');
    expect(await convert(text, { to: "azureml", dtype: "float64", nan: "null" })).toBe('{"input_data":[null,null,null,1.0]}');
    expect(await convert(text, { to: "azureml", dtype: "float64", nan: "error" })).toBe("E_NAN");
    expect(await convert(text, { to: "tfserving", dtype: "float64" })).toBe("E_NULL");
    expect(await convert('{"inputs":[NaN]}', { to: "tfserving", dtype: "float64", nan: "null" })).toBe("E_NULL");
  });

  test("refuses what the splice lane refuses, at the same place", async () => {
    const payloads = [
      '{"inputs":[[1,2],[3',
      '{"inputs":\n[[1,2],\n[3',
      '{"inputs":[1,2,x]}',
      '{"inputs":[1,2]',
      '{"inputs":[1,2]} x',
      '{"inputs":[[1,2],[3]]}',
      '{"inputs":[1,[2]]}',
      '{"inputs":[1,"a\u0001"]}',
      '{"inputs":[1,01]}',
      '{"inputs":["\\x"]}',
      '{"inputs":["abc',
      '{"inputs":[1,tr',
      '{"inputs":[1,{}]}',
      '{"inputs":[-',
      '{"inputs":[1,2,',
      '{"inputs":[',
    ];
    for (const text of payloads) {
      const splice = placeOf((await feed(whole(text), { to: "azureml" })).error);
      expect(splice).toBeDefined();
      for (const chunks of [whole(text), crumbs(text)]) {
        expect(placeOf((await feed(chunks, { to: "azureml", dtype: "float64" })).error), text).toEqual(splice);
        expect(placeOf((await tryRead(chunks)).error), text).toEqual(splice);
      }
      // and past the stretch that dtypes are chosen from
      const far = text.replace(
        /"inputs":(\s*)(\[\[|\[)/,
        (_, gap: string, open: string) => `"inputs":${gap}${open === "[[" ? `[${"[1,2],".repeat(20_000)}[` : `[${"1,".repeat(50_000)}`}`,
      );
      if (text.includes('"a') || text.includes("\\x")) continue;
      const place = placeOf((await feed(whole(far), { to: "azureml" })).error);
      expect(placeOf((await tryRead(whole(far))).error), `${text}, far`).toEqual(place);
    }
  });

  test("tells the place of a scalar that does not fit", async () => {
    expect(placeOf((await feed(whole('{"inputs": 300}'), { to: "mlflow", dtype: "int8" })).error)).toMatchObject({
      code: "E_RANGE",
      offset: 11,
      path: "$.inputs",
    });
    expect(placeOf((await feed(whole('{"inputs":{"a":1,"b":300}}'), { to: "mlflow", dtype: "int8" })).error)).toMatchObject({
      code: "E_RANGE",
      offset: 21,
      path: "$.inputs.b",
    });
  });
});
