// A bare name takes the form that suits the payload: to TensorFlow Serving a frame is a tensor where its cells are of one kind, else records.
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, readBatches, writeBatches } from "../../src/index.js";
import { feed, whole } from "../support/feed.js";
import { steady } from "../support/steady.js";

const split = (row: string, columns = '"columns":["a","s"],') => `{"dataframe_split":{${columns}"data":[${row},[2,"]y"]]}}`;
const RECORDS = '{"instances":[{"a":1,"s":"x"},{"a":2,"s":"]y"}]}';

async function convert(input: string, options: Partial<ConvertOptions> = {}): Promise<string> {
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

  test("becomes what is asked for where that is a form", async () => {
    expect(await convert(split('[1,"x"]'), { to: "tfserving:inputs" })).toBe('{"inputs":[[1,"x"],[2,"]y"]]}');
    expect(await convert(split('[1,"x"]'), { to: "tfserving:records" })).toBe(RECORDS);
    // and to other servers what it was before
    expect(await convert(split('[1,"x"]'), { to: "vertex" })).toBe('{"instances":[[1,"x"],[2,"]y"]]}');
  });

  test("that is none is told of as it would be", async () => {
    for (const input of ["", "{", "[1,", '{"inputs":[1],"instances":[1]}', '{"dataframe_split":{"data":[[1,"x]}}', "\u{fffd}"]) {
      const [bare, named] = [await feed(whole(input), { to: "tfserving" }), await feed(whole(input), { to: "tfserving:inputs" })];
      expect(bare.error?.message).toBe(named.error?.message);
    }
  });

  test("is the same whatever it is made of", async () => {
    expect((await feed(whole("a,s\n1,x\n"), { from: "csv", to: "tfserving" })).text).toBe('{"instances":[{"a":1,"s":"x"}]}');
    const rows = Readable.from(readBatches(whole(split('[1,"x"]'))));
    expect(await text(rows.pipe(writeBatches({ to: "tfserving" })))).toBe(RECORDS.replaceAll(/(\d),/g, "$1.0,"));
  });
});
