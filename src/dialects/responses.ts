// What servers answer. The same layouts under other keys: a table for each dialect that answers in JSON.
import type { Dialect } from "./dialect.js";
import { csv, jsonl, tsv } from "./files.js";

/** `{"predictions": …}`: MLflow wraps what the model gives, records of a frame or lists of an array (scoring_server/__init__.py). */
function predictions(name: string, about: string): Dialect {
  return {
    name,
    about,
    params: undefined,
    siblings: [],
    forms: [{ id: `${name}:predictions`, dialect: name, key: "predictions", layouts: ["tensor", "records", "named"] }],
  };
}

/** The answer itself: Azure ML's no-code script, and MLflow before 2.0. NaN is written as Python's token by both. */
function bare(name: string, about: string): Dialect {
  return {
    name,
    about,
    params: undefined,
    siblings: [],
    forms: [{ id: `${name}:bare`, dialect: name, key: undefined, layouts: ["tensor", "records"] }],
  };
}

/** TensorFlow Serving answers in the format it was asked in: rows as predictions, columns as outputs (api_rest.md). */
const tfserving: Dialect = {
  name: "tfserving",
  about: "TensorFlow Serving: predictions, outputs",
  params: undefined,
  siblings: [],
  firstKeyWins: true,
  forms: [
    { id: "tfserving:predictions", dialect: "tfserving", key: "predictions", layouts: ["tensor", "records"] },
    { id: "tfserving:outputs", dialect: "tfserving", key: "outputs", layouts: ["tensor", "named"] },
  ],
};

/** Open Inference Protocol: outputs, as inputs are. */
const oip: Dialect = {
  name: "oip",
  about: "Open Inference Protocol v2: outputs with name, shape and datatype",
  params: undefined,
  siblings: ["model_name", "model_version", "id", "parameters"],
  nan: "null",
  missing: "null",
  forms: [
    { id: "oip:columns", dialect: "oip", key: "outputs", layouts: ["inputs"], content: "pd" },
    { id: "oip:tensor", dialect: "oip", key: "outputs", layouts: ["inputs"], content: "np" },
  ],
};

export const RESPONSES: readonly Dialect[] = [
  predictions("mlflow", "MLflow 2 and later: predictions"),
  bare("azureml", "Azure ML online endpoints: the answer itself"),
  bare("mlflow1", "MLflow 1.x: the answer itself"),
  tfserving,
  oip,
  predictions("databricks", "Databricks Model Serving: predictions"),
  predictions("vertex", "Vertex AI: predictions"),
  predictions("kserve1", "KServe v1: predictions"),
  csv,
  tsv,
  jsonl,
];
