// Both engines, whole and byte by byte, over payloads of every form, sound and broken, into every target.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import { nodeHost } from "../../src/api/node.js";
import { readBatches } from "../../src/api/read.js";
import { TransloadError } from "../../src/errors.js";
import { stageFor } from "../../src/lanes/chain.js";
import type { Stage } from "../../src/lanes/stage.js";
import type { ConvertOptions } from "../../src/options/convert.js";
import { requestOf } from "../../src/options/request.js";
import { type Draw, drawing } from "../support/draw.js";
import { same } from "../support/same.js";

const NUMBERS = [
  "0",
  "-0",
  "1",
  "12",
  "-3",
  "1.5",
  "-2.25e3",
  "1E+5",
  "1e-5",
  "0.0001",
  "123456789012345678",
  "9.87654321e-10",
  "3.0",
  "300",
  "1e400",
  "255",
  "16777217",
  "0.1",
  "5e-324",
  "2352403.25",
  "12345678901234567890123",
];
const STRINGS = ["abc", "", "a\\nb", "\\u00e9x", "日本", "é", '\\"q\\"', "\\\\", "tab\\t", "[1,2]", "x,y", "NaN", "\\ud800"].map(
  (s) => `"${s}"`,
);
const CELLS: readonly (readonly string[])[] = [
  NUMBERS,
  NUMBERS,
  STRINGS,
  ["true", "false"],
  ["null", ...NUMBERS.slice(0, 3)],
  ["NaN", "Infinity", "-Infinity", "7"],
  ['[1,{"a":2}]', '{"k":[1]}', "null", '"s"'],
];
const JUNK = [...'[]{},:"\\0123456789.eE+-ntfNI \n\t\u0000x', "é"];
const TARGETS = [
  "azureml",
  "mlflow",
  "mlflow1",
  "tfserving",
  "mlflow:inputs",
  "mlflow:instances",
  "mlflow:split",
  "azureml:split",
  "azureml:tensor",
  "azureml:named",
  "tfserving:instances",
  "tfserving:inputs",
];

function space({ pick }: Draw): string {
  return pick(["", "", "", " ", "\n", " \n  ", "\t"]);
}

function list(draw: Draw, length: number, item: (i: number) => string): string {
  return `[${Array.from({ length }, (_, i) => space(draw) + item(i) + space(draw)).join(",")}]`;
}

function tensor(draw: Draw): string {
  const rank = draw.upTo(3);
  const kind = draw.pick(CELLS.slice(0, 6));
  const inner = [draw.upTo(4), draw.upTo(2) + 1, 1];
  const level = (depth: number): string =>
    depth === rank ? draw.pick(kind) : list(draw, depth === 0 ? draw.upTo(7) : (inner[depth - 1] as number), () => level(depth + 1));
  return level(0);
}

function frame(draw: Draw): string {
  const kinds = Array.from({ length: draw.upTo(3) + 1 }, () => draw.pick(CELLS));
  const rows = draw.upTo(6);
  const members = [
    `"data"${space(draw)}:${space(draw)}${list(draw, rows, () => list(draw, kinds.length, (i) => draw.pick(kinds[i] as readonly string[])))}`,
  ];
  if (draw.upTo(3) > 0) members.push(`"columns":${JSON.stringify(kinds.map((_, i) => `c${i}`))}`);
  if (draw.upTo(1) > 0) members.push(`"index":${JSON.stringify(Array.from({ length: rows }, (_, i) => i * 2))}`);
  if (draw.upTo(1) > 0) members.reverse();
  return `{${space(draw)}${members.join(`${space(draw)},${space(draw)}`)}${space(draw)}}`;
}

function payload(draw: Draw): string {
  if (draw.upTo(11) === 0) return frame(draw);
  const named = () => `{${Array.from({ length: draw.upTo(2) }, (_, i) => `"t${i}":${tensor(draw)}`).join(",")}}`;
  const [key, cargo] = draw.pick([
    ["input_data", frame],
    ["dataframe_split", frame],
    ["inputs", tensor],
    ["input_data", tensor],
    ["instances", tensor],
    ["inputs", named],
    ["input_data", named],
  ] as const);
  const members = [`"${key}":${cargo(draw)}`];
  if (draw.upTo(2) === 0) members.push('"params":{"a":[1,NaN,"x"]}');
  if (draw.upTo(4) === 0) members.push('"signature_name":"s"');
  if (draw.upTo(1) > 0) members.reverse();
  return `${space(draw)}{${members.map((m) => space(draw) + m + space(draw)).join(",")}}${space(draw)}`;
}

function corrupt(draw: Draw, bytes: Buffer): Buffer {
  const at = draw.upTo(bytes.length - 1);
  const junk = Buffer.from(draw.pick(JUNK));
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  return draw.pick([
    () => Buffer.concat([head, junk, tail]),
    () => Buffer.concat([head, tail.subarray(1)]),
    () => Buffer.concat([head, junk, tail.subarray(1)]),
    () => head,
  ])();
}

function choices(draw: Draw): ConvertOptions {
  const options: ConvertOptions = { to: draw.pick(TARGETS) };
  if (draw.upTo(1) > 0) options.dtype = draw.pick(["float64", "float32", "int8", "int64", "uint64", "bool", "uint16"] as const);
  if (draw.upTo(3) === 0) options.cast = "clip";
  if (draw.upTo(3) === 0) options.nan = draw.pick(["null", "token", "error"] as const);
  if (draw.upTo(4) === 0) options.columns = ["c0", "c1"].slice(0, draw.upTo(1) + 1);
  if (options.dtype && draw.upTo(1) > 0) options.batchRows = draw.upTo(2) + 1;
  if (options.dtype && draw.upTo(5) === 0) options.through = [(batch) => batch];
  return options;
}

interface Outcome {
  text?: string;
  warnings?: string[];
  code?: string;
  offset?: number | undefined;
  message?: string;
}

async function run(bytes: Buffer, options: ConvertOptions, step: number): Promise<Outcome> {
  const out: Buffer[] = [];
  const warnings: string[] = [];
  let conversion: Stage | undefined;
  try {
    conversion = stageFor(
      requestOf("convert", { ...options, onWarning: ({ message }) => warnings.push(message) }),
      nodeHost(options),
      (part) => out.push(Buffer.from(part)),
    );
    for (let at = 0; at < bytes.length; at += step) {
      const wait = conversion.push(bytes.subarray(at, at + step));
      if (wait) await wait;
    }
    await conversion.end();
  } catch (error) {
    if (error instanceof TransloadError) return { code: error.code, offset: error.offset, message: error.message };
    throw error;
  } finally {
    conversion?.close();
  }
  // conversions in a row warn each when it comes to it
  return { text: Buffer.concat(out).toString("latin1"), warnings: warnings.sort() };
}

/** Errors of the text itself. Where a payload has two faults, stream-json may stumble over the text's before the other shows. */
const OF_THE_TEXT = ["E_SYNTAX", "E_NUMBER", "E_ESCAPE", "E_CONTROL", "E_BRACKET", "E_TRUNCATED", "E_UTF8", "E_NAN", "E_NULL"];

async function agree(bytes: Buffer, options: ConvertOptions): Promise<Outcome> {
  const core = await run(bytes, options, bytes.length || 1);
  const crumbs = await run(bytes, options, 1);
  // conversions in a row: where both refuse, the one that comes to its fault first depends on how much it has been given
  const inTurn = options.dtype !== undefined && core.code !== undefined && crumbs.code !== undefined;
  if (!inTurn) same(crumbs, core, () => "core, byte by byte");
  for (const step of [bytes.length || 1, 1]) {
    const reference = await run(bytes, { ...options, engine: "reference" }, step);
    const codes = [core.code, reference.code];
    const refused = core.code !== undefined && reference.code !== undefined;
    const twoFaults = refused && (inTurn || codes.some((code) => OF_THE_TEXT.includes(code as string)));
    if (!twoFaults) same({ ...reference, message: "", offset: 0 }, { ...core, message: "", offset: 0 }, () => `reference, by ${step}`);
  }
  return core;
}

describe("engines", () => {
  test("give the same bytes and warnings for sound payloads", async () => {
    let converted = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = drawing(g);
        const outcome = await agree(Buffer.from(payload(draw)), choices(draw));
        if (outcome.text !== undefined) converted++;
      }),
      { numRuns: 1500, endOnFailure: true },
    );
    expect(converted).toBeGreaterThan(300);
  }, 60_000);

  test("refuse the same corrupted payloads for the same reason", async () => {
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = drawing(g);
        let bytes = corrupt(draw, Buffer.from(payload(draw)));
        if (draw.upTo(1) > 0 && bytes.length > 0) bytes = corrupt(draw, bytes);
        const outcome = await agree(bytes, choices(draw));
        if (outcome.code) codes.add(outcome.code);
      }),
      { numRuns: 1500, endOnFailure: true },
    );
    for (const code of ["E_SYNTAX", "E_TRUNCATED", "E_RAGGED", "E_FORM", "E_NUMBER"]) expect(codes).toContain(code);
  }, 60_000);

  test("inspect alike", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const bytes = Buffer.from(payload(drawing(g)));
        const [core, reference] = await Promise.all(
          (["core", "reference"] as const).map((engine) => inspect(bytes, { engine }).catch((error: TransloadError) => error.code)),
        );
        same(reference, core);
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});

test.each([
  '{"inputs":[1,300]}',
  '{"inputs":[[1,2],[3,300]]}',
  '{"inputs":[[[1,2],[3,4]],[[5,6],[7,300]]]}',
  '{"inputs":{"x":[[1,2],[3,300]]}}',
  '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,300]]}}',
  '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,[4]]]}}',
])("say the same of a cell that its dtype does not hold, and where it is: %s", async (payload) => {
  const refusal = async (engine: "core" | "reference") => {
    try {
      for await (const _ of readBatches(Buffer.from(payload), { dtype: "uint8", engine }));
    } catch (error) {
      const { code, detail, offset, path, row, cell } = error as TransloadError;
      return { code, detail, offset, path, row, cell };
    }
    throw new Error("it is refused");
  };
  expect(await refusal("reference")).toEqual(await refusal("core"));
});
