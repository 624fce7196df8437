// What has been answered so far, on the disk, so that a run that was killed goes on where it stopped.
//
// A folder with two files that only grow. `answers.jsonl` has the predictions, in the order in which they came. `journal.jsonl` has a line for
// each part: its rows, a digest of its request, and where its predictions stand. The predictions are on the disk before the line is written,
// and the line before the answer counts. So a line that is whole is true; what stands behind the last of them is a rest, which is cut off.

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { decode, encode } from "../columns/bytes.js";
import { optionText, TransloadError } from "../errors.js";
import { cannotRead, cannotWrite, syncFolder } from "../io/disk-errors.js";
import type { Part } from "./parts.js";
import type { AnsweredRows } from "./records.js";
import type { Answered, RefusedRows } from "./retrying.js";

/** What the answers of a run depend on: each by a name that a message can say. */
export type Identity = Readonly<Record<string, string | number>>;

/** A part that has been answered. */
interface Entry {
  readonly part: number;
  readonly first: number;
  readonly rows: number;
  /** SHA-256 of the request. */
  readonly request: string;
  /** Bytes of `answers.jsonl`. */
  readonly offset: number;
  readonly length: number;
  readonly names: readonly string[];
  readonly refused: readonly RefusedRows[];
  readonly state: "answered" | "refused";
}

/** Answers that may wait for the disk. */
const WAITING = 8;

export class Journal {
  readonly #folder: string;
  readonly #log: FileHandle;
  readonly #journal: FileHandle;
  readonly #entries = new Map<number, Entry>();
  #logEnd = 0;
  #journalEnd = 0;
  #waiting: Answered[] = [];
  #writing: Promise<void> | undefined;

  private constructor(folder: string, log: FileHandle, journal: FileHandle) {
    this.#folder = folder;
    this.#log = log;
    this.#journal = journal;
  }

  /**
   * Begins a journal, or goes on with the one that is there.
   * @throws TransloadError E_OPTION where there is one and nobody said to go on, and where it is of other answers; E_WRITE.
   */
  static async open(folder: string, identity: Identity, resume: boolean): Promise<Journal> {
    try {
      const log = await open(join(folder, "answers.jsonl"), "a+");
      const journal = new Journal(folder, log, await open(join(folder, "journal.jsonl"), "a+"));
      try {
        await journal.#begin(identity, resume);
      } catch (error) {
        await journal.close();
        throw error;
      }
      return journal;
    } catch (error) {
      throw error instanceof TransloadError ? error : cannotWrite(folder, error);
    }
  }

  /** Parts that have been answered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Their rows. */
  get rows(): number {
    return [...this.#entries.values()].reduce((sum, { rows }) => sum + rows, 0);
  }

  /**
   * Whether this part has been answered.
   * @throws TransloadError E_OPTION where it was another that was.
   */
  has({ number, first, rows, body }: Part): boolean {
    const entry = this.#entries.get(number);
    if (!entry) return false;
    if (entry.first === first && entry.rows === rows && entry.request === digest(body)) return true;
    throw otherRun(this.#folder, `request ${number} is another now`);
  }

  /** Keeps an answer; resolves when there is room for the next. @throws TransloadError E_WRITE. */
  async put(answered: Answered): Promise<void> {
    this.#waiting.push(answered);
    this.#writing ??= this.#drain();
    if (this.#waiting.length >= WAITING) await this.#writing;
    // what fails meanwhile is told by whoever waits next
    else this.#writing.catch(() => {});
  }

  /** All answers are on the disk. @throws TransloadError E_WRITE. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** The answers in the order of the rows. */
  async *answers(): AsyncGenerator<AnsweredRows, void, undefined> {
    for (const { first, rows, names, refused, offset, length } of this.#inOrder()) {
      const bytes = Buffer.alloc(length);
      await this.#log.read(bytes, 0, length, offset).catch((error: unknown) => {
        throw cannotRead(this.#folder, error);
      });
      yield { first, rows, names, lines: decode(bytes), refused };
    }
  }

  /** Rows that were refused, in their order. */
  get refused(): RefusedRows[] {
    return this.#inOrder().flatMap(({ refused }) => refused);
  }

  /** Of the predictions' columns, as far as there are some. */
  get names(): readonly string[] {
    return this.#inOrder().find(({ state }) => state === "answered")?.names ?? [];
  }

  async close(): Promise<void> {
    await this.#writing?.catch(() => {});
    await this.#log.close();
    await this.#journal.close();
  }

  /** Takes the journal away: its answers are in their place. */
  async remove(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #inOrder(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => a.part - b.part);
  }

  async #begin(identity: Identity, resume: boolean): Promise<void> {
    const lines = await this.#wholeLines();
    const head = JSON.stringify(identity);
    // one without an answer is begun anew: what was wrong with the call may be mended
    if (lines.length <= 1) {
      await this.#journal.truncate(0);
      await this.#log.truncate(0);
      await this.#journal.appendFile(`${head}\n`);
      await this.#journal.datasync();
      syncFolder(this.#folder);
      this.#journalEnd = Buffer.byteLength(head) + 1;
      return;
    }
    if (!resume)
      throw new TransloadError(
        "E_OPTION",
        `${this.#folder} has the answers of a run that did not end; go on with it by ${optionText("resume", true)}, or remove it`,
      );
    this.#refuseOther(JSON.parse(lines[0] as string) as Identity, identity);
    for (const line of lines.slice(1)) this.#enter(JSON.parse(line) as Entry);
    await this.#journal.truncate(this.#journalEnd);
    await this.#log.truncate(this.#logEnd);
  }

  /** Lines that were written to their end; where they end is noted. */
  async #wholeLines(): Promise<string[]> {
    const text = await this.#journal.readFile("utf8");
    const lines = text.split("\n");
    lines.pop();
    const torn = lines.findIndex((line) => !isJson(line));
    const whole = torn < 0 ? lines : lines.slice(0, torn);
    this.#journalEnd = whole.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    return whole;
  }

  #refuseOther(before: Identity, now: Identity): void {
    const changed = Object.keys({ ...before, ...now }).find((name) => before[name] !== now[name]);
    if (changed !== undefined) throw otherRun(this.#folder, `${changed} changed`);
  }

  #enter(entry: Entry): void {
    this.#entries.set(entry.part, entry);
    this.#logEnd = Math.max(this.#logEnd, entry.offset + entry.length);
  }

  /** All that wait are synced together: a disk takes as long for one. */
  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const some = this.#waiting;
        this.#waiting = [];
        await this.#write(some);
      }
    } catch (error) {
      throw cannotWrite(this.#folder, error);
    }
    this.#writing = undefined;
  }

  async #write(some: readonly Answered[]): Promise<void> {
    const entries: Entry[] = [];
    const texts: Uint8Array[] = [];
    let offset = this.#logEnd;
    for (const { part, names, lines, refused } of some) {
      const text = encode(lines);
      const { number, first, rows, body } = part;
      const state = lines === "" ? "refused" : "answered";
      entries.push({ part: number, first, rows, request: digest(body), offset, length: text.length, names, refused, state });
      texts.push(text);
      offset += text.length;
    }
    await this.#log.appendFile(Buffer.concat(texts));
    await this.#log.datasync();
    const told = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    await this.#journal.appendFile(told);
    await this.#journal.datasync();
    for (const entry of entries) this.#enter(entry);
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function otherRun(folder: string, what: string): TransloadError {
  return new TransloadError(
    "E_OPTION",
    `${folder} is of another run: ${what}; remove it, and begin anew without ${optionText("resume", true)}`,
  );
}
