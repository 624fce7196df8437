// A conversion between two files, the short way: no streams, whose new memory for each chunk costs more than the checking. What is read lies in
// a few buffers, and what goes out of them is written from there, before they are used again.
import type { Sink } from "../io/sink.js";
import type { Request } from "../options/request.js";
import { stageFor } from "./chain.js";
import type { Host } from "./host.js";

/** Bytes that a replay may have written beyond its chunk. */
const WAITING = 1 << 22;

/**
 * Converts all chunks, each of which is valid until two more have been asked for.
 * @throws TransloadError as the conversion does, and what reading and writing throw.
 */
export async function pour(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  request: Request,
  host: Host,
  sink: Sink,
): Promise<void> {
  const out = new Outflow(sink);
  const { onProgress, onRows } = request.run;
  let rows = 0;
  const stage = stageFor(request, host, (bytes) => out.put(bytes), {
    get full() {
      return out.waiting > WAITING;
    },
    drained: () => out.flush(),
    endPiece: (ended) => {
      rows = ended;
    },
  });
  try {
    let used = 0;
    for await (const chunk of chunks) {
      const wait = stage.push(chunk);
      if (wait) await wait;
      await out.before();
      used += chunk.length;
      onProgress?.(used);
      if (stage.enough) break;
    }
    await stage.end();
    await out.flush();
    rows ||= stage.told?.cargoRows ?? 0;
    if (rows > 0) onRows?.(rows);
  } finally {
    stage.close();
  }
}

/** What has been converted and not been written, in order. */
class Outflow {
  /** Bytes that no write has taken. */
  waiting = 0;
  readonly #sink: Sink;
  #views: Uint8Array[] = [];
  #written = Promise.resolve();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#views.push(bytes);
    this.waiting += bytes.length;
  }

  /** Has what waits written; resolves when what went before that is. */
  before(): Promise<void> {
    const before = this.#written;
    const views = this.#views;
    this.#views = [];
    this.waiting = 0;
    if (views.length > 0) {
      this.#written = before.then(() => this.#sink.write(views));
      this.#written.catch(() => {}); // met by whoever waits for it next
    }
    return before;
  }

  /** Resolves when all is written. */
  async flush(): Promise<void> {
    await this.before();
    await this.#written;
  }
}
