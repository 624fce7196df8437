import { TransloadError } from "../errors.js";
import { parseSignature, type Signature } from "./signature.js";

/** What an MLmodel file says of a model, as far as payloads are concerned. */
export interface Model {
  /** The MLmodel file. */
  readonly path: string;
  /** Undefined for a model that was logged without one. */
  readonly signature: Signature | undefined;
  /** `python_function`, `sklearn` … */
  readonly flavors: readonly string[];
  /** Type of the input example that was logged with it: `dataframe`, `ndarray` … */
  readonly example: string | undefined;
  /** The signature was made of Python's type hints (`is_signature_from_type_hint`), which the server holds inputs against, strictly. */
  readonly typeHints: boolean;
}

/**
 * What the text of an MLmodel file says (mlflow/models/model.py).
 * @param file what errors call it
 * @throws TransloadError E_MODEL when it is no MLmodel, or its signature none of MLflow's.
 */
export async function parseModel(text: string, file: string): Promise<Model> {
  // a conversion without a model does not pay for the YAML library
  const { parse } = await import("yaml");
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new TransloadError("E_MODEL", `${file} is not YAML: ${firstLine(error)}`, {}, { cause: error });
  }
  if (typeof document !== "object" || document === null || !("flavors" in document))
    throw new TransloadError("E_MODEL", `${file} is not an MLmodel file: it names no flavors`);
  const {
    flavors,
    signature,
    saved_input_example_info: info,
    is_signature_from_type_hint: hinted,
  } = document as Readonly<Record<string, unknown>>;
  return {
    path: file,
    signature: signature === undefined || signature === null ? undefined : readSignature(signature, file),
    flavors: typeof flavors === "object" && flavors !== null ? Object.keys(flavors) : [],
    example: typeof info === "object" && info !== null && "type" in info ? String(info.type) : undefined,
    typeHints: hinted === true,
  };
}

function readSignature(written: unknown, file: string): Signature {
  try {
    return parseSignature(written);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    throw new TransloadError("E_MODEL", `${file}: ${error.detail}`, {}, { cause: error });
  }
}

function firstLine(error: unknown): string {
  return (error as Error).message.split("\n")[0] as string;
}
