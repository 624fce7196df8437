/** What is read through it waits while it is closed: a conversion has the processor and the disk for itself. */
export class Gate {
  #wait: Promise<void> | undefined;
  #open: () => void = () => {};

  set closed(closed: boolean) {
    if (!closed) this.#open();
    this.#wait = closed
      ? new Promise((resolve) => {
          this.#open = resolve;
        })
      : undefined;
  }

  /** The same file, which can be read again, as well. */
  held(file: File): Blob {
    return new HeldFile(file, () => this.#wait);
  }
}

class HeldFile extends Blob {
  readonly #wait: () => Promise<void> | undefined;

  constructor(file: File, wait: () => Promise<void> | undefined) {
    super([file]);
    this.#wait = wait;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return super.stream().pipeThrough(
      new TransformStream({
        transform: async (chunk, controller) => {
          await this.#wait();
          controller.enqueue(chunk);
        },
      }),
    );
  }
}
