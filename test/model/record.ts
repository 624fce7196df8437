// npm run record: asks each of the releases in releases.json (record.py) and writes answers.json, in which one row of letters stands for
// a question: what the newest of them answer, and where others differ. npm run record -- newest: asks what pip installs today, and
// prints what has changed since.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Releases } from "../../src/dialects/index.js";
import { spellReleases } from "../../src/model/releases.js";
import type { Answers, Recorded } from "./answers.js";
import { output, pythonOf, pythonOfToday } from "./environment.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FILE = join(HERE, "answers.json");

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [what] = process.argv.slice(2);
if (what === "newest") compareNewest();
else if (what === undefined) record();
else throw new Error(`npm run record takes nothing, or newest, and no ${what}`);

function record(): void {
  const releases = JSON.parse(readFileSync(join(HERE, "releases.json"), "utf8")) as Releases[];
  const all = releases.map((one) => ask(pythonOf(one, say)));
  const { cells, schemas, answers } = all.at(-1) as Recorded;
  const differences = Object.fromEntries(
    releases.slice(0, -1).map((one, i) => [spellReleases(one), differing((all[i] as Recorded).answers, answers)]),
  );
  const file: Answers = { releases, cells, schemas, answers, differences };
  writeFileSync(FILE, `${JSON.stringify(file, undefined, 1)}\n`);
  for (const [name, rows] of Object.entries(differences)) say(`${name}: ${Object.keys(rows).length} rows differ from those of the newest`);
}

function compareNewest(): void {
  const known = JSON.parse(readFileSync(FILE, "utf8")) as Answers;
  const { cells, schemas, answers } = ask(pythonOfToday(say));
  const names = Object.keys(cells);
  const forms = Object.keys(schemas);
  const changed = Object.entries(differing(answers, known.answers));
  say(`${changed.length} of ${Object.keys(answers).length} rows differ from those of ${spellReleases(known.releases.at(-1) as Releases)}`);
  for (const [path, letters] of changed) {
    const before = known.answers[path] ?? "";
    const kinds = path.startsWith("shapes/") ? forms : names;
    const cells = kinds
      .filter((_, i) => letters[i] !== before[i])
      .map((kind) => `${kind} ${before[kinds.indexOf(kind)]}→${letters[kinds.indexOf(kind)]}`);
    say(`${path}: ${cells.join(", ")}`);
  }
}

function differing(some: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(some).filter(([path, letters]) => others[path] !== letters));
}

function ask(python: string): Recorded {
  const versions = output(python, ["-c", "import mlflow, pandas, numpy; print(mlflow.__version__, pandas.__version__, numpy.__version__)"]);
  const [mlflow, pandas, numpy] = versions.trim().split(" ");
  say(`asking mlflow ${mlflow} with pandas ${pandas} and numpy ${numpy}`);
  return JSON.parse(output(python, [join(HERE, "record.py")])) as Recorded;
}
