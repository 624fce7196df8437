/** Chunks handed from one who has them to one who asks. */
export class Inbox {
  readonly #waiting: Uint8Array[] = [];
  #ended = false;
  #come = (): void => {};
  #taken = (): void => {};

  put(chunk: Uint8Array): Promise<void> {
    this.#waiting.push(chunk);
    this.#come();
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  }

  end(): void {
    this.#ended = true;
    this.#come();
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        this.#taken();
        yield next;
      } else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#come = resolve;
        });
    }
  }
}
