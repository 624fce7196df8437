// What becomes of cells in a datetime column.
import type { InspectedColumn } from "./inspection.js";
import { anyLook, isBeyond64 } from "./kinds.js";
import type { Rule } from "./rule.js";

export const DATETIME: Rule = {
  refuses(column, k, reading, _, to) {
    if (reading === "csv") return ["F_DATE", "every cell"];
    if (k.listed) return ["F_TYPE", "lists and objects"];
    const numpy = reading === "numpy";
    if (anyLook(column, "text", "boolean", "decimal", "na")) return ["F_DATE", "texts that are no dates"];
    if (numpy && (k.floats || k.nans)) return ["F_DATE", "numbers with a point, NaN too,"];
    if (numpy && anyLook(column, "nan")) return ["F_DATE", "the word nan"];
    const beside = k.nulls || k.integers || k.floats || k.nans || k.strings;
    // MLflow 3.12 and later ask pandas.to_datetime; before, astype
    const parsed = reading === "frame" && to.since("mlflow", "3.12");
    if (!numpy && k.booleans && (beside || parsed)) return ["F_TYPE", beside ? "booleans beside others" : "booleans"];
    const whole = parsed ? k.greatest >= 2n ** 63n || k.least < -(2n ** 63n) : isBeyond64(k);
    const far = numpy
      ? k.integers && (k.greatest >= 2n ** 63n || k.least < -(2n ** 63n))
      : isBeyond64(k) || (!k.floats && k.integers && whole);
    if (far) return ["F_RANGE", "whole numbers of more than 64 bits"];
    if (numpy) return undefined;
    if (anyLook(column, "zoned")) return ["F_DATE", "times with Z or an offset (write them in UTC, without one)"];
    if (anyLook(column, "far")) return ["F_DATE", "dates before 1677-09-21 and behind 2262-04-11, which nanoseconds do not reach,"];
    return parsed && mixedDates(column) ? ["F_DATE", mixture(column)] : undefined;
  },
  changes(column, k, reading, _, to) {
    const numpy = reading === "numpy";
    const numbers = k.integers || k.floats || k.nans;
    if (anyLook(column, "far"))
      to.change("F_DATE", "dates before 1677-09-21 and behind 2262-04-11 wrap around in a datetime column: 9999-12-31 becomes 1816-03-29");
    if (anyLook(column, "zoned")) to.change("F_DATE", "times with an offset are moved to UTC");
    if (k.strings && (numbers || k.booleans))
      to.depend("F_DATE", "texts beside numbers in a datetime column are refused, or are dates beside nanoseconds");
    else if (numbers || k.booleans)
      to.change("F_DATE", "what is no text is nanoseconds since 1970 in a datetime column; write dates as 2020-01-31T12:00:00");
    if (anyLook(column, "empty", "nan")) to.change("F_DATE", "empty texts become NaT in a datetime column");
    if (numpy && anyLook(column, "whole")) to.change("F_DATE", "texts of digits are years in a datetime column");
    if (anyLook(column, "numbered") || (!numpy && anyLook(column, "whole")))
      to.depend("F_DATE", "texts that are no ISO dates are guessed in a datetime column, or refused");
  },
};

/** pandas takes the form of a column's first date for that of all, fractions of any length as one. */
function mixedDates({ cells: { strings } }: InspectedColumn): boolean {
  const { units, separators } = strings?.dates ?? { units: [], separators: [] };
  return units.length > 1 || separators.length > 1;
}

const SPELLED = {
  day: "2020-01-31",
  minute: "2020-01-31T12:00",
  second: "2020-01-31T12:00:00",
  subsecond: "2020-01-31T12:00:00.5",
} as const;

function mixture({ cells: { strings } }: InspectedColumn): string {
  const units = strings?.dates?.units ?? [];
  const forms = units.length > 1 ? units.map((unit) => SPELLED[unit]) : ["2020-01-31T12:00", "2020-01-31 12:00"];
  return `${forms.join(" beside ")} (write all in one form, as 2020-01-31T12:00:00.000)`;
}
