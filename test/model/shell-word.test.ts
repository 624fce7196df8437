import { expect, test } from "vitest";
import { shellWord } from "../../src/model/shell-word.js";

test.each([
  ["rows.csv", "rows.csv", "rows.csv"],
  ["a,b", "a,b", "'a,b'"],
  ["it's", `'it'\\''s'`, "'it''s'"],
  ["out\\rows.csv", `'out\\rows.csv'`, "out\\rows.csv"],
  ["part-{00000}.json", "'part-{00000}.json'", "'part-{00000}.json'"],
  ["$x", "'$x'", "'$x'"],
])("%s, for a POSIX shell and for PowerShell", (word, posix, windows) => {
  expect(shellWord(word, "linux")).toBe(posix);
  expect(shellWord(word, "win32")).toBe(windows);
});
