import { dialect } from "./dialect.js";

/** As csv, with tabs. */
export const tsv = dialect({
  name: "tsv",
  about: "the same with tabs",
  extensions: ["tsv"],
  layouts: ["delimited"],
  delimiter: "\t",
  renamesColumns: true,
  response: { layouts: ["delimited"], delimiter: "\t", renamesColumns: true },
});
