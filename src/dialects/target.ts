import { TransloadError } from "../errors.js";
import type { Choice, Form, Layout } from "./dialect.js";

/** What a cargo becomes where its own layout has no place, in this order. */
const BECOMES: Readonly<Record<Layout, readonly Layout[]>> = {
  frame: ["frame", "ndarray", "delimited", "lines", "tensor", "records", "features", "inputs", "values", "named"],
  records: ["records", "frame", "ndarray", "delimited", "lines", "inputs", "named", "tensor", "features", "values"],
  delimited: ["frame", "delimited", "records", "ndarray", "lines", "tensor", "features", "inputs", "values", "named"],
  lines: ["lines", "frame", "records", "ndarray", "delimited", "tensor", "features", "inputs", "values", "named"],
  ndarray: ["ndarray", "frame", "records", "delimited", "lines", "tensor", "features", "inputs", "values", "named"],
  tensor: ["tensor", "frame", "inputs", "ndarray", "values", "features", "records", "delimited", "lines", "named"],
  values: ["values", "tensor", "inputs", "ndarray", "frame", "features", "records", "delimited", "lines", "named"],
  features: ["features", "tensor", "frame", "inputs", "ndarray", "values", "records", "delimited", "lines", "named"],
  named: ["named", "inputs", "frame", "records", "ndarray", "delimited", "lines", "tensor", "features", "values"],
  inputs: ["inputs", "named", "frame", "records", "ndarray", "delimited", "lines", "tensor", "features", "values"],
};

/** Rows become a frame of Open Inference Protocol's, and a tensor its only tensor. */
function contentOf(layout: Layout): Form["content"] {
  return layout === "tensor" || layout === "values" ? "np" : "pd";
}

/**
 * The target's form for a cargo of this layout: its own layout where the target has it, then the nearest. A tensor whose
 * columns are named may be a frame first, and so may inputs that are a DataFrame together (`frame`).
 * @throws TransloadError E_FORM when the target has no place for it.
 */
export function target(choice: Choice, layout: Layout, source: Form, named: boolean, frame = false): { form: Form; layout: Layout } {
  const forms = choice.forms.filter(({ readAs }) => choice.exact || readAs === undefined);
  // a frame among answers is a file's: its rows become what those of a csv do
  const rows = layout === "frame" && choice.what === "response" ? "delimited" : layout;
  for (const want of orderFor(rows, source, named, frame)) {
    const fit = forms.filter((f) => f.layouts.includes(want) && !f.readsOnly?.includes(want));
    const form =
      fit.find((f) => f.key === source.key && f.key !== undefined && f.content === source.content) ??
      fit.find((f) => f.content === contentOf(layout)) ??
      fit[0];
    if (form) return { form, layout: want };
  }
  throw new TransloadError("E_FORM", `${source.id} holds ${layout}, which ${choice.name} has no form for`);
}

function orderFor(layout: Layout, { content }: Form, named: boolean, frame: boolean): readonly Layout[] {
  if (layout === "tensor") return named ? ["frame", ...BECOMES.tensor] : BECOMES.tensor;
  if (layout !== "inputs") return BECOMES[layout];
  if (content === "np") return ["inputs", ...BECOMES.tensor];
  return frame ? ["inputs", "frame", ...BECOMES.inputs] : BECOMES.inputs;
}
