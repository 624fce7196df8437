// To servers that give all cells of a tensor one dtype a frame is a tensor where its cells are of one kind, else records or columns.
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { readBatches, type SplitOptions, convert as toStream, writeBatches } from "../../src/index.js";
import { feed, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

const split = (row: string, columns = '"columns":["a","s"],') => `{"dataframe_split":{${columns}"data":[${row},[2,"]y"]]}}`;
const RECORDS = '{"instances":[{"a":1,"s":"x"},{"a":2,"s":"]y"}]}';

async function convert(input: string, options: Partial<SplitOptions> = {}): Promise<string> {
  const outcome = await steady(input, { to: "tfserving", ...options });
  return outcome.error ? `${outcome.error.code} ${outcome.error.message}` : outcome.text;
}

describe("a frame to TensorFlow Serving", () => {
  test("of texts beside numbers becomes records", async () => {
    for (const options of [{}, { engine: "reference" }, { dtype: "int64" }, { index: "drop" }] as const)
      expect(await convert(split('[1,"x"]'), options)).toBe(RECORDS);
    expect(await convert(split('[1,"x"]'), { maxRows: 2 })).toBe(RECORDS);
    expect(await convert('{"columns":["data","s"],"data":[[true,1]]}')).toBe('{"instances":[{"data":true,"s":1}]}');
    expect(await convert('{"input_data":{"columns":["a","b"],"index":[0],"data":[["x",true]]}}')).toBe(
      '{"instances":[{"a":"x","b":true}]}',
    );
  });

  test("of names that come late, too, and of none not", async () => {
    expect(await convert('{"dataframe_split":{"data":[[1,"x"]],"columns":["a","s"]}}')).toBe('{"instances":[{"a":1,"s":"x"}]}');
    expect(await convert('{"dataframe_split":{"data":[[1,"x"]]}}')).toMatch(/^E_COLUMNS .*columns: /);
  });

  test("of one kind becomes a tensor", async () => {
    for (const data of ["[[1,2.5],[NaN,4]]", '[["1","[2"]]', "[[true,false]]", "[]", "[[]]"])
      expect(await convert(`{"dataframe_split":{"data":${data}}}`)).toBe(`{"inputs":${data}}`);
  });

  test("of both becomes what is asked for, and never a tensor", async () => {
    for (const options of [{}, { engine: "reference" }, { dtype: "int64" }] as const) {
      expect(await convert(split('[1,"x"]'), { to: "tfserving:inputs", ...options })).toBe('{"inputs":{"a":[1,2],"s":["x","]y"]}}');
      expect(await convert(split('[1,"x"]'), { to: "tfserving:instances", ...options })).toBe(RECORDS);
      expect(await convert(split('[1,"x"]'), { to: "tfserving:records", ...options })).toBe(RECORDS);
    }
    // and to other servers what it was before
    expect(await convert(split('[1,"x"]'), { to: "vertex" })).toBe('{"instances":[[1,"x"],[2,"]y"]]}');
  });

  test("that is none is told of as it would be", async () => {
    for (const input of ["", "{", "[1,", '{"inputs":[1],"instances":[1]}', '{"dataframe_split":{"data":[[1,"x]}}', "\u{fffd}"]) {
      const [bare, named] = [await feed(whole(input), { to: "tfserving" }), await feed(whole(input), { to: "tfserving:inputs" })];
      expect(bare.error?.message).toBe(named.error?.message);
    }
  });

  test.each([
    ["csv", "a,s\n1,x\n2,y\n"],
    ["csv", "a,s\n1,2\n2,y\n"],
    ["jsonl", '{"a":1,"s":"x"}\n'],
    ["seldon", '{"data":{"names":["a","s"],"ndarray":[[1,"x"]]}}'],
    ["sagemaker:json", '{"instances":[{"features":[1,"x"]}]}'],
  ])("of both is refused where only the last row tells (%s)", async (from, input) => {
    for (const options of [{}, { engine: "reference" }, { dtype: "int64" }] as const)
      expect(await convert(input, { from, to: "tfserving:inputs", ...options })).toMatch(
        /^E_TARGET .*tfserving:inputs is a tensor, whose cells are of one kind, and these are texts beside numbers/,
      );
  });

  test("is the same whatever it is made of", async () => {
    expect((await feed(whole("a,s\n1,x\n"), { from: "csv", to: "tfserving" })).text).toBe('{"instances":[{"a":1,"s":"x"}]}');
    const rows = Readable.from(readBatches(whole(split('[1,"x"]'))));
    expect(await text(rows.pipe(writeBatches({ to: "tfserving" })))).toBe(RECORDS.replaceAll(/(\d),/g, "$1.0,"));
  });
});

describe("a frame to KServe", () => {
  const rows = (...data: string[]) => `{"dataframe_split":{"columns":["a","s"],"data":[${data}]}}`;

  test.each(["kserve1", "kserve1:instances", "kserve1:inputs"])("of texts beside numbers becomes records (%s)", async (to) => {
    const key = to === "kserve1:inputs" ? "inputs" : "instances";
    for (const options of [{}, { engine: "reference" }, { dtype: "int64" }] as const) {
      expect(await convert(rows('[1,"x"]'), { to, ...options })).toBe(`{"${key}":[{"a":1,"s":"x"}]}`);
      // a null tells nothing: the next row does
      expect(await convert(rows("[1,null]", "[null,null]", '[2,"x"]'), { to, ...options })).toBe(
        `{"${key}":[{"a":1,"s":null},{"a":null,"s":null},{"a":2,"s":"x"}]}`,
      );
    }
    // brackets in texts are none, wherever the text is cut
    expect(await convert(rows('["]},[",null]', '["[]",[1]]'), { to })).toMatch(/^\{"i/);
    expect(await convert(rows('[1,"x"]', '[2,"y"]'), { to, maxRows: 2 })).toBe(`{"${key}":[{"a":1,"s":"x"},{"a":2,"s":"y"}]}`);
  });

  test("of one kind, or of none, stays a tensor", async () => {
    for (const data of [["[1,2.5]"], ['["x","y"]'], ["[1,null]", "[2,3]"], ["[null,null]"], []])
      expect(await convert(rows(...data), { to: "kserve1" })).toBe(`{"instances":[${data}]}`);
  });

  test("out of a file likewise", async () => {
    for (const file of ["parquet", "arrows"] as const) {
      const bytes = await Readable.from([rows('[1,"x"]')].map((input) => Buffer.from(input)))
        .pipe(toStream({ to: file }))
        .toArray();
      for (const to of ["kserve1", "tfserving", "tfserving:instances"])
        expect(await text(Readable.from(bytes).pipe(toStream({ from: file, to })))).toBe('{"instances":[{"a":1,"s":"x"}]}');
    }
  });
});
