// A model's server that does on purpose what servers do by accident. It predicts twice the first cell of each row.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A request as it came. */
interface Asked {
  /** Counts from 0. */
  readonly number: number;
  readonly headers: IncomingMessage["headers"];
  readonly path: string;
  readonly bytes: number;
  /** Cells of the first column. */
  readonly cells: readonly unknown[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers a request in a way of its own; false leaves it to the server. */
export type Fault = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>;

export interface FaultyServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Requests that were being answered at a time, at most. */
  readonly most: number;
  close(): Promise<void>;
}

export async function faultyServer(fault: Fault = () => false, port = 0): Promise<FaultyServer> {
  const asked: Asked[] = [];
  let now = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    most = Math.max(most, ++now);
    response.once("close", () => now--);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const whole = Buffer.concat(chunks);
    const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole;
    const body = JSON.parse(text.toString()) as { dataframe_split: { data: unknown[][] } } & Record<string, unknown>;
    const cells = body.dataframe_split.data.map(([cell]) => cell);
    const one = { number: asked.length, headers: request.headers, path: request.url ?? "", bytes: whole.length, cells, body };
    asked.push(one);
    if (!(await fault(one, response))) predict(response, cells.map(twice));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/invocations`,
    asked,
    get most() {
      return most;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const twice = (cell: unknown): unknown => (typeof cell === "number" ? cell * 2 : cell);

/** MLflow's answer. */
export function predict(response: ServerResponse, predictions: unknown): true {
  return say(response, 200, { predictions });
}

/** An answer of this status. */
export function say(response: ServerResponse, status: number, body: object | string, headers: Record<string, string> = {}): true {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
  return true;
}
