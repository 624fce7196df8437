import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
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

const FILE = "MLmodel";

/**
 * Reads an MLmodel file (mlflow/models/model.py), by its own path or by that of the folder that holds it.
 * @throws TransloadError E_READ when it cannot be read, E_MODEL when it is no MLmodel, or its signature none of MLflow's.
 */
export async function readModel(path: string): Promise<Model> {
  const file = await findFile(path);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
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

/**
 * The signature of a model that must have one.
 * @throws TransloadError E_MODEL when it has none.
 */
export function signatureOf({ path, signature }: Model): Signature {
  if (signature) return signature;
  throw new TransloadError("E_MODEL", `${path} has no signature; log the model with one (mlflow.models.infer_signature)`);
}

async function findFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, FILE) : path;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): TransloadError {
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === "ENOENT" && basename(path) === FILE ? "there is no MLmodel file" : undefined;
  const reason = missing ?? (code === "ENOENT" ? "no such file or folder" : message);
  return new TransloadError("E_READ", `cannot read the model ${path}: ${reason}`, {}, { cause: error });
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
