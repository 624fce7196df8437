// A gateway whose memory can be asked for: what load.ts asks.
import { fastify } from "fastify";
import { type GatewayOptions, gateway } from "../../src/serve/gateway.js";

const server = fastify();
await server.register(gateway, JSON.parse(process.argv[2] ?? "{}") as GatewayOptions);
server.get("/memory", async () => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage();
});
process.stdout.write(`${await server.listen({ port: 0, host: "127.0.0.1" })}\n`);
