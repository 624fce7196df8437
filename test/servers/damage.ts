// Damaged Arrow and Parquet files, and what pyarrow says of them: what it refuses, we do not read as something else. Run by hand:
// node --import tsx test/servers/damage.ts PYTHON, whose pyarrow is asked.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outcome, samples } from "../support/binary-samples.js";

const [python = "python3", every = "3"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "transload-damage-"));
try {
  for (const { what, from, bytes } of await samples()) {
    if (!/^(arrow|parquet|npy|npz)/.test(from)) continue;
    const good = await outcome(bytes, from);
    const names: string[] = [];
    const ours: string[] = [];
    for (let at = 0; at < bytes.length; at += Number(every)) {
      const bad = Buffer.from(bytes);
      bad[at] = (bad[at] as number) ^ 0x15;
      ours.push(await outcome(bad, from));
      names.push(join(folder, `${at}.${from}`));
      writeFileSync(names.at(-1) as string, bad);
    }
    const asked = spawnSync(python, [join(import.meta.dirname, "damage.py"), from], {
      input: names.join("\n"),
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    if (asked.status !== 0) throw new Error(asked.stderr);
    const theirs = asked.stdout.trimEnd().split("\n");
    const counts = { refusedByBoth: 0, readByBoth: 0, refusedByUs: 0, sameAsUndamaged: 0, readAsOther: 0 };
    const odd: string[] = [];
    for (const [i, own] of ours.entries()) {
      const refused = theirs[i] !== "read";
      if (own.startsWith("E_")) counts[refused ? "refusedByBoth" : "refusedByUs"]++;
      else if (!refused) counts.readByBoth++;
      else if (own === good) counts.sameAsUndamaged++;
      else {
        counts.readAsOther++;
        odd.push(`  byte ${i * Number(every)}: ${theirs[i]}`);
      }
    }
    console.log(`${what.padEnd(16)} ${JSON.stringify(counts)}`);
    for (const line of odd) console.log(line);
  }
} finally {
  rmSync(folder, { recursive: true });
}
