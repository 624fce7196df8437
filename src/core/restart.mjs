// Adds restart() to the core: every global is what it was at first, so that an instance that is done can serve again as if it were new.
// What lies in its memory is JavaScript's to put back (engine/wasm/instances.ts).
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";

export function addRestart(file) {
  const core = binaryen.readBinary(readFileSync(file));
  core.setFeatures(binaryen.Features.All);
  const globals = Array.from({ length: core.getNumGlobals() }, (_, i) => binaryen.getGlobalInfo(core.getGlobalByIndex(i)));
  const sets = globals.filter(({ mutable }) => mutable).map(({ name, init }) => core.global.set(name, core.copyExpression(init)));
  core.addFunction("restart", binaryen.none, binaryen.none, [], core.block(null, sets));
  core.addFunctionExport("restart", "restart");
  if (!core.validate()) throw new Error("the core is not valid any more");
  writeFileSync(file, core.emitBinary());
}
