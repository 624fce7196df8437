// An object's bytes, here and there. A request costs as much time as some hundred kilobytes, so that ranges which lie near each other are asked for
// together, several requests are under way at a time, and what is going to be read one behind the other is asked for ahead.

/** How ranges are fetched. */
export interface Fetching {
  readonly size: number;
  /** Its first bytes, which are there already. */
  readonly head: Uint8Array;
  /** Just these bytes. */
  fetch(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Bytes from here up to there. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Requests at a time. */
const IN_FLIGHT = 8;
/** Ranges with so many bytes between them, at most, are one request, as long as that is no larger than JOINED. */
const NEAR = 1 << 16;
const JOINED = 1 << 22;
/** What is read ahead of all lanes together, and of one at a time. */
const AHEAD = 1 << 26;
const LEAST_BLOCK = 1 << 18;
const MOST_BLOCK = 1 << 23;
/** What nobody has announced, but begins where the last ended, is asked for with so many bytes. */
const ONWARD = 1 << 21;

interface Asked extends Span {
  readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: unknown) => void;
}

export class Ranges {
  readonly size: number;
  readonly #fetching: Fetching;
  #lanes: readonly Lane[] = [];
  #asked: Asked[] = [];
  #onward: { readonly from: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
  #last = 0;
  #bytes = 0;
  #flying = 0;
  readonly #queue: (() => void)[] = [];

  constructor(fetching: Fetching) {
    this.size = fetching.size;
    this.#fetching = fetching;
  }

  /** These are going to be read, each from its start to its end, side by side. What was announced before is not read any more. */
  soon(spans: readonly Span[]): void {
    const groups = joined(spans.filter(({ from, to }) => to > from));
    const block = Math.max(LEAST_BLOCK, Math.min(MOST_BLOCK, Math.floor(AHEAD / (2 * Math.max(1, groups.length)))));
    this.#lanes = groups.map((span) => new Lane(span, span.to - span.from <= JOINED ? JOINED : block, (from, to) => this.#fetch(from, to)));
  }

  async read(from: number, asked: number): Promise<Uint8Array<ArrayBuffer>> {
    const to = Math.min(asked, this.size);
    if (to <= from) return new Uint8Array(0);
    const { head } = this.#fetching;
    if (to <= head.length) return head.slice(from, to) as Uint8Array<ArrayBuffer>;
    const lane = this.#lanes.find((own) => from >= own.from && to <= own.to);
    return lane ? lane.read(from, to) : this.#other(from, to);
  }

  async close(): Promise<void> {
    this.#lanes = [];
    this.#onward = undefined;
  }

  async #other(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.#onward;
    const onward = from === this.#last;
    this.#last = to;
    if (held && from >= held.from && to <= held.from + held.bytes.length) return held.bytes.slice(from - held.from, to - held.from);
    if (to === this.size && to - from <= NEAR) return this.#keep(Math.max(0, to - NEAR), to, from, to);
    if (!onward || to - from >= ONWARD) return new Promise((resolve, reject) => this.#ask({ from, to, resolve, reject }));
    return this.#keep(from, Math.min(this.size, from + ONWARD), from, to);
  }

  /** More than is asked for: what follows, or what stands before the end, where files have their indexes. */
  async #keep(start: number, end: number, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.#fetch(start, end);
    this.#onward = { from: start, bytes };
    return bytes.slice(from - start, to - start);
  }

  /** Those who ask in the same turn are answered together. */
  #ask(asked: Asked): void {
    this.#asked.push(asked);
    if (this.#asked.length === 1) setImmediate(() => this.#answer(this.#asked.splice(0)));
  }

  #answer(all: readonly Asked[]): void {
    for (const group of joined(all)) {
      const own = all.filter(({ from, to }) => from >= group.from && to <= group.to);
      this.#inParts(group).then(
        (bytes) => {
          for (const { from, to, resolve } of own) resolve(own.length === 1 ? bytes : bytes.slice(from - group.from, to - group.from));
        },
        (error) => {
          for (const { reject } of own) reject(error);
        },
      );
    }
  }

  /** What is large comes in several requests at a time. */
  async #inParts({ from, to }: Span): Promise<Uint8Array<ArrayBuffer>> {
    if (to - from <= MOST_BLOCK) return this.#fetch(from, to);
    const whole = new Uint8Array(to - from);
    const parts: Promise<void>[] = [];
    for (let at = from; at < to; at += JOINED)
      parts.push(this.#fetch(at, Math.min(to, at + JOINED)).then((bytes) => whole.set(bytes, at - from)));
    await Promise.all(parts);
    return whole;
  }

  async #fetch(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#flying >= IN_FLIGHT) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#flying++;
    try {
      const bytes = await this.#fetching.fetch(from, to);
      this.#bytes += bytes.length;
      this.#fetching.onBytes?.(this.#bytes);
      return bytes;
    } finally {
      this.#flying--;
      this.#queue.shift()?.();
    }
  }
}

/** Bytes that are read from the first to the last: a block at a time, and the next one ahead. */
class Lane {
  readonly from: number;
  readonly to: number;
  readonly #block: number;
  readonly #fetch: Fetching["fetch"];
  readonly #blocks = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();

  constructor({ from, to }: Span, block: number, fetch: Fetching["fetch"]) {
    this.from = from;
    this.to = to;
    this.#block = block;
    this.#fetch = fetch;
  }

  async read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const first = this.#placeOf(from);
    const last = this.#placeOf(to - 1);
    const whole = new Uint8Array(to - from);
    const wanted = Array.from({ length: last - first + 1 }, (_, i) => this.#load(first + i));
    if (this.#startOf(last + 1) < this.to) void this.#load(last + 1);
    for (const place of this.#blocks.keys()) if (place < first) this.#blocks.delete(place);
    for (const [i, block] of (await Promise.all(wanted)).entries()) {
      const start = this.#startOf(first + i);
      const own = block.subarray(Math.max(0, from - start), Math.max(0, to - start));
      whole.set(own, Math.max(0, start - from));
    }
    return whole;
  }

  #placeOf(at: number): number {
    return Math.floor((at - this.from) / this.#block);
  }

  #startOf(place: number): number {
    return this.from + place * this.#block;
  }

  #load(place: number): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#blocks.get(place);
    if (known) return known;
    const start = this.#startOf(place);
    const loading = this.#fetch(start, Math.min(this.to, start + this.#block));
    // told to whoever reads it, if somebody does
    loading.catch(() => this.#blocks.delete(place));
    this.#blocks.set(place, loading);
    return loading;
  }
}

/** Spans in the order of the file, those that lie near each other as one. */
function joined(spans: readonly Span[]): Span[] {
  const groups: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = groups[groups.length - 1];
    if (last && from <= last.to + NEAR && Math.max(to, last.to) - last.from <= JOINED) last.to = Math.max(to, last.to);
    else groups.push({ from, to });
  }
  return groups;
}
