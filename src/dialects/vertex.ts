import { dialect } from "./dialect.js";

/** Vertex AI: instances are protobuf Values, so every number is a double and NaN has no place; 1.5 MB a request. */
export const vertex = dialect({
  name: "vertex",
  title: "Vertex AI",
  about: "Vertex AI: instances and parameters, 1.5 MB a request",
  params: "parameters",
  bytes: "object",
  nan: "error",
  missing: "null",
  maxBytes: 1.5e6,
  doubles: true,
  key: "instances",
  forms: {
    instances: { layouts: ["tensor", "records"], refusesScalar: true },
    records: { layouts: ["records"] },
  },
  response: { about: "Vertex AI: predictions", forms: { predictions: { key: "predictions", layouts: ["tensor", "records", "named"] } } },
});
