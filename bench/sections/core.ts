import { payloadFile } from "../payloads.js";
import { runScript } from "../process.js";
import { digits } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";

const CASES = [
  { name: "heart", kind: "heart", spaces: false },
  { name: "heart with spaces", kind: "heart", spaces: true },
  { name: "tensor", kind: "tensor", spaces: false },
] as const;

const MILLISECONDS = 1000;

export function core(scale: Scale): Section {
  const rows = CASES.map(({ name, kind, spaces }) => {
    const input = payloadFile(kind, scale.slice, { spaces }).path;
    const [scan, cells] = (["scan", "cells"] as const).map((task) => {
      const { seconds, check } = runScript("core", { input, task, milliseconds: MILLISECONDS });
      return Number(check) / 1e6 / seconds;
    });
    process.stderr.write(`  core: ${name}: scan ${digits(scan ?? 0)}, cells ${digits(cells ?? 0)} MB/s\n`);
    return [name, digits(scan ?? 0), digits(cells ?? 0)];
  });
  return {
    title: "The core alone",
    about: `What the WebAssembly core does when neither files nor streams take part: the rows of ${scale.slice}, in memory, pushed in chunks of 1 MiB. \`scan\` checks grammar and widths, \`cells\` reads every number as float64. tinybench, median, one process per figure; the rows found were counted first.`,
    tables: [{ title: "MB/s", head: ["", "scan", "cells"], rows }],
    targets: [],
    bars: [],
    notes: [],
  };
}
