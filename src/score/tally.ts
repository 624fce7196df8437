// What is counted of a run.

/** What a run has done so far. */
export interface ScoreSummary {
  /** Rows that have their predictions, or were refused. */
  readonly rows: number;
  /** Requests that were sent, each attempt counted. */
  readonly requests: number;
  /** Of these, repetitions of one that may be answered later. */
  readonly retries: number;
  /** Requests that are being answered at the moment. */
  readonly inFlight: number;
  /** Rows that the server refused. */
  readonly refused: number;
  /** Bytes of the requests' bodies as they were sent. */
  readonly bytes: number;
  /** Milliseconds from a request to the end of its answer; 0 where there was none. */
  readonly latency: {
    /** Half of the answers took no longer. */
    readonly p50: number;
    /** 95 of a hundred. */
    readonly p95: number;
    /** 99 of a hundred. */
    readonly p99: number;
  };
}

export class Tally {
  rows = 0;
  refused = 0;
  requests = 0;
  retries = 0;
  inFlight = 0;
  bytes = 0;
  readonly #latency = process.getBuiltinModule("node:perf_hooks").createHistogram();

  /** Milliseconds that one answer took. */
  answered(milliseconds: number): void {
    // the histogram counts whole numbers
    this.#latency.record(Math.max(1, Math.round(milliseconds * 1000)));
  }

  get summary(): ScoreSummary {
    const { rows, requests, retries, inFlight, refused, bytes } = this;
    const at = (percentile: number) => (this.#latency.count === 0 ? 0 : this.#latency.percentile(percentile) / 1000);
    return { rows, requests, retries, inFlight, refused, bytes, latency: { p50: at(50), p95: at(95), p99: at(99) } };
  }
}
