// Compiles the core: for all engines, and for those that have relaxed SIMD, where a table lookup is one instruction (masks.ts). Both give the
// same bits, as every index is below sixteen; engine/module.ts chooses.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import "./powers.gen.mjs";
import { addRestart } from "./restart.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const KINDS = { "core.wasm": ["simd"], "core-relaxed.wasm": ["simd", "relaxed-simd"] };

for (const [file, features] of Object.entries(KINDS)) {
  const enabled = features.flatMap((feature) => ["--enable", feature]);
  const args = [here("index.ts"), "-o", here(file), "-O3", "--converge", "--noAssert", "--runtime", "stub", ...enabled];
  const { error, stderr } = await asc.main(args);
  if (error) {
    process.stderr.write(`${stderr}`);
    throw error;
  }
  addRestart(here(file));
}

/**
 * What the files end in: a section that engines pass over, with the package's version and a hash. Code that was bundled knows by it whether
 * a core that lies where the package has its own is the one that it was made for (engine/module.ts).
 */
function addStamp(files) {
  const { version } = JSON.parse(readFileSync(here("../../package.json"), "utf8"));
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  const stamp = Buffer.from(`transload ${version} ${hash.digest("hex").slice(0, 16)}`);
  const name = Buffer.from("stamp");
  const content = Buffer.concat([Buffer.of(name.length), name, stamp]);
  // lengths below 128 are one byte
  for (const file of files) appendFileSync(file, Buffer.concat([Buffer.of(0, content.length), content]));
}

addStamp(Object.keys(KINDS).map(here));
