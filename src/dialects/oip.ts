import { dialect } from "./dialect.js";

/**
 * Open Inference Protocol v2 in JSON (kserve/open-inference-protocol, inference_rest.md): a list of tensors with name,
 * shape and datatype. `columns` is one input for each column, which MLServer makes a DataFrame of (content type `pd`);
 * `tensor` is one input. MLServer's orjson reads no NaN; its own encoder writes null for it. It reads FP16 in JSON, and knows no BF16
 * (mlserver/types/dataplane.py, Datatype). Answers have outputs, as requests have inputs.
 */
export const oip = dialect({
  name: "oip",
  title: "MLServer",
  about: "Open Inference Protocol v2: inputs with name, shape and datatype",
  route: "/v2/models/{model}/infer",
  // inference_rest.md: server live, server ready, model ready, server metadata; an error is {"error": …}
  probes: {
    "/v2": { says: { name: "transload", version: "{version}", extensions: [] } },
    "/v2/health/live": { says: { live: true } },
    "/v2/health/ready": { says: { ready: true }, ready: true },
    "/v2/models/{model}/ready": { says: { name: "{model}", ready: true }, ready: true },
  },
  modelKey: "model_name",
  // inference_rest.md: an answer has the id of its request
  idKey: "id",
  params: "parameters",
  bytes: "content",
  rules: "mlserver",
  // those that were asked (test/servers/verdicts_oip.py); pip gives MLServer the newest pandas
  asked: [
    { mlserver: "1.7", pandas: "2.3" },
    { mlserver: "1.7", pandas: "3.1" },
  ],
  // run on MLServer 1.7.1 (test/model/record_oip.py)
  faults: {
    E_NULL: ["refuse", "refuses null among whole numbers"],
    E_DTYPE: ["refuse", "knows no such datatype"],
    E_SHAPE: ["depend", "ignores shapes in a frame (content type pd), and refuses data that do not fit the shape elsewhere"],
  },
  siblings: ["id", "outputs"],
  nan: "null",
  missing: "null",
  key: "inputs",
  layouts: ["inputs"],
  refusesDatatypes: ["BF16"],
  forms: { columns: { content: "pd", equalRows: true }, tensor: { content: "np" } },
  response: {
    about: "Open Inference Protocol v2: outputs with name, shape and datatype",
    siblings: ["model_name", "model_version", "id", "parameters"],
    nan: "null",
    missing: "null",
    key: "outputs",
    layouts: ["inputs"],
    // as MLServer calls it (1.7.1, codecs/utils.py, SingleInputRequestCodec)
    unnamed: "output-1",
    forms: { columns: { content: "pd" }, tensor: { content: "np" } },
  },
});
