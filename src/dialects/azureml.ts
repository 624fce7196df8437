import type { Dialect } from "./dialect.js";

/**
 * Azure ML online endpoints. The body is `{"input_data": …, "params": {…}}`; every other key is ignored by the server.
 * What `input_data` may be depends on the model's signature; the forms here are those a no-code deployment accepts
 * (Azure/azureml-assets mlflow_score_script.py; microsoft/azureml-inference-server input_parsers.py).
 */
export const azureml: Dialect = {
  name: "azureml",
  about: "Azure ML online endpoints: input_data",
  params: "params",
  siblings: [],
  missing: "null",
  // 5 MB/s of bandwidth for an endpoint, and 5 seconds by default for a request
  maxBytes: 25e6,
  forms: [
    // without index the script takes the object for named tensors; without columns it fails with KeyError 'columns'
    {
      id: "azureml:split",
      dialect: "azureml",
      key: "input_data",
      layouts: ["frame"],
      needsColumns: true,
      needsIndex: true,
      renamesColumns: true,
    },
    { id: "azureml:tensor", dialect: "azureml", key: "input_data", layouts: ["tensor"], refusesScalar: true, maxRank: 64 },
    { id: "azureml:named", dialect: "azureml", key: "input_data", layouts: ["named"], maxRank: 64 },
  ],
};
