/** Pieces that wait to be taken. */
const MOST = 1024;

/** Memory of cells that goes round, where batches are valid until the next one is asked for; cells may lie in other memory, too. */
export class Pool {
  readonly #reuse: boolean;
  #free: ArrayBuffer[] = [];
  #retired: ArrayBuffer[] = [];
  /** What has been taken, and is to come back. */
  readonly #out = new WeakSet<ArrayBuffer>();

  constructor(reuse: boolean) {
    this.#reuse = reuse;
  }

  /** At least so many bytes, whatever is in them. */
  take(bytes: number): ArrayBuffer {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
    const taken = at < 0 ? new ArrayBuffer(bytes) : (this.#free.splice(at, 1)[0] as ArrayBuffer);
    this.#out.add(taken);
    return taken;
  }

  /** The last batch has these cells, and no other will. */
  retire(cells: ArrayBufferView): void {
    const buffer = cells.buffer as ArrayBuffer;
    if (this.#reuse && this.#out.delete(buffer)) this.#retired.push(buffer);
  }

  /** The last batch is no longer valid. */
  advance(): void {
    // pages of other sizes may never want what is oldest
    this.#free = [...this.#free, ...this.#retired.splice(0)].slice(-MOST);
  }
}
