import { dialect } from "./dialect.js";
import { ASKED } from "./mlflow.js";

/**
 * Azure ML online endpoints. The body is `{"input_data": …, "params": {…}}`; every other key is ignored by the server.
 * What `input_data` may be depends on the model's signature; the forms here are those a no-code deployment accepts
 * (Azure/azureml-assets mlflow_score_script.py; microsoft/azureml-inference-server input_parsers.py). The script reads a
 * frame for columns, a list for the one tensor without a name and an object for tensors with names (get_parameter_type).
 */
export const azureml = dialect({
  name: "azureml",
  title: "Azure ML",
  about: "Azure ML online endpoints: input_data",
  route: "/score",
  // azureml-inference-server-http 1.5.1, server/routes.py: health_probe, ErrorResponse
  probes: { "/": { says: "Healthy" } },
  refusal: { body: { message: "{message}" } },
  params: "params",
  missing: "null",
  // 5 MB/s of bandwidth for an endpoint, and 5 seconds by default for a request
  maxBytes: 25e6,
  softLimit: "in its default time of 5 s at 5 MB/s; raise request_timeout_ms",
  rules: "azureml",
  asked: ASKED,
  key: "input_data",
  refusesString: true,
  forms: {
    // without index the script takes the object for named tensors; without columns it fails with KeyError 'columns'
    split: {
      layouts: ["frame"],
      needsColumns: true,
      needsIndex: true,
      renamesColumns: true,
      fits: ["columns", "binary"],
      reading: "ujson",
    },
    tensor: { layouts: ["tensor"], refusesScalar: true, maxRank: 64, fits: ["tensor"], reading: "numpy" },
    // a language model's script reads its prompts, and the parameters, out of the same object (Azure/azureml-assets, notes of Llama, phi
    // and Mistral: {"input_data": {"input_string": […], "parameters": {…}}})
    named: {
      layouts: ["named"],
      maxRank: 64,
      fits: ["tensors"],
      reading: "numpy",
      paramsWithin: "parameters",
      messagesWithin: "input_string",
    },
  },
  response: { about: "Azure ML online endpoints: the answer itself", forms: { bare: { layouts: ["tensor", "records"] } } },
});
