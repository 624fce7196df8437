import { type Model, parseModel } from "../model/mlmodel-text.js";

/**
 * What an MLmodel file says of a model: `verdict(inspection, { model })` is then about that model.
 * @param file the file, as a page is given it
 * @throws TransloadError E_MODEL when it is no MLmodel, or its signature none of MLflow's.
 */
export async function readModel(file: Blob): Promise<Model> {
  return await parseModel(await file.text(), "name" in file ? String(file.name) : "the MLmodel file");
}
