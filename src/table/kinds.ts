// What the cells of columns were, and what follows from it for targets that say so.
import type { Form } from "../dialects/index.js";
import { refuseDatatype } from "../dialects/needs.js";
import type { Seen } from "../engine/cells.js";
import type { CellKinds } from "../engine/rows.js";
import { optionText, TransloadError } from "../errors.js";
import type { TableOptions } from "./job.js";

/** What a survey saw of a column. */
export function kindsOf(seen: Seen | undefined): CellKinds {
  const [least = 0n, greatest = 0n] = seen?.wholes ?? [];
  return {
    unsigned: greatest >= 2n ** 63n,
    huge: greatest >= 2n ** 64n || least < -(2n ** 63n),
    negative: least < 0n,
    integers: seen?.integers ?? false,
    floats: seen?.floats ?? false,
    booleans: seen?.booleans ?? false,
    texts: seen?.strings ?? false,
    nested: seen?.nested ?? false,
    nulls: (seen?.nulls ?? 0) > 0,
    nans: (seen?.nans ?? 0) > 0,
    missing: false,
  };
}

/** Kinds of all columns together. */
export function merge(kinds: readonly CellKinds[]): CellKinds {
  const any = (key: keyof CellKinds) => kinds.some((k) => k[key]);
  return {
    integers: any("integers"),
    floats: any("floats"),
    booleans: any("booleans"),
    texts: any("texts"),
    nested: any("nested"),
    nulls: any("nulls"),
    nans: any("nans"),
    missing: any("missing"),
    unsigned: any("unsigned"),
    huge: any("huge"),
    negative: any("negative"),
  };
}

/** An input's datatype in Open Inference Protocol: its `own`, unless another is asked for its numbers, or what such cells have. */
export function datatypeOf(kinds: CellKinds, form: Form, wanted: TableOptions["datatype"], name?: string, own?: string): string {
  if (!form.layouts.includes("inputs")) return "";
  const asked = typeof wanted === "object" ? wanted[name ?? ""] : wanted;
  const kept = own !== undefined && isNumeric(own) ? (asked ?? own) : own;
  const found = kept ?? datatypeFor(kinds, form, asked, name);
  refuseDatatype(form, found, name);
  return found;
}

function isNumeric(datatype: string): boolean {
  return datatype !== "BOOL" && datatype !== "BYTES";
}

/** Integers with gaps are doubles, which have a NaN. */
function datatypeFor(kinds: CellKinds, form: Form, asked: string | undefined, name: string | undefined): string {
  const { integers, floats, booleans, texts, nested } = kinds;
  const gaps = kinds.nulls || kinds.nans || kinds.missing;
  const numbers = integers || floats;
  const where = name === undefined ? "the cells" : `column ${JSON.stringify(name)}`;
  if (nested) throw new TransloadError("E_NESTED", `${where}: lists or objects, which have no datatype in ${form.id}`);
  if (Number(numbers) + Number(booleans) + Number(texts) > 1)
    throw new TransloadError("E_DTYPE", `${where}: numbers, booleans and text have no datatype in common`);
  if (texts) return "BYTES";
  if (booleans) {
    // MLServer reads null as false
    if (gaps) throw new TransloadError("E_NULL", `${where}: null among booleans, which ${form.id} reads as false`);
    return "BOOL";
  }
  if (asked !== undefined) return asked;
  if (floats || gaps || !integers) return "FP64";
  if (kinds.huge || (kinds.unsigned && kinds.negative))
    throw new TransloadError(
      "E_RANGE",
      `${where}: whole numbers that no integer datatype holds; ${optionText("datatype", "FP64")} rounds them`,
    );
  return kinds.unsigned ? "UINT64" : "INT64";
}

/** @throws TransloadError E_TARGET for a tensor of texts, truths and numbers, where the target's servers want one kind. */
export function refuseKinds({ integers, floats, booleans, texts, nans }: CellKinds, { id, oneKind }: Form): void {
  const kinds = [texts && "texts", booleans && "true and false", (integers || floats || nans) && "numbers"].filter(
    (kind) => kind !== false,
  );
  if (!oneKind || kinds.length < 2) return;
  throw new TransloadError(
    "E_TARGET",
    `${id} is a tensor, whose cells are of one kind, and these are ${kinds.join(" beside ")}; records keep them`,
  );
}

/** Lists beside scalars are no tensor. */
export function refuseMixed({ nested, integers, floats, booleans, texts, nulls }: CellKinds, form: Form, name?: string): void {
  if (!nested || !(integers || floats || booleans || texts || nulls)) return;
  const where = name === undefined ? "the cells" : `column ${JSON.stringify(name)}`;
  throw new TransloadError("E_MIXED", `${where}: lists or objects beside scalars, which are no tensor for ${form.id}`);
}
