import { runScript } from "../process.js";
import { median } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";

const MOST = 1.1;

/** What is made four times as much of, from where on, and the ways through. */
const CASES = [
  { what: "columns", of: "columns", from: 50_000, rest: { rows: 2, cell: 1 } },
  { what: "rows", of: "rows", from: 50_000, rest: { columns: 12, cell: 1 } },
  { what: "bytes of a cell", of: "cell", from: 4_000_000, rest: { columns: 2, rows: 2 } },
] as const;

const ROADS = [
  ["csv", "mlflow:split"],
  ["csv", "oip:columns"],
  ["csv", "batches"],
  ["records", "csv"],
  ["records", "mlflow:split"],
  ["records", "inspect"],
  ["split", "mlflow:records"],
  ["split", "inspect"],
  ["split", "batches"],
  ["named", "csv"],
  ["inputs", "mlflow:split"],
] as const;

export function scaling({ rounds }: Scale): Section {
  const rows: string[][] = [];
  let highest = 0;
  for (const { what, of, from, rest } of CASES)
    for (const [source, to] of ROADS) {
      const small: number[] = [];
      const large: number[] = [];
      for (let round = 0; round < rounds; round++)
        for (const [times, seconds] of [
          [1, small],
          [4, large],
        ] as const)
          seconds.push(runScript("scaling", { source, to, ...rest, [of]: times * from }).seconds);
      // what a run takes anyway would hide a square: it weighs little at these sizes
      const exponent = Math.log(median(large) / median(small)) / Math.log(4);
      highest = Math.max(highest, exponent);
      rows.push([`${what} of ${source} → ${to}`, median(small).toFixed(3), median(large).toFixed(3), exponent.toFixed(2)]);
      process.stderr.write(`  scaling: ${rows.at(-1)?.join(" | ")}\n`);
    }
  return {
    title: "Scaling",
    about:
      "Does time grow with what is read, or with its square? Seconds for a payload made in memory, and for one with four times as many columns (which are keys in records, and tensors or inputs elsewhere), rows, or bytes in each cell; and the exponent between the two, 1 where time is proportional.",
    tables: [{ title: `Seconds, medians of ${rounds}`, head: ["", "once", "four times", "exponent"], rows }],
    targets: [
      { what: "exponent of time in columns, rows, keys and cells", needed: `≤ ${MOST}`, reached: highest.toFixed(2), met: highest <= MOST },
    ],
    bars: [],
    notes: [],
  };
}
