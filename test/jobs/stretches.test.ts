// A stretch is sound only where it ends between two rows: cut at every byte, each payload is either refused, or gives what one reader gives.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkConvert } from "../../src/api/convert.js";
import { nodeHost } from "../../src/api/node.js";
import { goesInParts, labelText, type Plan, planFor } from "../../src/jobs/plan.js";
import { convertLast, convertStretch, type Document, type Stretch } from "../../src/jobs/stretch.js";
import { pour } from "../../src/lanes/pour.js";
import type { ConvertOptions } from "../../src/options/convert.js";
import type { Request } from "../../src/options/request.js";
import { TRAPS } from "../support/traps.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const frame = (rows: readonly string[], before = "", behind = "") =>
  `{"dataframe_split":{${before}"columns":["a","b"],"data":[${rows.join(",")}]${behind}}}`;
const rows = TRAPS.map((trap, i) => `[${i % 2 ? i : -i / 4},"${trap}"]`);
const numbers = Array.from({ length: 12 }, (_, i) => `[${i},${i / 8},${-i}]`);
const labels = rows.map((_, i) => `"\\"],[${i}"`);
const record = (i: number) => `{"a":${i},"b":"${TRAPS[i]}","c":[{"a":${i}},{"a":2}]}`;
const records = TRAPS.map((_, i) => record(i));
const fields = ['1,"a,b"', '2,"line\n3,4\n"', '5,"say ""x"",\n"', "6,plain", '7,""', "8,é", '9,"\r\n10,11\r\n"', "12,z"];

const PAYLOADS: Readonly<Record<string, string>> = {
  frame: frame(rows),
  "frame, spaced": frame(rows.map((row) => `\n  ${row} `)).replaceAll(":", " : "),
  "labels before": frame(rows, `"index":[${labels}],`),
  "labels behind": frame(rows, "", `,"index":[${labels}]`),
  "labels like rows": frame(rows, "", `,"index":[${rows.map((_, i) => `[${i},"x"]`)}]`),
  "names behind": `{"dataframe_split":{"data":[${rows.join(",")}],"columns":["a","b"]}}`,
  "params behind": frame(rows).replace(/\}$/, ',"params":{"x":[[1,"a"],[2,"b"]]}}'),
  tensor: `{"inputs":[${numbers.join(",")}]}`,
  "tensor of rank 3": `{"inputs":[${numbers.map((row) => `[${row},${row}]`).join(",")}]}`,
  "tensor, and another": `{"inputs":[${numbers.join(",")}],"params":{"y":[[1,2,3],[4,5,6]]}}`,
  records: `{"dataframe_records":[${records.join(", ")}]}`,
  "a key that comes late": `{"dataframe_records":[${[...records, '{"a":1,"late":2}', record(1)].join(",")}]}`,
  "a key that lacks": `{"dataframe_records":[${[record(0), '{"a":1}', ...records].join(",")}]}`,
  lines: records.join("\n"),
  "lines of lists": rows.join("\r\n"),
  csv: `a,b\n${fields.join("\n")}\n`,
  "csv without an end": `a,b\n${fields.join("\n")}`,
  "csv, empty lines": `a,b\n${fields.join("\n\n")}\n\n`,
  "one column": "a\n1\n\n2\n3\n\n",
};
const SOURCES: Readonly<Record<string, string>> = { lines: "jsonl", "lines of lists": "jsonl", csv: "csv", "one column": "csv" };
const sourceOf = (name: string) => SOURCES[name] ?? (name.startsWith("csv") ? "csv" : "auto");
const TARGETS = ["mlflow", "azureml", "mlflow:records", "csv", "jsonl", "seldon:ndarray"];
/** What has no parts: names that are needed before the rows and stand behind them, or are none; lists in cells, for a csv; labels behind. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  tensor: ["mlflow:records", "csv", "jsonl"],
  "tensor of rank 3": ["mlflow:records", "csv", "jsonl"],
  "tensor, and another": ["mlflow:records", "csv", "jsonl"],
  "lines of lists": ["azureml", "mlflow:records", "csv", "jsonl"],
  "names behind": ["azureml", "mlflow:records", "csv", "jsonl"],
  "labels behind": ["azureml"],
  "labels like rows": ["azureml"],
  "a key that comes late": ["azureml", "csv", "seldon:ndarray"],
  "a key that lacks": ["csv"],
  records: ["csv"],
  lines: ["csv"],
};

interface Whole {
  readonly text?: string;
  readonly warnings: readonly string[];
  readonly error?: string;
}

async function whole(text: Uint8Array, request: Request): Promise<Whole> {
  const written: Buffer[] = [];
  const warnings: string[] = [];
  const told = { ...request, run: { onWarning: ({ message }: { message: string }) => void warnings.push(message) } };
  try {
    await pour([text], told, nodeHost({}), { write: async (views) => void written.push(...views.map((view) => Buffer.from(view))) });
    return { text: Buffer.concat(written).toString(), warnings };
  } catch (error) {
    return { error: `${error}`, warnings };
  }
}

interface Case {
  readonly name: string;
  readonly to: string;
  readonly document: Document;
  readonly plan: Plan;
  readonly size: number;
  readonly expected: Whole;
}

/** The plan for a payload and a target; undefined where they do not go together, or not in parts. */
async function caseOf(name: string, to: string): Promise<(Case & { fd: number }) | undefined> {
  let request: Request;
  try {
    request = checkConvert({ from: sourceOf(name), to } as ConvertOptions);
  } catch {
    return undefined;
  }
  const bytes = Buffer.from(PAYLOADS[name] as string);
  const path = join(folder, `${name}-${to}`.replaceAll(/\W/g, "-"));
  writeFileSync(path, bytes);
  const fd = openSync(path, "r");
  const plan = goesInParts(request) ? await planFor(fd, bytes.length, request).catch(() => undefined) : undefined;
  if (!plan) {
    closeSync(fd);
    return undefined;
  }
  const document = { fd, ...plan };
  return { fd, name, to, document, plan, size: bytes.length, expected: await whole(bytes, request) };
}

const stretchOf = ({ plan }: Case, from: number, to: number): Stretch => ({ from, to, first: from === plan.first.bytes.length });
const textOf = (views: readonly Uint8Array[]) => Buffer.concat(views).toString();

async function cutAt(own: Case, at: number): Promise<string | undefined> {
  const stretch = stretchOf(own, own.plan.first.bytes.length, at);
  const converted = await convertStretch(own.document, stretch, new ArrayBuffer(0)).catch(() => undefined);
  if (!converted) return undefined;
  const last = await convertLast(own.document, stretchOf(own, at, own.size)).catch(() => undefined);
  if (!last) return undefined;
  const { rows } = own.plan.outcome;
  const all = converted.rows + last.converted.rows - rows;
  const labels = own.plan.ending.labelled ? [labelText(all)] : [];
  return textOf([own.plan.first.written, ...converted.written, last.upTo, ...labels, last.after]);
}

describe.each(Object.keys(PAYLOADS))("%s", (name) => {
  test.each(TARGETS)("cut at every byte, to %s", async (to) => {
    const own = await caseOf(name, to);
    const goes = !WHOLE[name]?.includes(to);
    if (!own) return expect(goes).toBe(false);
    try {
      const sound: number[] = [];
      for (let at = own.plan.first.bytes.length; at <= own.size; at++) {
        const text = await cutAt(own, at);
        if (text === undefined) continue;
        sound.push(at);
        if (text !== own.expected.text) expect({ at, text }).toEqual({ at, text: own.expected.text });
      }
      expect(sound.length > 3).toBe(goes);
    } finally {
      closeSync(own.fd);
    }
  });
});
