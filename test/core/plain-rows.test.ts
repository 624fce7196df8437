// Rows of plain numbers are taken whole, 64 bytes at a time: they must become what they become a cell at a time.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SplitOptions } from "../../src/index.js";
import { type Draw, drawing } from "../support/draw.js";
import { collect, crumbs, cut, feed, type Outcome, placeOf, whole } from "../support/feed.js";
import { same } from "../support/same.js";

const PLAIN = [
  "0",
  "7",
  "-1",
  "12",
  "255",
  "1.5",
  "-0.25",
  "0.1",
  "2147483648",
  "-0",
  "3.0",
  "0.12345678901234567",
  "12345678901234567890",
];
const ODD = [
  "1e5",
  "-2.5E-3",
  "01",
  "1.",
  ".5",
  "-",
  "",
  "1.2.3",
  "--1",
  "1-2",
  " 1",
  "+1",
  "00",
  "-01",
  "0x1",
  "true",
  "null",
  "NaN",
  '"a"',
];
const JUNK = [...'0123456789.-,\n\r[]e "x', "é"];
const OF_THE_TEXT = ["E_SYNTAX", "E_NUMBER", "E_TRUNCATED", "E_CONTROL", "E_ESCAPE", "E_BRACKET", "E_NAN", "E_NULL", "E_QUOTE"];

/** Mostly plain rows of one width; a few have a cell that is not plain, or one cell more or less. */
function table({ pick, upTo }: Draw, odd: readonly string[]): string[][] {
  const width = pick([1, 2, 3, 12, 30, 70]);
  return Array.from({ length: upTo(12) }, () => {
    const length = upTo(30) === 0 ? width + pick([-1, 1]) : width;
    return Array.from({ length }, () => (upTo(12 * width) === 0 ? pick(odd) : pick(PLAIN)));
  });
}

const names = (rows: readonly string[][]) => (rows[0] ?? ["1"]).map((_, i) => `c${i}`);

const SOURCES: Readonly<Record<string, (rows: readonly string[][], draw: Draw) => string>> = {
  csv: (rows, { pick }) => {
    const end = pick(["\n", "\r\n", "\r"]);
    return [names(rows), ...rows].map((row) => row.join(",")).join(end) + pick([end, ""]);
  },
  "mlflow:split": (rows, { pick }) =>
    `{"dataframe_split":{"columns":${JSON.stringify(names(rows))},"data":[${rows.map((row) => `[${row.join(pick([",", ",", ", "]))}]`).join(pick([",", ",", ", ", ",\n"]))}]}}`,
  "jsonl:lists": (rows, { pick }) => rows.map((row) => `[${row.join(",")}]`).join("\n") + pick(["\n", ""]),
};
const TARGETS = [
  "mlflow:split",
  "azureml:split",
  "csv",
  "jsonl:lists",
  "mlflow:inputs",
  "seldon:ndarray",
  "seldon:tensor",
  "sagemaker:json",
  "oip:tensor",
  "mlflow:records",
];

function options({ pick, upTo }: Draw, from: string): SplitOptions {
  const own: SplitOptions = { from, to: pick(TARGETS) };
  if (upTo(3) === 0) own.maxRows = upTo(4) + 1;
  if (upTo(5) === 0) own.maxBytes = 2000;
  if (upTo(5) === 0) own.ragged = "pad";
  if (upTo(3) === 0) own.fixed = true;
  if (upTo(5) === 0) own.index = pick(["drop", "generate"]);
  if (from === "csv" && upTo(5) === 0) own.na = ["7", "255"];
  if (from === "csv" && upTo(5) === 0) own.text = ["c1"];
  if (from === "csv" && upTo(5) === 0) own.typing = "pandas";
  return own;
}

const shown = ({ text, error, warnings }: Outcome) => ({ text: error ? "" : text, warnings, ...placeOf(error) });

describe("rows of plain numbers", () => {
  test.each(Object.keys(SOURCES))(
    "%s: are the same wherever they are cut, and by both engines",
    async (from) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const draw = drawing(g);
          let payload = Buffer.from(SOURCES[from]?.(table(draw, draw.upTo(1) ? ODD : PLAIN), draw) as string);
          if (draw.upTo(3) === 0 && payload.length > 0) {
            const at = draw.upTo(payload.length - 1);
            payload = Buffer.concat([payload.subarray(0, at), Buffer.from(draw.pick(JUNK)), payload.subarray(at + draw.upTo(1))]);
          }
          const how = options(draw, from);
          if (from === "jsonl:lists" && how.to === "mlflow:records") how.columns = ["c0", "c1"];
          const core = await feed(whole(payload), how);
          if (!core.error) done++;
          const cuts = Array.from({ length: draw.upTo(5) }, () => draw.upTo(payload.length));
          same(shown(await feed(cut(payload, cuts), how)), shown(core), () => `cut at ${cuts}`);
          same(shown(await feed(crumbs(payload), how)), shown(core), () => "byte by byte");
          const reference = await feed(whole(payload), { ...how, engine: "reference" });
          // of two faults the reference engine finds the text's first: it has read the row, or the chunk, to its end
          const twoFaults =
            reference.error && core.error && [reference.error.code, core.error.code].some((code) => OF_THE_TEXT.includes(code));
          if (!twoFaults) expect(reference.error?.code, reference.error?.message).toBe(core.error?.code);
          if (!core.error) expect(reference.text).toBe(core.text);
        }),
        { numRuns: 1200 },
      );
      expect(done).toBeGreaterThan(300);
    },
    120_000,
  );

  test("become the same columns wherever they are cut, and by both engines", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = drawing(g);
        const rows = table(draw, PLAIN).filter((row, _, all) => row.length > 0 && row.length === all[0]?.length);
        const csv = SOURCES.csv?.(rows, draw) as string;
        const how = { from: "csv", dtype: draw.pick(["float64", "float32"] as const), batchRows: draw.pick([1, 3, 1000]) };
        const flat = async (chunks: Iterable<Uint8Array>, engine: "core" | "reference") =>
          (await collect(chunks, { ...how, engine })).map(({ rowCount, columns }) => [rowCount, columns.map(({ values }) => [...values])]);
        const core = await flat(whole(csv), "core");
        same(await flat(crumbs(csv), "core"), core);
        same(await flat(whole(csv), "reference"), core);
        const cells = core.flatMap(([count, columns]) =>
          Array.from({ length: count as number }, (_, r) => (columns as number[][]).map((c) => c[r])),
        );
        const expected = rows.map((row) => row.map((cell) => (how.dtype === "float32" ? Math.fround(Number(cell)) : Number(cell))));
        same(cells, expected);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
