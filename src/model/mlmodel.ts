import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { TransloadError } from "../errors.js";
import { reason } from "../io/disk-errors.js";
import { type Model, parseModel } from "./mlmodel-text.js";
import type { Signature } from "./signature.js";

export type { Model } from "./mlmodel-text.js";

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
  return await parseModel(text, file);
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
  const { code } = error as NodeJS.ErrnoException;
  const missing = code === "ENOENT" && basename(path) === FILE ? "there is no MLmodel file" : undefined;
  const nothing = code === "ENOENT" ? "no such file or folder" : undefined;
  return new TransloadError("E_READ", `cannot read the model ${path}: ${missing ?? nothing ?? reason(error)}`, {}, { cause: error });
}
