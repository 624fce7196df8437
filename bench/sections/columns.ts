import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { FOLDER } from "../payloads.js";
import { hasPeak, peakOf } from "../process.js";
import { median } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Target } from "../section.js";
import { COMMAND } from "./memory.js";

const FEW = 10;
const MANY = 1_000_000;
const MOST = 200;
/** What a name takes whatever is done with it: as a string and a reference to it, and its text, as read and as written. */
const NAME = 24 + 8 + 8 + 10;

const TARGETS = ["csv", "mlflow:split", "mlflow:records", "oip:columns", "jsonl"] as const;

/** What a column costs: the peak of whole commands with many columns, of which there are two rows, over that with a few. */
export function columns({ rounds }: Scale): Section {
  const rows: string[][] = [];
  const targets: Target[] = [];
  const files = [csvOf(FEW), csvOf(MANY)] as const;
  for (const to of hasPeak() ? TARGETS : []) {
    const [few, many] = files.map((file) =>
      median(Array.from({ length: rounds }, () => peakOf([COMMAND, "convert", file, "-t", to, "-o", `${FOLDER}columns/out`]))),
    ) as [number, number];
    const each = (many - few) / (MANY - FEW);
    rows.push([`csv → ${to}`, each.toFixed(0), (each - NAME).toFixed(0)]);
    targets.push({
      what: `bytes that a column takes beyond its name, csv → ${to}`,
      needed: `≤ ${MOST}`,
      reached: (each - NAME).toFixed(0),
      met: each - NAME <= MOST,
    });
    process.stderr.write(`  columns: ${rows.at(-1)?.join(" | ")}\n`);
  }
  rmSync(`${FOLDER}columns`, { recursive: true });
  return {
    title: "Memory of columns",
    about: `What does a column take? The peak of a command over that with ${FEW} columns, by column, of a csv with ${MANY.toLocaleString("en")} columns of seven-letter names and two rows of numbers. A name takes ${NAME} bytes: 24 as a string, 8 where it is listed, and its text as read and as written.`,
    tables: [{ title: `Bytes a column, medians of ${rounds}`, head: ["", "all", "beyond its name"], rows }],
    targets,
    bars: [],
    notes: [],
  };
}

function csvOf(columns: number): string {
  mkdirSync(`${FOLDER}columns`, { recursive: true });
  const path = `${FOLDER}columns/${columns}.csv`;
  const file = openSync(path, "w");
  const line = (of: (i: number) => string) => writeSync(file, `${Array.from({ length: columns }, (_, i) => of(i)).join()}\n`);
  line((i) => `c${100_000 + (i % 900_000)}${i < 900_000 ? "" : "x"}`);
  line(() => "1");
  line(() => "2");
  closeSync(file);
  return path;
}
