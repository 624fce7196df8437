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

/** Bytes that are read at once. */
const CHUNK = 1 << 20;

class HeldFile extends Blob {
  readonly #wait: () => Promise<void> | undefined;

  constructor(file: File, wait: () => Promise<void> | undefined) {
    super([file]);
    this.#wait = wait;
  }

  /** Chunk by chunk: of a Blob's own stream so much is there at once that orders would not be heard in between. */
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream(
      {
        pull: async (controller) => {
          await this.#wait();
          if (at >= this.size) return controller.close();
          controller.enqueue(new Uint8Array(await this.slice(at, at + CHUNK).arrayBuffer()));
          at += CHUNK;
        },
      },
      { highWaterMark: 0 },
    );
  }
}
