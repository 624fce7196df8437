import { dialect } from "./dialect.js";

/**
 * Seldon Core v1: rows, or a flat tensor of doubles, beside their names (proto/prediction.proto: `repeated double`, ListValue). Over
 * gRPC nothing else passes. The Python server's REST endpoint hands JSON to numpy as it is, with NaN, null and all digits (run on
 * seldon-core 1.19.0: wrapper.py, utils.extract_request_parts_json).
 */
export const seldon = dialect({
  name: "seldon",
  title: "Seldon Core",
  about: "Seldon Core v1: data with names and ndarray, or tensor",
  route: "/api/v1.0/predictions",
  // seldon-core 1.19, python/seldon_core/wrapper.py; flask_utils.py, SeldonMicroserviceException.to_dict
  probes: { "/health/ping": { says: "pong" }, "/health/status": { says: { data: { names: [], ndarray: [] }, meta: {} }, ready: true } },
  refusal: { body: { status: { status: 1, info: "{message}", code: -1, reason: "MICROSERVICE_BAD_DATA" } } },
  siblings: ["meta"],
  nan: "error",
  missing: "null",
  doubles: true,
  way: "over gRPC",
  rules: "seldon",
  key: "data",
  forms: {
    ndarray: { layouts: ["ndarray"] },
    tensor: { layouts: ["values"], refusesNull: true },
  },
  // utils.construct_response_json: data in the shape of the request's, beside meta
  response: {
    about: "Seldon Core v1: data with names and ndarray, or tensor",
    siblings: ["meta"],
    key: "data",
    forms: { ndarray: { layouts: ["ndarray"] }, tensor: { layouts: ["values"] } },
  },
});
