// Columns that are picked, put in another order, renamed or left out, in every form. What must come out is what comes of a payload that a model
// has written with these columns alone.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { FORMS } from "../../src/dialects/index.js";
import { type ConvertOptions, convert, split } from "../../src/index.js";
import { collect, crumbs, feed, whole } from "../support/feed.js";
import { n, type Sheet, textOf } from "../support/forms.js";
import { columnsIn, converted, TARGETS, told } from "../support/picks.js";

const SHEET: Sheet = {
  names: ["a", "b", "c", "d"],
  rows: [0, 1, 2, 3, 4].map((i) => [n(`${i}`), n(`${i}.0`), n(`1e${i}`), n(`-${i}.50`)]),
};
const MIXED: Sheet = {
  names: ["a", "b", "c", "d"],
  rows: [
    ["x", n("1"), true, n("1.0")],
    ['say "y", z', n("2"), false, n("2.50")],
    ["é😀\n", n("9007199254740993"), true, n("-0.0")],
  ],
};

type Pick = Partial<ConvertOptions>;
/** Options, and the columns that they leave: places, and names. */
const PICKS: readonly (readonly [Pick, readonly number[], readonly string[]])[] = [
  [{ columns: ["b"] }, [1], ["b"]],
  [{ columns: ["d", "a", "c"] }, [3, 0, 2], ["d", "a", "c"]],
  [{ columns: { z: "c", a: "b" } }, [2, 1], ["z", "a"]],
  [{ columns: ["a", "b", "c", "d"] }, [0, 1, 2, 3], ["a", "b", "c", "d"]],
  [{ drop: ["b"] }, [0, 2, 3], ["a", "c", "d"]],
  [{ drop: ["d", "a"] }, [1, 2], ["b", "c"]],
];

/** Forms that say how their columns are called. */
const NAMED = FORMS.flatMap((form) => form.layouts.map((layout) => ({ form, layout, name: `${form.id} ${layout}` }))).filter(
  ({ form, layout }) =>
    !["tensor", "features", "values"].includes(layout) && form.id !== "jsonl:lists" && !form.headless && form.content !== "np",
);

function pickedFrom({ rows }: Sheet, places: readonly number[], names: readonly string[]): Sheet {
  return { names, rows: rows.map((row) => places.map((place) => row[place])) };
}

describe.each(NAMED)("columns of $name", ({ form, layout }) => {
  for (const engine of ["core", "reference"] as const)
    test.each([
      ["numbers", SHEET],
      ["mixed cells", MIXED],
    ] as const)(`are those of the payload that has no others, %s, ${engine}`, async (_, sheet) => {
      const all = textOf(form, sheet, layout);
      for (const [i, to] of TARGETS.entries())
        for (const [options, places, names] of PICKS.filter((_, k) => (k + i) % 3 === 0)) {
          const asked = { from: form.id as "mlflow", to: to.id as "mlflow", engine };
          const wanted = told(await feed(whole(textOf(form, pickedFrom(sheet, places, names), layout)), asked));
          const chunks = engine === "core" && i % 8 === 0 ? crumbs(all) : whole(all);
          expect(told(await feed(chunks, { ...asked, ...options })), `${form.id} to ${to.id}, ${JSON.stringify(options)}`).toEqual(wanted);
        }
    });

  test("that are none are refused, with the nearest", async () => {
    const sheet: Sheet = { names: ["age", "chol"], rows: [[n("1"), n("2")]] };
    for (const engine of ["core", "reference"] as const)
      for (const options of [{ columns: ["chol", "agee"] }, { columns: { x: "agee" } }, { drop: ["agee"] }]) {
        const { error } = await feed(whole(textOf(form, sheet, layout)), { from: form.id as "csv", to: "jsonl", engine, ...options });
        expect(error).toMatchObject({ code: "E_COLUMNS", message: expect.stringContaining('no column "agee"; did you mean age?') });
      }
  });
});

describe("columns", () => {
  test("of records may be missing here and there", async () => {
    const lines = '{"a":1,"b":2}\n{"b":3,"c":4}\n{"c":5,"a":6}\n';
    for (const engine of ["core", "reference"] as const) {
      const out = async (options: Pick) => (await feed(whole(lines), { from: "jsonl", to: "jsonl", engine, ...options })).text;
      expect(await out({ columns: ["c", "a"], missing: "null" })).toBe('{"c":null,"a":1}\n{"c":4,"a":null}\n{"c":5,"a":6}\n');
      expect(await out({ drop: ["b"] })).toBe('{"a":1}\n{"c":4}\n{"a":6,"c":5}\n');
      expect((await feed(whole(lines), { from: "jsonl", to: "csv", engine, drop: ["a"] })).text).toBe("b,c\n2,\n3,4\n,5\n");
    }
  });

  test("that are all left out leave no rows, in whatever they would be written", async () => {
    const frame = '{"dataframe_split":{"columns":["a","b"],"data":[[1,2]]}}';
    const tensors = '{"inputs":{"a":[1],"b":[2]}}';
    const nothing = { code: "E_COLUMNS", message: expect.stringMatching(/^each of the (columns|tensors) is left out \(a, b\)/) };
    for (const source of [frame, tensors, "a,b\n1,2\n"])
      for (const to of ["mlflow:split", "csv", "jsonl", "triton", "parquet", "arrow", "npz", "npy"]) {
        const made = buffer(
          Readable.from([Buffer.from(source)]).pipe(convert({ from: source.startsWith("a") ? "csv" : "auto", to, drop: ["a", "b"] })),
        );
        await expect(made, to).rejects.toMatchObject(nothing);
      }
    await expect(collect(whole(tensors), { drop: ["a", "b"] })).rejects.toMatchObject(nothing);
    await expect(collect(whole(tensors), { drop: ["c"] })).rejects.toMatchObject({ code: "E_COLUMNS" });
  });

  test("of records lose no cell to a key that a later one brings", async () => {
    const text = `{"instances":[{"a":1,"d":0},{"a":2,"d":0},{"a":3,"b":9,"d":0},{"a":4,"d":0,"e":{"f":[1]}}]}`;
    for (const engine of ["core", "reference"] as const) {
      const out = async (to: string, options: Pick) => {
        const { text: bytes, error } = await feed(whole(text), { from: "vertex", to, engine, ...options });
        return error?.code ?? JSON.parse(bytes);
      };
      expect(await out("mlflow:inputs", { columns: ["a"] })).toEqual({ inputs: { a: [1, 2, 3, 4] } });
      expect(await out("azureml:named", { columns: { x: "d", y: "a" } })).toEqual({ input_data: { x: [0, 0, 0, 0], y: [1, 2, 3, 4] } });
      expect((await out("oip", { columns: ["a"] })).inputs[0].data).toEqual([1, 2, 3, 4]);
      expect(await out("mlflow:inputs", { drop: ["b", "e"] })).toEqual({ inputs: { a: [1, 2, 3, 4], d: [0, 0, 0, 0] } });
      // what is dropped is no reason to refuse the others, and what is new is none to let them pass
      expect(await out("mlflow:split", { drop: ["d"], fixed: true })).toBe("E_COLUMNS");
      expect(await out("mlflow:split", { drop: ["b", "e"], fixed: true })).toMatchObject({ dataframe_split: { columns: ["a", "d"] } });
      expect(await out("triton:columns", { drop: ["d"] })).toBe("E_COLUMNS");
      expect(await out("mlflow:split", { columns: ["a"], fixed: true })).toMatchObject({ dataframe_split: { data: [[1], [2], [3], [4]] } });
    }
  });

  test("of which no tensor is left are refused", async () => {
    for (const engine of ["core", "reference"] as const)
      for (const [from, text] of [
        ["azureml", '{"input_data":{"x":[1]}}'],
        ["oip", '{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[1]}],"parameters":{"content_type":"pd"}}'],
      ] as const)
        for (const { id } of TARGETS)
          expect((await feed(whole(text), { from, to: id as "csv", engine, drop: ["x"] })).error?.code, `${from} to ${id}`).toMatch(/^E_/);
  });

  test("whose names stand behind the rows are picked as well", async () => {
    const text = '{"dataframe_split":{"data":[[1,2.0],[3,4.0]],"columns":["a","b"]}}';
    for (const engine of ["core", "reference"] as const) {
      expect((await feed(whole(text), { to: "csv", columns: ["b"], engine })).text).toBe("b\n2.0\n4.0\n");
      expect(JSON.parse((await feed(whole(text), { to: "mlflow", drop: ["b"], engine })).text)).toEqual({
        dataframe_split: { columns: ["a"], data: [[1], [3]] },
      });
    }
  });

  test("leave the labels of rows what they are", async () => {
    const text = '{"dataframe_split":{"columns":["a","b"],"index":["p","q"],"data":[[1,2.0],[3,4.0]]}}';
    const { text: out } = await feed(whole(text), { to: "azureml", columns: { z: "b" } });
    expect(JSON.parse(out)).toEqual({ input_data: { columns: ["z"], index: ["p", "q"], data: [[2], [4]] } });
    expect((await feed(whole(text), { to: "azureml:split", index: "column:b", columns: ["a", "b"] })).text).toContain('"index":[2.0,4.0]');
  });

  test("of a tensor are names, under which it becomes a frame", async () => {
    const { text } = await feed(whole('{"inputs":[[1,2.0],[3,4]]}'), { to: "mlflow:split", columns: { x: "a", y: "b" } });
    expect(JSON.parse(text)).toEqual({
      dataframe_split: {
        columns: ["x", "y"],
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    });
  });

  test("of a file's tensor are names as they are of a payload's", async () => {
    const text = '{"inputs":[[1,2],[3,4],[5,6]]}';
    const options = { columns: { x: "a", y: "b" } };
    for (const from of ["npy", "arrow"] as const) {
      const file = await converted(text, { to: from });
      for (const { id } of TARGETS) {
        const to = id as "mlflow";
        const outcome = (source: Buffer | string, own: "mlflow" | "npy" | "arrow") =>
          converted(source, { from: own, to, ...options }).then(
            (bytes) => told({ text: `${bytes}`, warnings: [], error: undefined }),
            ({ code }) => code,
          );
        expect(await outcome(file, from), `${from} to ${id}`).toEqual(await outcome(text, "mlflow"));
      }
      for (const to of ["parquet", "arrow", "arrows", "npz"] as const) {
        const named = await converted(file, { from, to, ...options });
        expect(await columnsIn(named, { from: to }), `${from} to ${to}`).toEqual({ "x int64": [1n, 3n, 5n], "y int64": [2n, 4n, 6n] });
      }
      for (const columns of [["a"], ["a", "b", "c"]])
        await expect(converted(file, { from, to: "parquet", columns })).rejects.toMatchObject({ code: "E_RAGGED" });
      const deeper = await converted('{"inputs":[[[1],[2]]]}', { to: from });
      await expect(converted(deeper, { from, to: "parquet", columns: ["a", "b"] })).rejects.toMatchObject({ code: "E_FORM" });
    }
  });

  test("are picked in the typed lane, in pieces, and of files", async () => {
    const text = '{"dataframe_split":{"columns":["a","b","c"],"data":[[1,2,3],[4,5,6]]}}';
    for (const options of [{ columns: { z: "c", a: "a" } }, { drop: ["b"] }] as Pick[]) {
      const names = options.drop ? ["a", "c"] : ["z", "a"];
      const rows = options.drop ? "[1.0,3.0],[4.0,6.0]" : "[3.0,1.0],[6.0,4.0]";
      const typed = await feed(whole(text), { to: "mlflow:split", dtype: "float64", ...options });
      expect(typed.text).toBe(`{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[${rows}]}}`);
      for (const from of ["parquet", "arrow"] as const) {
        const file = await converted(text, { to: from });
        expect(Object.keys(await columnsIn(file, { from, ...options } as never))).toEqual(names.map((name) => `${name} int64`));
        expect(`${await converted(file, { from, to: "csv", ...options })}`.split("\n")[0]).toBe(names.join());
        expect(Object.keys(await columnsIn(await converted(text, { to: from, ...options }), { from }))).toEqual(
          names.map((name) => `${name} int64`),
        );
      }
      const pieces: string[] = [];
      for await (const piece of split([Buffer.from(text)], { to: "csv", maxRows: 1, ...options })) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of piece) chunks.push(Uint8Array.from(chunk));
        pieces.push(Buffer.concat(chunks).toString());
      }
      const body = options.drop ? ["1,3", "4,6"] : ["3,1", "6,4"];
      expect(pieces).toEqual(body.map((line) => `${names.join()}\n${line}\n`));
    }
  });

  test("of named tensors are lists, and no single values", async () => {
    for (const engine of ["core", "reference"] as const)
      for (const options of [{ columns: ["a"] }, { drop: ["a"] }] as Pick[]) {
        const { error } = await feed(whole('{"inputs":{"a":[1,2],"b":7}}'), { to: "tfserving:inputs", engine, ...options });
        expect(error).toMatchObject({ code: "E_OPTION", message: expect.stringContaining("a single value") });
      }
  });

  test("are picked or left out, and not both", async () => {
    expect((await feed(whole("a\n1\n"), { from: "csv", to: "jsonl", columns: ["a"], drop: ["b"] })).error?.code).toBe("E_OPTION");
  });
});
