import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { FOLDER } from "../payloads.js";
import { FULL, type Scale } from "../scale.js";
import type { Section } from "../section.js";

/** How often each fault is made. */
const OFTEN = 200;
const QUICKLY = 10;

interface Report {
  testResults: { name: string; assertionResults: { ancestorTitles: string[]; title: string; status: string; duration?: number }[] }[];
}

/** The faults of test/faults, made often. */
export function faults(scale: Scale): Section {
  const rounds = scale === FULL ? OFTEN : QUICKLY;
  const file = `${FOLDER}faults.json`;
  mkdirSync(FOLDER, { recursive: true });
  const args = ["vitest", "run", "--project=!browser", "test/faults", "--reporter=json", `--outputFile=${file}`];
  spawnSync("npx", args, { env: { ...process.env, FAULTS: `${rounds}` }, stdio: ["ignore", "ignore", "inherit"] });
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as Report;
  const tests = testResults.flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, from: basename(name) })));
  const survived = tests.filter(({ status }) => status === "passed").length;
  return {
    title: "Faults survived",
    about: `Each line is a test of test/faults with FAULTS=${rounds}. A full disk is a limit of 1, 2, … ${rounds} KiB on a file's size; a run is killed at ${rounds} moments between its start and its end; ${rounds} times three runs write into one folder at once.`,
    tables: [
      {
        title: "seconds",
        head: ["", "", ""],
        rows: tests.map(({ ancestorTitles, title, status, duration = 0 }) => [
          [...ancestorTitles, title].filter((text) => text !== "").join(": "),
          (duration / 1000).toFixed(1),
          status === "passed" ? "survived" : `**${status}**`,
        ]),
      },
    ],
    targets: [{ what: "faults survived", needed: `${tests.length}`, reached: `${survived}`, met: survived === tests.length }],
    bars: [],
    notes: [],
  };
}
