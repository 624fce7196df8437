// What the frameworks' containers on SageMaker make of a CSV, and of a bare list.
//
// `numpy.genfromtxt(dtype=None, delimiter=",")` and `numpy.array(json.loads(…))` (sagemaker_inference 1.10.1, decoder.py, which was run).
// SageMaker's own algorithms read the same CSV by rules of their own.

import type { Form } from "../dialects/index.js";
import { judgeArray } from "./array.js";
import type { Findings } from "./finding.js";
import type { Inspection } from "./inspection.js";
import { kindsOf } from "./kinds.js";

export function judgeSagemaker({ layout, columns }: Pick<Inspection, "layout" | "columns">, _: Form, __: unknown, to: Findings): void {
  if (layout === "tensor") judgeArray(columns, "kept", to);
  if (layout !== "delimited") return;
  for (const column of columns)
    to.about(column.name, () => {
      const k = kindsOf(column);
      const [wholes, truths] = [k.integers && !k.booleans, k.booleans && !k.integers];
      if (k.nulls && !k.floats && !k.strings && (wholes || truths))
        to.depend(
          "F_NULL",
          "the frameworks' containers read an empty field among whole numbers as -1, and among true and false as false (numpy.genfromtxt); write nan",
        );
    });
}
