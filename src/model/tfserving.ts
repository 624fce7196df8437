// What TensorFlow Serving makes of numbers: it converts none of which something would be lost.
//
// Read in the server's source (tensorflow_serving/util/json_tensor.cc: IsLosslessDecimal, AddValueToTensor, over rapidjson), and not run.
// That it takes no null, and one kind for all cells of a tensor, its table says.

import type { Form } from "../dialects/index.js";
import { refuseUnparsed } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { Inspection } from "./inspection.js";
import { kindsOf } from "./kinds.js";

/** Whole numbers up to here are taken for float, and for double. */
const [FLOAT, DOUBLE] = [2n ** 24n - 1n, 2n ** 53n - 1n];

export function judgeTfserving({ columns }: Pick<Inspection, "columns">, _: Form, __: unknown, to: Findings): void {
  for (const column of columns)
    to.about(column.name, () => {
      const k = kindsOf(column);
      const beyond = (limit: bigint) => k.integers && (k.greatest > limit || k.least < -limit);
      refuseUnparsed(column, to);
      if (beyond(DOUBLE))
        to.depend("F_RANGE", `${to.who} refuses whole numbers beyond 2^53 - 1 unless the model's tensor is int64 or uint64`);
      else if (beyond(FLOAT)) to.depend("F_RANGE", `${to.who} refuses whole numbers beyond 2^24 - 1 where the model's tensor is float`);
    });
}
