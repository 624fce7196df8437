// What must be known before a row can be written: names that come late, keys that come later still, parameters on either
// side; rows that become columns, and columns that become rows.
import { describe, expect, test } from "vitest";
import type { SplitOptions } from "../../src/index.js";
import { feed, tryRead, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

async function convert(input: string, to: string, options: Partial<SplitOptions> = {}): Promise<string> {
  const { error, text } = await steady(input, { to, ...options });
  return error ? `${error.code} ${error.message}` : text;
}

describe("names behind the rows", () => {
  const late = '{"dataframe_split":{"data":[[1.0,"x"],[2,"y"]],"columns":["a","b"]}}';
  test.each([
    ["mlflow:records", '{"dataframe_records":[{"a":1.0,"b":"x"},{"a":2,"b":"y"}]}'],
    ["jsonl:records", '{"a":1.0,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ["csv", "a,b\n1.0,x\n2,y\n"],
    ["azureml:named", '{"input_data":{"a":[1.0,2],"b":["x","y"]}}'],
    ["seldon:ndarray", '{"data":{"ndarray":[[1.0,"x"],[2,"y"]],"names":["a","b"]}}'],
    ["sagemaker:json", '{"instances":[{"features":[1.0,"x"]},{"features":[2,"y"]}]}'],
    [
      "oip:columns",
      '{"inputs":[{"name":"a","data":[1.0,2],"shape":[2],"datatype":"FP64"},{"name":"b","data":["x","y"],"shape":[2],"datatype":"BYTES"}],"parameters":{"content_type":"pd"}}',
    ],
  ])("%s", async (to, expected) => {
    expect(await convert(late, to)).toBe(expected);
    // the same as with the names before
    expect(await convert('{"dataframe_split":{"columns":["a","b"],"data":[[1.0,"x"],[2,"y"]]}}', to)).toBe(
      to === "seldon:ndarray" ? '{"data":{"names":["a","b"],"ndarray":[[1.0,"x"],[2,"y"]]}}' : expected,
    );
  });

  test("must fit, and be strings where they become keys", async () => {
    expect(await convert(late.replace('"a",', '"a","c",'), "mlflow:records")).toMatch(/^E_COLUMNS 3 column names for rows of 2 cells/);
    expect(await convert(late.replace('"a"', "1"), "mlflow:records")).toMatch(
      /^E_COLUMNS the label 1 is no string, .*columns: \["a","b","c"\]/,
    );
    expect(await convert(late.replace('"a"', "null"), "csv")).toMatch(/^E_COLUMNS the label null is no string/);
    expect(await convert(late.replace('"a"', '"b"'), "mlflow:records")).toMatch(/^E_DUPLICATE two columns are called "b"/);
    expect(await convert(late.replace(',"columns":["a","b"]', ""), "mlflow:records")).toMatch(
      /^E_COLUMNS .* needs names .*columns: \["a","b","c"\]/,
    );
  });

  test("may be given instead", async () => {
    const none = '{"dataframe_split":{"data":[[1.0,"x"]]}}';
    expect(await convert(none, "mlflow:records", { columns: ["p", "q"] })).toBe('{"dataframe_records":[{"p":1.0,"q":"x"}]}');
    expect(await convert(none, "mlflow:records", { columns: ["p"] })).toMatch(/^E_RAGGED |^E_COLUMNS /);
  });
});

describe("records", () => {
  const records = '{"dataframe_records":[{"a":1},{"b":2.50,"a":3},{"c":[1,{"a":2}],"a":null},{}]}';

  test("have all the columns that any of them has, in the order they come", async () => {
    expect(await convert(records, "mlflow:split")).toBe(
      '{"dataframe_split":{"columns":["a","b","c"],"data":[[1,NaN,NaN],[3,2.50,NaN],[null,NaN,[1,{"a":2}]],[NaN,NaN,NaN]]}}',
    );
    expect(await convert(records.replace('[1,{"a":2}]', "5"), "csv")).toBe("a,b,c\n1,,\n3,2.50,\n,,5\n,,\n");
    expect(await convert(records.replace('[1,{"a":2}]', "5"), "azureml:named")).toBe(
      '{"input_data":{"a":[1,3,null,null],"b":[null,2.50,null,null],"c":[null,null,5,null]}}',
    );
  });

  test("stay as they are where the target has records, too", async () => {
    expect(await convert(records, "jsonl:records", { nan: "token" })).toBe(
      '{"a":1}\n{"b":2.50,"a":3}\n{"c":[1,{"a":2}],"a":null}\n{}\n'
        .replace('{"b":2.50,"a":3}', '{"a":3,"b":2.50}')
        .replace('{"c":[1,{"a":2}],"a":null}', '{"a":null,"c":[1,{"a":2}]}'),
    );
    expect(await convert(records, "mlflow1:records")).toBe(records.slice(21, -1));
  });

  test("of a fixed head have the keys of the first", async () => {
    for (const to of ["mlflow:split", "mlflow:records", "jsonl:records", "csv", "azureml:named"])
      expect(await convert(records, to, { fixed: true })).toMatch(
        /^E_COLUMNS record 1 has a key "b", which is none of the columns a \(line 1, column 32, byte 31, \$\.dataframe_records\[1\]\)$/,
      );
    const fewer = '{"dataframe_records":[{"a":1,"b":2},{"b":3}]}';
    expect(await convert(fewer, "mlflow:split", { fixed: true })).toBe('{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[NaN,3]]}}');
  });

  test("of columns that are given have those, in their order", async () => {
    const two = '{"dataframe_records":[{"a":1,"b":2},{"b":3}]}';
    const options = { columns: ["b", "a"] };
    expect(await convert(two, "mlflow:split", options)).toBe('{"dataframe_split":{"columns":["b","a"],"data":[[2,1],[3,NaN]]}}');
    expect(await convert(two, "csv", options)).toBe("b,a\n2,1\n3,\n");
    expect(await convert(two, "mlflow:records", options)).toBe('{"dataframe_records":[{"b":2,"a":1},{"b":3,"a":NaN}]}');
    expect(await convert(two, "mlflow:split", { columns: ["b"] })).toBe('{"dataframe_split":{"columns":["b"],"data":[[2],[3]]}}');
    expect(await convert(two, "mlflow:split", { columns: ["b", "a", "z"] })).toMatch(/^E_COLUMNS no column "z"/);
  });

  test("all have the same keys where the servers would mix them up", async () => {
    const more = '{"instances":[{"a":1},{"a":2,"b":3}]}';
    const fewer = '{"instances":[{"a":1,"b":2},{"a":3}]}';
    for (const to of ["mlflow:instances", "tfserving:instances", "tfserving:records"]) {
      expect(await convert(more, to, { from: "mlflow" })).toMatch(/^E_COLUMNS record 1 has a key "b"/);
      expect(await convert(fewer, to, { from: "mlflow" })).toMatch(/^E_MISSING row 1, column "b"/);
    }
    expect(await convert('{"instances":[{"a":1,"b":2},{"b":3,"a":4}]}', "tfserving:instances", { from: "mlflow" })).toBe(
      '{"instances":[{"a":1,"b":2},{"a":4,"b":3}]}',
    );
  });

  test("may spell their keys with escapes, and in any order", async () => {
    const odd = '{"dataframe_records":[{"\\u0061":1,"b c":2},{"b\\u0020c":3,"a":4},{"a" : 5 , "b c" :\n6}]}';
    expect(await convert(odd, "mlflow:split")).toBe('{"dataframe_split":{"columns":["a","b c"],"data":[[1,2],[4,3],[5,6]]}}');
  });

  test("may have a key twice: the last counts, or for TensorFlow Serving the first", async () => {
    const twice = '[{"a":1,"\\u0061":2,"b":0},{"b":0,"a":3,"a":4,"a":5}]';
    const python = await steady(`{"dataframe_records":${twice}}`, { to: "mlflow:split" });
    expect(python.text).toBe('{"dataframe_split":{"columns":["a","b"],"data":[[2,0],[5,0]]}}');
    expect(python.warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/^3 keys stood twice.* the last counts/)]);
    const rapidjson = await steady(`{"instances":${twice}}`, { from: "tfserving", to: "mlflow:split" });
    expect(rapidjson.text).toBe('{"dataframe_split":{"columns":["a","b"],"data":[[1,0],[3,0]]}}');
    expect(rapidjson.warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/^3 keys stood twice.* the first counts/)]);
  });

  test("may be called whatever an object of JavaScript's already has", async () => {
    const names = ["__proto__", "constructor", "toString", "", "0"];
    const one = `{"dataframe_records":[{${names.map((name, i) => `${JSON.stringify(name)}:${i}`).join(",")}}]}`;
    const split = `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[[0,1,2,3,4]]}}`;
    expect(await convert(one, "mlflow:split")).toBe(split);
    expect(await convert(split, "mlflow:records")).toBe(one);
  });
});

describe("parameters", () => {
  const split = '"dataframe_split":{"columns":["a"],"data":[[1]]}';
  const params = '"params":{"x":1.0,"y":[-0.0,{"z":"é"}]}';
  test("ride along, before or behind the rows, number for number", async () => {
    for (const input of [`{${params},${split}}`, `{${split},${params}}`]) {
      expect(await convert(input, "azureml:named")).toBe(`{"input_data":{"a":[1]},${params}}`);
      expect(await convert(input, "mlflow:records")).toBe(`{"dataframe_records":[{"a":1}],${params}}`);
      expect(await convert(input, "vertex:records")).toBe(`{"instances":[{"a":1}],${params.replace("params", "parameters")}}`);
      expect(await convert(input, "oip:columns")).toBe(
        '{"inputs":[{"name":"a","data":[1],"shape":[1],"datatype":"INT64"}],"parameters":{"content_type":"pd","x":1.0,"y":[-0.0,{"z":"é"}]}}',
      );
    }
    const vertex = '{"parameters":{"confidence":0.50},"instances":[{"a":1}]}';
    expect(await convert(vertex, "mlflow:split", { from: "vertex" })).toBe(
      '{"dataframe_split":{"columns":["a"],"data":[[1]]},"params":{"confidence":0.50}}',
    );
  });

  test("are told by any name that a server with this key has for them", async () => {
    const vertex = '"parameters":{"k":2}';
    for (const input of [`{${vertex},"instances":[{"x":1}]}`, `{"instances":[{"x":1}],${vertex}}`]) {
      expect(JSON.parse(await convert(input, "mlflow:instances"))).toEqual({ instances: [{ x: 1 }], params: { k: 2 } });
      expect(JSON.parse(await convert(input, "mlflow:records"))).toEqual({ dataframe_records: [{ x: 1 }], params: { k: 2 } });
      expect(JSON.parse(await convert(input, "mlflow:records", { maxRows: 1 }))).toEqual({
        dataframe_records: [{ x: 1 }],
        params: { k: 2 },
      });
      expect(JSON.parse(await convert(input, "vertex", { dtype: "float64" }))).toEqual({ instances: [{ x: 1.0 }], parameters: { k: 2 } });
      // whoever names the server has it read as that server does
      const named = await steady(input, { from: "mlflow", to: "vertex" });
      expect(named.text).toBe('{"instances":[{"x":1}]}');
      expect(named.warnings.map(({ code }) => code)).toEqual(["W_DROPPED"]);
    }
    expect(JSON.parse(await convert('{"inputs":["a","b"],"parameters":{"top_k":3}}', "vertex"))).toEqual({
      instances: ["a", "b"],
      parameters: { top_k: 3 },
    });
    expect(JSON.parse(await convert('{"inputs":{"q":["a"]},"parameters":{"top_k":3}}', "azureml"))).toEqual({
      input_data: { q: ["a"] },
      params: { top_k: 3 },
    });
  });

  test("of two names are refused where the target has one", async () => {
    const [one, other, instances] = ['"params":{"a":1}', '"parameters":{"b":2}', '"instances":[{"x":1}]'];
    const orders = [
      [one, other, instances],
      [other, instances, one],
      [instances, one, other],
    ];
    for (const input of orders.map((members) => `{${members.join(",")}}`)) {
      for (const to of ["mlflow", "vertex", "azureml:named", "mlflow:split"])
        expect(await convert(input, to)).toMatch(/^E_AMBIGUOUS .* may both be the parameters; from: "\w+" takes the former/);
      expect(JSON.parse(await convert(input, "mlflow:records", { from: "mlflow" }))).toEqual({
        dataframe_records: [{ x: 1 }],
        params: { a: 1 },
      });
      expect(JSON.parse(await convert(input, "mlflow:records", { from: "vertex" }))).toEqual({
        dataframe_records: [{ x: 1 }],
        params: { b: 2 },
      });
      expect((await steady(input, { to: "csv" })).warnings.map(({ code }) => code)).toEqual(["W_DROPPED", "W_DROPPED"]);
    }
  });

  test("may stand in Azure ML's input_data, as an object among the tensors", async () => {
    const params = '"parameters":{"t":0.60,"stop":[null,{"a":1}]}';
    const goal = { t: 0.6, stop: [null, { a: 1 }] };
    for (const input of [`{"input_data":{"input_string":["a"],${params}}}`, `{"input_data": {${params} , "input_string" :["a"]} }`]) {
      for (const options of [{}, { dtype: "float32" }, { engine: "reference" }] as const) {
        expect(JSON.parse(await convert(input, "mlflow", options))).toEqual({ inputs: { input_string: ["a"] }, params: goal });
        expect(JSON.parse(await convert(input, "oip", options)).parameters).toMatchObject(goal);
        // they stay where they are, and as they are
        expect(await convert(input, "azureml", options)).toBe(input);
      }
      expect(await convert(input, "mlflow:records", { maxRows: 1 })).toBe(
        `{"dataframe_records":[{"input_string":"a"}],${params.replace("parameters", "params")}}`,
      );
      expect((await steady(input, { to: "csv" })).warnings.map(({ code }) => code)).toEqual(["W_DROPPED"]);
      for (const engine of ["core", "reference"] as const) {
        const { batches, error } = await tryRead(whole(input), { engine });
        expect([error, batches.flatMap(({ columns }) => columns.map(({ name }) => name))]).toEqual([undefined, ["input_string"]]);
      }
    }
    for (const input of [`{"params":{},"input_data":{"a":["a"],${params}}}`, `{"input_data":{"a":["a"],${params}},"params":{}}`])
      expect(await convert(input, "mlflow")).toMatch(/^E_AMBIGUOUS .*"params".*take one of them out/);
  });

  test("are a tensor where they are no object, and no parameters where another server's are", async () => {
    const tensor = '{"input_data":{"parameters":[1],"input_string":["a"]}}';
    expect(await convert(tensor, "mlflow")).toBe(tensor.replace("input_data", "inputs"));
    expect(await convert('{"inputs":{"input_string":["a"],"parameters":{}}}', "azureml")).toMatch(/^E_OBJECT /);
    for (const first of ["[]", "[[1],[2]]", "1", '[ "a" ]']) {
      const input = `{"input_data":{"input_string":${first}}}`;
      for (const options of [{}, { dtype: "float64" }] as const)
        expect(JSON.parse(await convert(input, "mlflow", options))).toEqual({ inputs: { input_string: JSON.parse(first) } });
    }
  });

  test("of a language model stand beside messages, which nothing converts", async () => {
    const chat = '{"input_data":{"input_string":[ {"role":"user","content":"hi"}],"parameters":{}}}';
    for (const to of ["mlflow", "azureml", "oip", "mlflow:records", "csv"])
      for (const options of [{}, { engine: "reference" }, { dtype: "float64" }] as const)
        expect(await convert(chat, to, options)).toMatch(/^E_LLM messages under "input_string" .*byte 32, \$\.input_data\.input_string/);
    expect((await tryRead(whole(chat))).error?.code).toBe("E_LLM");
  });

  test("are dropped with a warning where there is no place for them", async () => {
    for (const to of ["csv", "jsonl", "seldon", "tfserving"]) {
      const { warnings } = await steady(`{${params},${split}}`, { to });
      expect(warnings.map(({ code }) => code)).toContain("W_DROPPED");
    }
  });
});

describe("short rows", () => {
  const short = '{"dataframe_split":{"columns":["a","b","c"],"data":[[1],[2,3,4],[5,6],[]]}}';
  test("are refused, with their place", async () => {
    for (const to of ["mlflow:records", "csv", "azureml:named", "oip", "seldon:ndarray"])
      expect(await convert(short, to)).toBe(
        "E_RAGGED row 0 has 1 cell, expected 3 (line 1, column 55, byte 54, $.dataframe_split.data[0])",
      );
  });

  test("are filled in where that is asked for, and counted", async () => {
    const late = '{"dataframe_split":{"data":[[1],[2,3,4],[5,6],[]],"columns":["a","b","c"]}}';
    for (const input of [short, late]) {
      const { text, warnings } = await steady(input, { to: "mlflow:records", ragged: "pad" });
      expect(text).toBe(
        '{"dataframe_records":[{"a":1,"b":NaN,"c":NaN},{"a":2,"b":3,"c":4},{"a":5,"b":6,"c":NaN},{"a":NaN,"b":NaN,"c":NaN}]}',
      );
      expect(warnings).toEqual([{ code: "W_PADDED", message: "6 cells of short rows were filled in as missing" }]);
    }
    expect(await convert(short, "mlflow:split", { ragged: "pad", missing: "null" })).toBe(
      '{"dataframe_split":{"columns":["a","b","c"],"data":[[1,null,null],[2,3,4],[5,6,null],[null,null,null]]}}',
    );
    expect(await convert("a,b\n1\n2,3\n", "jsonl:lists", { from: "csv", ragged: "pad" })).toBe("[1,null]\n[2,3]\n");
  });

  test("a scalar in place of a row is none", async () => {
    const scalars = '{"dataframe_split":{"columns":["a","b"],"data":[1,2]}}';
    for (const engine of ["core", "reference"] as const)
      expect(await convert(scalars, "mlflow:split", { ragged: "pad", fixed: true, engine })).toMatch(
        /^E_RAGGED row 0 has 1 cell, expected 2/,
      );
  });

  test("long ones are refused all the same", async () => {
    expect(await convert(short.replace("2,3,4", "2,3,4,5"), "mlflow:records", { ragged: "pad" })).toMatch(
      /^E_RAGGED row 1 has more than 3 cells, expected 3 \(line 1, column 57/,
    );
    expect(await convert("a,b\n1,2\n3,4,5\n", "mlflow:split", { from: "csv", ragged: "pad" })).toMatch(
      /^E_RAGGED row 1 .*\(line 3, column 1, byte 8\)/,
    );
  });
});

describe("rows and columns", () => {
  test("cells of any size change places", async () => {
    const long = "x".repeat(70_000);
    const rows = Array.from({ length: 50 }, (_, i) => [`${i}.0`, `"${i % 7 === 0 ? long : i}"`, `[${i},{"k":"${i}"}]`]);
    const split = `{"dataframe_split":{"columns":["a","b","c"],"data":[${rows.map((row) => `[${row}]`).join(",")}]}}`;
    const named = `{"input_data":{${["a", "b", "c"].map((name, i) => `"${name}":[${rows.map((row) => row[i]).join(",")}]`).join(",")}}}`;
    expect((await feed(whole(split), { to: "azureml:named" })).text).toBe(named);
    expect(
      (
        await feed(
          Array.from({ length: 60 }, (_, i) => Buffer.from(split).subarray(i * 10_000, (i + 1) * 10_000)),
          { to: "azureml:named" },
        )
      ).text,
    ).toBe(named);
  });

  test("columns of lists of one length are cells of rows, others are refused", async () => {
    const named = '{"input_data":{"a":[1,2],"b":[[1.0,2],[3,4]]}}';
    expect(await convert(named, "mlflow:records")).toBe('{"dataframe_records":[{"a":1,"b":[1.0,2]},{"a":2,"b":[3,4]}]}');
    expect(await convert(named.replace("[3,4]", "[3]"), "mlflow:records")).toMatch(/^E_RAGGED /);
    expect(await convert('{"input_data":{"a":[1,2],"b":[1]}}', "mlflow:records")).toBe(
      "E_RAGGED columns of unequal length: a has 2, b has 1",
    );
    expect(await convert('{"input_data":{"a":[1,2],"b":5}}', "mlflow:records")).toMatch(
      /^E_FORM a single value cannot become mlflow:records/,
    );
  });
});
