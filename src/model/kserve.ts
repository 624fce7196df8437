// What KServe makes of instances, or inputs, of its v1 protocol.
//
// Run on kserve 0.21.0's own REST application with the function that its sklearn, xgboost and lightgbm servers read them with
// (utils/utils.py get_predict_input, on pandas 2.3.3; test/model/record_oip.py). A predictor of one's own is given the parsed body.

import type { Form } from "../dialects/index.js";
import { beyond, judgeArray } from "./array.js";
import { refuseUnparsed } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn, Inspection } from "./inspection.js";
import { kindsOf } from "./kinds.js";
import { OWN } from "./kserve-inputs.js";

export function judgeKserve({ layout, columns }: Pick<Inspection, "layout" | "columns">, _: Form, __: unknown, to: Findings): void {
  for (const column of columns)
    to.about(column.name, () => {
      // orjson
      refuseUnparsed(column, to);
    });
  if (layout === "records") judgeRecords(columns, to);
  else judgeTensor(columns, to);
}

function judgeTensor(columns: readonly InspectedColumn[], to: Findings): void {
  const [column] = columns;
  if (!column) return;
  if (column.scalar && !column.cells.strings) to.refuse("F_FORM", `${to.who} refuses a single value for instances`);
  const k = kindsOf(column);
  const mixed = k.strings && (k.integers || k.floats || k.booleans);
  // a list that begins with a text is left a list
  if (mixed && column.shape.length === 0)
    to.depend("F_CAST", `${OWN} make texts of the numbers in this list, unless the first of it is a text`);
  else judgeArray(columns, "floats", to);
}

/** `pd.DataFrame(record)` for each, which takes lists for columns and nothing else. */
function judgeRecords(columns: readonly InspectedColumn[], to: Findings): void {
  const scalars = columns.filter(({ cells, nulls }) => cells.integers || cells.floats || cells.strings || cells.booleans || nulls > 0);
  if (scalars.length > 0)
    to.depend(
      "F_FORM",
      `${OWN} refuse records of single values ("If using all scalar values, you must pass an index"): send lists of rows, or {"a": [1]}`,
    );
  if (columns.length === 0) to.depend("F_FORM", `${OWN} make a table without columns of empty records`);
  for (const column of columns)
    to.about(column.name, () => {
      if (column.cells.nested) to.depend("F_SHAPE", `${OWN} make a row of every cell in these lists`);
      if (scalars.length === 0 && beyond(kindsOf(column)))
        to.change("F_RANGE", "whole numbers of more than 64 bits are rounded to doubles");
    });
}
