// Rows of plain numbers are read as doubles a stretch at a time, and all else a cell at a time: nobody may see who read what.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../src/index.js";
import { cellsOf, collect, crumbs, cut, whole } from "../support/feed.js";

const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));
const wholes = fc.oneof(digits(0, 3), digits(3, 7), digits(8, 20)).map((d) => d.replace(/^0+/, "") || "0");
const plain = fc
  .tuple(fc.constantFrom("", "", "-"), wholes, fc.option(fc.oneof(digits(1, 2), digits(3, 8), digits(9, 24)), { freq: 2 }))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? "" : `.${fraction}`}`);
const tiny = fc.tuple(fc.integer({ min: 1, max: 22 }), digits(1, 3)).map(([zeros, d]) => `0.${"0".repeat(zeros)}${d}`);
const short = fc.integer({ min: -99, max: 9999 }).map(String);
const other = fc.constantFrom("null", "1e3", "-1.5E-7", "NaN", "-Infinity", "123456789012", "1E+300");

/** Mostly what is read a stretch at a time. */
const cell = fc.oneof({ weight: 40, arbitrary: short }, { weight: 20, arbitrary: plain }, { weight: 5, arbitrary: tiny });
const anyCell = fc.oneof({ weight: 100, arbitrary: cell }, { weight: 1, arbitrary: other });

const valueIn = (text: string) => (text === "null" ? Number.NaN : Number(text));

describe("rows have the numbers that Number() reads", () => {
  const table = fc
    .record({ width: fc.integer({ min: 1, max: 14 }), rows: fc.integer({ min: 1, max: 60 }), cell: fc.constantFrom(short, cell, anyCell) })
    .chain(({ width, rows, cell }) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: rows, maxLength: rows }),
    );
  const gaps = fc.constantFrom(["", ""], ["", ""], [" ", " "], ["", "\n"], [" ", "\n  "]);
  const batchRows = fc.constantFrom(1, 2, 7, 1000);
  const cuts = fc.array(fc.nat(6000), { maxLength: 3 });

  test("of a tensor", async () => {
    await fc.assert(
      fc.asyncProperty(table, gaps, batchRows, cuts, async (rows, [gap, rowGap], batchRows, at) => {
        const text = `{"inputs":[${rows.map((row) => `[${row.join(`,${gap}`)}]`).join(`,${rowGap}`)}]}`;
        for (const chunks of [whole(text), cut(text, at), ...(text.length < 500 ? [crumbs(text)] : [])]) {
          const batches = await collect(chunks, { dtype: "float64", batchRows });
          const values = batches.flatMap((batch) => [...cellsOf<TypedArray>(batch)]);
          expect(values).toEqual(rows.flat().map(valueIn));
          expect(batches.map((batch) => batch.rowCount)).toEqual(
            Array.from({ length: Math.ceil(rows.length / batchRows) }, (_, i) => Math.min(batchRows, rows.length - i * batchRows)),
          );
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test("of a frame's columns", async () => {
    await fc.assert(
      fc.asyncProperty(table, gaps, batchRows, cuts, async (rows, [gap, rowGap], batchRows, at) => {
        const names = (rows[0] as string[]).map((_, i) => `c${i}`);
        const data = rows.map((row) => `[${row.join(`,${gap}`)}]`).join(`,${rowGap}`);
        const text = `{"dataframe_split":{"columns":${JSON.stringify(names)},"data":[${data}]}}`;
        for (const chunks of [whole(text), cut(text, at)]) {
          const batches = await collect(chunks, { dtype: "float64", batchRows });
          for (const [i, name] of names.entries()) {
            const values = batches.flatMap((batch) => [...(batch.column(name).values as Float64Array)]);
            expect(values).toEqual(rows.map((row) => valueIn(row[i] as string)));
          }
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
