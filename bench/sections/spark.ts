import { fileURLToPath } from "node:url";
import { mustAgree } from "../check.js";
import { type PayloadFile, payloadFile } from "../payloads.js";
import { outputOf, type Report, runReporter } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Target } from "../section.js";
import { raceTable } from "../table.js";

const PYTHON = process.env.PYTHON ?? "python3";
const RUN = fileURLToPath(new URL("../runs/spark.py", import.meta.url));
/** Of heart's rows. */
const COLUMNS = 12;
/** Each starts a Spark. */
const ROUNDS = 3;

type How = "transload" | "spark";
type Run = Report & { readonly error?: string };

export function spark(scale: Scale): Section {
  const missing = missingHere();
  return missing === undefined ? measured(scale) : { ...about(scale), tables: [], targets: [], bars: [], notes: [missing] };
}

function measured(scale: Scale): Section {
  const heart = payloadFile("heart", scale.size);
  const own = run("transload", heart, 2);
  const json = run("spark", heart, 2);
  mustAgree("heart, sums of the columns", {
    "two cores": own.check,
    "one core": run("transload", heart, 1).check,
    ...(json.error === undefined && { "Spark's own JSON": json.check }),
  });
  const rivals = json.error === undefined ? [inSpark("spark", heart, 2)] : [];
  const rounds = Math.min(scale.rounds, ROUNDS);
  const finishes = race("heart in Spark", [inSpark("transload", heart, 2), inSpark("transload", heart, 1), ...rivals], rounds);
  const [two, one, rival] = finishes as [Finish, Finish, Finish | undefined];
  const targets = [atLeast("two cores, of one", 1.7, ratio(two, one))];
  if (rival) targets.push(atLeast("of Spark's own JSON and `explode`, both on two cores", 10, ratio(two, rival)));
  return {
    ...about(scale),
    tables: [raceTable("heart, one document → sums of its columns", "MB/s", finishes, rival ? [one, rival] : [one])],
    targets,
    bars: [],
    notes: json.error === undefined ? [] : [`Spark's own JSON does not read it: ${json.error}`],
  };
}

function atLeast(what: string, needed: number, reached: number): Target {
  return { what, needed: `≥ ${needed} ×`, reached: times(reached), met: reached >= needed };
}

function inSpark(how: How, file: PayloadFile, cores: number): Contender {
  const name = how === "spark" ? "spark.read.json(multiLine) and explode" : `transload, ${cores === 1 ? "one core" : `${cores} cores`}`;
  return { name, work: file.bytes, run: () => run(how, file, cores).seconds };
}

function run(how: How, { path }: PayloadFile, cores: number): Run {
  return runReporter(PYTHON, [RUN, JSON.stringify({ how, cores, input: path, columns: COLUMNS })]);
}

function missingHere(): string | undefined {
  const here = outputOf(PYTHON, ["-c", "import transload, pyspark; print(transload.__version__)"]);
  return here ? undefined : `Not measured: ${PYTHON} has not transload's wheel and pyspark; PYTHON names one that has.`;
}

function about(scale: Scale): Pick<Section, "title" | "about"> {
  return {
    title: "Spark",
    about: `Do the cores share one document? ${scale.size} of heart, cut into as many shares as Spark has cores, and its columns added up; beside it Spark's own JSON, which reads a document in one task. Seconds are those of the query in a Spark that has read a small document before. Before any run was timed: equal sums.`,
  };
}
