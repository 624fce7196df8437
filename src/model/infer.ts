// What pandas and numpy make of cells by themselves.
import type { Reading } from "../dialects/index.js";
import { judgeArray } from "./array.js";
import { judgeLoneLost, keepsText, LONE } from "./cast.js";
import type { Findings } from "./finding.js";
import { becomesDate, isDateName, labelsBecome, perhapsDates } from "./guess.js";
import type { InspectedColumn } from "./inspection.js";
import { beyondDoubles, isBeyond64, isStr, kindsOf, onlyLooks, wordsOf } from "./kinds.js";
import type { Schema } from "./signature.js";

/** Both parsers add up digits in doubles (pandas' ujson with precise_float=False, read_csv's default float_precision before 3.1). */
export function judgeDigits(columns: readonly InspectedColumn[], schema: Schema | undefined, reading: Reading, to: Findings): void {
  if (reading === "csv" && to.since("pandas", "3.1")) return;
  const specs = schema?.kind === "columns" ? schema.columns : [];
  const named = new Map(specs.map((spec) => [spec.name, spec]));
  for (const [i, column] of columns.entries()) {
    const own = named.get(column.name);
    const spec = own ?? (specs[i]?.name === undefined ? specs[i] : undefined);
    const kept = schema?.kind !== "columns" || spec !== undefined;
    // a float has fewer digits than that anyway
    if (kept && spec?.type !== "float" && column.cells.floats?.long)
      to.about(column.name, () =>
        to.change("F_DIGITS", `${to.who} loses digits beyond the fifteenth; a list, where the model takes one, keeps them all`),
      );
  }
}

export function judgeLabels(columns: readonly InspectedColumn[], to: Findings): void {
  const names = columns.map(({ name }) => name);
  const becomes = labelsBecome(names, to);
  if (becomes === "maybe") to.depend("F_LABEL", perhapsDates(to.who));
  else if (becomes) to.change("F_LABEL", `${to.who} makes ${becomes} of the columns' labels (${names.slice(0, 3).join(", ")})`);
}

/** Without a type pandas and numpy find one that holds every cell of the column. */
export function inferColumn(column: InspectedColumn, reading: Reading, to: Findings): void {
  const k = kindsOf(column);
  if (reading === "ujson" && isDateName(column.name, to)) {
    const dated = becomesDate(column);
    const name = `pandas takes ${JSON.stringify(column.name)} for the name of dates`;
    if (dated === "yes") {
      to.change("F_DATE", `${to.who} makes datetime64 of its cells: ${name}; name it otherwise to keep them`);
      return;
    }
    if (dated === "maybe") to.depend("F_DATE", `${to.who} makes datetime64 of its cells where it can read all of them as dates: ${name}`);
  }
  if (reading === "csv") inferCsv(column, to);
  if (keepsText(column, reading, to)) to.change("F_RANGE", "numbers beyond a double's make this a column of texts");
  const exact = !beyondDoubles(k);
  if (reading === "numpy") {
    judgeRagged(column, to);
    judgeArray([column], "kept", to);
    return;
  }
  if (column.cells.strings?.lone) {
    if (reading === "frame" && isStr(k, to)) to.refuse("F_ENCODING", LONE);
    else if (reading === "ujson") judgeLoneLost(k, to);
  }
  if (k.strings || k.booleans || k.listed) {
    if (k.nulls && (reading === "ujson" || (reading === "frame" && isStr(k, to))))
      to.change("F_NULL", "null reaches the model as NaN, not as None");
    else if (reading === "csv" && k.nulls) to.change("F_NULL", "an empty field reaches the model as NaN beside texts and booleans");
    return;
  }
  if (reading === "ujson" && k.nulls && !k.integers && !k.floats && !k.nans)
    to.change("F_NULL", "null reaches the model as NaN, not as None");
  else if (k.integers && (k.nulls || k.nans) && !k.floats)
    to.change("F_NULL", `a missing value makes this column of whole numbers float64${exact ? "" : ", and those beyond 2^53 are rounded"}`);
  else if (!exact && k.floats) to.change("F_RANGE", "whole numbers beyond 2^53 are rounded beside numbers with a point");
  else if (k.integers && isBeyond64(k)) to.change("F_RANGE", "whole numbers of more than 64 bits make this a column of objects");
}

/** Lists in cells of which numpy is to make one array. */
export function judgeRagged(column: InspectedColumn, to: Findings): void {
  if (!column.cells.nested) return;
  const k = kindsOf(column);
  if (k.strings || k.booleans || k.integers || k.floats || k.nans)
    to.refuse("F_SHAPE", `${to.who} refuses lists beside single values, of which numpy makes no array`);
  else to.depend("F_SHAPE", `${to.who} refuses lists that differ in length, of which numpy makes no array`);
}

function inferCsv(column: InspectedColumn, to: Findings): void {
  const { cells } = column;
  if (cells.booleans && (cells.integers || cells.floats) && !cells.strings)
    to.change("F_WORD", "numbers beside true and false become texts, and so do these: a CSV file has no kinds of cells");
  if (!cells.strings) return;
  const words = wordsOf(column);
  if (words) to.change("F_WORD", `${words} become NaN: pandas takes such words for missing values`);
  if (cells.integers || cells.floats || cells.booleans)
    to.change("F_WORD", "numbers beside texts become texts: a CSV file has no kinds of cells");
  else if (onlyLooks(column, "whole", "decimal", "nan", "empty", "na"))
    to.change("F_WORD", "texts that look like numbers become numbers: 01234 becomes 1234");
  else if (onlyLooks(column, "boolean", "empty", "na")) to.change("F_WORD", "texts that look like true and false become booleans");
}
