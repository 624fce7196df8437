// What a pair of forms needs of a payload. One table for all lanes and both engines, asked before a lane is chosen: what is
// refused must not depend on the road that the bytes would take.
//
// A payload is rows (a frame, records, the lines of a file), one tensor of some rank, or tensors with names. Rows have columns;
// a tensor has a shape, which it keeps wherever the target has one. A list of scalars is one column where the target has rows only.

import { optionText, TransloadError } from "../errors.js";
import { type Choice, dialectOf, type Form, type Gap, type Layout } from "./index.js";

/** One end of a conversion. */
export interface End {
  readonly form: Form;
  readonly layout: Layout;
  /** Inputs of Open Inference Protocol's that are one DataFrame together. */
  readonly frame?: boolean;
}

/** What of a payload is asked for, besides its form. */
export interface Asked {
  readonly maxRows?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly ragged?: "error" | "pad" | undefined;
  readonly nested?: "keep" | "json" | undefined;
  readonly missing?: string | undefined;
  readonly fixed?: boolean | undefined;
  readonly index?: string | undefined;
  /** A frame's names are to stand before its rows. */
  readonly namesFirst?: boolean | undefined;
  /** Columns that are wanted, or not; of what has no names they are names. */
  readonly columns?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  /** The rows that are wanted, where these are some. */
  readonly picked?: object | undefined;
}

/** The source is one tensor, of some rank. */
export function isTensor({ form, layout }: End): boolean {
  return layout === "tensor" || layout === "values" || (layout === "inputs" && form.content === "np");
}

/** The target has a shape, which a tensor keeps there. Elsewhere, in Seldon's forms too, it becomes rows, and a list one column. */
export function keepsShape({ form, layout }: End): boolean {
  return layout === "tensor" || (layout === "inputs" && form.content === "np");
}

/** The target is made of columns, or of tensors with names, which have no rows in common. */
export function hasColumns({ form, layout }: End): boolean {
  return layout === "named" || (layout === "inputs" && form.content !== "np");
}

export function isCut({ maxRows, maxBytes }: Pick<Asked, "maxRows" | "maxBytes">): boolean {
  return maxRows !== undefined || maxBytes !== undefined;
}

/** Cells must be looked at one by one, though both ends have the cargo in one piece. */
export function movesCells(source: End, target: End, asked: Asked): boolean {
  const keyed = source.layout === "records";
  const frames = source.layout === "frame" || target.layout === "frame";
  return (
    isCut(asked) ||
    asked.picked !== undefined ||
    ((asked.columns !== undefined || asked.drop !== undefined) && ["frame", "records", "named"].includes(source.layout)) ||
    (source.layout === "frame" && asked.namesFirst === true) ||
    (frames && (asked.index?.startsWith("column:") ?? false)) ||
    (asked.ragged === "pad" && !keyed && source.layout !== "named") ||
    (asked.nested === "json" && (keyed || source.layout === "frame")) ||
    // a key that is left out, or one that no other has, is a matter of records
    (keyed && (asked.missing !== undefined || asked.fixed === true))
  );
}

/** Columns must have names; those of a tensor are asked for, because no server calls them 0 and 1. */
export function needsNames(source: End, target: End, header: boolean): boolean {
  const { form, layout } = target;
  switch (layout) {
    case "frame":
      return source.layout === "tensor" || form.needsColumns === true;
    case "records":
      return true;
    case "lines":
      return !form.lists;
    case "delimited":
      return header && !form.headless;
    default:
      return hasColumns(target);
  }
}

/** What is written where a row has no cell: what is asked for, or what the target's servers take. */
export function missingIn(form: Form, asked: Gap | undefined): Gap {
  return asked ?? (form.equalKeys ? "error" : (dialectOf(form).missing ?? "null"));
}

/** @throws TransloadError E_OPTION where there are no rows between which the target could be cut. */
export function refuseCut(source: End, target: End, asked: Asked): void {
  if (!isCut(asked)) return;
  const { id } = target.form;
  const one =
    target.layout === "inputs" &&
    target.form.content === "np" &&
    !isTensor(source) &&
    (source.layout === "named" || source.layout === "inputs");
  if (hasColumns(target) || one)
    throw new TransloadError("E_OPTION", `${id} has columns, which cannot be cut into pieces of rows; cut the payload as rows first`);
}

/** @throws TransloadError E_TARGET for an input's datatype that the target's servers do not read in JSON. */
export function refuseDatatype({ id, refusesDatatypes }: Form, datatype: string, name: string | undefined): void {
  if (!refusesDatatypes?.includes(datatype)) return;
  const where = name === undefined ? "" : `input ${JSON.stringify(name)}: `;
  throw new TransloadError(
    "E_TARGET",
    `${where}${id}'s servers refuse ${datatype} in JSON; ${optionText("datatype", "FP32")} has room for the same numbers`,
  );
}

/** @throws TransloadError E_OPTION where a datatype is asked for that no form of the target's has in JSON. */
export function checkDatatypes({ forms, name }: Choice, asked: string | Readonly<Record<string, string>> | undefined): void {
  for (const datatype of typeof asked === "object" ? Object.values(asked) : [asked])
    if (datatype !== undefined && forms.every(({ refusesDatatypes }) => refusesDatatypes?.includes(datatype)))
      throw new TransloadError(
        "E_OPTION",
        `${optionText("datatype", datatype)}: ${name}'s servers refuse ${datatype} in JSON; ${optionText("datatype", "FP32")} has room for the same numbers`,
      );
}

/** What is wrong with a single value for the target; `named`: it is one of several. */
export function scalarFault({ layout, form }: End, named: boolean, asked: Asked): TransloadError | undefined {
  if (layout !== (named ? "named" : "tensor"))
    return new TransloadError("E_FORM", `a single value cannot become ${form.id}: rows are needed`);
  if (named && (asked.columns || asked.drop))
    return new TransloadError(
      "E_OPTION",
      `a single value stands among the named tensors, which are picked only where all are lists; leave out ${optionText("columns")} and ${optionText("drop")}`,
    );
  if (asked.picked)
    return new TransloadError(
      "E_OPTION",
      `a single value has no rows, of which some could be picked; leave out ${optionText("head")}, ${optionText("skip")}, ${optionText("sample")} and ${optionText("where")}`,
    );
  if (named || !isCut(asked)) return undefined;
  return new TransloadError(
    "E_OPTION",
    `a single value has no rows, so it cannot be cut into pieces; leave out ${optionText("maxRows")} and ${optionText("maxBytes")}`,
  );
}

/** What is wrong with a tensor of this rank for the target; `rows`: how many elements it has. */
export function rankFault(rank: number, rows: number, source: Layout, { form, layout }: End): TransloadError | undefined {
  if (form.maxRank !== undefined && rank > form.maxRank)
    return new TransloadError("E_TARGET", `a tensor of rank ${rank}; ${form.id} takes ${form.maxRank} at most (numpy's limit)`);
  if (source === "tensor" && layout === "frame" && rank !== 2 && rows > 0)
    return new TransloadError("E_FORM", `a tensor of rank ${rank} cannot become ${form.id}: rank 2 is needed`);
  return undefined;
}

/** What is wrong with tensors of these numbers of rows, undefined for a single value. `own`: each is an array by itself. */
export function rowsFault(rows: ReadonlyMap<string, number | undefined>, { form }: End, own: boolean): TransloadError | undefined {
  if (!form.equalRows || own || new Set(rows.values()).size < 2) return undefined;
  const list = [...rows].map(([name, count]) => `${name} ${count ?? "is a scalar"}`).join(", ");
  return new TransloadError("E_TARGET", `${form.id} needs the same number of rows in every tensor; they have ${list}`);
}
