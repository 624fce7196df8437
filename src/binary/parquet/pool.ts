/** Memory of cells that goes round, where batches are valid until the next one is asked for. */
export class Pool {
  readonly #reuse: boolean;
  #free: ArrayBuffer[] = [];
  #retired: ArrayBuffer[] = [];

  constructor(reuse: boolean) {
    this.#reuse = reuse;
  }

  /** At least so many bytes, whatever is in them. */
  take(bytes: number): ArrayBuffer {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
    return at < 0 ? new ArrayBuffer(bytes) : (this.#free.splice(at, 1)[0] as ArrayBuffer);
  }

  /** The last batch has these cells, and no other will. */
  retire(cells: ArrayBufferView): void {
    if (this.#reuse) this.#retired.push(cells.buffer as ArrayBuffer);
  }

  /** The last batch is no longer valid. */
  advance(): void {
    this.#free.push(...this.#retired.splice(0));
  }
}
