import type { Scale } from "./scale.js";
import type { Section, Table, Target } from "./section.js";

export interface Run {
  date: Date;
  machine: readonly string[];
  scale: Scale;
  sections: readonly Section[];
}

/** What a document asks, and how its sections found out. */
export interface Document {
  readonly file: string;
  readonly title: string;
  readonly command: string;
  /** Paragraphs before the figures. */
  readonly opening: readonly string[];
  method(scale: Scale): readonly string[];
  caveats(scale: Scale): readonly string[];
}

export const SPEED: Document = {
  file: "RESULTS.md",
  title: "Results",
  command: "npm run bench",
  opening: [
    "**Question.** How near does converting a scoring payload, every byte of it checked, come to copying the file? What does it cost to move a table's cells into another shape, or to cut it into pieces? And what do typed arrays out of the middle, printing, memory and start cost? What faults do, and how time grows with a payload's width, is in [FAULTS.md](FAULTS.md).",
    "> **Read first.** One machine, one day, warm files: every input was read once before it was timed, and output goes to /dev/null unless it says otherwise. Ratios travel, absolute figures do not. Payloads are generated: heart has many short numbers, tensor few long ones, and real ones lie between.",
    "![Megabytes a second of every way to handle the same payload](chart.svg)",
  ],
  method: ({ rounds }) => [
    `One process for every run, so that no case warms or litters another's. The contenders of a case take turns, ${rounds} rounds, so that whatever else the machine does meets all of them; best and median are given, and ratios are of medians. Seconds run from just before the work to its end inside the process, loading of modules and Node's start left out, unless the case says whole process. MB are 10⁶ bytes of input. Before anything is timed its result is checked against another program's; a wrong one stops the run.`,
    "The programs around the library are TypeScript run with tsx; the library is the built package, and where the core is measured alone it is the same WebAssembly.",
  ],
  caveats: ({ slice }) => [
    `The reference engine is timed on the first rows, ${slice}: it is steady from row to row, and the whole would take minutes. Its start weighs a little more for that.`,
    "A copy by the kernel (`cp`, `copy_file_range`) is faster than Node's streams and is not what a converter can be beside.",
    "Where the processor, the disk or the page cache is shared, single runs vary by tens of percent; medians less.",
  ],
};

/** Sections that were measured after the whole was. */
export const PART: Document = {
  ...SPEED,
  file: "PART.md",
  title: "Results of a part",
  command: "npm run bench -- --only SECTIONS --keep",
  opening: [
    "Sections that were measured anew since [RESULTS.md](RESULTS.md), which has the question, and the other sections. Where both have one, this is the newer.",
  ],
};

export const FAULTS: Document = {
  file: "FAULTS.md",
  title: "Faults",
  command: "npm run bench -- --faults",
  opening: [
    "**Question.** What is left behind when the disk is full, a signal comes, the input changes, the reader leaves? And how do time and memory grow with columns, rows, keys and the length of a cell?",
  ],
  method: () => [
    "The faults are those of `test/faults`, which every run of the tests makes a few times, made more often. A fault is survived when the exit code tells of it and what is visible is whole, or what was there before.",
  ],
  caveats: () => [
    "A process that is killed is not a machine that loses power: that data is synced before a name appears is seen in the code alone.",
  ],
};

/** The document, the whole of it. */
export function writeResults(document: Document, { date, machine, scale, sections }: Run): string {
  const targets = sections.flatMap((section) => section.targets);
  const missed = targets.filter(({ met }) => !met);
  const notes = sections.flatMap((section) => section.notes);
  const parts = [
    `# ${document.title}`,
    `Written by \`${document.command}\`; do not edit.`,
    ...document.opening,
    "## Method",
    ...document.method(scale),
    "## Machine",
    [`- ${date.toISOString().slice(0, 10)}`, ...machine.map((line) => `- ${line}`)].join("\n"),
    "## Targets",
    missed.length === 0
      ? `All ${targets.length} met.`
      : `${targets.length - missed.length} of ${targets.length} met; missed: ${missed.map(({ what }) => what).join("; ")}.`,
    targetTable(targets),
    ...sections.flatMap((section) => [`## ${section.title}`, section.about, ...section.tables.map(table)]),
    "## Caveats",
    [...document.caveats(scale), ...notes].map((note) => `- ${note}`).join("\n"),
  ];
  return `${parts.join("\n\n")}\n`;
}

function targetTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, needed, reached, met }) => [what, needed, reached, met ? "met" : "**missed**"]);
  return grid(["", "needed", "reached", ""], rows);
}

function table({ title, head, rows }: Table): string {
  return `**${title}**\n\n${grid(head, rows)}`;
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
