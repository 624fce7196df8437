// Writes powers.ts: the 128-bit significands of the powers of five that decimal.ts and shortest-float.ts share.
// 5^q for q >= 0 is cut to 128 bits; 1/5^-q is cut and raised by one, as Lemire's "Number Parsing at a Gigabyte per
// Second" (2021) and Giulietti's "The Schubfach way to render doubles" (2020) both need it.
import { writeFileSync } from "node:fs";

const FIRST = -342;
const LAST = 324;
const BITS = 128n;
const length = (x) => BigInt(x.toString(2).length);
const words = [];
for (let q = FIRST; q <= LAST; q++) {
  let x;
  if (q >= 0) {
    x = 5n ** BigInt(q);
    const n = length(x);
    x = n > BITS ? x >> (n - BITS) : x << (BITS - n);
  } else {
    const p = 5n ** BigInt(-q);
    x = (1n << (length(p) + BITS - 1n)) / p + 1n;
  }
  words.push(x >> 64n, x & 0xffffffffffffffffn);
}
const hex = words.map((w) => `0x${w.toString(16).padStart(16, "0")}`);
const lines = [];
for (let i = 0; i < hex.length; i += 6) lines.push(`  ${hex.slice(i, i + 6).join(", ")},`);
writeFileSync(
  new URL("powers.ts", import.meta.url),
  `// Made by powers.gen.mjs.\nexport const FIRST: i32 = ${FIRST};\nexport const LAST: i32 = ${LAST};\n/** High and low word of 5^q, normalized, from q = FIRST on. */\nexport const POWERS: usize = memory.data<u64>([\n${lines.join("\n")}\n], 16);\n`,
);
