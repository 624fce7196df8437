import { dialect } from "./dialect.js";

/**
 * SageMaker, 6 MB a request (docs.aws.amazon.com, cdf-inference): its own algorithms read CSV without names, or rows in objects. The
 * containers of frameworks take a bare list as application/json (sagemaker-inference-toolkit, decoder.py; "simple JSON" in
 * sagemaker-tensorflow-serving-container), which is also what pandas writes with orient="values".
 */
export const sagemaker = dialect({
  name: "sagemaker",
  title: "SageMaker",
  about: "SageMaker: CSV without names, instances of features, a bare list; 6 MB a request",
  nan: "error",
  missing: "null",
  route: "/invocations",
  // docs.aws.amazon.com, your-algorithms-inference-code: /ping is 200 with any body; a client sees a container's error under message
  probes: { "/ping": { says: "", ready: true } },
  refusal: { body: { message: "{message}" } },
  maxBytes: 6e6,
  rules: "sagemaker",
  forms: {
    csv: { layouts: ["delimited"], delimiter: ",", headless: true },
    json: { key: "instances", layouts: ["features"] },
    tensor: { layouts: ["tensor"], refusesScalar: true, readAs: "json" },
  },
  // its own algorithms give predictions (docs.aws.amazon.com, cdf-inference), or CSV where that is accepted; toolkits' encoders a bare list
  response: {
    about: "SageMaker: predictions, a bare list",
    forms: {
      predictions: { key: "predictions", layouts: ["tensor", "records"] },
      bare: { layouts: ["tensor", "records"] },
    },
  },
});
