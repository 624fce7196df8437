import { type FastifyInstance, fastify } from "fastify";
import { type GatewayOptions, gateway } from "../../src/serve/gateway.js";

const open: FastifyInstance[] = [];

/** A gateway on a loopback port; its URL. */
export async function gatewayAt(options: GatewayOptions, log?: string[]): Promise<{ url: string; server: FastifyInstance }> {
  const server = fastify({ logger: log ? { level: "trace", stream: { write: (line: string) => void log.push(line) } } : false });
  open.push(server);
  await server.register(gateway, options);
  return { url: await server.listen({ port: 0, host: "127.0.0.1" }), server };
}

/** Closes all of them. */
export async function closeGateways(): Promise<void> {
  await Promise.all(
    open.splice(0).map((server) => {
      server.server.closeAllConnections();
      return server.close();
    }),
  );
}

/** Posts a body; status, headers and the answer's text. */
export async function posted(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
