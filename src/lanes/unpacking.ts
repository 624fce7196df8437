import { concat } from "../columns/bytes.js";
import type { Told } from "../envelope/payload.js";
import { compressionAt, mayBeCompressed } from "../io/peek.js";
import type { Stage } from "./stage.js";

/** A conversion that is another one where the first bytes tell that they are compressed. */
export class Unpacking implements Stage {
  readonly #unpacked: (kind: "gzip" | "zstd") => Stage;
  #stage: Stage;
  /** Undefined once it is known. */
  #head: Uint8Array | undefined = new Uint8Array();

  /** @param unpacked makes the other conversion, or refuses */
  constructor(stage: Stage, unpacked: (kind: "gzip" | "zstd") => Stage) {
    this.#stage = stage;
    this.#unpacked = unpacked;
  }

  get told(): Told | undefined {
    return this.#stage.told;
  }

  get enough(): boolean {
    return this.#stage.enough ?? false;
  }

  push(chunk: Uint8Array): void | Promise<void> {
    if (!this.#head) return this.#stage.push(chunk);
    const head = this.#head.length === 0 ? chunk : concat([this.#head, chunk]);
    if (mayBeCompressed(head)) this.#head = head;
    else return this.#open(head);
  }

  #open(head: Uint8Array): void | Promise<void> {
    this.#head = undefined;
    const kind = compressionAt(head);
    if (kind) {
      this.#stage.close();
      this.#stage = this.#unpacked(kind);
    }
    return this.#stage.push(head);
  }

  async end(): Promise<void> {
    if (this.#head) await this.#open(this.#head);
    await this.#stage.end();
  }

  close(): void {
    this.#stage.close();
  }
}
