import { dialect } from "./dialect.js";

/**
 * KServe's v1 protocol: `instances` or `inputs`, lists both, of which `inputs` is taken where both are there; orjson reads no NaN
 * (kserve/utils/utils.py). Its own model servers make one array of lists (`np.array(instances)` in get_predict_input), where a text makes texts
 * of all numbers; of objects, which keep them, a DataFrame each.
 */
export const kserve1 = dialect({
  name: "kserve1",
  title: "KServe",
  about: "KServe v1: instances, inputs",
  route: "/v1/models/{model}:predict",
  // kserve 0.21, protocol/rest/v1_endpoints.py
  probes: { "/": { says: { status: "alive" } }, "/v1/models/{model}": { says: { name: "{model}", ready: true }, ready: true } },
  params: "parameters",
  bytes: "object",
  rules: "kserve",
  wins: "inputs",
  faults: {
    E_AMBIGUOUS: ["change", "takes inputs, and drops instances"],
    E_FORM: ["depend", "gives a predictor of one's own what is no list, and its own servers refuse it"],
  },
  nan: "error",
  missing: "null",
  oneDtype: true,
  forms: {
    instances: { key: "instances", layouts: ["tensor", "records"], refusesScalar: true },
    records: { key: "instances", layouts: ["records"] },
    inputs: { key: "inputs", layouts: ["tensor", "records"], refusesScalar: true },
  },
  response: { about: "KServe v1: predictions", forms: { predictions: { key: "predictions", layouts: ["tensor", "records", "named"] } } },
});
