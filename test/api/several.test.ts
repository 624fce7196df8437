// Several inputs as one payload: what they come to together is what one file with all of the rows comes to.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { FORMS, type Form } from "../../src/dialects/index.js";
import { type ConvertFileOptions, convertFile, readBatches, split, TransloadError, type Warning } from "../../src/index.js";
import { ROOT } from "../support/command-line.js";

const dir = mkdtempSync(join(tmpdir(), "transload-several-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const IRIS = join(ROOT, "data/iris.csv");
let made = 0;

/** A name in a folder of its own, so that nothing else is there. */
function fresh(name: string): string {
  const folder = join(dir, `${made++}`);
  mkdirSync(folder);
  return join(folder, name);
}

/** A file of this text. */
function file(name: string, text: string | Uint8Array): string {
  const path = fresh(name);
  writeFileSync(path, text);
  return path;
}

async function converted(sources: readonly (string | URL)[], options: ConvertFileOptions): Promise<string> {
  const target = fresh("out");
  await convertFile(sources, target, options);
  return readFileSync(target, "utf8");
}

async function refusal(sources: readonly string[], options: ConvertFileOptions): Promise<TransloadError> {
  const error = await converted(sources, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, "is refused").toBeInstanceOf(TransloadError);
  return error as TransloadError;
}

async function rowsOf(sources: string | readonly string[], options = {}): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { rowOffset, rowCount, columns } of readBatches(sources, options)) {
    expect(rowOffset).toBe(rows.length);
    for (let i = 0; i < rowCount; i++)
      rows.push(Object.fromEntries(columns.map(({ name, values, valid }) => [name, valid?.[i] === 0 ? null : values[i]])));
  }
  return rows;
}

const CSV = "a,b\n1,x\n2.50,y\n";
const SPLIT = '{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2.50,"y"]]}}';
const RECORDS = '{"dataframe_records":[{"a":1,"b":"x"},{"a":2.50,"b":"y"}]}';
const OIP =
  '{"inputs":[{"name":"a","shape":[2],"datatype":"FP64","data":[1,2.50]},{"name":"b","shape":[2],"datatype":"BYTES","data":["x","y"]}]}';
const LINES = '{"a":1,"b":"x"}\n{"a":2.50,"b":"y"}\n';
const NAMED = '{"input_data":{"a":[1,2.50],"b":["x","y"]}}';

describe("some of the rows and columns of several inputs are those of one file with all of them", () => {
  const rows = Array.from({ length: 9 }, (_, i) => [i, `t${i % 3}`, i / 2]);
  const csv = (part: readonly unknown[][]) => `a,b,c\n${part.map((row) => `${row}\n`).join("")}`;
  const whole = file("whole.csv", csv(rows));
  const parts = [
    file("one.csv", csv(rows.slice(0, 4))),
    file("two.json", JSON.stringify({ dataframe_split: { columns: ["a", "b", "c"], data: rows.slice(4, 6) } })),
    file(
      "three.jsonl",
      rows
        .slice(6)
        .map(([a, b, c]) => `${JSON.stringify({ a, b, c })}\n`)
        .join(""),
    ),
  ];
  const alike = [parts[0] as string, file("rest.csv", csv(rows.slice(4)))];
  const PICKS: readonly Partial<ConvertFileOptions>[] = [
    { head: 2 },
    { skip: 3, head: 4 },
    { skip: 8 },
    { head: 0 },
    { where: "b == 't1' && a > 1" },
    { where: "c >= 1", skip: 1, head: 3 },
    { sample: 4, seed: 7 },
    { columns: ["c", "a"] },
    { columns: { width: "c", name: "b" } },
    { drop: ["b"] },
    { drop: ["b"], head: 5, where: "a != 2" },
    { columns: { x: "a" }, skip: 2, head: 3 },
    { columns: ["b"], where: "c >= 1" },
    { columns: ["c", "b"], where: "a > 1", head: 3 },
  ];

  test.each(PICKS)("%j", async (picks) => {
    for (const to of ["jsonl", "csv", "mlflow:split", "mlflow:records"]) {
      const alone = fresh("alone");
      await convertFile(whole, alone, { to, ...picks });
      for (const sources of [parts, alike]) expect(await converted(sources, { to, ...picks }), to).toBe(readFileSync(alone, "utf8"));
    }
    expect(await rowsOf(parts, picks)).toEqual(await rowsOf(whole, picks));
  });

  test("with a binary file among them; which rows a condition or chance picks is refused there", async () => {
    const binary = fresh("rest.parquet");
    await convertFile(alike[1] as string, binary, { to: "parquet" });
    const sources = [alike[0] as string, binary];
    for (const picks of PICKS) {
      if (picks.where !== undefined || picks.sample !== undefined) {
        const error = await refusal(sources, { to: "parquet", ...picks });
        expect(error).toMatchObject({ code: "E_OPTION", detail: expect.stringMatching(/where and sample are of one binary file/) });
        continue;
      }
      const target = fresh("out.parquet");
      await convertFile(sources, target, { to: "parquet", ...picks });
      expect(await rowsOf(target), JSON.stringify(picks)).toEqual(await rowsOf(whole, { dtype: "infer", ...picks }));
    }
  });

  test("a condition on names that are given to what has none", async () => {
    const tensors = ['{"inputs":[[1,2],[3,4]]}', '{"inputs":[[5,6]]}'].map((text, i) => file(`${i}.json`, text));
    const nameless = file("nameless.json", '{"dataframe_split":{"data":[[7,8],[0,9]]}}');
    const picks = { columns: ["a", "b"], where: "a > 2" };
    expect(await converted(tensors, { to: "csv", ...picks })).toBe("a,b\n3,4\n5,6\n");
    expect(await converted([...tensors, nameless], { to: "csv", ...picks })).toBe("a,b\n3,4\n5,6\n7,8\n");
  });

  test("and of one that names its files", async () => {
    const own = await converted(alike, { to: "csv", fileColumn: "file", skip: 3, head: 2, columns: { x: "a" } });
    expect(own).toBe("file,x\none.csv,3\nrest.csv,4\n".replace(/(\w+\.csv)/g, (name) => alike.find((path) => path.endsWith(name)) ?? name));
  });
});

describe("text of several forms", () => {
  const files = [
    file("rows.csv", CSV),
    file("split.json", SPLIT),
    file("records.json", RECORDS),
    file("oip.json", OIP),
    file("rows.jsonl", LINES),
    file("named.json", NAMED),
    file("rows.tsv", CSV.replaceAll(",", "\t")),
    file("rows.csv.gz", gzipSync(CSV)),
  ];

  test.each(["csv", "mlflow:split", "mlflow:records", "jsonl", "tfserving:records", "oip", "azureml:split"])(
    "becomes %s as one file does that has all of the rows",
    async (to) => {
      const all = file("all.csv", `a,b\n${"1,x\n2.50,y\n".repeat(files.length)}`);
      const whole = fresh("whole");
      await convertFile(all, whole, { to });
      expect(await converted(files, { to })).toBe(readFileSync(whole, "utf8"));
    },
  );

  test("in any order, and any of them first", async () => {
    for (const first of files) {
      const others = files.filter((own) => own !== first);
      expect(await converted([first, ...others.reverse()], { to: "csv" }), basename(first)).toBe(
        `a,b\n${"1,x\n2.50,y\n".repeat(files.length)}`,
      );
    }
  });

  test("and binary files among them", async () => {
    const [parquet, arrow] = [fresh("rows.parquet"), fresh("rows.arrow")];
    await convertFile(file("rows.csv", CSV), parquet, { to: "parquet" });
    await convertFile(parquet, arrow, { to: "arrow" });
    expect(await converted([parquet, ...files, arrow], { to: "csv" })).toBe(
      `a,b\n1.0,x\n2.5,y\n${"1,x\n2.50,y\n".repeat(files.length)}1.0,x\n2.5,y\n`,
    );
    const all = fresh("all.parquet");
    await convertFile([parquet, ...files, arrow], all, { to: "parquet" });
    const pair = [
      { a: 1, b: "x" },
      { a: 2.5, b: "y" },
    ];
    expect(await rowsOf(all)).toEqual(Array.from({ length: files.length + 2 }, () => pair).flat());
    expect(await rowsOf([parquet, ...files, arrow])).toEqual(await rowsOf(all));
  });

  test("a dtype is told from the rows of all files", async () => {
    const [whole, text] = [file("whole.csv", "n\n1\n2\n"), file("text.json", '{"dataframe_records":[{"n":"x"}]}')];
    const target = fresh("all.parquet");
    await convertFile([whole, file("fraction.csv", "n\n0.5\n")], target, { to: "parquet" });
    expect(await rowsOf(target)).toEqual([{ n: 1 }, { n: 2 }, { n: 0.5 }]);
    await convertFile([whole, text], target, { to: "parquet" });
    expect(await rowsOf(target)).toEqual([{ n: "1" }, { n: "2" }, { n: "x" }]);
    await convertFile([whole, file("more.csv", "n\n3\n")], target, { to: "parquet" });
    expect(await rowsOf(target)).toEqual([{ n: 1n }, { n: 2n }, { n: 3n }]);
  });

  test("fields of csv files keep their text, quotes and line feeds among them", async () => {
    const one = file("one.csv", '"a b",c\nTrue,01\n"x\ny","p,q"\n');
    const other = file("other.csv", 'a b,c\n"say ""hi""",NA\n.5,+1\n');
    const whole = file("whole.csv", 'a b,c\nTrue,01\n"x\ny","p,q"\n"say ""hi""",NA\n.5,+1\n');
    expect(await converted([one, other], { to: "csv", na: [] })).toBe(readFileSync(whole, "utf8"));
    for (const to of ["csv", "mlflow", "parquet"])
      for (const options of [{}, { typing: "pandas" }, { na: ["True"] }, { text: ["c"] }] as const) {
        const alone = fresh("alone.json");
        await convertFile(whole, alone, { to, ...options });
        expect(await converted([one, other], { to, ...options }), to).toBe(readFileSync(alone, "utf8"));
      }
  });

  test("options of one form are those of files that all have it, by their names", async () => {
    const files = [file("one.csv", "made by hand\na;b\n1;'x;y'\n"), file("other.csv", "so was this\na;b\n# no row\n2;z\n")];
    const options = { skipLines: 1, comment: "#", delimiter: ";", quote: "'" };
    expect(await converted(files, { to: "jsonl", ...options })).toBe('{"a":1,"b":"x;y"}\n{"a":2,"b":"z"}\n');
    expect(await refusal([...files, file("split.json", SPLIT)], { to: "jsonl", ...options })).toMatchObject({ code: "E_OPTION" });
  });

  test("of another encoding", async () => {
    const wide = (text: string) => Buffer.from(text, "utf16le");
    const files = [file("one.json", wide(SPLIT)), file("two.csv", wide("b,a\nü,3\n")), file("three.json", wide(RECORDS))];
    expect(await converted(files, { to: "csv", encoding: "utf-16le" })).toBe("a,b\n1,x\n2.50,y\n3,ü\n1,x\n2.50,y\n");
  });

  test("csv files without names", async () => {
    const [one, other] = [file("one.csv", "1,2\n"), file("other.csv", "3,4\n")];
    expect(await converted([one, other], { to: "csv", header: false })).toBe("1,2\n3,4\n");
    expect(await converted([one, other], { to: "jsonl", header: false, columns: ["p", "q"] })).toBe('{"p":1,"q":2}\n{"p":3,"q":4}\n');
  });
});

describe("columns", () => {
  test("in another order are put into the first's, their cells as they stand", async () => {
    const [one, other] = [file("one.csv", CSV), file("other.csv", 'b,a\n"TRUE",03\n,NA\n')];
    expect(await converted([one, other], { to: "csv", na: [] })).toBe(`${CSV}03,TRUE\nNA,\n`);
    const json = file("other.json", '{"dataframe_split":{"columns":["b","a"],"data":[["z",1e3],[null,NaN]]}}');
    expect(await converted([file("one.json", SPLIT), json], { to: "mlflow" })).toBe(
      '{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2.50,"y"],[1e3,"z"],[NaN,null]]}}',
    );
    const binary = fresh("other.parquet");
    await convertFile(json, binary, { to: "parquet" });
    expect(await rowsOf([file("one.csv", CSV), binary])).toEqual([
      { a: 1, b: "x" },
      { a: 2.5, b: "y" },
      { a: 1000, b: "z" },
      { a: Number.NaN, b: null },
    ]);
  });

  test.each([
    ["csv", "c\n", "a,c\n1,x\n"],
    ["json", "", '{"dataframe_split":{"columns":["a","c"],"data":[[1,"x"]]}}'],
  ])("of another name are refused in %s, with the file and the column", async (ending, _, text) => {
    const other = file(`other.${ending}`, text);
    for (const first of [file("one.csv", CSV), file("one.json", SPLIT)]) {
      const error = await refusal([first, other], { to: "csv" });
      expect(error).toMatchObject({ code: "E_COLUMNS", file: other });
      expect(error.detail).toContain('"c"');
      expect(error.detail).toContain(first);
    }
  });

  test("that are missing are refused, or null where that is asked for", async () => {
    for (const other of [file("other.csv", "b\nz\n"), file("other.json", '{"dataframe_split":{"columns":["b"],"data":[["z"]]}}')]) {
      const files = [file("one.csv", CSV), other];
      const error = await refusal(files, { to: "mlflow:records" });
      expect(error).toMatchObject({ code: "E_COLUMNS", file: other });
      expect(error.detail).toContain('"a"');
      expect(await converted(files, { to: "mlflow:records", missing: "null" })).toBe(
        '{"dataframe_records":[{"a":1,"b":"x"},{"a":2.50,"b":"y"},{"a":null,"b":"z"}]}',
      );
    }
  });

  test("of records are all keys of all records, as in one file", async () => {
    const [one, other] = [file("one.jsonl", '{"a":1}\n{"b":2}\n'), file("other.json", '{"dataframe_records":[{"c":3,"a":4}]}')];
    const whole = file("whole.jsonl", '{"a":1}\n{"b":2}\n{"c":3,"a":4}\n');
    for (const to of ["jsonl", "csv", "mlflow:split", "oip"]) {
      const alone = fresh("alone");
      await convertFile(whole, alone, { to });
      expect(await converted([one, other], { to }), to).toBe(readFileSync(alone, "utf8"));
    }
  });

  test("of a tensor get names by asking", async () => {
    const [rows, tensor] = [
      file("rows.json", SPLIT.replaceAll('"x"', "5").replaceAll('"y"', "6")),
      file("tensor.json", '{"inputs":[[7,8]]}'),
    ];
    expect(await refusal([rows, tensor], { to: "csv" })).toMatchObject({ code: "E_FORM", file: tensor });
    expect(await converted([rows, tensor], { to: "csv", columns: ["a", "b"] })).toBe("a,b\n1,5\n2.50,6\n7,8\n");
  });
});

describe("tensors", () => {
  test("are put together along their first dimension", async () => {
    const [one, other] = [file("one.json", '{"inputs":[[1.0,2],[3,4]]}'), file("other.json", '{"instances":[ [5,6] ]}')];
    expect(JSON.parse(await converted([one, other], { to: "tfserving" }))).toEqual({
      inputs: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    });
    expect(
      await converted([file("a.json", '{"inputs":[1.0,2]}'), file("b.json", '{"inputs":[]}'), file("c.json", '{"inputs":[3]}')], {
        to: "mlflow",
      }),
    ).toBe('{"inputs":[1.0,2,3]}');
    const npy = fresh("other.npy");
    await convertFile(other, npy, { to: "npy", dtype: "float64" });
    const target = fresh("all.npy");
    await convertFile([npy, one], target, { to: "npy" });
    const shapes: unknown[] = [];
    for await (const batch of readBatches(target, { batchRows: 1 }))
      shapes.push([batch.shape, [...(batch.column("").values as Float64Array)]]);
    expect(shapes).toEqual([
      [
        [1, 2],
        [5, 6],
      ],
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  test("of another shape are refused, with the file and the row in it", async () => {
    const [one, other] = [file("one.json", '{"inputs":[[1,2],[3,4]]}'), file("other.json", '{"inputs":[[1,2,3]]}')];
    expect(await refusal([one, other], { to: "mlflow" })).toMatchObject({ code: "E_RAGGED", file: other, row: 0 });
  });

  test("a single value has no rows", async () => {
    const scalar = file("scalar.json", '{"inputs":5}');
    expect(await refusal([file("one.json", '{"inputs":[1]}'), scalar], { to: "mlflow" })).toMatchObject({ code: "E_FORM", file: scalar });
  });
});

describe("what stands beside the rows", () => {
  const labelled = (labels: string) => `{"dataframe_split":{"index":[${labels}],"columns":["a"],"data":[[1],[2]]}}`;

  test("labels go along, one behind the other", async () => {
    const files = [file("one.json", labelled('"p", "q"')), file("other.json", labelled("7,8"))];
    expect(await converted(files, { to: "mlflow" })).toBe(
      '{"dataframe_split":{"columns":["a"],"data":[[1],[2],[1],[2]],"index":["p", "q",7,8]}}',
    );
    expect(await converted(files, { to: "csv", index: "column:key" })).toBe("key,a\np,1\nq,2\n7,1\n8,2\n");
    expect(await converted(files, { to: "mlflow", index: "generate" })).toContain('"index":[0,1,2,3]');
    expect(await converted(files, { to: "mlflow", index: "drop" })).not.toContain("index");
  });

  test("labels that some have are refused", async () => {
    const files = [file("one.csv", "a\n1\n"), file("other.json", labelled("7,8"))];
    expect(await refusal(files, { to: "mlflow" })).toMatchObject({ code: "E_INDEX", file: files[1] });
    expect(await converted(files, { to: "csv", index: "drop" })).toBe("a\n1\n1\n2\n");
  });

  test("parameters are those of all, or refused", async () => {
    const with7 = (own: string) => file("own.json", `{"params":{"seed":7},${own.slice(1)}`);
    expect(await converted([with7(SPLIT), with7(RECORDS)], { to: "azureml:split" })).toContain('"params":{"seed":7}');
    const other = file("other.json", `{"params":{"seed":8},${SPLIT.slice(1)}`);
    expect(await refusal([with7(SPLIT), other], { to: "mlflow" })).toMatchObject({ code: "E_AMBIGUOUS", file: other });
    const bare = file("bare.json", SPLIT);
    expect(await refusal([with7(SPLIT), bare], { to: "mlflow" })).toMatchObject({ code: "E_AMBIGUOUS", file: bare });
  });

  test("a warning is told once", async () => {
    const warnings: Warning[] = [];
    const files = [file("one.json", labelled("1,2")), file("other.json", labelled("3,4"))];
    await converted(files, { to: "csv", onWarning: (warning) => warnings.push(warning) });
    expect(warnings.map(({ code }) => code)).toEqual(["W_INDEX"]);
  });
});

describe("the column of the file's name", () => {
  const one = file("one.csv", CSV);

  test("stands before the others", async () => {
    const split = file("a b.json", SPLIT);
    expect(await converted([one, split], { to: "csv", fileColumn: "file" })).toBe(
      `file,a,b\n${one},1,x\n${one},2.50,y\n${split},1,x\n${split},2.50,y\n`,
    );
    const other = file("with,comma.csv", 'a,b\n"p\nq",2\n');
    expect(await converted([one, other], { to: "csv", fileColumn: "the file" })).toBe(
      `the file,a,b\n${one},1,x\n${one},2.50,y\n"${other}","p\nq",2\n`,
    );
    expect(await converted([file("1.jsonl", "{}\n"), file("2.jsonl", '{"a":1}\n')], { to: "jsonl", fileColumn: "f" })).toMatch(
      /^{"f":"[^"]*1\.jsonl"}\n{"f":"[^"]*2\.jsonl","a":1}\n$/,
    );
  });

  test("is there in batches, and in binary files", async () => {
    const binary = fresh("rows.parquet");
    await convertFile(one, binary, { to: "parquet" });
    const rows = [one, binary].flatMap((f) => [
      { f, a: 1, b: "x" },
      { f, a: 2.5, b: "y" },
    ]);
    expect(await rowsOf([one, binary], { fileColumn: "f" })).toEqual(rows);
    expect(await rowsOf([one, one.replace("one.csv", "./one.csv")].slice(0, 1), { fileColumn: "f" })).toEqual(rows.slice(0, 2));
    const target = fresh("all.parquet");
    await convertFile([one, binary], target, { to: "parquet", fileColumn: "f" });
    expect(await rowsOf(target)).toEqual(rows);
  });

  test("stands where it is asked for among the columns, once", async () => {
    const split = file("one.json", SPLIT);
    const binary = fresh("one.parquet");
    await convertFile(one, binary, { to: "parquet" });
    for (const own of [one, split, file("one.jsonl", LINES), binary]) {
      expect(await converted([own], { to: "csv", fileColumn: "f", columns: ["b", "f"] })).toBe(`b,f\nx,${own}\ny,${own}\n`);
      expect(await converted([own], { to: "csv", fileColumn: "f", columns: { of: "f", b: "b" } })).toBe(`of,b\n${own},x\n${own},y\n`);
      expect(await rowsOf([own], { fileColumn: "f", columns: ["b", "f"] })).toEqual([
        { b: "x", f: own },
        { b: "y", f: own },
      ]);
    }
    const target = fresh("all.parquet");
    await convertFile([one, binary], target, { to: "parquet", fileColumn: "f", columns: ["b", "f"], head: 1 });
    expect(Object.keys((await rowsOf(target))[0] ?? {})).toEqual(["b", "f"]);
  });

  test("is refused where there is a column of its name", async () => {
    for (const own of [one, file("one.json", SPLIT), file("one.jsonl", LINES)])
      expect(await refusal([own], { to: "jsonl", fileColumn: "b" })).toMatchObject({ code: "E_DUPLICATE", file: own });
    expect(await refusal([one], { to: "csv", fileColumn: "f", columns: { f: "b" } })).toMatchObject({ code: "E_DUPLICATE" });
  });
});

describe("an error names the file, and the place in it", () => {
  test("of its text", async () => {
    const bad = file("bad.json", '{"dataframe_split":{"columns":["a","b"],\n"data":[[1,2],[3 4]]}}');
    expect(await refusal([file("one.csv", CSV), bad], { to: "csv" })).toMatchObject({ code: "E_SYNTAX", file: bad, line: 2, column: 18 });
    const empty = file("empty.csv", "");
    expect(await refusal([file("one.csv", CSV), empty], { to: "csv" })).toMatchObject({ code: "E_EMPTY", file: empty });
  });

  test("of a cell that its dtype does not hold", async () => {
    const [one, other] = [file("one.csv", "a\n1\n2\n3\n"), file("other.csv", "a\n4\n500\n")];
    for (const to of ["mlflow", "parquet"]) {
      const error = await refusal([one, other], { to, dtype: { a: "int8" } });
      expect(error).toMatchObject({ code: "E_RANGE", file: other, row: 1, offset: undefined });
      expect(error.message).not.toContain("row 4");
    }
  });

  test("of a target that takes no null", async () => {
    const [one, other] = [file("one.json", '{"inputs":[[1],[2]]}'), file("other.json", '{"inputs":[[3],[null]]}')];
    expect(await refusal([one, other], { to: "tfserving" })).toMatchObject({ code: "E_NULL", file: other });
  });
});

describe("dtypes of binary files", () => {
  async function binary(name: string, text: string, dtype: ConvertFileOptions["dtype"]): Promise<string> {
    const path = fresh(name);
    await convertFile(file("own.csv", text), path, { to: "parquet", ...(dtype && { dtype }) });
    return path;
  }

  test("are widened to what holds all of their numbers", async () => {
    const files = [await binary("one.parquet", "a\n1\n", { a: "int8" }), await binary("two.parquet", "a\n70000\n", { a: "int32" })];
    expect(await rowsOf(files)).toEqual([{ a: 1 }, { a: 70000 }]);
    for await (const { columns } of readBatches(files)) expect(columns[0]?.dtype).toBe("int32");
  });

  test("that no dtype holds together are refused, with the file and the column", async () => {
    const [one, other] = [await binary("one.parquet", "a\n1\n", undefined), await binary("two.parquet", "a\n0.5\n", undefined)];
    const error = await refusal([one, other], { to: "parquet" });
    expect(error).toMatchObject({ code: "E_DTYPE", file: other });
    expect(error.detail).toContain('"a"');
    expect(await rowsOf([one, other], { dtype: { a: "float64" } })).toEqual([{ a: 1 }, { a: 0.5 }]);
  });

  test("are what text beside them is read as", async () => {
    const files = [
      file("one.csv", "a,t\n1,2026-01-31\n"),
      await binary("two.parquet", "a,t\n2,2026-02-01\n", { a: "int16", t: "datetime64[D]" }),
    ];
    for await (const { columns } of readBatches(files)) expect(columns.map(({ dtype }) => dtype)).toEqual(["int16", "datetime64[D]"]);
    const bad = file("bad.csv", "a,t\n1,2026-01-31\n40000,2026-01-31\n");
    const error = await rowsOf([files[1] as string, bad]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "E_RANGE", file: bad, row: 1 });
  });
});

// ---- pieces back into one

/** What `transload convert -o 'part-{000}.json'` makes: pieces, and their manifest. */
async function pieced(source: string, to: string): Promise<string> {
  const manifest = fresh("manifest.json");
  const entries: object[] = [];
  for await (const piece of split(source, { to, maxRows: 40 })) {
    const parts: Uint8Array[] = [];
    for await (const bytes of piece) parts.push(Uint8Array.from(bytes));
    const bytes = Buffer.concat(parts);
    const name = `part-${piece.number}.json`;
    writeFileSync(join(manifest, "..", name), bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    entries.push({ piece: name, rows: piece.rows, firstRow: piece.firstRow, bytes: bytes.length, sha256 });
  }
  writeFileSync(manifest, JSON.stringify(entries));
  return manifest;
}

const layoutsOf = ({ layouts }: Form) => layouts[0] as string;
/** Rows are cut of these; columns have no place between two rows. */
const CUT = FORMS.filter(
  (form) => ["frame", "records", "delimited", "lines", "ndarray", "features"].includes(layoutsOf(form)) && !form.lists,
);

describe("pieces back into one", () => {
  const numbers = file("numbers.csv", `p,q\n${Array.from({ length: 100 }, (_, i) => `${i}.50,${i}`).join("\n")}\n`);

  test.each(CUT.map(({ id }) => id))("%s: the bytes of what was not cut", async (id) => {
    const source = id.startsWith("sagemaker") ? numbers : IRIS;
    const whole = fresh("whole");
    await convertFile(source, whole, { to: id });
    expect(await converted([await pieced(source, id)], { from: id, to: id }), id).toBe(readFileSync(whole, "utf8"));
  });

  test.each(["mlflow:inputs", "tfserving:instances", "oip:tensor", "seldon:tensor"])("%s: the bytes of what was not cut", async (id) => {
    const tensor = file("tensor.json", JSON.stringify({ inputs: Array.from({ length: 100 }, (_, i) => [i, i + 0.5]) }));
    const whole = fresh("whole");
    await convertFile(tensor, whole, { to: id });
    expect(await converted([await pieced(tensor, id)], { to: id }), id).toBe(readFileSync(whole, "utf8"));
  });

  test("a folder is its manifest, where it has one", async () => {
    const manifest = await pieced(IRIS, "mlflow");
    writeFileSync(join(manifest, "..", "stale.json"), "{}");
    expect(await converted([join(manifest, "..")], { to: "csv" })).toBe(readFileSync(IRIS, "utf8"));
  });

  test("a piece that is another is refused by its name", async () => {
    const manifest = await pieced(IRIS, "mlflow");
    const piece = join(manifest, "..", "part-1.json");
    const bytes = readFileSync(piece);
    for (const [at, mask] of [
      [bytes.indexOf("5.") + 2, 1],
      [bytes.length - 1, 0x40],
    ] as const) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] as number) ^ mask;
      writeFileSync(piece, flipped);
      expect((await refusal([manifest], { to: "csv" })).toJSON(), `${at}`).toMatchObject({
        message: expect.stringMatching(/part-1\.json|/),
        code: expect.stringMatching(/^E_/),
      });
      const error = await refusal([manifest], { to: "csv" });
      expect(`${error.file} ${error.message}`).toContain("part-1.json");
    }
    writeFileSync(piece, `${bytes} `);
    expect(await refusal([manifest], { to: "csv" })).toMatchObject({ code: "E_READ", message: expect.stringContaining("part-1.json") });
    rmSync(piece);
    expect(await refusal([manifest], { to: "csv" })).toMatchObject({ code: "E_READ", message: expect.stringContaining("part-1.json") });
  });

  test("a list that is no manifest is a payload like others", async () => {
    const table = file("manifest.json", '[{"piece":"x","rows":1}]');
    expect(await converted([table], { to: "jsonl" })).toBe('{"piece":"x","rows":1}\n');
  });

  test("a manifest that misses a piece is refused", async () => {
    const manifest = await pieced(IRIS, "mlflow");
    const entries = JSON.parse(readFileSync(manifest, "utf8")) as object[];
    writeFileSync(manifest, JSON.stringify(entries.toSpliced(1, 1)));
    expect(await refusal([manifest], { to: "csv" })).toMatchObject({ code: "E_READ", message: expect.stringContaining("row 40 is due") });
    writeFileSync(manifest, JSON.stringify([{ ...entries[0], piece: "../part-0.json" }]));
    expect(await refusal([manifest], { to: "csv" })).toMatchObject({ code: "E_READ" });
  });
});

describe("payloads one behind the other", () => {
  const lines = `${SPLIT}\n${RECORDS}\n${OIP}\n`;

  test("are read as such", async () => {
    const all = "a,b\n1,x\n2.50,y\n1,x\n2.50,y\n1,x\n2.50,y\n";
    for (const [name, text] of [
      ["put.json", `${SPLIT}${RECORDS}\r\n ${OIP}`],
      ["lines.jsonl", lines],
      ["lines.json", lines],
    ] as const)
      expect(await converted([file(name, text)], { to: "csv" }), name).toBe(all);
    expect(await converted([file("lines.jsonl", lines), file("rows.csv", CSV)], { to: "csv" })).toBe(`${all}1,x\n2.50,y\n`);
  });

  test("-f jsonl says that lines are records", async () => {
    const table = file("lines.jsonl", '{"inputs":[1,2]}\n{"inputs":[3,4]}\n');
    expect(await converted([table], { from: "jsonl", to: "jsonl" })).toBe('{"inputs":[1,2]}\n{"inputs":[3,4]}\n');
  });

  test("lines with other columns are a table", async () => {
    for (const text of ['{"inputs":[1],"id":7}\n', '{"data":[1]}\n', '{"index":1,"x":2}\n', '{"instances":5}\n'])
      expect(await converted([file("lines.jsonl", text)], { to: "jsonl" }), text).toBe(text);
  });

  test("an error has its place in the file", async () => {
    const bad = file("bad.json", `${SPLIT}\n${RECORDS} {"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2 "y"]]}}`);
    const text = readFileSync(bad, "utf8");
    const at = text.indexOf('2 "y"') + 2;
    expect(await refusal([bad], { to: "csv" })).toMatchObject({
      code: "E_SYNTAX",
      file: bad,
      offset: at,
      line: 2,
      column: at - text.indexOf("\n"),
    });
  });
});

describe("what is called", () => {
  test("twice is refused", async () => {
    const one = file("one.csv", CSV);
    expect(await refusal([one, join(one, "..", ".", "one.csv")], { to: "csv" })).toMatchObject({ code: "E_OPTION" });
  });

  test("and is the target, too, is refused", async () => {
    const one = file("one.csv", CSV);
    await expect(convertFile([file("other.csv", CSV), one], one, { to: "csv" })).rejects.toMatchObject({ code: "E_OPTION" });
    expect(readFileSync(one, "utf8")).toBe(CSV);
  });

  test("by a pattern or a folder comes in the order of its names", async () => {
    const b = file("b.csv", "a\n2\n");
    const folder = join(b, "..");
    writeFileSync(join(folder, "a.csv"), "a\n1\n");
    writeFileSync(join(folder, ".hidden.csv"), "x\n");
    writeFileSync(join(folder, "_SUCCESS"), "");
    expect(await converted([folder], { to: "csv" })).toBe("a\n1\n2\n");
    expect(await converted([join(folder, "*.csv")], { to: "csv" })).toBe("a\n1\n2\n");
    expect(await converted([join(folder, "[b].csv"), join(folder, "a*")], { to: "csv" })).toBe("a\n2\n1\n");
    expect(await refusal([join(folder, "*.json")], { to: "csv" })).toMatchObject({ code: "E_READ" });
    writeFileSync(join(folder, "read.me"), "hello");
    expect(await refusal([folder], { to: "csv" })).toMatchObject({ code: "E_FORM", file: join(folder, "read.me") });
    rmSync(join(folder, "read.me"));
    mkdirSync(join(folder, "deeper"));
    expect(await refusal([folder], { to: "csv" })).toMatchObject({ code: "E_READ", message: expect.stringContaining("deeper") });
  });

  test("by a name with a star in it is that file, where it is there", async () => {
    const star = file("a*.csv", "a\n1\n");
    writeFileSync(join(star, "..", "ab.csv"), "a\n2\n");
    expect(await converted([star], { to: "csv" })).toBe("a\n1\n");
  });

  test("and changes while it is read is refused", async () => {
    const [one, other] = [file("one.csv", CSV), file("other.csv", CSV)];
    const target = fresh("out.csv");
    let told = false;
    const onProgress = () => {
      if (!told) writeFileSync(one, `${CSV}3,z\n`);
      told = true;
    };
    await expect(convertFile([one, other], target, { to: "csv", onProgress })).rejects.toMatchObject({ code: "E_READ" });
  });

  test("none at all is refused", async () => {
    const folder = join(fresh("x"), "..");
    expect(await refusal([folder], { to: "csv" })).toMatchObject({ code: "E_READ" });
  });
});

test("several are cut into pieces as one is", async () => {
  const files = [file("one.csv", CSV), file("two.json", SPLIT)];
  const pieces: string[] = [];
  for await (const piece of split(files, { to: "jsonl", maxRows: 3 })) {
    let text = "";
    for await (const bytes of piece) text += Buffer.from(bytes).toString();
    pieces.push(text);
  }
  expect(pieces).toEqual([`${LINES}{"a":1,"b":"x"}\n`, '{"a":2.50,"b":"y"}\n']);
});
