// MLflow's models with Python type hints (`is_signature_from_type_hint`): predict(self, model_input: list[int]). Their inputs are held
// against the hint itself (mlflow/types/type_hints.py, _validate_data_against_type_hint; run on 2.22, 3.6 and 3.17), and nothing is cast.

import type { Form } from "../dialects/index.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn, Payload } from "./inspection.js";
import { kindsOf, shapeOf } from "./kinds.js";
import type { ScalarType, Schema } from "./signature.js";

/** What a hint is called in Python, by the signature's type. */
const PYTHON: Readonly<Record<ScalarType, string>> = {
  boolean: "bool",
  integer: "int",
  long: "int",
  float: "float",
  double: "float",
  string: "str",
  binary: "bytes",
  datetime: "datetime",
};

export function judgeHints(payload: Payload, form: Form, schema: Schema, to: Findings): void {
  const { layout, columns } = payload;
  if (form.key !== "inputs" || layout === "named") {
    to.refuse("F_FORM", `${to.who} takes inputs with a list alone for a model with type hints`);
    return;
  }
  const [spec] = schema.kind === "columns" ? schema.columns : [];
  const [cells] = columns;
  if (layout === "records" || typeof spec?.type !== "string" || spec.type === "any" || spec.type === "sparkml-vector" || !cells) {
    if (spec?.type !== "any") to.depend("F_TYPE", "whether every element fits the model's type hint is not checked here");
    return;
  }
  if (shapeOf(cells).length !== 1)
    to.refuse("F_SHAPE", `${to.who} takes a list of ${PYTHON[spec.type as ScalarType]} for this model, of single values`);
  else judgeElements(cells, spec.type as ScalarType, to);
}

function judgeElements(cells: InspectedColumn, type: ScalarType, to: Findings): void {
  const k = kindsOf(cells);
  const looks = cells.cells.strings?.looks ?? [];
  const floats = k.floats || k.nans;
  const fits: Readonly<Record<string, readonly boolean[]>> = {
    bool: [k.booleans],
    // true is an int to Python
    int: [k.integers, k.booleans],
    float: [floats],
    str: [k.strings],
    bytes: [k.strings],
    datetime: [k.strings],
  };
  const hint = PYTHON[type];
  const wanted = fits[hint] as readonly boolean[];
  const present = [k.booleans, k.integers, floats, k.strings].filter((kind) => kind).length;
  if (k.nulls || k.listed || present > wanted.filter((kind) => kind).length) {
    const note = hint === "float" && k.integers ? "; write 1.0 for 1" : "";
    to.refuse("F_TYPE", `${to.who} takes ${hint} alone for this model, and casts nothing${note}`);
  } else if (hint === "bytes") judgeBytes(cells, to);
  else if (hint === "datetime" && looks.some((look) => !["date", "zoned", "far"].includes(look))) {
    if (looks.some((look) => look === "numbered" || look === "whole"))
      to.depend("F_DATE", "texts that are no ISO dates are refused, but for those that Python's datetime.fromisoformat reads");
    else to.refuse("F_DATE", `${to.who} refuses texts that are no dates for a model of datetime`);
  }
}

/** base64.decodebytes, which skips what does not belong there. */
function judgeBytes({ cells: { strings } }: InspectedColumn, to: Findings): void {
  if (strings?.base64 === "none" || strings?.lone) to.refuse("F_BASE64", `${to.who} refuses text that is no base64, or lacks its padding`);
  else if (strings?.base64 === "loose")
    to.change("F_BASE64", "bytes that do not belong to base64 are dropped, - and _ of its URL form too");
}
