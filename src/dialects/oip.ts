import type { Dialect } from "./dialect.js";

/**
 * Open Inference Protocol v2 in JSON (kserve/open-inference-protocol, inference_rest.md): a list of tensors with name,
 * shape and datatype. `columns` is one input for each column, which MLServer makes a DataFrame of (content type `pd`);
 * `tensor` is one input. MLServer's orjson reads no NaN; its own encoder writes null for it.
 */
export const oip: Dialect = {
  name: "oip",
  about: "Open Inference Protocol v2: inputs with name, shape and datatype",
  params: "parameters",
  siblings: ["id", "outputs"],
  nan: "null",
  missing: "null",
  forms: [
    { id: "oip:columns", dialect: "oip", key: "inputs", layouts: ["inputs"], content: "pd", equalRows: true },
    { id: "oip:tensor", dialect: "oip", key: "inputs", layouts: ["inputs"], content: "np" },
  ],
};

/** Triton's HTTP server: the same body, 64 MiB of it at most; NaN is read, null is not (src/http_server.cc). */
export const triton: Dialect = {
  ...oip,
  name: "triton",
  about: "Triton: as oip, 64 MiB a request",
  nan: "token",
  missing: "error",
  maxBytes: 2 ** 26,
  forms: oip.forms.map((form) => ({ ...form, id: form.id.replace("oip", "triton"), dialect: "triton", refusesNull: true })),
};

/** Seldon Core v1: rows, or a flat tensor of doubles, beside their names (proto/prediction.proto). */
export const seldon: Dialect = {
  name: "seldon",
  about: "Seldon Core v1: data with names and ndarray, or tensor",
  params: undefined,
  siblings: ["meta"],
  nan: "error",
  missing: "null",
  forms: [
    { id: "seldon:ndarray", dialect: "seldon", key: "data", layouts: ["ndarray"] },
    { id: "seldon:tensor", dialect: "seldon", key: "data", layouts: ["values"], refusesNull: true },
  ],
};
