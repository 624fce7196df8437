import { dialect } from "./dialect.js";

const lines = {
  nan: "error",
  missing: "null",
  layouts: ["lines"],
  forms: { records: {}, lists: { lists: true } },
} as const;

/** JSON Lines: JSON by the letter, so it has no NaN. */
export const jsonl = dialect({
  ...lines,
  name: "jsonl",
  about: "JSON Lines: a record, or a list, on each line",
  extensions: ["jsonl", "ndjson"],
  response: lines,
});
