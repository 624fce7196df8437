// What of the options for a target a binary file has, and what it has not. None is lost in silence.
import { optionText, TransloadError } from "../errors.js";
import type { TargetOptions } from "../options/convert.js";
import { BINARY, type BinaryForm, binaryForm, type Codec } from "./form.js";

/** @throws TransloadError E_OPTION for what the target, binary or not, has no place for. */
export function checkTarget(to: string, target: TargetOptions, what: "request" | "response" = "request"): void {
  const form = binaryForm(to);
  if (form) {
    checkLabels(form, target);
    checkGaps(form, target);
    if (form.request && what === "response")
      refuse(`${optionText("what", "response")}: ${form.id} is written as a request, and read as an answer, too`);
  }
  checkPages(to, form, target);
}

function refuse(why: string): never {
  throw new TransloadError("E_OPTION", why);
}

function checkLabels({ id, request }: BinaryForm, { index, datatype }: TargetOptions): void {
  if (index === "generate")
    refuse(`${id} has no row labels that could be generated; keep those there are in a column, with ${optionText("index", "column:NAME")}`);
  if (datatype !== undefined && !request)
    refuse(`${optionText("datatype")} is of Open Inference Protocol's inputs, and ${id} has none; ${optionText("dtype")} is its columns'`);
}

/** A cell without a value is null where there are nulls, and NaN in numpy's floats, where there are none. */
function checkGaps({ id, nulls }: BinaryForm, { nan, missing }: TargetOptions): void {
  if (nulls && missing === "token")
    refuse(
      `${optionText("missing", "token")} asks for NaN where a cell is missing, and ${id} has null there; ${optionText("missing", "null")} writes it`,
    );
  if (nulls || (nan !== "null" && missing !== "null")) return;
  const option = nan === "null" ? "nan" : "missing";
  refuse(
    `${optionText(option, "null")} asks for nulls, and ${id} has none; ${optionText(option, "token")} is NaN in floats, ${optionText(option, "error")} refuses`,
  );
}

/** @throws TransloadError E_OPTION for the length of a header that the source has not. */
export function checkHeader(from: string, headerLength: number | undefined): void {
  if (headerLength !== undefined && !binaryForm(from)?.request)
    refuse(
      `${optionText("headerLength", `${headerLength}`)} is of a request with binary tensors; ${optionText("from", "triton:binary")} names it`,
    );
}

function checkPages(to: string, form: BinaryForm | undefined, { codec, rowGroupRows }: TargetOptions): void {
  if (codec !== undefined && !form?.codecs.includes(codec)) refuseCodec(to, form, codec);
  if (rowGroupRows !== undefined && (form?.of ?? form?.id) !== "parquet")
    refuse(`${optionText("rowGroupRows")} is of parquet's row groups, and ${to} has none`);
}

function refuseCodec(to: string, form: BinaryForm | undefined, codec: Codec): never {
  if (!form) refuse(`${optionText("codec")} is of what is inside a binary file, and ${to} is text`);
  const others = BINARY.filter(({ codecs }) => codecs.includes(codec)).map(({ id }) => id);
  refuse(
    `${to} has no codec ${codec}, but ${form.codecs.join(" or ")}; ${others.join(" and ")} ${others.length === 1 ? "has" : "have"} it`,
  );
}
