import { dialect } from "./dialect.js";

/**
 * TensorFlow Serving's REST predict: `inputs` (column format) or `instances` (row format, at least one), and
 * `signature_name`. Never null, and every cell of a tensor of the model's one dtype: text beside numbers "is not of expected type"
 * (tensorflow_serving/util/json_tensor.cc). It answers in the format it was asked in: rows as predictions, columns as outputs
 * (api_rest.md).
 */
export const tfserving = dialect({
  name: "tfserving",
  title: "TensorFlow Serving",
  about: "TensorFlow Serving predict: instances, inputs",
  route: "/v1/models/{model}:predict",
  // www.tensorflow.org/tfx/serving/api_rest, model status; an error is {"error": …}
  probes: {
    "/v1/models/{model}": {
      says: { model_version_status: [{ version: "1", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } }] },
      ready: true,
    },
  },
  siblings: ["signature_name"],
  bytes: "object",
  rules: "tfserving",
  missing: "error",
  firstKeyWins: true, // rapidjson's FindMember
  faults: { E_TRAILING: ["change", "reads nothing behind the document"] },
  refusesNull: true,
  oneKind: true,
  forms: {
    inputs: { key: "inputs", layouts: ["tensor", "named"], fits: ["columns", "binary", "tensor", "tensors"] },
    instances: {
      key: "instances",
      layouts: ["tensor", "records"],
      refusesScalar: true,
      refusesEmpty: true,
      equalKeys: true,
      fits: ["tensor"],
    },
    records: { key: "instances", layouts: ["records"], refusesEmpty: true, equalKeys: true, fits: [] },
  },
  response: {
    about: "TensorFlow Serving: predictions, outputs",
    firstKeyWins: true,
    forms: {
      predictions: { key: "predictions", layouts: ["tensor", "records"], answers: ["instances", "records"] },
      outputs: { key: "outputs", layouts: ["tensor", "named"], answers: ["inputs"] },
    },
  },
});
