import { dialect, type Releases } from "./dialect.js";

/** Keys that make MLflow 2.10 and later pass the whole body to the model unparsed (utils/serving_data_parser.py). */
export const LLM_KEYS: readonly string[] = ["messages", "prompt", "input"];

/** The releases that were asked (test/model/answers.json). MLflow takes pandas 3 since 3.16. */
export const ASKED: readonly Releases[] = [
  { mlflow: "2.22", pandas: "2.3" },
  { mlflow: "3.6", pandas: "2.3" },
  { mlflow: "3.17", pandas: "2.3" },
  { mlflow: "3.17", pandas: "3.1" },
];

/**
 * MLflow's scoring server, 2.0 and later: exactly one of four keys, optional `params`, every other key ignored
 * (mlflow/pyfunc/scoring_server/__init__.py, utils/proto_json_utils.py). A cell that is missing is NaN there, and null
 * in a column of text is None: only the token says NaN in both. It takes most forms for most signatures
 * (infer_and_parse_data), but decodes base64 and keeps null in frames only. The text of a file is taken, too, as text/csv, and
 * since 3.10 a Parquet file as application/vnd.apache.parquet.
 */
export const mlflow = dialect({
  name: "mlflow",
  title: "MLflow",
  about: "MLflow 2 and later: dataframe_split, dataframe_records, inputs, instances",
  route: "/invocations",
  // mlflow 3.17, pyfunc/scoring_server/__init__.py: init; MlflowException.serialize_as_json with exceptions.py's names of statuses
  probes: {
    "/ping": { says: "\n", ready: true },
    "/health": { says: "\n", ready: true },
    "/version": { says: "{version}" },
  },
  refusal: {
    body: { error_code: "{reason}", message: "{message}" },
    reasons: {
      400: "BAD_REQUEST",
      401: "UNAUTHENTICATED",
      403: "PERMISSION_DENIED",
      404: "NOT_FOUND",
      429: "REQUEST_LIMIT_EXCEEDED",
      500: "INTERNAL_ERROR",
      503: "TEMPORARILY_UNAVAILABLE",
    },
  },
  params: "params",
  missing: "token",
  rules: "mlflow",
  asked: ASKED,
  takes: ["csv", "parquet", "mlflow:parquet"],
  faults: {
    E_UTF16: ["depend", "reads UTF-16 since MLflow 3 and refuses it before"],
    E_LLM: ["change", "hands the whole body to the model unparsed"],
    E_AMBIGUOUS: ["refuse", "refuses it, too"],
  },
  forms: {
    split: { key: "dataframe_split", layouts: ["frame"], fits: ["columns", "binary"], reading: "frame" },
    records: { key: "dataframe_records", layouts: ["records"], fits: ["columns", "binary"], reading: "frame" },
    // a list of objects becomes a DataFrame where the signature has columns, and is all that models with type hints take
    inputs: {
      key: "inputs",
      layouts: ["tensor", "named", "records"],
      readsOnly: ["records"],
      maxRank: 64,
      fits: ["columns", "tensor", "tensors"],
      reading: "numpy",
    },
    // "the length of values for each input/column name are not the same" is a 400 for instances only; where keys are
    // missing and the lengths happen to agree, rows are mixed up
    instances: {
      key: "instances",
      layouts: ["tensor", "named", "records"],
      equalRows: true,
      equalKeys: true,
      maxRank: 64,
      fits: ["columns", "tensor", "tensors"],
      reading: "numpy",
    },
  },
  // what the model gives, records of a frame or lists of an array (scoring_server/__init__.py)
  response: {
    about: "MLflow 2 and later: predictions",
    forms: { predictions: { key: "predictions", layouts: ["tensor", "records", "named"] } },
  },
});
