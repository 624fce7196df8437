// What a request with binary tensors has beside them, on its way to text: the model's parameters go along, and its inputs keep their datatypes
// where the target has such.
import { type Choice, dialectOf, type Form } from "../dialects/index.js";
import { textOfMembers } from "../engine/members.js";
import { withoutContentType } from "../envelope/content.js";
import { parted } from "../envelope/flags.js";
import type { Warning } from "../errors.js";
import type { Beside } from "../options/request.js";

/** The parameters as MLflow's payloads have them, in front of the rows; what else there is is told, because it goes no further. */
export function paramsOf({ members }: Beside, to: Choice, warn: (warning: Warning) => void): string {
  const dropped = (what: string) =>
    warn({
      code: "W_DROPPED",
      message: `${what} is dropped; of what stands beside binary tensors the model's parameters alone go on to ${to.name}`,
    });
  for (const key of members.keys()) if (key !== "parameters") dropped(JSON.stringify(key));
  const whole = members.get("parameters");
  const own = whole === undefined ? undefined : withoutContentType(whole);
  if (own === undefined) return "";
  const { models, lost } = parted(own);
  for (const name of lost) dropped(`${JSON.stringify(name)} among the parameters`);
  return models === undefined ? "" : `${textOfMembers([["params", models]]).slice(1, -1)},`;
}

/** What of it a request of this form has a place for, too; the rest is told. */
export function placedIn(form: Form, { members, datatypes }: Beside, warn: (warning: Warning) => void): Beside {
  const { siblings, params } = dialectOf(form);
  const isKnown = (key: string) => key === params || siblings.includes(key);
  for (const key of members.keys())
    if (!isKnown(key))
      warn({ code: "W_DROPPED", message: `${JSON.stringify(key)} is not part of a ${form.dialect} payload and is dropped` });
  return { members: new Map([...members].filter(([key]) => isKnown(key))), datatypes };
}

/** The datatypes of inputs that the target's servers read in JSON; those of 16 bits have room in FP32. */
export function datatypesFor({ refusesDatatypes = [] }: Form, { datatypes }: Beside): string | Record<string, string> | undefined {
  const own = [...datatypes].map(([name, datatype]) => [name, refusesDatatypes.includes(datatype) ? "FP32" : datatype] as const);
  return own.length === 1 ? own[0]?.[1] : Object.fromEntries(own);
}
