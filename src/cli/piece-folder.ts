// A folder of pieces. They are written in a folder inside it that nobody knows, and put in their places when all are whole. The
// manifest is the commit: the last run's goes first, this one's comes last, and between them there is none.
import { constants, fchmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { TransloadError, type Warning } from "../errors.js";
import { PERMISSIONS } from "../io/atomic.js";
import type { Compression } from "../io/compression.js";
import { cannotWrite, type ReadInput, refuseSame, syncFolder } from "../io/disk-errors.js";
import { beforeLeaving } from "../io/leaving.js";
import { locked } from "../io/lock.js";
import { existing, openFile } from "../io/output.js";
import type { Output } from "../io/target.js";
import { removeFolder, sweep, temporaryIn } from "../io/temporary.js";
import type { RemoteOptions } from "../remote/open.js";

/** `part-00000.json`: what stands before the number, its digits at least, and what stands behind. */
export interface PieceName {
  readonly before: string;
  readonly digits: number;
  readonly after: string;
}

/** A line of the manifest. */
export interface Entry {
  piece: string;
  rows: number;
  firstRow: number;
  /** Of the file as it lies. */
  bytes: number;
  sha256: string;
  /** Bytes of the payload in a compressed file. */
  expanded?: number;
}

/** What is asked of files of pieces. */
export interface PieceOptions {
  readonly compression: Compression | undefined;
  readonly sync: boolean;
  /** Pieces of an earlier run go that this one did not write again. */
  readonly clean: boolean;
  /** How a store elsewhere is asked. */
  readonly remote: RemoteOptions;
  readonly onWarning: (warning: Warning) => void;
}

export const MANIFEST = "manifest.json";
/** Names of stale pieces that a warning lists. */
const LISTED = 3;

/** The manifest's bytes. */
export function manifestOf(entries: readonly Entry[]): readonly Uint8Array[] {
  return [Buffer.from(`[\n${entries.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n]\n`)];
}

/** The name of the piece with this number. */
export function spellPiece({ before, digits, after }: PieceName, number: number): string {
  return `${before}${String(number).padStart(digits, "0")}${after}`;
}

export class PieceFolder {
  readonly #path: string;
  readonly #names: PieceName;
  readonly #options: PieceOptions;
  readonly #hidden: string;
  readonly #callOff: () => void;

  private constructor(path: string, names: PieceName, options: PieceOptions) {
    this.#path = path;
    this.#names = names;
    this.#options = options;
    this.#hidden = temporaryIn(path);
    this.#callOff = beforeLeaving(() => this.#remove());
  }

  /** @throws TransloadError E_WRITE when the folder cannot be made. */
  static async open(path: string, names: PieceName, options: PieceOptions): Promise<PieceFolder> {
    return writing(path, async () => {
      mkdirSync(path, { recursive: true });
      const folder = new PieceFolder(path, names, options);
      mkdirSync(folder.#hidden);
      void sweep(path);
      return folder;
    });
  }

  /** A file for this piece. @throws TransloadError E_WRITE; E_OPTION when it is one of the inputs. */
  async create(
    number: number,
    inputs: ReadInput | readonly ReadInput[],
  ): Promise<{ readonly name: string; readonly fill: Output["fill"] }> {
    const name = this.#name(number);
    const path = join(this.#path, name);
    return writing(path, async () => {
      const stats = await existing(path);
      if (stats) refuseSame(stats, inputs);
      if (stats?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
      if (stats) await access(path, constants.W_OK);
      const { fd, fill } = await openFile(join(this.#hidden, name), path, this.#options.sync);
      if (stats?.isFile()) fchmodSync(fd, stats.mode & PERMISSIONS);
      return { name, fill };
    });
  }

  /** Puts the pieces, and then the manifest, in their places. @throws TransloadError E_WRITE: there is no manifest then. */
  async commit(entries: readonly Entry[]): Promise<void> {
    await writing(this.#path, async () => {
      const manifest = await openFile(join(this.#hidden, MANIFEST), join(this.#path, MANIFEST), this.#options.sync);
      await manifest.fill(manifestOf(entries));
      await locked(this.#path, async () => {
        rmSync(join(this.#path, MANIFEST), { force: true });
        this.#sync();
        for (const { piece } of entries) this.#place(piece);
        this.#tidy(new Set(entries.map(({ piece }) => piece)));
        this.#sync();
        this.#place(MANIFEST);
        this.#sync();
      });
    });
  }

  /** Lets go of what has not been put in its place. */
  close(): void {
    this.#remove();
    this.#callOff();
  }

  #remove(): void {
    removeFolder(this.#hidden);
  }

  #name(number: number): string {
    return spellPiece(this.#names, number);
  }

  #place(name: string): void {
    renameSync(join(this.#hidden, name), join(this.#path, name));
  }

  #sync(): void {
    if (this.#options.sync) syncFolder(this.#path);
  }

  /** Pieces of an earlier run, of which there were more. */
  #tidy(written: ReadonlySet<string>): void {
    const stale = readdirSync(this.#path).filter((name) => !written.has(name) && this.#isPiece(name));
    if (stale.length === 0) return;
    if (this.#options.clean) for (const name of stale) rmSync(join(this.#path, name));
    else {
      const listed = stale.length > LISTED ? `${stale.slice(0, LISTED).join(", ")}, …` : stale.join(", ");
      const what = stale.length === 1 ? "a piece" : `${stale.length} pieces`;
      const message = `${this.#path} still holds ${what} of an earlier run: ${listed}; the manifest does not list ${stale.length === 1 ? "it" : "them"}, and --clean removes such`;
      this.#options.onWarning({ code: "W_STALE", message });
    }
  }

  #isPiece(name: string): boolean {
    const { before, after } = this.#names;
    const number = name.slice(before.length, name.length - after.length);
    return /^\d+$/.test(number) && name === this.#name(Number(number)) && !lstatSync(join(this.#path, name)).isDirectory();
  }
}

/** What the disk refuses is told of this path. */
async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TransloadError ? error : cannotWrite(path, error);
  }
}
