// What a request of Open Inference Protocol's says that all its inputs are together, in its parameters: MLServer's content types.
import { type Choice, dialectOf, type Form } from "../dialects/index.js";
import type { End } from "../dialects/needs.js";
import { membersOf, textOfMembers } from "../engine/members.js";

/** The content type among these parameters. */
export function contentTypeOf(parameters: string): string | undefined {
  if (!parameters.trim().startsWith("{")) return undefined;
  const [, text] = membersOf(parameters).findLast(([key]) => key === "content_type") ?? [];
  return text?.startsWith('"') ? (JSON.parse(text) as string) : undefined;
}

/** The parameters that are anybody else's; undefined where there are none. */
export function withoutContentType(parameters: string): string | undefined {
  if (!parameters.trim().startsWith("{")) return parameters;
  const others = membersOf(parameters).filter(([key]) => key !== "content_type");
  return others.length > 0 ? textOfMembers(others) : undefined;
}

/**
 * What so many inputs in this form are together: one array (`np`), or a DataFrame (`pd`); undefined where the content type says nothing
 * else than the form, which the caller may have named.
 */
export function endOf(content: string | undefined, form: Form, from: Choice, count: number): End | undefined {
  const layout = "inputs";
  if (content === "pd" && form.content === "pd") return { form, layout, frame: true };
  if (content !== "np" || form.content === "np" || count !== 1) return undefined;
  const alike = (other: Form) => other.content === "np" && other.key === form.key && dialectOf(other) === dialectOf(form);
  const array = from.forms.find((other) => other.layouts.includes(layout) && alike(other));
  return array && { form: array, layout };
}
