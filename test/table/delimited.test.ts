// Delimited files: what a field is, how it is quoted, and what the same text is in JSON.
import { describe, expect, test } from "vitest";
import type { ConvertOptions, Warning } from "../../src/index.js";
import { collect, feed, whole } from "../support/feed.js";
import { parseDelimited } from "../support/forms.js";
import { steady } from "../support/steady.js";

/** Columns and data of the split that a file becomes. */
async function split(input: string, options: Partial<ConvertOptions> = {}): Promise<string> {
  const { error, text } = await steady(input, { from: "csv", to: "mlflow:split", ...options });
  return error ? `${error.code} ${error.message}` : text.replace('{"dataframe_split":', "").slice(0, -1);
}

const file = async (cells: string, options: Partial<ConvertOptions> = {}, columns = '["a","b"]') =>
  steady(`{"dataframe_split":{"columns":${columns},"data":[${cells}]}}`, { from: "mlflow:split", to: "csv", ...options });

describe("lines", () => {
  const rows = '{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}';
  test.each([
    ["line feeds", "a,b\n1,x\n2,y\n"],
    ["both", "a,b\r\n1,x\r\n2,y\r\n"],
    ["carriage returns", "a,b\r1,x\r2,y\r"],
    ["a mixture", "a,b\r1,x\n2,y\r\n"],
    ["none behind the last row", "a,b\n1,x\n2,y"],
    ["blank ones, before the names and behind the rows, too", "\n\na,b\n\n1,x\r\n\r\n\n2,y\n\n"],
    ["a byte-order mark", "\ufeffa,b\n1,x\n2,y\n"],
    ["a mark before a quoted name", '\ufeff"a","b"\n1,x\n2,y\n'],
  ])("end with %s", async (_, input) => {
    expect(await split(input)).toBe(rows);
  });

  test("of names alone are a file of no rows", async () => {
    for (const input of ["a,b\n", "a,b", "a,b\r\n\r\n", '"a",b']) expect(await split(input)).toBe('{"columns":["a","b"],"data":[]}');
  });

  test("without a byte, or with nothing but their ends, are no file", async () => {
    for (const input of ["", "\n", "\r\n\r\n"]) expect(await split(input)).toMatch(/^E_EMPTY /);
  });
});

describe("a field is what it looks like", () => {
  test.each([
    ["1", "1"],
    ["-0", "-0"],
    ["-0.0", "-0.0"],
    ["1.0", "1.0"],
    ["2.50", "2.50"],
    ["1e5", "1e5"],
    ["1E+05", "1E+05"],
    ["12345678901234567890123", "12345678901234567890123"],
    ["0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"],
    // numbers to pandas or Python, and none to JSON
    ["01", '"01"'],
    ["+1", '"+1"'],
    [".5", '".5"'],
    ["5.", '"5."'],
    ["1e", '"1e"'],
    ["-", '"-"'],
    ["0x10", '"0x10"'],
    ["1_000", '"1_000"'],
    ["1 000", '"1 000"'],
    [" 1", '" 1"'],
    ["1 ", '"1 "'],
    // true and false as pandas reads them
    ["true", "true"],
    ["True", "true"],
    ["TRUE", "true"],
    ["false", "false"],
    ["False", "false"],
    ["FALSE", "false"],
    ["tRue", '"tRue"'],
    ["truer", '"truer"'],
    ["yes", '"yes"'],
    // text
    ["x", '"x"'],
    ["2020-01-01", '"2020-01-01"'],
    ["back\\slash", '"back\\\\slash"'],
    ["tab\there", '"tab\\there"'],
    ["\u0001", '"\\u0001"'],
    ["\u007f é 日本 😀", '"\u007f é 日本 😀"'],
    ["{}", '"{}"'],
    ["[1]", '"[1]"'],
    ["'1'", "\"'1'\""],
    // quotes do not make text
    ['"1"', "1"],
    ['"true"', "true"],
    ['"NA"', "NaN"],
    ['""', "NaN"],
    ['" "', '" "'],
    ['"a,b"', '"a,b"'],
    ['"say ""hi"""', '"say \\"hi\\""'],
    ['"two\nlines"', '"two\\nlines"'],
    ['"two\r\nlines"', '"two\\r\\nlines"'],
    ['""""', '"\\""'],
  ])("%j", async (field, cell) => {
    expect(await split(`a,b\n${field},0\n1,${field}\n`)).toBe(`{"columns":["a","b"],"data":[[${cell},0],[1,${cell}]]}`);
  });

  test("and pandas' words for nothing are nothing", async () => {
    const words = ["", "#N/A", "#NA", "-1.#IND", "-NaN", "-nan", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"];
    const { text } = await feed(whole(`a,b\n${words.map((word) => `${word},1\n`).join("")}`), { from: "csv", to: "mlflow:split" });
    expect(text).toContain(`"data":[${words.map(() => "[NaN,1]").join(",")}]`);
    for (const word of ["nAn", "NAN", "na", "Null", "none", "NA ", "N"])
      expect(await split(`a,b\n${word},1\n`)).toBe(`{"columns":["a","b"],"data":[["${word}",1]]}`);
  });

  test("but for the words one names oneself, and the blank", async () => {
    const input = "a,b\nNA,-\n,null\n";
    expect(await split(input, { na: ["-", "null"] })).toBe('{"columns":["a","b"],"data":[["NA",NaN],[NaN,NaN]]}');
    expect(await split(input, { na: [] })).toBe('{"columns":["a","b"],"data":[["NA","-"],[NaN,"null"]]}');
    expect(await split("a,b\n999,1\n-999,9999\n", { na: ["999"] })).toContain("[[NaN,1],[-999,9999]]");
  });

  test("columns that are text are text whatever they look like", async () => {
    const input = "zip,n\n01067,1\n1,true\n1e5,NA\n";
    expect(await split(input, { text: ["zip"] })).toContain('[["01067",1],["1",true],["1e5",NaN]]');
    expect(await split(input, { text: ["zip", "n"] })).toContain('[["01067","1"],["1","true"],["1e5",NaN]]');
    expect(await split("1,01\n", { header: false, text: ["1"] })).toContain('[[1,"01"]]');
  });
});

describe("names", () => {
  test("may hold whatever is quoted", async () => {
    expect(await split('"a,b","two\nlines","say ""x"""\n1,2,3\n')).toBe('{"columns":["a,b","two\\nlines","say \\"x\\""],"data":[[1,2,3]]}');
  });

  test("are text: a name that looks like a number or nothing is none", async () => {
    expect(await split("1,true,NA,01\n1,2,3,4\n")).toBe('{"columns":["1","true","NA","01"],"data":[[1,2,3,4]]}');
  });

  test("that are to be text and are not there are told, with the nearest", async () => {
    const file = "zip,b\n007,1\n";
    const told = [{ code: "W_TEXT", message: 'no column is called "zipp", which is to be text; did you mean zip?' }];
    for (const to of ["mlflow:split", "mlflow:records", "triton"])
      expect((await steady(file, { from: "csv", to, text: ["zipp", "b"] })).warnings).toEqual(told);
    const warnings: Warning[] = [];
    await collect(whole(file), { from: "csv", text: ["zipp"], onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual(told);
  });

  test("that are empty or stand twice get pandas' names, with a warning", async () => {
    const { text, warnings } = await steady("a,a,,a,a.1\n1,2,3,4,5\n", { from: "csv", to: "mlflow:split" });
    expect(text).toContain('"columns":["a","a.1","Unnamed: 2","a.2","a.1.1"]');
    expect(warnings.map(({ code }) => code)).toEqual(["W_DUPLICATE_COLUMNS"]);
  });

  test("may be missing: then they are given, or positions", async () => {
    const input = "1,2\n3,4\n";
    expect(await split(input, { header: false })).toBe('{"data":[[1,2],[3,4]]}');
    expect(await split(input, { header: false, columns: ["x", "y"] })).toBe('{"columns":["x","y"],"data":[[1,2],[3,4]]}');
    expect(await split(input, { header: false, to: "azureml:tensor" })).toBe('{"input_data":[[1,2],[3,4]]}'.slice(0, -1));
    expect(await split(input, { header: false, to: "mlflow:records" })).toMatch(/^E_COLUMNS .*columns: \["a","b","c"\]/);
    expect(await split(input, { header: false, columns: ["x"] })).toMatch(/^E_RAGGED /);
  });

  test("that are given are those that are wanted of the file's", async () => {
    expect(await split("a,b\n1,2\n", { columns: ["a", "b"] })).toBe('{"columns":["a","b"],"data":[[1,2]]}');
    expect(await split("a,b\n1,2\n", { columns: ["b"] })).toBe('{"columns":["b"],"data":[[2]]}');
    expect(await split("a,b\n1,2\n", { columns: ["a", "cc"] })).toMatch(/^E_COLUMNS no column "cc"/);
  });
});

describe("other delimiters and quotes", () => {
  test("semicolons, tabs, bars, and apostrophes around", async () => {
    expect(await split("a;b\n1,5;'x;''y'''\n", { delimiter: ";", quote: "'" })).toContain('[["1,5","x;\'y\'"]]');
    expect(await split("a\tb\n1\tx,y\n", { from: "tsv" })).toContain('[[1,"x,y"]]');
    expect(await split("a|b\n1|x\n", { delimiter: "|" })).toContain('[[1,"x"]]');
    expect(await split("a b\n1 x\n", { delimiter: " " })).toContain('[[1,"x"]]');
  });

  test("a csv goes out with commas, a tsv with tabs, and what is in them is quoted", async () => {
    const input = 'a;b\n"x,y";p\tq\n';
    expect((await steady(input, { from: "csv", to: "csv", delimiter: ";" })).text).toBe('a,b\n"x,y",p\tq\n');
    expect((await steady(input, { from: "csv", to: "tsv", delimiter: ";" })).text).toBe('a\tb\nx,y\t"p\tq"\n');
  });

  test("must be one byte, and differ", async () => {
    for (const options of [{ delimiter: ";;" }, { delimiter: "1" }, { delimiter: "é" }, { delimiter: '"' }, { quote: "," }])
      expect((await feed([], { from: "csv", to: "mlflow", ...options })).error?.code).toBe("E_OPTION");
  });
});

describe("JSON as a file", () => {
  test("strings are unescaped, and quoted where they must be", async () => {
    const cells = ["plain", 'a "b"', "a,b", "a\nb", "a\rb", " a ", "é", "😀", "\\", "/", "\t", "\b\f", "'", "\u0000", "end\\"];
    const spelt = cells.map((cell) => [
      JSON.stringify(cell),
      JSON.stringify(cell).replace(/[^\0-\x7f]/g, (c) =>
        c.charCodeAt(0) < 0xd800 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : `\\u${c.charCodeAt(0).toString(16)}`,
      ),
    ]);
    const { text, warnings } = await file(spelt.map((pair) => `[${pair}]`).join(","));
    expect(parseDelimited(text, ",")).toEqual([["a", "b"], ...cells.map((cell) => [cell, cell])]);
    expect(text).toContain('"a ""b""","a ""b"""\n');
    expect(text).toContain("\n a , a \n");
    expect(warnings).toEqual([]);
    // and they come back
    const back = await feed(whole(text), { from: "csv", to: "mlflow:split" });
    expect(JSON.parse(back.text).dataframe_split.data).toEqual(cells.map((cell) => [cell, cell]));
  });

  test("numbers and booleans as they stand, null as a blank", async () => {
    const { text } = await file("[1.0,-0.0],[9007199254740993,1E+5],[true,false],[null,NaN]");
    expect(text).toBe("a,b\n1.0,-0.0\n9007199254740993,1E+5\ntrue,false\n,\n");
  });

  test("a row of one blank is quoted, or it would be no row", async () => {
    expect((await file("[1],[null],[2]", {}, '["a"]')).text).toBe('a\n1\n""\n2\n');
  });

  test("texts that will be read as something else are counted", async () => {
    const { warnings } = await file('["NA","1"],["","true"],["x","1.5"],["01","1e"]');
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([expect.stringMatching(/^W_RETYPED 5 texts will be read/)]);
  });

  test("names are quoted where they must be, and may stand twice, with a warning", async () => {
    expect((await file("[1,2]", {}, '["a,b","c\\n\\"d\\""]')).text).toBe('"a,b","c\n""d"""\n1,2\n');
    const twice = await file("[1,2]", {}, '["a","a"]');
    expect(twice.text).toBe("a,a\n1,2\n");
    expect(twice.warnings.map(({ code }) => code)).toEqual(["W_DUPLICATE_COLUMNS"]);
  });

  test("without names where nobody wants them", async () => {
    expect((await file("[1,2]", { header: false })).text).toBe("1,2\n");
    expect((await file("[1,2]", { to: "sagemaker:csv" })).text).toBe("1,2\n");
    expect((await steady('{"dataframe_split":{"data":[[1,2]]}}', { to: "csv" })).error?.code).toBe("E_COLUMNS");
    expect((await steady('{"dataframe_split":{"data":[[1,2]]}}', { to: "csv", header: false })).text).toBe("1,2\n");
  });
});
