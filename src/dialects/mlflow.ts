import type { Dialect } from "./dialect.js";

/**
 * MLflow's scoring server, 2.0 and later: exactly one of four keys, optional `params`, every other key ignored
 * (mlflow/pyfunc/scoring_server/__init__.py, utils/proto_json_utils.py). A cell that is missing is NaN there, and null
 * in a column of text is None: only the token says NaN in both.
 */
export const mlflow: Dialect = {
  name: "mlflow",
  about: "MLflow 2 and later: dataframe_split, dataframe_records, inputs, instances",
  params: "params",
  siblings: [],
  missing: "token",
  forms: [
    { id: "mlflow:split", dialect: "mlflow", key: "dataframe_split", layouts: ["frame"] },
    { id: "mlflow:records", dialect: "mlflow", key: "dataframe_records", layouts: ["records"] },
    { id: "mlflow:inputs", dialect: "mlflow", key: "inputs", layouts: ["tensor", "named"], maxRank: 64 },
    // "the length of values for each input/column name are not the same" is a 400 for instances only; where keys are
    // missing and the lengths happen to agree, rows are mixed up
    {
      id: "mlflow:instances",
      dialect: "mlflow",
      key: "instances",
      layouts: ["tensor", "named", "records"],
      equalRows: true,
      equalKeys: true,
      maxRank: 64,
    },
  ],
};

/** MLflow before 2.0: the split object, or the list of records, is the whole document (scoring server at 1.28). */
export const mlflow1: Dialect = {
  name: "mlflow1",
  about: "MLflow 1.x: the split object itself, or the list of records",
  params: undefined,
  siblings: [],
  missing: "null",
  forms: [
    { id: "mlflow1:split", dialect: "mlflow1", key: undefined, layouts: ["frame"], renamesColumns: true },
    { id: "mlflow1:records", dialect: "mlflow1", key: undefined, layouts: ["records"] },
  ],
};

/** Databricks Model Serving: MLflow's body, 16 MB of it at most (docs.databricks.com, model serving limits). */
export const databricks: Dialect = {
  ...mlflow,
  name: "databricks",
  about: "Databricks Model Serving: as mlflow, 16 MB a request",
  maxBytes: 16e6,
  forms: mlflow.forms.map((form) => ({ ...form, id: form.id.replace("mlflow", "databricks"), dialect: "databricks" })),
};
