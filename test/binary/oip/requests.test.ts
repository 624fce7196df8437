// Requests with binary tensors: those that tritonclient makes (record_tritonclient.py), read, and written byte for byte as it does.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches, type Warning } from "../../../src/index.js";

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** As text; bytes in base64. */
  readonly cells: readonly string[];
}

interface Recorded {
  readonly body: string;
  readonly length: number;
  readonly tensors: readonly Tensor[];
  /** The same request in JSON, where there is such. */
  readonly json?: string;
}

const recorded: Record<string, Recorded> = JSON.parse(readFileSync(new URL("tritonclient.json", import.meta.url), "utf8"));
const all = Object.entries(recorded);
const FORM = "triton:binary";

async function converted(source: Uint8Array | string, options: ConvertOptions, chunk = Number.POSITIVE_INFINITY) {
  const told: { headers: unknown[]; events: unknown[]; warnings: string[] } = { headers: [], events: [], warnings: [] };
  const bytes = Buffer.from(source as string);
  const pieces =
    chunk > bytes.length
      ? [bytes]
      : Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, i) => bytes.subarray(i * chunk, (i + 1) * chunk));
  const onWarning = ({ code }: Warning) => told.warnings.push(code);
  const stream = convert({ ...options, onWarning, onHeaders: (own) => told.headers.push(own) });
  stream.on("headers", (own) => told.events.push(own));
  Readable.from(pieces, { objectMode: false }).pipe(stream);
  return { bytes: await buffer(stream), ...told };
}

/** The tensors that are read, with their cells as they were recorded. */
async function tensorsOf(body: Uint8Array, options = {}) {
  const found: { name: string; shape: number[]; dtype: string; cells: string[] }[] = [];
  for await (const { kind, rowCount, columns } of readBatches([body], { from: FORM, ...options })) {
    const [{ name, shape, dtype, values }] = columns as unknown as [
      { name: string; shape: number[]; dtype: string; values: ArrayLike<unknown> },
    ];
    const cells = Array.from(values, spelled);
    const last = found.at(-1);
    if (last?.name === name) {
      last.cells.push(...cells);
      (last.shape[0] as number) += rowCount;
    } else found.push({ name, dtype, shape: kind === "scalar" ? [] : [rowCount, ...shape], cells });
  }
  return found;
}

function spelled(cell: unknown): string {
  if (typeof cell === "string") return Buffer.from(cell).toString("base64");
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString("base64");
  return Object.is(cell, -0) ? "-0" : String(cell);
}

/** Python's spelling of a number in JavaScript's. */
function ours({ datatype, cells }: Tensor): string[] {
  if (datatype === "BYTES" || datatype === "BOOL" || /INT/.test(datatype)) return [...cells];
  return cells.map((cell) => spelled({ inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[cell] ?? Number(cell)));
}

const DTYPES: Record<string, string> = {
  BOOL: "bool",
  FP16: "float32",
  BF16: "float32",
  FP32: "float32",
  FP64: "float64",
  BYTES: "string",
};

describe.each(all)("tritonclient's request %s", (_, { body, length, tensors, json }) => {
  const bytes = Buffer.from(body, "base64");

  test.each([undefined, 1, 2, 3])("is read, %s rows at a time", async (batchRows) => {
    const found = await tensorsOf(bytes, batchRows === undefined ? {} : { batchRows });
    const some = tensors.filter(({ shape }) => shape[0] !== 0);
    expect(found.map(({ name, shape }) => ({ name, shape }))).toEqual(some.map(({ name, shape }) => ({ name, shape })));
    expect(found.map(({ cells }) => cells)).toEqual(some.map(ours));
    for (const [i, { datatype, cells }] of some.entries()) {
      const isText = cells.every((cell) => Buffer.from(cell, "base64").equals(Buffer.from(Buffer.from(cell, "base64").toString())));
      const dtype = datatype === "BYTES" && !isText ? "bytes" : (DTYPES[datatype] ?? datatype.toLowerCase());
      expect(found[i]?.dtype).toBe(dtype);
    }
  });

  test("is written byte for byte, with its HTTP headers", async () => {
    const isBinary = !bytes.subarray(0, length).includes('"data":');
    for (const chunk of [1, 7, Number.POSITIVE_INFINITY]) {
      const written = await converted(bytes, { from: FORM, to: FORM, headerLength: length }, chunk);
      if (isBinary) expect(written.bytes.equals(bytes)).toBe(true);
      else expect(await tensorsOf(written.bytes)).toEqual(await tensorsOf(bytes));
      expect(written.warnings).toEqual([]);
      const headers = {
        "Inference-Header-Content-Length": `${written.bytes.lastIndexOf("}}") + 2}`,
        "Content-Type": "application/octet-stream",
      };
      if (isBinary) headers["Inference-Header-Content-Length"] = `${length}`;
      expect(written.headers).toEqual([headers]);
      expect(written.events).toEqual([headers]);
    }
  });

  test.runIf(json)("is made of the same in JSON", async () => {
    const [{ datatype }] = tensors as [Tensor];
    for (const chunk of [1, 7, Number.POSITIVE_INFINITY]) {
      const written = await converted(json as string, { to: FORM, datatype }, chunk);
      expect(written.bytes.equals(bytes)).toBe(true);
      expect(written.warnings).toEqual([]);
    }
  });
});

interface Answered {
  readonly status: number;
  /** What the model was given. */
  readonly given?: readonly Tensor[];
  /** The server's own answer, of the same tensors, with the length of its JSON. */
  readonly answer?: string;
  readonly length?: number;
}

const answers: Record<string, Answered> = JSON.parse(readFileSync(new URL("kserve.json", import.meta.url), "utf8"));

// what tritonclient writes transload writes byte for byte, as the tests above say
describe.each(all)("KServe (record_kserve.py) is given %s", (name, { tensors }) => {
  const { status, given, answer, length } = answers[name] as Answered;

  test("as it was sent", () => {
    const odd = tensors.some(({ datatype }) => datatype === "BF16") || name === "no UTF-8";
    expect(status === 200).toBe(!odd);
    if (!odd) expect(given).toEqual(tensors);
  });

  test.runIf(answer)("and answers what is read", async () => {
    const bytes = Buffer.from(answer as string, "base64");
    const found = await tensorsOf(bytes, { headerLength: length });
    expect(found.map(({ cells }) => cells)).toEqual(tensors.filter(({ shape }) => shape[0] !== 0).map(ours));
  });
});
