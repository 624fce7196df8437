import { dialect } from "./dialect.js";
import { ASKED } from "./mlflow.js";

/** Comma-separated values, as pandas and so MLflow (`text/csv`) and Azure ML's batch endpoints read them. */
export const csv = dialect({
  name: "csv",
  title: "MLflow's CSV reader",
  about: "comma-separated values, with a line of names",
  extensions: ["csv"],
  rules: "mlflow",
  asked: ASKED,
  layouts: ["delimited"],
  delimiter: ",",
  renamesColumns: true,
  reading: "csv",
  response: { layouts: ["delimited"], delimiter: ",", renamesColumns: true },
});
