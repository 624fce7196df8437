// Compiles the core: for all engines, and for those that have relaxed SIMD, where a table lookup is one instruction (masks.ts). Both give the
// same bits, as every index is below sixteen; engine/module.ts chooses.
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
