import { dialect } from "./dialect.js";

/** Seldon Core v1: rows, or a flat tensor of doubles, beside their names (proto/prediction.proto: `repeated double`, ListValue). */
export const seldon = dialect({
  name: "seldon",
  title: "Seldon Core",
  about: "Seldon Core v1: data with names and ndarray, or tensor",
  siblings: ["meta"],
  nan: "error",
  missing: "null",
  doubles: true,
  key: "data",
  forms: {
    ndarray: { layouts: ["ndarray"] },
    tensor: { layouts: ["values"], refusesNull: true },
  },
});
