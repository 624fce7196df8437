import type { Dialect } from "./dialect.js";

/**
 * MLflow's scoring server, 2.0 and later: exactly one of four keys, optional `params`, every other key ignored
 * (mlflow/pyfunc/scoring_server/__init__.py, utils/proto_json_utils.py).
 */
export const mlflow: Dialect = {
  name: "mlflow",
  about: "MLflow 2 and later: dataframe_split, inputs, instances",
  params: "params",
  siblings: [],
  forms: [
    { id: "mlflow:split", dialect: "mlflow", key: "dataframe_split", layouts: ["frame"] },
    { id: "mlflow:inputs", dialect: "mlflow", key: "inputs", layouts: ["tensor", "named"], maxRank: 64 },
    // "the length of values for each input/column name are not the same" is a 400 for instances only
    { id: "mlflow:instances", dialect: "mlflow", key: "instances", layouts: ["tensor", "named"], equalRows: true, maxRank: 64 },
  ],
  prefers: { frame: ["mlflow:split"], tensor: ["mlflow:inputs", "mlflow:instances"], named: ["mlflow:inputs", "mlflow:instances"] },
};

/** MLflow before 2.0: the split object is the whole document (scoring server at 1.28). */
export const mlflow1: Dialect = {
  name: "mlflow1",
  about: "MLflow 1.x: the split object itself",
  params: undefined,
  siblings: [],
  forms: [{ id: "mlflow1:split", dialect: "mlflow1", key: undefined, layouts: ["frame"], renamesColumns: true }],
  prefers: { frame: ["mlflow1:split"], tensor: [], named: [] },
};
