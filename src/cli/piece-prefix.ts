// Pieces as objects elsewhere, whose names begin alike. Nothing can be hidden there and renamed, so that each piece appears when it is whole. The
// manifest is the commit all the same: the last run's goes before the first piece, and this one's comes last. What is put before a run fails is
// removed.
import { TransloadError } from "../errors.js";
import type { ReadInput } from "../io/disk-errors.js";
import { beforeLeaving } from "../io/leaving.js";
import { openOutput } from "../io/output.js";
import type { Output } from "../io/target.js";
import { removeObject } from "../remote/open.js";
import { beside } from "../remote/url.js";
import { type Entry, MANIFEST, manifestOf, type PieceName, type PieceOptions, spellPiece } from "./piece-folder.js";

export class PiecePrefix {
  readonly #url: string;
  readonly #names: PieceName;
  readonly #options: PieceOptions;
  readonly #put: string[] = [];
  readonly #callOff: () => void;
  #begun: Promise<void> | undefined;

  /** @param url of any object beside which the pieces are to stand */
  constructor(url: string, names: PieceName, options: PieceOptions) {
    if (options.clean)
      throw new TransloadError("E_OPTION", "--clean removes files of an earlier run from a folder; remove objects by the store's own tool");
    this.#url = url;
    this.#names = names;
    this.#options = options;
    this.#callOff = beforeLeaving(() => this.#takeBack());
  }

  /** An object for this piece. @throws TransloadError E_WRITE; E_OPTION when it is one of the inputs. */
  async create(
    number: number,
    inputs: ReadInput | readonly ReadInput[],
  ): Promise<{ readonly name: string; readonly fill: Output["fill"] }> {
    const name = spellPiece(this.#names, number);
    this.#begun ??= this.#remove(MANIFEST);
    await this.#begun;
    return { name, fill: (...steps) => this.#write(name, inputs, steps) };
  }

  async commit(entries: readonly Entry[]): Promise<void> {
    await this.#begun;
    await this.#write(MANIFEST, [], [manifestOf(entries)]);
    this.#put.length = 0;
  }

  /** Lets go of what no manifest lists. */
  async close(): Promise<void> {
    await this.#takeBack();
    this.#callOff();
  }

  async #takeBack(): Promise<void> {
    await Promise.allSettled(this.#put.map((name) => this.#remove(name)));
  }

  async #write(name: string, inputs: ReadInput | readonly ReadInput[], steps: Parameters<Output["fill"]>): Promise<void> {
    const output = await openOutput(beside(this.#url, name), inputs, false, this.#options.remote);
    try {
      await output.fill(...steps);
      this.#put.push(name);
      await output.commit();
    } catch (error) {
      await output.discard();
      throw error;
    }
  }

  #remove(name: string): Promise<void> {
    return removeObject(beside(this.#url, name), this.#options.remote);
  }
}
