// Inference parameters against those of the model's signature.
//
// Run on mlflow 3.17.2 (mlflow/models/utils.py, _enforce_params_schema and _enforce_param_datatype): values are taken by the very type that they
// have in Python, where an int is no bool and no str, and may be a float. null is taken for every single value.
import type { Findings } from "./finding.js";
import type { InspectedParam, InspectedParams, ValueKind } from "./inspection.js";
import { type ParamSpec, spell } from "./signature.js";

const FITTING: Readonly<Record<string, readonly ValueKind[]>> = {
  boolean: ["boolean"],
  integer: ["integer"],
  long: ["integer"],
  float: ["float", "integer"],
  double: ["float", "integer"],
  string: ["string"],
  datetime: ["string"],
};

/** `specs`: those of the signature, undefined where it has none. */
export function judgeParams({ kind, members }: InspectedParams, specs: readonly ParamSpec[] | undefined, to: Findings): void {
  const nothing = kind === "null" || (kind === "object" && members.length === 0);
  if (nothing) return;
  if (!specs) to.change("F_PARAMS", `${to.who} drops the params: the model's signature has none`);
  else if (kind !== "object") to.refuse("F_PARAMS", `${to.who} takes an object for params`);
  else {
    const named = new Map(specs.map((spec) => [spec.name, spec]));
    const unknown = members.filter(({ name }) => !named.has(name)).map(({ name }) => JSON.stringify(name));
    if (unknown.length > 0)
      to.change("F_PARAMS", `${to.who} drops ${unknown.slice(0, 5).join(", ")} of the params: the model's signature has no such`);
    for (const param of members) judgeParam(param, named.get(param.name), to);
  }
}

function judgeParam(param: InspectedParam, spec: ParamSpec | undefined, to: Findings): void {
  if (!spec) return;
  const { type, shape } = spec;
  const listed = shape !== undefined;
  const kinds = listed ? (param.elements ?? []) : [param.kind];
  const wanted = typeof type === "string" ? FITTING[type] : (["object"] as const);
  const wrong = (listed && param.kind !== "list") || (wanted && kinds.some((kind) => kind !== "null" && !wanted.includes(kind)));
  if (wrong)
    to.refuse(
      "F_PARAMS",
      `${to.who} takes ${listed ? "a list of " : ""}${spell(type)} for the parameter ${JSON.stringify(param.name)}, and casts nothing else to it`,
    );
  else if (type === "datetime" || typeof type === "object")
    to.depend("F_PARAMS", `whether ${JSON.stringify(param.name)} among the params is ${spell(type)} is not checked here`);
}
