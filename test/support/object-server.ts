// A server of files that does on purpose what servers do by accident.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came. */
interface Asked {
  /** Counts from 0. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

/** Answers a request in a way of its own; false leaves it to the server. */
type ObjectFault = (asked: Asked, response: ServerResponse) => boolean;

export interface ObjectServer {
  readonly url: string;
  readonly asked: Asked[];
  readonly files: Map<string, Buffer>;
  /** Bytes of bodies that were sent. */
  readonly sent: number;
  fault: ObjectFault;
  /** Without, it gives all of a file whatever is asked for. */
  ranges: boolean;
  /** Without, it says no version of a file. */
  versions: boolean;
  close(): Promise<void>;
}

export async function objectServer(): Promise<ObjectServer> {
  const files = new Map<string, Buffer>();
  const asked: Asked[] = [];
  let sent = 0;
  const server = createServer((request, response) => {
    const { method = "", url = "/", headers } = request;
    const path = decodeURIComponent(new URL(url, "http://host").pathname).slice(1);
    const one = { number: asked.length, method, path, range: headers.range, headers };
    asked.push(one);
    if (own.fault(one, response)) return;
    if (method === "PUT") return void take(request, response, path);
    if (method === "DELETE") return void response.writeHead(files.delete(path) ? 204 : 404).end();
    const bytes = files.get(path);
    if (!bytes) return void response.writeHead(404).end("nothing here");
    const etag = own.versions ? { etag: versionOf(bytes) } : {};
    if (headers["if-match"] !== undefined && headers["if-match"] !== versionOf(bytes)) return void response.writeHead(412).end();
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
    if (!own.ranges || first === undefined) {
      sent += bytes.length;
      return void response.writeHead(200, { "content-length": bytes.length, ...etag }).end(bytes);
    }
    const from = Number(first);
    const to = last ? Math.min(Number(last) + 1, bytes.length) : bytes.length;
    if (from >= bytes.length) return void response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    sent += to - from;
    const range = { "content-range": `bytes ${from}-${to - 1}/${bytes.length}`, "content-length": to - from };
    response.writeHead(206, { ...range, ...etag }).end(bytes.subarray(from, to));
  });
  async function take(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // it broke off, and is no file
    }
    files.set(path, Buffer.concat(chunks));
    response.writeHead(201).end();
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    files,
    get sent() {
      return sent;
    },
    fault: (() => false) as ObjectFault,
    ranges: true,
    versions: true,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return own;
}

export function versionOf(bytes: Uint8Array): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

/** Answers with some bytes of what was asked for, and ends the connection. */
export function cutShort(response: ServerResponse, bytes: Buffer, from: number, sent: number, etag?: string): true {
  const size = bytes.length;
  response.writeHead(206, {
    "content-range": `bytes ${from}-${size - 1}/${size}`,
    "content-length": size - from,
    ...(etag !== undefined && { etag }),
  });
  response.write(bytes.subarray(from, from + sent), () => response.destroy());
  return true;
}
