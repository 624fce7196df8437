// Inference parameters, as far as a verdict looks at them: what kinds of values they are.
import { elementsOf, membersOf } from "../engine/members.js";
import type { InspectedParams, ValueKind } from "./inspection.js";

/** `text`: the value under the key of the parameters, in sound JSON. */
export function givenParams(text: string): InspectedParams {
  const kind = kindOf(text);
  const members = kind === "object" ? membersOf(text) : [];
  return {
    kind,
    members: members.map(([name, value]) => {
      const own = kindOf(value);
      return { name, kind: own, ...(own === "list" && { elements: [...new Set(elementsOf(value).map(kindOf))] }) };
    }),
  };
}

const FIRST: Readonly<Record<string, ValueKind>> = { n: "null", t: "boolean", f: "boolean", '"': "string", "[": "list", "{": "object" };

function kindOf(value: string): ValueKind {
  // NaN and Infinity are floats
  return FIRST[value.charAt(0)] ?? (/^-?\d+$/.test(value) ? "integer" : "float");
}
