import type { Dialect } from "./dialect.js";

/**
 * TensorFlow Serving's REST predict: `instances` (row format, at least one) or `inputs` (column format), and
 * `signature_name`. Never null (tensorflow_serving/util/json_tensor.cc).
 */
export const tfserving: Dialect = {
  name: "tfserving",
  about: "TensorFlow Serving predict: instances, inputs",
  params: undefined,
  siblings: ["signature_name"],
  forms: [
    {
      id: "tfserving:instances",
      dialect: "tfserving",
      key: "instances",
      layouts: ["tensor"],
      refusesScalar: true,
      refusesEmpty: true,
      refusesNull: true,
    },
    { id: "tfserving:inputs", dialect: "tfserving", key: "inputs", layouts: ["tensor", "named"], refusesNull: true },
  ],
  prefers: { frame: [], tensor: ["tfserving:inputs", "tfserving:instances"], named: ["tfserving:inputs"] },
};
