// What Seldon Core makes of rows, by the way they come.
//
// Over REST the Python server's wrapper hands `json.loads` to `numpy.array`: run on seldon-core 1.19.0 with Flask's test client. Over gRPC,
// and through what speaks it, numbers are doubles, and there is neither NaN nor, in a tensor, null (proto/prediction.proto; run: null in a
// tensor raises). The executor that stands before it in a cluster was not run.

import { dialectOf, type Form } from "../dialects/index.js";
import { judgeArray } from "./array.js";
import type { Findings } from "./finding.js";
import type { Inspection } from "./inspection.js";
import { kindsOf } from "./kinds.js";

export function judgeSeldon({ columns }: Pick<Inspection, "columns">, form: Form, _: unknown, to: Findings): void {
  const { way } = dialectOf(form);
  const rest = "its Python server keeps them over REST";
  for (const column of columns)
    to.about(column.name, () => {
      const k = kindsOf(column);
      if (k.nans) to.depend("F_NAN", `${to.who} refuses NaN and Infinity ${way}; ${rest}`);
      if (k.nulls && form.refusesNull) to.depend("F_NULL", `${to.who} refuses null in a tensor ${way}; ${rest}, as None`);
      if (k.integers && (k.greatest > 2n ** 53n || k.least < -(2n ** 53n)))
        to.depend("F_RANGE", `${to.who} carries every number as a double ${way}: whole numbers beyond 2^53 are rounded; ${rest}`);
    });
  judgeArray(columns, "kept", to);
}
