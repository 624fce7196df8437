// Delimited files with lines before their header, comments and escapes: read as csv-parse reads them, in both engines, cut anywhere.
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, inspect, readBatches, split } from "../../src/index.js";
import { ExoticLines } from "../../src/io/exotic-lines.js";
import { columnsOf, crumbs, cut, feed, halves, placeOf, whole } from "../support/feed.js";

const EXOTIC = { skipLines: 2, comment: "#", escape: "\\" } as const;

/** What is left of chunks. */
function left(chunks: readonly Uint8Array[], exotic: ConstructorParameters<typeof ExoticLines>[0]): string {
  const lines = new ExoticLines(exotic);
  return Buffer.concat(chunks.map((chunk) => Buffer.from(lines.push(chunk)))).toString();
}

/** A field as it is written, quoted or not. */
const field = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "\\", " ", "ü"), minLength: 1, maxLength: 4 }),
  fc
    .string({ unit: fc.constantFrom("a", ",", "#", "\n", "\r\n", '"', "\\", "ü"), maxLength: 6 })
    .map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`),
);
const row = fc.array(field, { minLength: 2, maxLength: 3 }).map((fields) => fields.join(","));
const comment = fc.string({ unit: fc.constantFrom("a", '"', "#", ",", "\\"), maxLength: 5 }).map((text) => `#${text}`);
const file = fc.tuple(
  fc.array(fc.oneof({ weight: 3, arbitrary: row }, comment, fc.constant("")), { maxLength: 8 }),
  fc.constantFrom("\n", "\r\n", "\r"),
);

describe("what is left", () => {
  test("is what csv-parse makes of all of it, cut anywhere", () => {
    let compared = 0;
    fc.assert(
      fc.property(file, fc.array(fc.nat(60), { maxLength: 4 }), ([lines, end], places) => {
        const text = lines.map((line) => line + end).join("");
        const plain = { relax_column_count: true, skip_empty_lines: true, record_delimiter: ["\r\n", "\n", "\r"] };
        const expected = parse(text, { ...plain, comment: "#", comment_no_infix: true, escape: "\\" });
        const found = left(whole(text), { comment: "#", escape: "\\" });
        expect(parse(found, plain)).toEqual(expected);
        for (const chunks of [crumbs(text), cut(text, places)]) expect(left(chunks, { comment: "#", escape: "\\" })).toBe(found);
        compared += expected.length;
      }),
    );
    expect(compared).toBeGreaterThan(100);
  });

  test.each([
    ['x"y\r\n\r\na,b\r\n', "\r\n\r\na,b\r\n"],
    ["x\ry\ra,b\r", "\r\ra,b\r"],
    ["\ufeffx\n# c\na,b\n", "\ufeff\n\na,b\n"],
    ["x\n", "\n"],
    ["x\ny\n#c\na#,#b\n1,#", "\n\n\na#,#b\n1,#"],
  ])("of %j keeps the ends of lines", (text, expected) => {
    for (const chunks of [whole(text), crumbs(text)]) expect(left(chunks, { skipLines: 2, comment: "#" })).toBe(expected);
  });

  test("is the chunk itself once the lines before the header are over", () => {
    const lines = new ExoticLines({ skipLines: 1 });
    lines.push(Buffer.from("x\n"));
    const chunk = Buffer.from("a,b\n");
    expect(lines.push(chunk)).toBe(chunk);
  });
});

const TEXT = 'made by hand\n"\na,b\n# "none\n1,"x \\"y\\" \\\\ z"\n#\n2,"\n# text"\n';
const LINES = '{"a":1,"b":"x \\"y\\" \\\\ z"}\n{"a":2,"b":"\\n# text"}\n';

describe.each(["core", "reference"] as const)("the %s engine", (engine) => {
  const asked = { from: "csv", to: "jsonl", engine, ...EXOTIC } as const satisfies ConvertOptions;

  test("converts such a file, reads it and cuts it, in any encoding", async () => {
    for (const chunks of [whole(TEXT), crumbs(TEXT), ...Array.from(TEXT, (_, at) => halves(TEXT, at))])
      expect(await feed(chunks, asked)).toEqual({ text: LINES, warnings: [], error: undefined });
    expect((await feed(crumbs(Buffer.from(TEXT, "utf16le")), { ...asked, encoding: "utf-16le" })).text).toBe(LINES);
    const { to: _, ...reading } = asked;
    expect(await columnsOf(crumbs(TEXT), { ...reading, dtype: "infer" })).toEqual({ a: [1n, 2n], b: ['x "y" \\ z', "\n# text"] });
    const pieces: string[] = [];
    for await (const piece of split(crumbs(TEXT), { ...asked, maxRows: 1 }))
      for await (const part of piece) pieces.push(Buffer.from(part).toString());
    expect(pieces.join("")).toBe(LINES);
    const file = convert({ ...asked, to: "arrows" });
    file.end(TEXT);
    expect(await columnsOf([Buffer.concat(await file.toArray())], {})).toMatchObject({ b: ['x "y" \\ z', "\n# text"] });
  });

  test("tells lines and rows of the file, and no offset", async () => {
    const text = "x\ny\na,b\n# c\n1,2\n# c\n# c\n3,4,5\n";
    for (const chunks of [whole(text), crumbs(text)]) {
      const { error } = await feed(chunks, asked);
      expect(placeOf(error)).toEqual({
        code: "E_RAGGED",
        line: 8,
        column: 1,
        row: 1,
        offset: undefined,
        path: undefined,
        cell: error?.cell,
      });
    }
    expect((await feed(whole("x\ny\n# c\n"), asked)).error).toMatchObject({ code: "E_EMPTY" });
  });
});

test("a file in another spelling has its own quote, and a quote that is its own escape is doubled", async () => {
  const asked = { from: "tsv", to: "jsonl" } as const;
  expect((await feed(crumbs("a\tb\n'x\\'y'\t1\n"), { ...asked, quote: "'", escape: "\\" })).text).toBe('{"a":"x\'y","b":1}\n');
  expect((await feed(crumbs('a\tb\n"x""y"\t1\n'), { ...asked, escape: '"' })).text).toBe('{"a":"x\\"y","b":1}\n');
});

test("what is no delimited file has no such lines, and no character means two things", async () => {
  const refused = {
    code: "E_OPTION",
    message: expect.stringMatching(/(skipLines|comment|escape) is for delimited files; name such a form: from: "csv"/),
  };
  for (const option of [{ skipLines: 0 }, { comment: "#" }, { escape: "\\" }])
    for (const from of ["auto", "mlflow", "jsonl", "sagemaker", "parquet"] as const) {
      expect(() => convert({ from, to: from === "parquet" ? "csv" : "mlflow", ...option })).toThrow(expect.objectContaining(refused));
      await expect(readBatches(whole("[]"), { from, ...option }).next()).rejects.toMatchObject(refused);
      await expect(split(whole("[]"), { from, to: "csv", maxRows: 1, ...option }).next()).rejects.toMatchObject(refused);
    }
  const wrong = (options: object) => () => convert({ from: "csv", to: "csv", ...options });
  expect(wrong({ comment: '"' })).toThrow("quote and comment must differ");
  expect(wrong({ escape: ";", delimiter: ";" })).toThrow("delimiter and escape must differ");
  expect(wrong({ comment: "\\", escape: "\\" })).toThrow("must differ");
  expect(wrong({ comment: "##" })).toThrow("one character");
  expect(wrong({ skipLines: -1 })).toThrow("a whole number from 0");
  expect(await inspect(whole("a\n#2\n1\n"), { from: "csv", comment: "#" })).toMatchObject({ rows: 1 });
  await expect(inspect(whole("[]"), { from: "mlflow", comment: "#" })).rejects.toMatchObject({ code: "E_OPTION" });
});
