import { dialect } from "./dialect.js";
import { oip } from "./oip.js";

const { bytes: _, asked: __, ...requests } = oip;

/**
 * Triton's HTTP server: the same body, 64 MiB of it at most; NaN is read, null is not, nor are FP16 and BF16, which have no place in JSON
 * ("receiving FP16 data via JSON is not supported", src/http_server.cc; KServe's own server says the same). Inputs are arrays by themselves.
 */
export const triton = dialect({
  ...requests,
  name: "triton",
  forms: { columns: { content: "pd" }, tensor: { content: "np" } },
  title: "Triton",
  rules: "triton",
  faults: {
    E_DTYPE: ["refuse", "knows no such datatype"],
    E_SHAPE: ["refuse", "refuses data that do not fit the shape"],
  },
  about: "Triton: as oip, 64 MiB a request",
  nan: "token",
  missing: "error",
  takes: ["triton:binary"],
  // qa/L0_http of triton-inference-server/server
  tooLarge: "--http-max-input-size",
  maxBytes: 2 ** 26,
  refusesNull: true,
  refusesDatatypes: ["FP16", "BF16"],
  response: { ...oip.response, about: "Triton: outputs with name, shape and datatype" },
});
