// TensorFlow Serving's spelling of bytes, {"b64": "aGk="}: an object with this one key, where a list of records has others.
import { dialectOf, type Form } from "../dialects/index.js";
import type { End } from "../dialects/needs.js";
import { optionText, TransloadError } from "../errors.js";
import type { TableJob } from "./job.js";

const KEY = "b64";
const SPELLING = `{"${KEY}": …} is TensorFlow Serving's spelling of bytes`;

/** Rows with these names are bytes, each of them: servers of the source's, or of what it may be taken for, read them so. */
export function areBytes(
  { source, origin, rewriter }: Pick<TableJob, "source" | "origin" | "rewriter">,
  names: readonly string[],
): boolean {
  if (names.length !== 1 || names[0] !== KEY || source.layout !== "records" || origin.layout !== "records") return false;
  const { key } = source.form;
  const forms = rewriter?.options.from.forms ?? [];
  return [source.form, ...forms].some((form) => form.key === key && dialectOf(form).bytes === "object");
}

/** @throws TransloadError E_NESTED where the target is neither records, which have the same objects, nor spells bytes otherwise. */
export function refuseBytes(
  job: Pick<TableJob, "source" | "origin" | "rewriter" | "target" | "options">,
  names: readonly string[] | undefined,
): void {
  const { goal = job.target } = job.options;
  // whoever reads columns gets one of text
  if (goal === "reader" || goal.layout === "records" || !names || !areBytes(job, names)) return;
  const { form } = goal;
  if (tellsBytes(goal)) throw new TransloadError("E_NESTED", `${SPELLING}, which no dtype is for; leave out ${optionText("dtype")}`);
  throw new TransloadError("E_NESTED", `${SPELLING}, which ${form.id} cannot hold; ${elsewhere(form)}`);
}

/** Whether Open Inference Protocol's inputs say by their content type that they are bytes. */
export function tellsBytes({ layout, form }: End): boolean {
  return layout === "inputs" && form.content === "pd" && dialectOf(form).bytes === "content";
}

/** An input of bytes says so. */
export const BASE64 = '{"content_type":"base64"}';

/** @returns what is wrong with objects of the key that hold no text. */
export function notBytes(): TransloadError {
  return new TransloadError("E_DTYPE", `${SPELLING}, whose value is text in base64, and here it is something else`);
}

function elsewhere(form: Form): string {
  return form.layouts.includes("inputs") ? "oip:columns has a content type for them" : "records and Open Inference Protocol hold them";
}

/** What is said of such objects in a column's cells, of which these are the first bytes; undefined where they are others. */
export function bytesInCells(column: string, text: string, form: Form): TransloadError | undefined {
  if (!/^[\s[]*\{\s*"b64"\s*:/.test(text)) return undefined;
  return new TransloadError(
    "E_NESTED",
    `column ${JSON.stringify(column)}: ${SPELLING}, which ${form.id} cannot hold in a column; make it text`,
  );
}
