import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mustAgree } from "../check.js";
import { FOLDER, hashFile, payloadFile } from "../payloads.js";
import { timeProgram } from "../process.js";
import { type Contender, race } from "../race.js";
import type { Scale } from "../scale.js";
import type { Section } from "../section.js";
import { raceTable } from "../table.js";
import { COMMAND } from "./memory.js";

const FILE = `${FOLDER}writing.out.json`;
const PIECES = `${FOLDER}writing/`;

/** What it costs to wait until the disk has it. */
export async function writing(scale: Scale): Promise<Section> {
  const input = payloadFile("heart", scale.size);
  await hashFile(input.path);
  const run = (...options: readonly string[]) => {
    rmSync(PIECES, { recursive: true, force: true });
    return timeProgram(process.execPath, [COMMAND, "convert", input.path, "-t", "mlflow", "--quiet", ...options]);
  };
  const file = ["-o", FILE];
  const pieces = ["--max-rows", "10000", "-o", `${PIECES}{00000}.json`];
  const hashOf = (options: readonly string[], read: () => string) => {
    run(...options);
    return read();
  };
  const ofFile = () => createHash("sha256").update(readFileSync(FILE)).digest("hex");
  const ofPieces = () => {
    const hash = createHash("sha256");
    for (const name of readdirSync(PIECES).sort()) hash.update(readFileSync(PIECES + name));
    return hash.digest("hex");
  };
  mustAgree("a file", { synced: hashOf(file, ofFile), "not synced": hashOf([...file, "--no-sync"], ofFile) });
  mustAgree("pieces", { synced: hashOf(pieces, ofPieces), "not synced": hashOf([...pieces, "--no-sync"], ofPieces) });
  const contender = (name: string, options: readonly string[]): Contender => ({ name, work: input.bytes, run: () => run(...options) });
  const finishes = race(
    "writing",
    [
      contender("a file, --no-sync", [...file, "--no-sync"]),
      contender("a file", file),
      contender("pieces of 10,000 rows, --no-sync", [...pieces, "--no-sync"]),
      contender("pieces of 10,000 rows", pieces),
    ],
    scale.rounds,
  );
  rmSync(FILE, { force: true });
  rmSync(PIECES, { recursive: true, force: true });
  const [loose, , looseCut] = finishes as [(typeof finishes)[0], (typeof finishes)[0], (typeof finishes)[0]];
  return {
    title: "Writing",
    about:
      "What does it cost to have every byte, and every name, on the disk before a file appears? Whole commands, azureml:split to mlflow:split, side by side with --no-sync.",
    tables: [
      raceTable("one file, whole process", "MB/s", finishes.slice(0, 2), [loose]),
      raceTable("pieces, whole process", "MB/s", finishes.slice(2), [looseCut]),
    ],
    targets: [],
    bars: [],
    notes: ["How long a sync takes is the disk's affair: this one is virtual, and fast."],
  };
}
