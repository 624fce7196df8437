// What inspect knows of a column's cells beside their kinds: the core and the reference engine look with different eyes.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import { Look } from "../../src/engine/codes.js";
import type { InspectedCells } from "../../src/model/inspection.js";
import { crumbs } from "../support/feed.js";

/** A column of these cells, as every engine and every cut sees it. */
async function cellsOf(...cells: string[]): Promise<InspectedCells> {
  const bytes = Buffer.from(`{"dataframe_split":{"columns":["a"],"data":[${cells.map((cell) => `[${cell}]`).join()}]}}`);
  const [core, ...others] = await Promise.all([
    inspect(bytes),
    inspect(crumbs(bytes)),
    inspect(bytes, { engine: "reference" }),
    inspect(Buffer.from(`{"inputs":[${cells.join()}]}`)),
  ]);
  for (const other of others) expect(other?.columns[0]?.cells, cells.join()).toEqual(core?.columns[0]?.cells);
  return core?.columns[0]?.cells as InspectedCells;
}

describe("numbers", () => {
  const ends = async (...cells: string[]) => {
    const { integers } = await cellsOf(...cells);
    return integers && [integers.least, integers.greatest];
  };

  test("whole ones have exact ends", async () => {
    expect(await ends("5")).toEqual(["5", "5"]);
    expect(await ends("5", "-3", "0")).toEqual(["-3", "5"]);
    expect(await ends("-5", "-3")).toEqual(["-5", "-3"]);
    expect(await ends("-0")).toEqual(["0", "0"]);
    expect(await ends("9007199254740993", "1")).toEqual(["1", "9007199254740993"]);
    expect(await ends("9223372036854775808", "-9223372036854775809")).toEqual(["-9223372036854775809", "9223372036854775808"]);
    expect(await ends("18446744073709551614")).toEqual(["18446744073709551614", "18446744073709551614"]);
    expect(await ends("18446744073709551616", "7")).toEqual(["7", "18446744073709551616"]);
    // 2^64 - 1 beside what is beyond it is itself
    expect(await ends("18446744073709551616", "18446744073709551615")).toEqual(["18446744073709551615", "18446744073709551616"]);
    expect(await ends("-18446744073709551616", "-18446744073709551615")).toEqual(["-18446744073709551616", "-18446744073709551615"]);
    expect(await ends("-18446744073709551616", "18446744073709551616", "5")).toEqual(["-18446744073709551616", "18446744073709551616"]);
    expect(await ends("123456789012345678901234567890")).toEqual(["18446744073709551616", "18446744073709551616"]);
    expect(await ends("-123456789012345678901234567890", "-2")).toEqual(["-18446744073709551616", "-2"]);
    expect(await ends("1.0", "1e3")).toBeUndefined();
  });

  test("the others have their ends as doubles, and tell fractions and digits", async () => {
    expect((await cellsOf("1.0", "-2.50", "1e3")).floats).toEqual({ least: -2.5, greatest: 1000, fractions: true, long: false });
    expect((await cellsOf("1.0", "2e5")).floats).toEqual({ least: 1, greatest: 200000, fractions: false, long: false });
    expect((await cellsOf("1e-400", "1e400")).floats).toEqual({
      least: 0,
      greatest: Number.POSITIVE_INFINITY,
      fractions: false,
      long: false,
    });
    expect((await cellsOf("NaN", "Infinity")).floats).toBeUndefined();
    const long = async (cell: string) => (await cellsOf(cell)).floats?.long;
    expect(await long("0.123456789012345")).toBe(false);
    expect(await long("0.1234567890123456")).toBe(true);
    expect(await long("0.12345678901234500000")).toBe(false);
    expect(await long("123456.7890123456")).toBe(true);
    expect(await long("123456789012345600000.0")).toBe(true);
    expect(await long("100000000000000000000.0")).toBe(false);
    expect(await long("1.234567890123456e-300")).toBe(true);
    expect(await long("0.00000000000000000000000000123")).toBe(false);
    expect(await long("1.00000000000000000000000000001")).toBe(true);
    expect(await long("12345678901234567890123456789012345678901234567890.0")).toBe(true);
  });
});

test("whole numbers that Python does not read", async () => {
  const endless = async (text: string) => (await cellsOf(text)).integers?.endless ?? false;
  expect(await endless("1".repeat(4300))).toBe(false);
  expect(await endless(`-${"1".repeat(4300)}`)).toBe(false);
  expect(await endless("1".repeat(4301))).toBe(true);
  expect(await endless(`-${"1".repeat(4301)}`)).toBe(true);
});

describe("strings", () => {
  const looks = async (text: string) => (await cellsOf(JSON.stringify(text))).strings?.looks.join();

  test.each(
    Object.entries({
      numbered: [
        "x1",
        "1x",
        "e5",
        "1e",
        "1.5.2",
        "2020-13-02",
        "2020-01-32",
        "2021-02-29",
        "1900-02-29",
        "2020-04-31",
        "NaT",
        "2020-01-02T24:00",
        "2020-01-02Z",
        "2020-01-02T03",
        "2020-1-2",
        "2020-01-02T03:04:05.",
        "2020-01-02T03:04:05+2",
        "2020-01-02T03:04:05+02:0",
        "12 34",
        "0x10",
        "1,000",
        "Jan 2, 2020",
      ],
      empty: [""],
      na: ["NA", "N/A", "n/a", "NULL", "null", "None", "<NA>", "#N/A", "#NA", "#N/A N/A", "1.#IND", "-1.#QNAN"],
      nan: ["NaN", "nan", "-NaN", "-nan"],
      whole: ["0", "-5", "+7", "01234", " 12 ", "99999999999999999999"],
      decimal: ["1.5", ".5", "5.", "1e5", "-1.5E-3", "inf", "-Infinity", "+INF", " 1.5"],
      boolean: ["true", "True", "TRUE", "false", "False", "FALSE"],
      date: [
        "2020-01-02",
        "2000-02-29",
        "1677-09-21T00:12:44",
        "2262-04-11T23:47:16.854775807",
        "2020-01-02T03:04",
        "2020-01-02 03:04:05",
        "2020-12-31T23:59:59.123456789",
      ],
      far: ["1066-01-01", "9999-12-31", "0000-01-01T00:00", "1677-09-21T00:12:43", "2262-04-11 23:47:17.5"],
      zoned: ["2020-01-02T03:04:05Z", "2020-01-02T03:04+02", "2020-01-02 03:04:05.5-0230", "2020-01-02T03:04:05+02:00"],
      text: ["abc", "-", "+", ".", "tRUE", "truer", "nA", "N/", "infinit", "é", "\\", "\n", "1".padEnd(60, "0")],
    }),
  )("that look like %s", async (look, texts) => {
    for (const text of texts) expect(await looks(text), text).toBe(look);
  });

  test("that are dates tell how far they go", async () => {
    const dates = async (...texts: string[]) => (await cellsOf(...texts.map((text) => JSON.stringify(text)))).strings?.dates;
    expect(await dates("abc", "2020")).toBe(undefined);
    expect(await dates("2020-01-02")).toEqual({ units: ["day"], separators: [] });
    expect(await dates("2020-01-02T03:04", "9999-12-31 03:04:05")).toEqual({ units: ["minute", "second"], separators: ["T", " "] });
    expect(await dates("2020-01-02T03:04:05.1", "2020-01-02T03:04:05.123456789Z")).toEqual({ units: ["subsecond"], separators: ["T"] });
  });

  test("of several looks tell all of them", async () => {
    expect((await cellsOf('"a"', '"NA"', '"2020-01-02"', '""')).strings?.looks).toEqual(["empty", "text", "na", "date"]);
  });

  test("tell whether they are ASCII, escapes considered", async () => {
    for (const [cell, ascii] of [
      ['"abc"', true],
      ['"é"', false],
      ['"\\u0041\\n\\\\u00e9"', true],
      ['"\\u00e9"', false],
      ['"\\u0080"', false],
      ['"\\u1041"', false],
    ] as const)
      expect((await cellsOf(cell)).strings?.ascii, cell).toBe(ascii);
  });

  test("tell halves of surrogate pairs that stand alone", async () => {
    for (const [cell, lone] of [
      ['"abc"', undefined],
      ['"\\ud83d\\ude00"', undefined],
      ['"\\uD83D\\uDE00\\ud83d\\ude00"', undefined],
      ['"\\\\ud800"', undefined],
      ['"\\ud7ff\\ue000"', undefined],
      ['"\\ud800"', true],
      ['"\\udc00"', true],
      ['"\\ude00\\ud83d"', true],
      ['"\\ud83d\\ud83d\\ude00"', true],
      ['"\\ud83d\\n\\ude00"', true],
      ['"\\ud83d\\ude00\\ude00"', true],
      ['"\\udbff"', true],
    ] as const)
      expect((await cellsOf(cell)).strings?.lone, cell).toBe(lone);
  });

  test("tell whether Python's base64 decodes them", async () => {
    const cases = {
      exact: ["", "dGVzdA==", "AAAA", "+/+/", "dGVzdDE="],
      loose: ["dGV-zdA==", "AAAA=", "dGVzdA==x", "=AAAA", "A=AAA", "AA AA", "é", "!"],
      none: ["A", "abcde", "AA", "AA=", "AAA", "AA=A"],
    };
    for (const [kind, texts] of Object.entries(cases))
      for (const text of texts) expect((await cellsOf(JSON.stringify(text))).strings?.base64, text).toBe(kind);
    expect((await cellsOf('"dGVz\\/A=="')).strings?.base64).toBe("exact");
    expect((await cellsOf('"AA\\u0041A"')).strings?.base64).toBe("none"); // nobody writes base64 so
    expect((await cellsOf('"AAAA"', '"!"', '"A"')).strings?.base64).toBe("none");
  });
});

test("any cells look the same to both engines", async () => {
  const piece = fc.constantFrom(
    ..."0123456789",
    "-",
    "+",
    ".",
    "e",
    "E",
    " ",
    "T",
    ":",
    "Z",
    "=",
    "/",
    "\\/",
    "\\u00e9",
    "\\u0041",
    "\\ud83d",
    "\\uDe00",
    "\\n",
    "é",
    "A",
    "NA",
    "nan",
    "null",
    "true",
    "inf",
    "2020-01-02",
    "03:04",
    "#N/A",
    "<",
    "-1.#IND",
  );
  const text = fc.array(piece, { maxLength: 7 }).map((pieces) => `"${pieces.join("")}"`);
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,25})$/);
  const number = fc
    .tuple(
      fc.constantFrom("", "-"),
      digits,
      fc.constantFrom("", ".0", ".5", ".000", ".12345678901234567", ".99999999999999999999"),
      fc.constantFrom("", "", "e5", "E-7", "e20", "e-30"),
    )
    .map((parts) => parts.join(""));
  const cell = fc.oneof(
    number,
    text,
    fc.constantFrom("null", "true", "NaN", "-Infinity", "18446744073709551616", "18446744073709551615", "9223372036854775808"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 5 }), async (cells) => {
      await cellsOf(...cells);
    }),
    { numRuns: 500 },
  );
}, 60_000);

test("the bits have the core's numbers", () => {
  const core = readFileSync(new URL("../../src/core/survey.ts", import.meta.url), "utf8");
  const [, body = ""] = /enum Look \{(.*?)\n\}/s.exec(core) ?? [];
  expect([...body.matchAll(/^ {2}(\w+) = (0x\w+),/gm)].map(([, name, value]) => [name, Number(value)])).toEqual(Object.entries(Look));
});
