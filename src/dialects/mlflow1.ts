import { dialect } from "./dialect.js";

/** MLflow before 2.0: the split object, or the list of records, is the whole document (scoring server at 1.28). NaN is Python's token. */
export const mlflow1 = dialect({
  name: "mlflow1",
  title: "MLflow 1.x",
  about: "MLflow 1.x: the split object itself, or the list of records",
  missing: "null",
  rules: "mlflow",
  fits: ["columns", "binary"],
  reading: "ujson",
  forms: {
    split: { layouts: ["frame"], renamesColumns: true },
    records: { layouts: ["records"] },
  },
  response: { about: "MLflow 1.x: the answer itself", forms: { bare: { layouts: ["tensor", "records"] } } },
});
