/** What a payload can be converted to: how people call it, by the name that transload has for it. */
export const SERVERS: Readonly<Record<string, string>> = {
  azureml: "Azure ML",
  mlflow: "MLflow",
  databricks: "Databricks",
  sagemaker: "SageMaker",
  vertex: "Vertex AI",
  tfserving: "TensorFlow Serving",
  oip: "MLServer (Open Inference Protocol)",
  triton: "Triton",
  kserve1: "KServe v1",
  seldon: "Seldon Core v1",
  mlflow1: "MLflow 1.x",
};

/** Files for everything else. */
export const FILES: Readonly<Record<string, string>> = {
  csv: "CSV",
  tsv: "TSV (tabs)",
  jsonl: "JSON Lines",
  parquet: "Parquet",
  arrow: "Arrow (Feather)",
  arrows: "Arrow stream",
  npy: "NumPy .npy",
};

/** Exactly one of the shapes that a server, or a file, has several of. */
export const FORMS: readonly string[] = [
  "azureml:split",
  "azureml:tensor",
  "azureml:named",
  "mlflow:split",
  "mlflow:records",
  "mlflow:inputs",
  "mlflow:instances",
  "databricks:split",
  "databricks:records",
  "databricks:inputs",
  "databricks:instances",
  "sagemaker:csv",
  "sagemaker:json",
  "sagemaker:tensor",
  "vertex:instances",
  "vertex:records",
  "tfserving:inputs",
  "tfserving:instances",
  "tfserving:records",
  "oip:columns",
  "oip:tensor",
  "triton:columns",
  "triton:tensor",
  "kserve1:instances",
  "kserve1:records",
  "kserve1:inputs",
  "seldon:ndarray",
  "seldon:tensor",
  "mlflow1:split",
  "mlflow1:records",
  "jsonl:records",
  "jsonl:lists",
];

const TITLES: Readonly<Record<string, string>> = { ...SERVERS, ...FILES };

/** `MLflow: records`. */
export function titleOf(id: string): string {
  const [dialect = "", form] = id.split(":");
  return TITLES[id] ?? (form === undefined ? id : `${TITLES[dialect] ?? dialect}: ${form}`);
}

/**
 * What a result is called: `iris.mlflow.json` of `iris.csv.gz`.
 * @param beginning of the result, where it is text: SageMaker's is CSV or JSON, whichever suits the payload
 */
export function nameFor(input: string, to: string, inPieces: boolean, beginning = ""): string {
  const base = input.replace(/\.gz$/i, "").replace(/\.[a-z]\w*$/i, "");
  const [dialect = ""] = to.split(":");
  const file = Object.hasOwn(FILES, dialect);
  const ending = file ? dialect : to.startsWith("sagemaker") && !/^\s*[[{]/.test(beginning) ? "csv" : "json";
  return `${base || "payload"}${file ? "" : `.${to.replace(":", "-")}`}.${ending}${inPieces ? ".zip" : ""}`;
}
