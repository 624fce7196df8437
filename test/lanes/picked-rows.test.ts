// Rows that are picked, in every form and every lane. What must come out is what comes of a payload that a model has cut: the same table, written
// down with those rows alone. So nothing here is computed by what picks.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FORMS, type Form, type Layout } from "../../src/dialects/index.js";
import { type ConvertOptions, readBatches, type SplitOptions, split } from "../../src/index.js";
import { crumbs, feed, whole } from "../support/feed.js";
import { n, type Sheet, textOf } from "../support/forms.js";
import { columnsIn, converted, TARGETS, told } from "../support/picks.js";

/** Numbers that a parser of doubles would spell otherwise; in each row the first tells which it is. */
const NUMBERS: Sheet = {
  names: ["at", "points"],
  rows: [0, 1, 2, 3, 4, 5, 6].map((i) => [n(`${i}`), n(`${i}.50`)]),
};
/** Columns of one kind each, whichever rows are picked: an input keeps the datatype that it says. */
const MIXED: Sheet = {
  names: ["at", "text", "flag"],
  rows: [
    [n("0.5"), "a", true],
    [n("1.0"), 'b "x", y', false],
    [n("2"), "", null],
    [n("3.0"), "d\ne", true],
    [n("1e1"), "é😀", true],
  ],
};

/** Options, and which of so many rows they leave. */
const PICKS: readonly (readonly [Partial<ConvertOptions>, (rows: number) => number[]])[] = [
  [{ head: 3 }, () => [0, 1, 2]],
  [{ skip: 2 }, (rows) => between(2, rows)],
  [{ skip: 1, head: 2 }, () => [1, 2]],
  [{ head: 1000 }, (rows) => between(0, rows)],
  [{ skip: 1, head: 1000 }, (rows) => between(1, rows)],
];

function between(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** The text of a form that holds these rows of the table, each with the label that it has among all. */
function textWith(form: Form, layout: Layout, { names, rows }: Sheet, places: readonly number[]): string {
  const text = textOf(form, { names, rows: places.map((place) => rows[place] as Sheet["rows"][number]) }, layout);
  return text.replace(/"index":\[[^\]]*\]/, `"index":[${places}]`);
}

const SOURCES = FORMS.flatMap((form) => form.layouts.map((layout) => ({ form, layout, name: `${form.id} ${layout}` })));

describe.each(SOURCES)("rows of $name", ({ form, layout }) => {
  for (const engine of ["core", "reference"] as const)
    test.each([
      ["numbers", NUMBERS],
      ["mixed cells", MIXED],
    ] as const)(`are those of the payload that has no others, %s, ${engine}`, async (_, sheet) => {
      const isTensor = layout === "features" || form.content === "np" || layout === "values";
      if (sheet === MIXED && isTensor) return;
      const all = textWith(form, layout, sheet, between(0, sheet.rows.length));
      for (const [i, to] of TARGETS.entries()) {
        // each pair by some of the picks, all of them by each form
        for (const [options, rowsOf] of PICKS.filter((_, k) => (k + i) % 3 === 0)) {
          const asked = { from: form.id as "mlflow", to: to.id as "mlflow", engine, ...names(form, layout, sheet) };
          const cut = textWith(form, layout, sheet, rowsOf(sheet.rows.length));
          const wanted = await feed(whole(cut), asked);
          const chunks = engine === "core" && i % 8 === 0 ? crumbs(all) : whole(all);
          expect(told(await feed(chunks, { ...asked, ...options })), `${form.id} to ${to.id}, ${JSON.stringify(options)}`).toEqual(
            told(wanted),
          );
        }
      }
    });
});

/** Names for what has none. */
function names(form: Form, layout: Layout, sheet: Sheet): Partial<ConvertOptions> {
  const nameless = ["tensor", "features"].includes(layout) || form.headless || form.id === "jsonl:lists";
  return nameless ? { columns: sheet.names } : {};
}

describe("rows in pieces", () => {
  test.each([
    ["mlflow:split", "azureml:split"],
    ["mlflow:inputs", "tfserving:instances"],
    ["csv", "jsonl:records"],
    ["jsonl:records", "mlflow:split"],
    ["parquet", "mlflow:split"],
  ] as const)("of %s to %s are cut between those that are picked", async (from, to) => {
    const form = FORMS.find(({ id }) => id === from) as Form;
    const layout: Layout = from === "mlflow:inputs" ? "tensor" : (form?.layouts[0] as Layout);
    const text = form && textWith(form, layout, NUMBERS, between(0, 7));
    const source = form ? Buffer.from(text) : await converted(textOf(csv, NUMBERS), { from: "csv", to: "parquet" });
    const rows = async (options: Partial<SplitOptions>) => {
      const pieces: [rows: number, first: number, text: string][] = [];
      for await (const piece of split([source], { from, to, ...options })) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of piece) chunks.push(Uint8Array.from(chunk));
        pieces.push([piece.rows, piece.firstRow, Buffer.concat(chunks).toString()]);
      }
      return pieces;
    };
    const cut = form ? Buffer.from(textWith(form, layout, NUMBERS, [2, 3, 4, 5])) : undefined;
    const found = await rows({ maxRows: 3, skip: 2, head: 4 });
    expect(found.map(([count, first]) => [count, first])).toEqual([
      [3, 0],
      [1, 3],
    ]);
    if (!cut) return;
    const wanted: string[] = [];
    for await (const piece of split([cut], { from, to, maxRows: 3 })) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of piece) chunks.push(Uint8Array.from(chunk));
      wanted.push(Buffer.concat(chunks).toString());
    }
    expect(found.map(([, , own]) => own)).toEqual(wanted);
    // by their bytes, too: no piece is larger, and together they are the rows
    const small = await rows({ maxBytes: 120, skip: 2, head: 4 });
    expect(small.reduce((sum, [count]) => sum + count, 0)).toBe(4);
    for (const [, , own] of small) expect(Buffer.byteLength(own)).toBeLessThanOrEqual(120);
  });
});

const csv = FORMS.find(({ id }) => id === "csv") as Form;

describe("rows of typed columns", () => {
  let files: Record<string, Uint8Array> = {};

  beforeAll(async () => {
    const text = textOf(csv, { names: ["at", "points", "text"], rows: NUMBERS.rows.map(([at, points], i) => [at, points, `t${i}`]) });
    for (const to of ["parquet", "arrow", "arrows", "npz", "triton:binary"] as const)
      files[to] = await converted(text, { from: "csv", to });
    const numbers = textOf(csv, NUMBERS);
    files.npy = await converted(numbers, { from: "csv", to: "npy" });
    files.csv = Buffer.from(text);
    files["mlflow:split"] = await converted(text, { from: "csv", to: "mlflow:split" });
    files.jsonl = await converted(text, { from: "csv", to: "jsonl" });
  });
  afterAll(() => {
    files = {};
  });

  test.each(["parquet", "arrow", "arrows", "npz", "npy", "triton:binary", "csv", "mlflow:split", "jsonl"])("of %s", async (from) => {
    const source = files[from] as Uint8Array;
    const all = await columnsIn(source, { from: from as "csv" });
    for (const [options, rowsOf] of PICKS) {
      const places = rowsOf(7);
      const wanted = Object.fromEntries(Object.entries(all).map(([name, cells]) => [name, places.map((place) => cells[place])]));
      expect(await columnsIn(source, { from: from as "csv", batchRows: 2, ...options } as never), JSON.stringify(options)).toEqual(wanted);
      if (from === "npy") continue;
      for (const to of ["parquet", "arrow", "mlflow:split"] as const) {
        const file = await converted(source, { from: from as "csv", to, ...options });
        const cells = Object.values(await columnsIn(file, { from: to as "csv", dtype: "infer" }));
        expect(
          cells.map((own) => own.map(String)),
          `${from} to ${to}`,
        ).toEqual(Object.values(wanted).map((own) => own.map(String)));
      }
    }
  });

  test("are none where none is picked, and the columns are known", async () => {
    for (const from of ["parquet", "arrow", "csv"] as const)
      for (const options of [{ head: 0 }, { skip: 7 }, { skip: 100, head: 3 }]) {
        const file = await converted(files[from] as Uint8Array, { from, to: "arrow", ...options });
        const batches = [];
        for await (const batch of readBatches([file], { from: "arrow" })) batches.push(batch);
        expect(batches).toEqual([]);
        const text = await converted(files[from] as Uint8Array, { from, to: "csv", ...options });
        expect(Buffer.from(text).toString()).toBe("at,points,text\n");
      }
  });

  test("with a dtype are read by it, and functions see no others", async () => {
    const seen: number[] = [];
    const spy = (batch: { rowCount: number }) => {
      seen.push(batch.rowCount);
      return batch;
    };
    const text = '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[3],[4]]}}';
    const out = await converted(text, { to: "mlflow:split", dtype: "float32", skip: 1, head: 2, through: [spy as never] });
    expect(JSON.parse(out.toString())).toEqual({ dataframe_split: { columns: ["a"], data: [[2], [3]] } });
    expect(out.toString()).toContain("[[2.0],[3.0]]");
    expect(seen.reduce((a, b) => a + b, 0)).toBe(2);
  });
});

test("what is told of cells is told of those that are picked", async () => {
  const lines = "a,b\n1.5,x\n2,3\n3,4\n0.5,y\n";
  for (const engine of ["core", "reference"] as const) {
    const { text } = await feed(whole(lines), { from: "csv", to: "oip:columns", skip: 1, head: 2, engine });
    expect(JSON.parse(text).inputs.map(({ datatype }: { datatype: string }) => datatype)).toEqual(["INT64", "INT64"]);
    const refused = await feed(whole("a,b\n,1\n1,2\n,3\n"), { from: "csv", to: "jsonl", missing: "error", skip: 1, head: 1, engine });
    expect(refused).toMatchObject({ text: '{"a":1,"b":2}\n', error: undefined });
  }
});

describe("a single value", () => {
  test("has no rows", async () => {
    for (const text of ['{"inputs":7}', '{"inputs":{"a":[1,2],"b":7}}'])
      for (const to of ["mlflow:inputs", "tfserving:inputs"] as const)
        expect((await feed(whole(text), { to, head: 1 })).error).toMatchObject({ code: "E_OPTION" });
  });
});

describe("what stands behind the rows", () => {
  test("is read where it belongs to the output, and not where it does not", async () => {
    const text = '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[3]]},"params":{"x":1}}';
    expect((await feed(whole(text), { to: "azureml", head: 1 })).text).toContain('"params":{"x":1}');
    // broken behind the rows that are wanted
    const broken = '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[}';
    expect(await feed(whole(broken), { to: "csv", head: 2 })).toMatchObject({ text: "a\n1\n2\n", error: undefined });
    expect((await feed(whole(broken), { to: "azureml", head: 2 })).error?.code).toBe("E_BRACKET");
    expect((await feed(whole(broken), { to: "azureml", head: 2, fixed: true })).error).toBeUndefined();
    expect((await feed(whole(broken), { to: "csv", head: 3 })).error?.code).toBe("E_BRACKET");
  });

  test("are labels, which stay those of their rows", async () => {
    for (const text of [
      '{"dataframe_split":{"columns":["a"],"index":["p","q","r"],"data":[[1],[2],[3]]}}',
      '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[3]],"index":["p","q","r"]}}',
      '{"dataframe_split":{"data":[[1],[2],[3]],"index":["p","q","r"],"columns":["a"]}}',
    ])
      for (const engine of ["core", "reference"] as const) {
        const { text: out } = await feed(whole(text), { to: "azureml", skip: 1, head: 1, engine });
        expect(JSON.parse(out)).toEqual({ input_data: { columns: ["a"], index: ["q"], data: [[2]] } });
        const lines = await feed(whole(text), { to: "jsonl", index: "column:id", skip: 2, engine });
        expect(lines.text.replace(/"id":"r",|,"id":"r"/, "")).toBe('{"a":3}\n');
      }
  });
});

describe.each(["core", "reference"] as const)("rows of tensors without cells, %s", (engine) => {
  const out = async (text: string, options: Omit<SplitOptions, "engine">) => {
    const { text: bytes, error } = await feed(whole(text), { ...options, engine });
    return error ? error.code : JSON.parse(bytes);
  };

  test.each(["mlflow", "azureml", "tfserving"] as const)("are picked as others are, to %s", async (to) => {
    const key = to === "azureml" ? "input_data" : "inputs";
    const text = '{"inputs":{"x":[[],[],[]],"y":[[[]],[[]],[[]]],"z":[1,2,3]}}';
    expect(await out(text, { to, head: 2 })).toEqual({ [key]: { x: [[], []], y: [[[]], [[]]], z: [1, 2] } });
    expect(await out(text, { to, skip: 2 })).toEqual({ [key]: { x: [[]], y: [[[]]], z: [3] } });
    expect(await out(text, { to, skip: 3 })).toEqual({ [key]: { x: [], y: [], z: [] } });
  });

  test("have their shape beside them", async () => {
    const one = (found: { inputs: { data: unknown; shape: number[] }[] }) => found.inputs[0];
    for (const to of ["oip", "triton:tensor"] as const) {
      expect(one(await out('{"inputs":[[],[],[]]}', { to, head: 2 }))).toMatchObject({ shape: [2, 0] });
      expect(one(await out('{"inputs":[[],[]]}', { to, skip: 0 }))).toMatchObject({ shape: [2, 0] });
    }
    for (const text of ['{"inputs":[[],[]]}', '{"inputs":{"x":[[],[]]}}'])
      expect(await out(text, { from: "mlflow", to: "seldon:tensor" })).toEqual({ data: { tensor: { values: [], shape: [2, 0] } } });
  });
});
