// A csv through csv-parse: every row printed as JSON to /dev/null, or its numbers into Float64Arrays.
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { given, report } from "./report.js";

const { input, task, check = false } = given<{ input: string; task: "json" | "arrays"; check?: boolean }>();
/** Rows of a batch, and characters of text handed on at a time. */
const ROWS = 8192;
const PIECE = 1 << 18;
let rows = 0;
let sum = 0;

const started = performance.now();
// with cast on, the words that are numbers become numbers, as in transload
const source = createReadStream(input).pipe(parse({ from_line: 2, cast: task === "json" }));
if (task === "json") await pipeline(Readable.from(texts(source), { objectMode: true, highWaterMark: 1 }), createWriteStream("/dev/null"));
else await readArrays(source);
const seconds = (performance.now() - started) / 1000;
report({ seconds, ...(check && { check: `${rows} rows, sum ${sum}` }) });

async function* texts(parsed: AsyncIterable<(string | number)[]>): AsyncGenerator<string> {
  let text = '{"dataframe_split":{"data":[';
  for await (const row of parsed) {
    const printed = JSON.stringify(row);
    text += rows++ === 0 ? printed : `,${printed}`;
    if (check) addUp(JSON.parse(printed) as unknown[]);
    if (text.length < PIECE) continue;
    yield text;
    text = "";
  }
  yield `${text}]}}`;
}

async function readArrays(parsed: AsyncIterable<string[]>): Promise<void> {
  let columns: Float64Array[] = [];
  for await (const row of parsed) {
    const at = rows++ % ROWS;
    if (at === 0) columns = row.map(() => new Float64Array(ROWS));
    for (let i = 0; i < row.length; i++) (columns[i] as Float64Array)[at] = Number(row[i]);
    if (check) addUp(columns.map((column) => column[at]));
  }
}

function addUp(cells: readonly unknown[]): void {
  for (const cell of cells) if (typeof cell === "number") sum += cell;
}
