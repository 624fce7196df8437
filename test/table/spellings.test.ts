// Numbers that JSON does not spell so (.5, 01, +1, inf), and words for true and false: what they are depends on who asks.
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches } from "../../src/index.js";
import { collect, crumbs, feed, whole } from "../support/feed.js";

const ENGINES = ["core", "reference"] as const;

async function converted(csv: string, options: ConvertOptions): Promise<string> {
  const { text, error } = await feed(whole(csv), { from: "csv", ...options });
  const again = await feed(crumbs(csv), { from: "csv", ...options });
  expect(again.error?.message ?? again.text).toBe(error?.message ?? text);
  return error ? `${error.code} ${error.detail}` : text;
}

async function columnsOf(csv: string, options: object): Promise<Record<string, { dtype: string; values: unknown[] }>> {
  const found: Record<string, { dtype: string; values: unknown[] }> = {};
  for (const { columns } of await collect(whole(csv), { from: "csv", ...options }))
    for (const { name, dtype, values } of columns) {
      found[name] ??= { dtype, values: [] };
      found[name].values.push(...(values as ArrayLike<unknown> as unknown[]));
    }
  return found;
}

describe.each(ENGINES)("infinities as programs write them, %s", (engine) => {
  const words = ["inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity"];

  test("are numbers in every text", async () => {
    const csv = `x\n${words.join("\n")}\n`;
    const rows = words.map((word) => `[${word.startsWith("-") ? "-" : ""}Infinity]`);
    expect(await converted(csv, { to: "mlflow", engine })).toBe(`{"dataframe_split":{"columns":["x"],"data":[${rows}]}}`);
    expect(await converted(csv, { to: "mlflow", engine, nan: "null" })).toContain("[[null],[null]");
    expect(await converted(csv, { to: "mlflow", engine, nan: "error" })).toMatch(/^E_NAN row 0, column "x"/);
    expect(await converted(csv, { to: "csv", engine })).toBe(csv);
  });

  test("are text where the column is", async () => {
    expect(await converted("x\ninf\n", { to: "mlflow", engine, text: ["x"] })).toContain('[["inf"]]');
  });

  test("other words that look like them are text", async () => {
    for (const word of ["INF", "infinity", "in", "info", "Infinite", "- inf", "--inf", "+-inf"])
      expect(await converted(`x\n${word}\n`, { to: "mlflow", engine })).toContain(`[[${JSON.stringify(word)}]]`);
  });

  test("what csv is written with is read back", async () => {
    const json = '{"dataframe_split":{"columns":["x"],"data":[[Infinity],[-Infinity],[1.5]]}}';
    const { text: csv } = await feed(whole(json), { to: "csv", engine });
    expect(await converted(csv, { to: "mlflow", engine })).toBe(json);
  });
});

describe.each(ENGINES)("numbers in other spellings than JSON's, %s", (engine) => {
  const csv = "a,b,c\n.5,007,+1\n-.25, 12,5.\n1e3,0,INF\n";

  test("are text to text", async () => {
    expect(await converted(csv, { to: "mlflow", engine })).toBe(
      '{"dataframe_split":{"columns":["a","b","c"],"data":[[".5","007","+1"],["-.25"," 12","5."],[1e3,0,"INF"]]}}',
    );
    expect(await converted(csv, { to: "csv", engine })).toBe(csv);
  });

  test("are numbers where their dtype is asked for", async () => {
    const dtype = { a: "float64", b: "int16", c: "float32" } as const;
    const found = await columnsOf(csv, { dtype, engine });
    expect(found).toEqual({
      a: { dtype: "float64", values: [0.5, -0.25, 1000] },
      b: { dtype: "int16", values: [7, 12, 0] },
      c: { dtype: "float32", values: [1, 5, Number.POSITIVE_INFINITY] },
    });
    const all = await columnsOf(csv, { dtype: "float64", engine });
    expect(Object.values(all).map(({ dtype }) => dtype)).toEqual(["float64", "float64", "float64"]);
    expect(await converted(csv, { to: "mlflow", engine, dtype })).toBe(
      '{"dataframe_split":{"columns":["a","b","c"],"data":[[0.5,7,1.0],[-0.25,12,5.0],[1000.0,0,Infinity]]}}',
    );
  });

  test("are refused where they do not fit what is asked for, as they stand", async () => {
    for (const cell of [".5", "007.5", "inf", "99999"])
      expect(await converted(`a\n${cell}\n`, { to: "azureml", engine, dtype: { a: "int16" } })).toMatch(/^E_RANGE /);
    expect(await converted("a\n1,\nx\n".replace(",", ""), { to: "azureml", engine, dtype: { a: "float64" } })).toMatch(/^E_DTYPE /);
  });

  test("are what they were where text is asked for, as are words for true", async () => {
    const found = await columnsOf("a,b\n01,TRUE\n.5,no\n", { dtype: { a: "string", b: "string" }, engine });
    expect(found).toEqual({ a: { dtype: "string", values: ["01", ".5"] }, b: { dtype: "string", values: ["TRUE", "no"] } });
  });
});

describe("a column that nobody named", () => {
  const dtypesOf = async (csv: string) => {
    const found = await columnsOf(csv, { dtype: "infer" });
    return Object.values(found).map(({ dtype, values }) => [dtype, ...values]);
  };

  test("of numbers that begin with their point, or with infinities, is float64", async () => {
    expect(await dtypesOf("a\n.097\n-.25\n")).toEqual([["float64", 0.097, -0.25]]);
    expect(await dtypesOf("a\n1\ninf\n")).toEqual([["float64", 1, Number.POSITIVE_INFINITY]]);
    expect(await dtypesOf("a\ninf\n-Inf\n")).toEqual([["float64", Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]]);
  });

  test("keeps its zeros, signs and spaces: it may be of codes", async () => {
    for (const cell of ["01", "+1", " 1", "5.", "INF"]) expect(await dtypesOf(`a\n12\n${cell}\n`)).toEqual([["string", "12", cell]]);
  });

  test("of text has what looks like a number as it stands", async () => {
    expect(await dtypesOf("a\n.5\nx\ninf\nTRUE\n")).toEqual([["string", ".5", "x", "inf", "TRUE"]]);
  });

  test("is widened when they come late", async () => {
    for (const [late, dtype] of [
      [".5", "float64"],
      ["-inf", "float64"],
      ["007", "string"],
    ] as const) {
      const csv = `a,b\n${"1,2\n".repeat(30_000)}${late},3\n`;
      const parquet = convert({ from: "csv", to: "parquet" });
      parquet.end(csv);
      const dtypes = new Set<string>();
      for await (const { columns } of readBatches(Buffer.concat(await parquet.toArray()))) dtypes.add(columns.map((c) => c.dtype).join());
      expect([...dtypes]).toEqual([`${dtype},int64`]);
    }
  });
});

test("csv to csv keeps a word for true as it stands, JSON has one spelling for it", async () => {
  const csv = "zip,city\n1,TRUE\n2,Oslo\n3,True\n4,false\n";
  for (const engine of ENGINES) {
    expect(await converted(csv, { to: "csv", engine })).toBe(csv);
    expect(await converted(csv, { to: "tsv", engine })).toBe(csv.replaceAll(",", "\t"));
    expect(await converted(csv, { to: "mlflow", engine })).toContain('[[1,true],[2,"Oslo"],[3,true],[4,false]]');
  }
});
