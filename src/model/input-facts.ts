// What a request of Open Inference Protocol's says of itself and of its inputs, for an inspection.

import { elementsOf, membersOf } from "../engine/members.js";
import { contentTypeOf } from "../envelope/content.js";
import type { InputFacts } from "../envelope/layouts/scope.js";
import type { Told } from "../envelope/payload.js";
import type { InspectedColumn, InspectedInput, InspectedRequest, Inspection } from "./inspection.js";

const STRING = 0x22; /* " */
const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */
const NULL = 0x6e; /* n */

/** What the protocol has in a request beside its inputs. */
const KINDS: Readonly<Record<string, number>> = { id: STRING, outputs: LIST, parameters: OBJECT };

/** The facts around the cells, and the columns with those that are their inputs'. */
export function inputFacts(told: Told, columns: readonly InspectedColumn[]): Pick<Inspection, "request" | "columns"> {
  const [only] = told.inputs;
  if (!only) return { request: requestOf(told), columns: [] };
  const named = new Map(told.inputs.map((facts) => [facts.name, facts]));
  return {
    request: requestOf(told),
    columns: columns.map((column) => {
      const facts = named.get(column.name) ?? (told.inputs.length === 1 ? only : undefined);
      return facts ? { ...column, input: inputOf(facts) } : column;
    }),
  };
}

function requestOf({ firsts, parameters, inputs, besides }: Told): InspectedRequest {
  const odd = Object.entries(KINDS).flatMap(([key, kind]) => (![kind, NULL, undefined].includes(firsts.get(key)) ? [key] : []));
  const all = [parameters, ...inputs.map((facts) => facts.parameters)].filter((text) => text !== undefined);
  const members = all.flatMap((text) => (text.startsWith("{") ? membersOf(text) : []));
  const stray = all.some((text) => !/^[{n]/.test(text)) && !odd.includes("parameters") ? ["parameters"] : [];
  const content = parameters === undefined ? undefined : contentTypeOf(parameters);
  return {
    ...(content !== undefined && { content }),
    odd: [...odd, ...stray, ...oddMembers(members), ...(odd.includes("outputs") ? [] : oddOutputs(besides.get("outputs")))],
    nested: [...new Set(members.filter(([, value]) => /^[[{n]/.test(value)).map(([key]) => key))],
  };
}

/** An output that is asked for has a name (types/dataplane.py, RequestOutput). */
function oddOutputs(text: string | undefined): string[] {
  if (text === undefined || !text.startsWith("[")) return [];
  const named = (output: string) =>
    output.startsWith("{") && membersOf(output).some(([key, value]) => key === "name" && value.startsWith('"'));
  return elementsOf(text).every(named) ? [] : ["outputs"];
}

/** Parameters that MLServer's own model of a request has, with the kinds that they have there. */
function oddMembers(members: readonly (readonly [key: string, value: string])[]): string[] {
  const kinds: Readonly<Record<string, RegExp>> = { content_type: /^["n]/, headers: /^[{n]/ };
  return [...new Set(members.flatMap(([key, value]) => (Object.hasOwn(kinds, key) && !kinds[key]?.test(value) ? [key] : [])))];
}

function inputOf({ datatype = "", shape = [], nested = false, parameters }: InputFacts): InspectedInput {
  const content = parameters === undefined ? undefined : contentTypeOf(parameters);
  return { datatype, shape: [...shape], nested, ...(content !== undefined && { content }) };
}
