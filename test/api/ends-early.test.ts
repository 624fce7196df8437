// A stream of which the first rows are wanted ends with the last of them, however much its source has.
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { expect, test } from "vitest";
import { convert } from "../../src/index.js";

/** More than anybody reads. */
const MOST = 200_000;

/** Rows that compress little, so that a chunk of them holds few. */
function* lines(head: string, line: (cell: string) => string): Generator<string> {
  yield head + line("2") + line("2");
  for (let i = 0; i < MOST; i++) yield line(`${Math.sin(i)}`);
  throw new Error("all of it was read");
}

const SOURCES = {
  csv: ["a,b\n", (cell: string) => `1,${cell}\n`],
  jsonl: ["", (cell: string) => `{"a":1,"b":${cell}}\n`],
  "mlflow:split": ['{"dataframe_split":{"columns":["a","b"],"data":[[1,2]', (cell: string) => `,[1,${cell}]`],
} as const;

test.each(Object.entries(SOURCES).flatMap(([from, [head, line]]) => [false, true].map((packed) => ({ from, packed, head, line }))))(
  "$from, compressed: $packed",
  async ({ from, packed, head, line }) => {
    const source = Readable.from(lines(head, line));
    const stream = convert({ from, to: "csv", head: 2 });
    const chunks = packed ? source.pipe(createGzip()) : source;
    source.on("error", (error) => stream.destroy(error));
    chunks.pipe(stream);
    expect(await text(stream)).toBe("a,b\n1,2\n1,2\n");
    source.destroy();
  },
);
