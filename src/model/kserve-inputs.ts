// Open Inference Protocol on KServe, where its own servers do otherwise than MLServer, for which the same payload is meant.
//
// Run on kserve 0.21.0's own REST application, with the function that its sklearn, xgboost and lightgbm servers read inputs with
// (utils/utils.py get_predict_input; test/model/record_oip.py).
import type { Findings } from "./finding.js";
import type { InspectedInput, Inspection } from "./inspection.js";

/** Servers of KServe's that read payloads by themselves; whatever else runs there is given them as they are. */
export const OWN = "KServe's own servers for scikit-learn, XGBoost and LightGBM";

export function judgeKserveInputs(
  { columns, request, siblings }: Pick<Inspection, "columns" | "request" | "siblings">,
  framed: boolean,
  to: Findings,
): void {
  const outer = request?.content;
  for (const { name, input } of columns) if (input) to.about(name, () => judgeInput(input, input.content ?? outer, framed, to));
  const nested = request?.nested ?? [];
  if (nested.length > 0)
    to.depend(
      "F_PARAMS",
      `KServe refuses parameters that are lists, objects or null, as MLServer does not: ${nested.slice(0, 5).join(", ")}`,
    );
  if (siblings.includes("outputs"))
    to.depend("F_MEMBER", "KServe refuses outputs that the model does not give, and whatever else stands there");
  if (columns.length === 0) to.depend("F_FORM", "KServe refuses a request without inputs");
  else if (columns.length > 1 && !framed) to.depend("F_FORM", `${OWN} read the first input alone, unless the content type is pd`);
}

function judgeInput({ datatype, shape, nested }: InspectedInput, content: string | undefined, framed: boolean, to: Findings): void {
  if (content !== undefined && content !== "np" && content !== "pd" && datatype !== "BYTES")
    to.depend("F_CAST", `KServe takes no notice of any content type but pd, and makes ${datatype} of its cells, or refuses them`);
  if (framed && nested && shape.slice(1).some((length) => length !== 1))
    to.depend("F_SHAPE", "KServe refuses lists in the cells of a frame");
  if (datatype === "FP16") to.depend("F_DTYPE", "KServe refuses FP16 in JSON, as MLServer does not; send FP32");
  if (datatype === "BYTES" && !framed && !nested && shape.length > 1)
    to.depend("F_SHAPE", `${OWN} give the model one list of these texts, whatever the shape`);
}
