import { dialectOf, type Form, type Layout } from "../dialects/index.js";

/**
 * How a server makes cells of a payload's text.
 * `frame`: Python's json, then a pandas DataFrame (MLflow's split and records; exact).
 * `ujson`: pandas' own read_json, which drops digits and guesses dates (Azure ML's split, MLflow 1.x).
 * `numpy`: Python's json, then numpy arrays (MLflow's inputs and instances, Azure ML's lists and named tensors; exact).
 * `csv`: pandas' read_csv (MLflow's text/csv).
 * `own`: a server that is not made of these.
 */
export type Reading = "frame" | "ujson" | "numpy" | "csv" | "own";

const TITLES: Readonly<Record<string, string>> = {
  azureml: "Azure ML",
  mlflow: "MLflow",
  mlflow1: "MLflow 1.x",
  databricks: "Databricks",
  tfserving: "TensorFlow Serving",
  csv: "MLflow's CSV reader",
  vertex: "Vertex AI",
  seldon: "Seldon Core",
  sagemaker: "SageMaker",
  kserve1: "KServe",
  oip: "MLServer",
  triton: "Triton",
};

/** What messages call the server of a dialect. */
export function titleOf(dialect: string): string {
  return TITLES[dialect] ?? dialect;
}

/** Dialects whose servers are MLflow's code, and hold a payload against the model's signature. */
export function enforces(dialect: string): boolean {
  return ["azureml", "mlflow", "mlflow1", "databricks", "csv"].includes(dialect);
}

/** Servers that carry every number as a double (google.protobuf.Value and ListValue; Seldon's `repeated double`). */
export function isDoubles(dialect: string): boolean {
  return dialect === "vertex" || dialect === "seldon";
}

export function readingOf(form: Form, layout: Layout): Reading {
  const { name } = dialectOf(form);
  if (name === "csv") return "csv";
  if (!enforces(name)) return "own";
  if (name === "mlflow1") return "ujson";
  if (layout === "frame") return name === "azureml" ? "ujson" : "frame";
  return form.key === "dataframe_records" ? "frame" : "numpy";
}
