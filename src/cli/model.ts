import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { binaryForm } from "../binary/form.js";
import type { DTypes } from "../columns/dtype.js";
import { choose, type Layout } from "../dialects/index.js";
import { formOf } from "../envelope/detect.js";
import { TransloadError } from "../errors.js";
import { cannotRead } from "../io/disk-errors.js";
import { Recoding } from "../lanes/recoding.js";
import { formFor } from "../model/fit.js";
import { readModel, signatureOf } from "../model/mlmodel.js";
import { columnsOf, dtypesOf, type Signature, textColumns } from "../model/signature.js";
import type { ConvertOptions, SplitOptions } from "../options/convert.js";
import { encodingIn } from "../options/request.js";

const HEAD = 1 << 16;

/**
 * What a model's signature says of a conversion: the form that its server takes, names for what has none, the keys to take
 * of records where all are needed, and which columns of a csv are text.
 */
export async function withModel(options: SplitOptions, path: string, input: string | undefined): Promise<SplitOptions> {
  const signature = signatureOf(await readModel(path));
  const names = columnsOf(signature);
  const layout = layoutOf(input, options);
  const nameless = layout === "tensor" || layout === "values" || layout === "features";
  // a key that a model does without may be in no record
  const needed = signature.inputs?.kind === "columns" && signature.inputs.columns.every(({ required }) => required);
  const named = nameless || ((layout === "records" || layout === "lines") && needed);
  const text = textColumns(signature);
  // a binary file has columns of a dtype
  const dtype = binaryForm(options.to) ? (options.dtype ?? dtypesFor(options.to, signature)) : options.dtype;
  return {
    ...options,
    to: (binaryForm(options.to) ? undefined : formFor(options.to, signature)) ?? options.to,
    ...(dtype && { dtype }),
    ...(named && names && signature.inputs?.kind === "columns" && !options.columns && { columns: names }),
    ...(text.length > 0 && { text: [...text, ...(options.text ?? [])] }),
  };
}

/** MLflow takes no null in an optional column of whole numbers of a Parquet file: pandas makes floats of it. */
function dtypesFor(to: string | undefined, signature: Signature): ConvertOptions["dtype"] {
  const dtypes = dtypesOf(signature);
  if (to !== "mlflow:parquet" || typeof dtypes !== "object") return dtypes;
  return Object.fromEntries(
    Object.entries(dtypes).map(([name, dtype]) => [name, /^u?int/.test(dtype) ? dtype.replace("?", "") : dtype]),
  ) as DTypes;
}

/** The columns that a schema says are text: an MLmodel's, or an object of names and types. */
export async function withSchema(options: SplitOptions, path: string): Promise<SplitOptions> {
  const text = path.endsWith(".json") ? textIn(readTypes(path)) : textIn(dtypesOf(signatureOf(await readModel(path))));
  if (!text) throw new TransloadError("E_OPTION", `--schema ${path} names no columns`);
  return { ...options, text: [...text, ...(options.text ?? [])] };
}

function textIn(types: ReturnType<typeof dtypesOf> | Readonly<Record<string, string>>): string[] | undefined {
  if (typeof types !== "object") return undefined;
  return Object.keys(types).filter((name) => isText(types[name]?.replace(/\?$/, "") as string));
}

function isText(type: string): boolean {
  return TEXT.includes(type) || type.startsWith("datetime64");
}

const TEXT: readonly string[] = ["string", "text", "str", "object", "binary", "bytes", "datetime"];

function readTypes(path: string): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw cannotRead(path, error);
  }
  try {
    const types = JSON.parse(text) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, String(type)]));
  } catch (error) {
    throw new TransloadError("E_OPTION", `--schema ${path} is not JSON: ${(error as Error).message}`);
  }
}

/** The layout of a file, as far as its beginning tells. */
function layoutOf(path: string | undefined, options: ConvertOptions): Layout | undefined {
  if (path === undefined || path === "-") return undefined;
  try {
    const fd = openSync(path, "r");
    try {
      const head = Buffer.alloc(HEAD);
      const text = recodedHead(head.subarray(0, readSync(fd, head, 0, HEAD, 0)), options);
      return formOf(choose(options.from ?? "auto", true), text)?.layout;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** The first bytes in UTF-8; what is wrong with them is told where they are read. */
function recodedHead(head: Uint8Array, options: ConvertOptions): Uint8Array {
  const { encoding } = encodingIn(options);
  if (encoding === undefined) return head;
  const texts: Uint8Array[] = [];
  try {
    for (const text of new Recoding(encoding).push(head)) texts.push(text);
  } catch {}
  return Buffer.concat(texts);
}
