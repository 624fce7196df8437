/**
 * Waits for one thing after the other, or for an end that comes once. `Promise.race` would keep something of each of them in memory until that
 * end has come. One may be waited for at a time.
 */
export class Until {
  #ended: { readonly fault?: unknown } | undefined;
  #tell = (): void => {};

  constructor(end: Promise<unknown>) {
    const ended = (how: { readonly fault?: unknown }) => {
      this.#ended = how;
      this.#tell();
    };
    end.then(
      () => ended({}),
      (fault: unknown) => ended({ fault }),
    );
  }

  /** Resolves with this, or with the end; rejects as either does. */
  or(next: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tell = () => (this.#ended && "fault" in this.#ended ? reject(this.#ended.fault) : resolve());
      if (this.#ended) this.#tell();
      next.then(() => resolve(), reject);
    });
  }
}
