// What a gateway counts, for Prometheus. prom-client is the library; without it nothing is counted.

/** Counts requests. */
export interface Meter {
  /** A request has been answered, after so many seconds. */
  answered(dialect: string, model: string, status: number, seconds: number): void;
  /** Prometheus' text, and its content type. */
  text(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Seconds; a gateway adds less than the first. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Undefined where prom-client is not installed. `underWay` is asked for whenever the text is. */
export async function meterOf(underWay: () => number): Promise<Meter | undefined> {
  const client = await import("prom-client").catch(notThere);
  if (client === undefined) return undefined;
  const { Counter, Gauge, Histogram, Registry } = client;
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "transload_requests_total",
    help: "Requests answered, by the client's dialect, the model and HTTP's status",
    labelNames: ["dialect", "model", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "transload_request_seconds",
    help: "Seconds from a request's head to its answer's end",
    labelNames: ["dialect", "model"],
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: "transload_requests_under_way",
    help: "Requests that are being answered",
    registers,
    collect() {
      this.set(underWay());
    },
  });
  return {
    answered(dialect, model, status, took) {
      requests.inc({ dialect, model, status });
      seconds.observe({ dialect, model }, took);
    },
    text: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

function notThere(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
  throw error;
}
