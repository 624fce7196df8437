import type { Dialect } from "./dialect.js";

/**
 * TensorFlow Serving's REST predict: `inputs` (column format) or `instances` (row format, at least one), and
 * `signature_name`. Never null (tensorflow_serving/util/json_tensor.cc).
 */
export const tfserving: Dialect = {
  name: "tfserving",
  about: "TensorFlow Serving predict: instances, inputs",
  params: undefined,
  siblings: ["signature_name"],
  missing: "error",
  firstKeyWins: true, // rapidjson's FindMember
  forms: [
    { id: "tfserving:inputs", dialect: "tfserving", key: "inputs", layouts: ["tensor", "named"], refusesNull: true },
    {
      id: "tfserving:instances",
      dialect: "tfserving",
      key: "instances",
      layouts: ["tensor", "records"],
      refusesScalar: true,
      refusesEmpty: true,
      refusesNull: true,
      equalKeys: true,
    },
    {
      id: "tfserving:records",
      dialect: "tfserving",
      key: "instances",
      layouts: ["records"],
      refusesEmpty: true,
      refusesNull: true,
      equalKeys: true,
    },
  ],
};

/** KServe's v1 protocol: `instances` or `inputs`, lists both; orjson reads no NaN (kserve/utils/utils.py). */
export const kserve1: Dialect = {
  name: "kserve1",
  about: "KServe v1: instances, inputs",
  params: "parameters",
  siblings: [],
  nan: "error",
  missing: "null",
  forms: [
    { id: "kserve1:instances", dialect: "kserve1", key: "instances", layouts: ["tensor", "records"], refusesScalar: true },
    { id: "kserve1:records", dialect: "kserve1", key: "instances", layouts: ["records"] },
    { id: "kserve1:inputs", dialect: "kserve1", key: "inputs", layouts: ["tensor", "records"], refusesScalar: true },
  ],
};

/** Vertex AI: instances are protobuf Values, so every number is a double and NaN has no place; 1.5 MB a request. */
export const vertex: Dialect = {
  name: "vertex",
  about: "Vertex AI: instances and parameters, 1.5 MB a request",
  params: "parameters",
  siblings: [],
  nan: "error",
  missing: "null",
  maxBytes: 1.5e6,
  forms: [
    { id: "vertex:instances", dialect: "vertex", key: "instances", layouts: ["tensor", "records"], refusesScalar: true },
    { id: "vertex:records", dialect: "vertex", key: "instances", layouts: ["records"] },
  ],
};
