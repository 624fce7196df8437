import { mustAgree } from "../check.js";
import { payloadFile } from "../payloads.js";
import { runScript } from "../process.js";
import { type Contender, type Finish, race, ratio, times } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section, Table, Target } from "../section.js";
import { raceTable } from "../table.js";

/** Numbers to print in a run: a second or so for String(x). */
const NUMBERS = 4_000_000;

const CASES = [
  { name: "float64, doubles of 17 digits", kind: "tensor", dtype: "float64", target: true },
  { name: "float64, short numbers", kind: "heart", dtype: "float64", target: false },
  { name: "float32", kind: "tensor", dtype: "float32", target: false },
] as const;

export function printing(scale: Scale): Section {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const { name, kind, dtype, target } of CASES) {
    const { path: input } = payloadFile(kind, scale.size);
    const options = { input, dtype, numbers: NUMBERS };
    mustAgree(`${name}, read back`, {
      printer: runScript("print", { ...options, by: "printer", check: true }).check,
      "String(x)": runScript("print", { ...options, by: "String", check: true }).check,
    });
    const contenders = (["String", "printer"] as const).map(
      (by): Contender => ({
        name: by === "printer" ? "the core's printer" : "String(x)",
        work: NUMBERS,
        run: () => runScript("print", { ...options, by }).seconds,
      }),
    );
    const [strings, printer] = race(name, contenders, scale.rounds) as [Finish, Finish];
    tables.push(raceTable(name, "million numbers/s", [strings, printer], [strings]));
    if (target)
      targets.push({
        what: `printing ${name}, of String(x)`,
        needed: "≥ 6 ×",
        reached: times(ratio(printer, strings)),
        met: ratio(printer, strings) >= 6,
      });
  }
  return {
    title: "Printing",
    about:
      "Numbers in typed arrays to the bytes of a JSON list: the core's printer over batches of 131,072 cells, beside a JavaScript loop that appends `String(x)` and commas to a string for each batch and encodes it. Half a million different numbers in turn, so that no cache of texts helps. Rates are of numbers, as the printer writes `59.0` where String writes `59`. `String(x)` of a float32 prints the double it widens to, about 17 digits where 8 are enough: a program that prints float32 with String pays that. Before any run was timed, every printed text read back to its number's bits and none was longer than String's.",
    tables,
    targets,
    bars: [],
    notes: [],
  };
}
