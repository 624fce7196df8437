import { dialect } from "./dialect.js";
import { mlflow } from "./mlflow.js";

/** Databricks Model Serving: MLflow's body, 16 MB of it at most (docs.databricks.com, model serving limits). */
export const databricks = dialect({
  ...mlflow,
  name: "databricks",
  title: "Databricks",
  takes: ["csv"],
  probes: {},
  about: "Databricks Model Serving: as mlflow, 16 MB a request",
  route: "/serving-endpoints/{model}/invocations",
  maxBytes: 16e6,
  response: { ...mlflow.response, about: "Databricks Model Serving: predictions" },
});
