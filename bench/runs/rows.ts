// stream-json as its own documentation has it: rows of a payload, one JavaScript array after the other.
import { createReadStream } from "node:fs";
import chain from "stream-chain";
import { parser } from "stream-json";
import { pick } from "stream-json/filters/pick.js";
import { streamArray } from "stream-json/streamers/stream-array.js";
import { given, report } from "./report.js";

const { input, filter } = given<{ input: string; filter: string }>();
let rows = 0;
let cells = 0;
let sum = 0;
const started = performance.now();
const parse = parser({ packKeys: true, packValues: true, streamValues: false });
for await (const { value } of chain([createReadStream(input), parse, pick({ filter }), streamArray()]) as AsyncIterable<{
  value: number[];
}>) {
  rows++;
  cells += value.length;
  for (const cell of value) sum += cell;
}
const seconds = (performance.now() - started) / 1000;
report({ seconds, check: `${rows} rows, ${cells} cells, sum ${sum}` });
