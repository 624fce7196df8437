import { dialect } from "./dialect.js";

/** SageMaker: its own algorithms read CSV without names, or rows in objects; 6 MB a request (docs.aws.amazon.com, cdf-inference). */
export const sagemaker = dialect({
  name: "sagemaker",
  title: "SageMaker",
  about: "SageMaker's own algorithms: CSV without names, instances of features, 6 MB a request",
  nan: "error",
  missing: "null",
  maxBytes: 6e6,
  forms: {
    csv: { layouts: ["delimited"], delimiter: ",", headless: true },
    json: { key: "instances", layouts: ["features"] },
  },
});
