import type { Dialect } from "./dialect.js";

/** Comma-separated values, as pandas and so MLflow (`text/csv`) and Azure ML's batch endpoints read them. */
export const csv: Dialect = {
  name: "csv",
  about: "comma-separated values, with a line of names",
  params: undefined,
  siblings: [],
  forms: [{ id: "csv", dialect: "csv", key: undefined, layouts: ["delimited"], delimiter: ",", renamesColumns: true }],
};

export const tsv: Dialect = {
  name: "tsv",
  about: "the same with tabs",
  params: undefined,
  siblings: [],
  forms: [{ id: "tsv", dialect: "tsv", key: undefined, layouts: ["delimited"], delimiter: "\t", renamesColumns: true }],
};

/** JSON Lines: JSON by the letter, so it has no NaN. */
export const jsonl: Dialect = {
  name: "jsonl",
  about: "JSON Lines: a record, or a list, on each line",
  params: undefined,
  siblings: [],
  nan: "error",
  missing: "null",
  forms: [
    { id: "jsonl:records", dialect: "jsonl", key: undefined, layouts: ["lines"] },
    { id: "jsonl:lists", dialect: "jsonl", key: undefined, layouts: ["lines"] },
  ],
};

/** SageMaker: its own algorithms read CSV without names, or rows in objects; 6 MB a request (docs.aws.amazon.com, cdf-inference). */
export const sagemaker: Dialect = {
  name: "sagemaker",
  about: "SageMaker's own algorithms: CSV without names, instances of features, 6 MB a request",
  params: undefined,
  siblings: [],
  nan: "error",
  missing: "null",
  maxBytes: 6e6,
  forms: [
    { id: "sagemaker:csv", dialect: "sagemaker", key: undefined, layouts: ["delimited"], delimiter: ",", headless: true },
    { id: "sagemaker:json", dialect: "sagemaker", key: "instances", layouts: ["features"] },
  ],
};
