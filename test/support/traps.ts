/** What looks like the end of a row, or of all rows, in a text, as JSON has it. */
export const TRAPS: readonly string[] = [
  '\\"],[1,\\"',
  "],[2,3],[4,5],[",
  '},{\\"a\\":1},{\\"',
  "]]}",
  "\\\\",
  '\\\\\\"],[',
  "\\u005d,[",
  "a\\nb\\n1,2\\n",
  "é],[",
  "{",
  "[",
  "],[7,\\u0022x\\u0022],[",
];
