// Frames whose cells are lists: lists in text, columns with a shape in batches, or with lists of any length; lists in Arrow.
import {
  DateMillisecond,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  List,
  makeData,
  Table,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { type Batch, type ReadOptions, readBatches, TransloadError, writeBatches } from "../../src/index.js";
import { crumbs, feed, whole } from "../support/feed.js";

const split =
  '{"dataframe_split":{"columns":["id","image","tags"],"data":[[1,[[1,2.5],[3,4]],["a","b"]],[2,null,["c","d\\n"]],[3,[[5,6],[7,-8]],["e",""]]]}}';
const records =
  '[{"id":1,"image":[[1,2.5],[3,4]],"tags":["a","b"]},{"id":2,"image":null,"tags":["c","d\\n"]},{"id":3,"image":[[5,6],[7,-8]],"tags":["e",""]}]';
const PARTS = ["core", "reference"] as const;

async function columnsOf(chunks: Iterable<Uint8Array>, options: ReadOptions = {}) {
  const found: unknown[] = [];
  for await (const { columns } of readBatches(chunks, options))
    found.push(
      columns.map(({ name, dtype, shape, values, valid, lists }) => ({
        name,
        dtype,
        shape,
        values: [...values],
        ...(valid && { valid: [...valid] }),
        // of one shape, that says it all
        ...(lists && shape.length === 0 && { lists: lists.map((own) => [[...own.offsets], ...(own.valid ? [[...own.valid]] : [])]) }),
      })),
    );
  return found;
}

async function refusal(input: string, options: ReadOptions = {}): Promise<string> {
  try {
    await columnsOf(whole(input), options);
  } catch (error) {
    if (error instanceof TransloadError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "none";
}

describe("lists in cells", () => {
  const expected = (dtype: string) => [
    [
      { name: "id", dtype, shape: [], values: [1, 2, 3] },
      {
        name: "image",
        dtype,
        shape: [],
        values: [1, 2.5, 3, 4, 5, 6, 7, -8],
        lists: [
          [
            [0, 2, 2, 4],
            [1, 0, 1],
          ],
          [[0, 2, 4, 6, 8]],
        ],
      },
      { name: "tags", dtype: "string", shape: [2], values: ["a", "b", "c", "d\n", "e", ""] },
    ],
  ];

  test.each([
    ["split", "mlflow", split],
    ["records", "mlflow1:records", records],
  ])("of %s are columns of a shape, by both engines, wherever they are cut", async (_, from, input) => {
    for (const engine of PARTS) {
      expect(await columnsOf(whole(input), { from, engine })).toEqual(expected("float64"));
      expect(await columnsOf(crumbs(input), { from, engine })).toEqual(expected("float64"));
      expect(await columnsOf(whole(input), { from, engine, dtype: "float32" })).toEqual(expected("float32"));
      const batches = (await columnsOf(crumbs(input), { from, engine, batchRows: 1, columns: ["image"] })) as [
        { shape: number[]; values: number[] },
      ][];
      expect(batches.map(([column]) => column.shape)).toEqual([[2, 2], [], [2, 2]]);
      expect(batches[2]?.[0].values).toEqual([5, 6, 7, -8]);
    }
  });

  test("keep whole numbers and their dtype", async () => {
    const exact = '{"dataframe_split":{"columns":["v"],"data":[[[9007199254740993,1]],[[2,3]]]}}';
    for (const engine of PARTS)
      expect(await columnsOf(whole(exact), { engine, dtype: { v: "int64" } })).toEqual([
        [{ name: "v", dtype: "int64", shape: [2], values: [9007199254740993n, 1n, 2n, 3n] }],
      ]);
  });

  test("have the dtype that a tensor of them would, and keep it", async () => {
    const frame = (...cells: string[]) => `{"dataframe_split":{"columns":["v"],"data":[${cells.map((cell) => `[${cell}]`).join(",")}]}}`;
    for (const engine of PARTS) {
      expect(await refusal(frame("[9007199254740993,1]"), { engine })).toMatch(/^E_RANGE row 0, column "v"/);
      expect(await columnsOf(whole(frame("[1,2]")), { engine, dtype: "infer" })).toMatchObject([[{ dtype: "int64" }]]);
      expect(await columnsOf(whole(frame("[true,false]")), { engine })).toMatchObject([[{ dtype: "bool", values: [1, 0] }]]);
      expect((await feed(whole(frame("[true,false]")), { to: "azureml", dtype: "int32", engine })).text).toContain("[[1,0]]");
      expect(await refusal(frame("[1,2]", '["a","b"]'), { engine, batchRows: 1 })).toMatch(
        /^E_DTYPE row 1, column "v": lists of string where those before are of float64/,
      );
      expect(await columnsOf(whole(frame('["é","a"]', "null")), { engine })).toMatchObject([
        [
          {
            dtype: "string",
            values: ["é", "a"],
            lists: [
              [
                [0, 2, 2],
                [1, 0],
              ],
            ],
          },
        ],
      ]);
      expect(await columnsOf(whole(frame("[null]", '["x"]')), { engine })).toMatchObject([
        [{ dtype: "string", values: ["", "x"], valid: [0, 1] }],
      ]);
      expect(await columnsOf(whole(frame('["2020-01-01"]', "null")), { engine, dtype: { v: "datetime64[D]" } })).toMatchObject([
        [
          {
            dtype: "datetime64[D]",
            values: [18262n],
            lists: [
              [
                [0, 1, 1],
                [1, 0],
              ],
            ],
          },
        ],
      ]);
      expect(await columnsOf(whole(frame('["AAAA"]', "null")), { engine, dtype: { v: "bytes" } })).toMatchObject([
        [
          {
            dtype: "bytes",
            values: [new Uint8Array(3)],
            lists: [
              [
                [0, 1, 1],
                [1, 0],
              ],
            ],
          },
        ],
      ]);
    }
  });

  test("are written as lists again, and cast", async () => {
    for (const engine of PARTS) {
      expect((await feed(whole(split), { to: "mlflow", dtype: { id: "int32", image: "float32" }, engine })).text).toBe(
        split.replace("[[1,2.5],[3,4]]", "[[1.0,2.5],[3.0,4.0]]").replace("[[5,6],[7,-8]]", "[[5.0,6.0],[7.0,-8.0]]"),
      );
      const { text } = await feed(whole(split), { to: "mlflow:records", dtype: { id: "int32", image: "int8" }, cast: "clip", engine });
      expect(JSON.parse(text)).toEqual({
        dataframe_records: [
          {
            id: 1,
            image: [
              [1, 2],
              [3, 4],
            ],
            tags: ["a", "b"],
          },
          { id: 2, image: null, tags: ["c", "d\n"] },
          {
            id: 3,
            image: [
              [5, 6],
              [7, -8],
            ],
            tags: ["e", ""],
          },
        ],
      });
    }
  });

  test("that are not as deep as others, or no lists, are refused with their row and column", async () => {
    for (const engine of PARTS) {
      const bad = (from: string, to: string) => refusal(split.replace(from, to), { engine });
      expect(await bad("[[5,6],[7,-8]]", "[[5,6],[7]]")).toBe("none");
      expect(await bad("[[5,6],[7,-8]]", "[5,6]")).toMatch(/^E_SHAPE row 2, column "image"/);
      expect(await bad("[[5,6],[7,-8]]", "7")).toMatch(/^E_DTYPE row [02]/);
      expect(await bad("[[5,6],[7,-8]]", '"x"')).toMatch(/^E_DTYPE row [02]/);
      expect(await bad("[[5,6],[7,-8]]", '{"a":1}')).toMatch(/^E_DTYPE row [02]/);
      expect(await bad("[[5,6],[7,-8]]", '[[5,6],[7,"x"]]')).toMatch(/^E_DTYPE row 2/);
      expect(await bad("[3,[[", "[[3],[[")).toMatch(/^E_DTYPE row 2, column "id"/);
      const one = { engine, batchRows: 1 };
      expect(await refusal(split.replace("[[5,6],[7,-8]]", "[[[5,6,7]]]"), one)).toMatch(/^E_SHAPE row 2, column "image"/);
    }
  });

  test("go into Arrow and Parquet and come back", async () => {
    const batches: Batch[] = [];
    for await (const batch of readBatches(whole(split), { dtype: "float32" })) batches.push(batch);
    const [batch] = batches as [Batch];
    const record = await batch.toArrow();
    expect(record.schema.fields.map(({ type }) => `${type}`)).toEqual(["Float32", "List<List<Float32>>", "List<Utf8>"]);
    expect(() => batch.tensor()).toThrow(/take its columns one by one/);
    for (const to of ["arrow", "arrows", "parquet"]) {
      const stream = writeBatches({ to });
      stream.end(batch);
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      expect(await columnsOf(parts, { from: to })).toEqual(expected("float32"));
    }
  });

  test("have one dtype, whatever a batch happens to hold", async () => {
    const rows = (...cells: string[]) => `${cells.map((cell) => `{"a":${cell}}`).join("\n")}\n`;
    for (const [cells, dtype] of [
      [["[1.5,2]", "[1,2]", "[3,4]"], "float64"],
      [['["x",null]', "[null,null]", '["y","z"]'], "string"],
      [["[true,false]", "[null,null]", "[true,true]"], "bool"],
    ] as const)
      for (const batchRows of [1, 2, 3]) {
        const found = await columnsOf(whole(rows(...cells)), { from: "jsonl", dtype: "infer", batchRows });
        expect(found.flat()).toMatchObject(found.map(() => ({ dtype, shape: [2] })));
      }
  });

  test("that are empty are no nulls, and may stand among nulls", async () => {
    const records = (...cells: string[]) => `{"dataframe_records":[${cells.map((cell) => `{"a":${cell},"b":1}`).join(",")}]}`;
    for (const engine of PARTS) {
      const printed = (await feed(whole(records("[]", "[]")), { to: "mlflow:split", dtype: "float64", engine })).text;
      expect(printed).toBe('{"dataframe_split":{"columns":["a","b"],"data":[[[],1.0],[[],1.0]]}}');
      for (const cells of [
        ["[]", "null", "[null,null]", "[1.5]"],
        ["[null,null]", "[]", "null"],
        ["[[],null,[null,2.5]]", "[]", "null"],
      ]) {
        const { text } = await feed(whole(records(...cells)), { to: "mlflow:split", dtype: "float64", engine });
        expect(text).toBe(`{"dataframe_split":{"columns":["a","b"],"data":[${cells.map((cell) => `[${cell},1.0]`).join(",")}]}}`);
      }
    }
    const many = `{"inputs":[[${Array(300_000).fill("[]").join(",")}]]}`;
    expect((await feed(whole(many), { to: "mlflow", dtype: "float64" })).text).toBe(many);
  });

  test("of any length in Arrow have a shape where it is one", async () => {
    const listsOf = (...rows: unknown[]) =>
      vectorFromArray(rows, new List(new Field("item", new List(new Field("item", new Int32(), true)), true)));
    const textsOf = (...rows: unknown[]) => vectorFromArray(rows, new List(new Field("item", new Utf8(), true)));
    const table = new Table({
      x: listsOf(
        [
          [1, 2, 3],
          [4, null, 6],
        ],
        null,
        [
          [7, 8, 9],
          [10, 11, 12],
        ],
      ),
      t: textsOf(["a", "b"], ["c", null], null),
    });
    for (const format of ["file", "stream"] as const)
      expect(await columnsOf([tableToIPC(table, format)], { from: format === "file" ? "arrow" : "arrows" })).toEqual([
        [
          {
            name: "x",
            dtype: "int32",
            shape: [],
            values: [1, 2, 3, 4, 0, 6, 7, 8, 9, 10, 11, 12],
            valid: [1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1],
            lists: [
              [
                [0, 2, 2, 4],
                [1, 0, 1],
              ],
              [[0, 3, 6, 9, 12]],
            ],
          },
          {
            name: "t",
            dtype: "string",
            shape: [],
            values: ["a", "b", "c", ""],
            valid: [1, 1, 1, 0],
            lists: [
              [
                [0, 2, 4, 4],
                [1, 1, 0],
              ],
            ],
          },
        ],
      ]);
    const read = (own: Vector) => columnsOf([tableToIPC(new Table({ x: own }), "stream")], { from: "arrows" });
    expect(await read(listsOf([[1]], [[1], [2]], [], [null]))).toMatchObject([
      [
        {
          shape: [],
          values: [1, 1, 2],
          lists: [
            [[0, 1, 3, 3, 4]],
            [
              [0, 1, 2, 3, 3],
              [1, 1, 1, 0],
            ],
          ],
        },
      ],
    ]);
    expect(await read(textsOf(null, null))).toMatchObject([
      [
        {
          dtype: "string",
          shape: [],
          values: [],
          lists: [
            [
              [0, 0, 0],
              [0, 0],
            ],
          ],
        },
      ],
    ]);
    expect(await read(listsOf([[1, 2]], [[3, 4]]))).toMatchObject([[{ shape: [1, 2], values: [1, 2, 3, 4] }]]);
    // a slice's buffers begin elsewhere
    const later = tableToIPC(table.slice(2, 3), "stream");
    const [batch] = (await columnsOf([later], { from: "arrows", columns: ["x"] })) as [unknown[]];
    expect(batch).toMatchObject([{ name: "x", values: [7, 8, 9, 10, 11, 12] }]);
  });

  test("that are null in Arrow are so whatever lies under them, and a list column of several keeps its name", async () => {
    const cells = makeData({ type: new Float32(), length: 4, nullCount: 0, data: Float32Array.of(1, 2, 3, 4) });
    const type = new FixedSizeList(2, new Field("item", new Float32(), true));
    const lists = makeData({ type, length: 2, nullCount: 1, nullBitmap: Uint8Array.of(0b01, 0, 0, 0, 0, 0, 0, 0), child: cells });
    const days = vectorFromArray([new Date(0), new Date(18262 * 86_400_000)], new DateMillisecond());
    const bytes = tableToIPC(new Table({ a: new Vector([lists]), day: days }), "stream");
    expect(await columnsOf([bytes], { from: "arrows" })).toEqual([
      [
        {
          name: "a",
          dtype: "float32",
          shape: [],
          values: [1, 2],
          lists: [
            [
              [0, 2, 2],
              [1, 0],
            ],
          ],
        },
        { name: "day", dtype: "datetime64[D]", shape: [], values: [0n, 18262n] },
      ],
    ]);
    expect(await columnsOf([bytes], { from: "arrows", columns: { z: "a" } })).toMatchObject([[{ name: "z", values: [1, 2] }]]);
  });
});
