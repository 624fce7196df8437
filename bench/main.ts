// npm run bench: runs every section and writes RESULTS.md and chart.svg.
// npm run bench -- --faults: the sections of faults and growth, into FAULTS.md.
// npm run bench -- --only splice,core: only these. --quick: small payloads. Either writes into .data/bench instead.
// npm run bench -- --only files,batches --keep: these, at full size, into PART.md, until the whole is run again.
// npm run bench -- --resume: goes on behind the sections that a run which broke off has finished.
// Sections: those of the lanes, of tables (tables, tables-memory), binary, browser, and of what other programs do (others, tables-others).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawChart } from "./chart.js";
import { describeMachine } from "./machine.js";
import { FOLDER } from "./payloads.js";
import { FAULTS, PART, SPEED, writeResults } from "./results.js";
import { FULL, QUICK, type Scale } from "./scale.js";
import type { Section } from "./section.js";
import { batches } from "./sections/batches.js";
import { binary } from "./sections/binary.js";
import { browser } from "./sections/browser.js";
import { cast } from "./sections/cast.js";
import { columns } from "./sections/columns.js";
import { core } from "./sections/core.js";
import { faults } from "./sections/faults.js";
import { files } from "./sections/files.js";
import { jobs } from "./sections/jobs.js";
import { memory } from "./sections/memory.js";
import { others } from "./sections/others.js";
import { printing } from "./sections/printing.js";
import { python } from "./sections/python.js";
import { scaling } from "./sections/scaling.js";
import { score } from "./sections/score.js";
import { serve } from "./sections/serve.js";
import { spark } from "./sections/spark.js";
import { splice } from "./sections/splice.js";
import { starting } from "./sections/starting.js";
import { tables } from "./sections/tables.js";
import { tablesMemory } from "./sections/tables-memory.js";
import { tablesOthers } from "./sections/tables-others.js";
import { writing } from "./sections/writing.js";

const SECTIONS: Readonly<Record<string, (scale: Scale) => Section | Promise<Section>>> = {
  files,
  splice,
  batches,
  cast,
  printing,
  memory,
  jobs,
  starting,
  core,
  tables,
  "tables-memory": tablesMemory,
  binary,
  score,
  serve,
  browser,
  others,
  "tables-others": tablesOthers,
  python,
  spark,
};

const FAULT_SECTIONS: typeof SECTIONS = { faults, scaling, columns, writing };

const flag = { type: "boolean", default: false } as const;
const { values } = parseArgs({ options: { only: { type: "string" }, faults: flag, quick: flag, resume: flag, keep: flag } });
const scale = values.quick ? QUICK : FULL;
const known = values.faults ? FAULT_SECTIONS : SECTIONS;
const document = values.faults ? FAULTS : values.keep ? PART : SPEED;
const names = values.only?.split(",") ?? Object.keys(known);
const unknown = names.filter((name) => !known[name]);
if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: there are ${Object.keys(known).join(", ")}`);

const date = new Date();
const sections: Section[] = [];
for (const name of names) {
  process.stderr.write(`${name}\n`);
  const kept = `${FOLDER}bench/${values.quick ? "quick" : "full"}-${name}.json`;
  const done = values.resume && existsSync(kept);
  const section = done ? (JSON.parse(readFileSync(kept, "utf8")) as Section) : await known[name]?.(scale);
  if (!section) continue;
  sections.push(section);
  mkdirSync(`${FOLDER}bench`, { recursive: true });
  writeFileSync(kept, JSON.stringify(section));
}

// the documents in this folder are of whole, full runs, and of a part that is to be kept
const whole = !values.quick && (values.keep || values.only === undefined);
const folder = whole ? fileURLToPath(new URL(".", import.meta.url)) : `${FOLDER}bench/`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}${document.file}`, writeResults(document, { date, machine: describeMachine(), scale, sections }));
const bars = sections.flatMap((section) => section.bars);
if (bars.length > 0 && document !== PART) writeFileSync(`${folder}chart.svg`, drawChart(bars));
for (const { what, needed, reached, met } of sections.flatMap((section) => section.targets))
  process.stderr.write(`${met ? "met   " : "MISSED"} ${what}: ${reached} (${needed})\n`);
process.stderr.write(`written to ${folder}\n`);
