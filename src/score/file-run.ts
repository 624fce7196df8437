// A run whose predictions go to a file.
import { createWriteStream, rmSync, type Stats, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { formOfName } from "../api/extension.js";
import { optionText, TransloadError } from "../errors.js";
import { compressionOf, compressor } from "../io/compression.js";
import { blame, cannotWrite } from "../io/disk-errors.js";
import { locked } from "../io/lock.js";
import { checkOutput, openOutput } from "../io/output.js";
import { chunksOf, nameOf, regularFileOf, type Source } from "../io/source.js";
import { isRemote } from "../remote/url.js";
import { isOnce, mayHaveLabelsOnce } from "./beside.js";
import { journalOf, refusedOf } from "./file-names.js";
import type { ScoreFileOptions } from "./file-options.js";
import { identityOf } from "./identity.js";
import { type Identity, Journal } from "./journal.js";
import { type Plan, planOf } from "./plan.js";
import { checkApart, everyRowRefused, formed, recordChunks, type ScoreTarget, targetOf } from "./records.js";
import type { RefusedRows } from "./retrying.js";
import { answersTo, besideOf, namesBeside } from "./run.js";
import { type ScoreSummary, Tally } from "./tally.js";

/** Gathers the answers in a journal, and puts them together when all are there. */
export async function runToFile(source: Source, target: string, options: ScoreFileOptions): Promise<ScoreSummary> {
  const { to, resume = false, fingerprint, onSummary, nan, codec, rowGroupRows, ...own } = options;
  const plan = planOf("scoreFile", own);
  const written: ScoreTarget = {
    to: to ?? formNamed(target),
    ...(nan !== undefined && { nan }),
    ...(codec !== undefined && { codec }),
    ...(rowGroupRows !== undefined && { rowGroupRows }),
    ...(own.spillDir !== undefined && { spillDir: own.spillDir }),
    ...(own.signal && { signal: own.signal }),
  };
  targetOf(written);
  if (isRemote(target))
    throw new TransloadError(
      "E_OPTION",
      "answers are kept beside their file until all are there, so score writes a file; copy it from there",
    );
  const file = regularFileOf(source);
  if (resume && file === undefined)
    throw new TransloadError("E_OPTION", `${optionText("resume", true)} reads the payload again, so it takes a file and no pipe`);
  const path = resolve(target);
  // rows that are refused have a file of their own, and one of an earlier run is taken away
  for (const name of [path, refusedOf(path)]) await checkOutput(name, opened(source));
  const identity = await identityOf(plan, file, fingerprint);
  const work = () => run({ source, plan, path, written, onSummary }, identity, resume);
  // the lock stands beside the journal, which goes when a run is done
  return locked(dirname(path), work, `.${basename(path)}.transload-lock`).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).syscall === "open" ? cannotWrite(path, error) : blame(error, file, path);
  });
}

/** A run, whole. */
interface Run {
  readonly source: Source;
  readonly plan: Plan;
  readonly path: string;
  readonly written: ScoreTarget;
  readonly onSummary: ScoreFileOptions["onSummary"];
}

async function run({ source, plan, path, written, onSummary }: Run, identity: Identity, resume: boolean): Promise<ScoreSummary> {
  const folder = journalOf(path);
  await makeFolder(folder);
  const journal = await Journal.open(folder, identity, resume);
  try {
    const held = await again(source, plan, folder);
    const summary = await gather(held, plan, journal, onSummary);
    await assemble(held, path, plan, journal, written);
    await journal.remove();
    return summary;
  } catch (error) {
    await journal.settled().catch(() => {});
    // nothing is lost that could be gone on with
    if (journal.size === 0) await journal.remove();
    throw error;
  } finally {
    await journal.close();
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
}

function formNamed(target: string): ScoreTarget["to"] {
  const form = formOfName(target);
  if (form === "auto")
    throw new TransloadError(
      "E_OPTION",
      `the name ${target} does not tell how to write the predictions; say it with ${optionText("to", "csv")}`,
    );
  return form;
}

/** The payload so that it can be read again, where something of it stands beside the predictions. */
async function again(source: Source, plan: Plan, folder: string): Promise<Source> {
  if (regularFileOf(source) !== undefined) return source;
  if (plan.beside.length > 0) return hold(source, folder);
  if (!isOnce(source)) return source;
  const { labels, all } = await mayHaveLabelsOnce(source, plan.parts.cutting);
  return labels ? hold(all, folder, nameOf(source)) : all;
}

/** What comes once, as a file that can be read again. */
async function hold(source: Source, folder: string, name = nameOf(source)): Promise<string> {
  // its name tells its form
  const path = join(folder, `payload-${basename(name ?? "")}`);
  await pipeline(Readable.from(chunksOf(source, { lend: false }), { objectMode: false }), createWriteStream(path));
  return path;
}

/** Has every part answered, and each answer on the disk. */
async function gather(
  source: Source,
  plan: Plan,
  journal: Journal,
  told: ((summary: ScoreSummary) => void) | undefined,
): Promise<ScoreSummary> {
  const tally = new Tally();
  tally.rows = journal.rows;
  tally.refused = journal.refused.reduce((sum, { rows }) => sum + rows, 0);
  const beside = await namesBeside(source, plan);
  checkApart([...beside, ...journal.names]);
  for await (const answered of answersTo(source, plan, tally, { ordered: false, skip: (part) => journal.has(part) })) {
    checkApart([...beside, ...answered.names]);
    await journal.put(answered);
    told?.(tally.summary);
  }
  await journal.settled();
  return tally.summary;
}

/** The answers of the journal as a file. */
async function assemble(source: Source, path: string, plan: Plan, journal: Journal, target: ScoreTarget): Promise<void> {
  const { refused, names } = journal;
  if (refused.length > 0 && names.length === 0) {
    await tellRefused(refused, refusedOf(path));
    // all has been said: there is nothing to go on with
    await journal.remove();
    throw everyRowRefused(refused[0], refusedOf(path));
  }
  const output = await openOutput(path, opened(source), true);
  try {
    const { compression } = compressionOf(path);
    const packing = compression ? [compressor(compression)] : [];
    await output.fill(formed(recordChunks(journal.answers(), besideOf(source, plan)), target), ...packing);
    await tellRefused(refused, refusedOf(path));
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** Which file the payload is: no output may be the same. */
function opened(source: Source): { readonly name: string; readonly stats: Stats } | undefined {
  const file = regularFileOf(source);
  return file === undefined ? undefined : { name: file, stats: statSync(file) };
}

async function tellRefused(refused: readonly RefusedRows[], path: string): Promise<void> {
  if (refused.length === 0) {
    // one of an earlier run would be taken for this one's
    rmSync(path, { force: true });
    return;
  }
  const output = await openOutput(path, undefined, true);
  try {
    await output.fill(Readable.from(refusedLines(refused)));
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

function* refusedLines(refused: readonly RefusedRows[]): Generator<Buffer> {
  for (const { first, rows, status, said } of refused)
    for (let row = first; row < first + rows; row++) yield Buffer.from(`${JSON.stringify({ row, status, reason: said })}\n`);
}
