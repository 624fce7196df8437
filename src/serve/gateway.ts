/**
 * transload as a gateway in Fastify: requests of one dialect in, requests of another out, answers and errors back.
 * @module transload/fastify
 */
// gateway(), and with it the room: a server of one dialect in front of a server of another, as a plugin of Fastify's.
//
// In: requests of the dialects that clients speak (routes.ts). What runs: a request's body is converted on its way to the server behind
// (pass.ts, body.ts over upstream.ts), and the answer on its way back; who is refused is told so in his own dialect (refusal.ts). plan.ts
// is what the options come to; metadata.ts what models say of themselves; metrics.ts what is counted.
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { version } from "../api/version.js";
import type { GatewayOptions } from "../options/serve.js";
import { drainable } from "./connections.js";
import { Conversions } from "./conversions.js";
import { Gate } from "./gate.js";
import { type Meter, meterOf } from "./metrics.js";
import type { Door } from "./pass.js";
import { planOf } from "./plan.js";
import { addRoutes } from "./routes.js";
import { Upstream } from "./upstream.js";

export { CODES, type ErrorCode, type Place, TransloadError } from "../errors.js";
export type { GatewayOptions, PassingOptions, ServedOptions } from "../options/serve.js";

/**
 * A plugin of Fastify's, with routes of the dialects that it accepts. Both bodies stream; a client that goes away ends the request to the
 * server behind it. Where prom-client is installed, `/metrics` has Prometheus' text, unless there is such a route already.
 * @throws TransloadError E_OPTION or E_DIALECT for options that cannot be, E_READ or E_MODEL for a model that cannot be read: as it is registered.
 */
export const gateway: FastifyPluginAsync<GatewayOptions> = async (server, options) => {
  const { prefix: _, logLevel: __, logSerializers: ___, ...own } = options as GatewayOptions & Record<string, unknown>;
  const { passing, models } = await planOf(own);
  const gate = new Gate(passing.concurrency);
  const drain = drainable(server.server);
  server.addHook("preClose", async () => {
    gate.isClosing = true;
    drain();
  });
  const doors: Door[] = models.flatMap((served) => {
    const upstream = new Upstream(served.url, served.headers, passing.concurrency);
    server.addHook("onClose", () => upstream.close());
    return served.accepts.map((dialect) => ({
      served,
      dialect,
      conversions: new Conversions(served, dialect),
      upstream,
      passing,
      gate,
    }));
  });
  // a body is read by whoever converts it
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, _body, done) => done(null));
  const meter = await meterOf(() => gate.inside);
  if (meter) addMetrics(server, meter);
  addRoutes(server, doors, meter, version());
};

function addMetrics(server: FastifyInstance, meter: Meter): void {
  if (server.hasRoute({ method: "GET", url: `${server.prefix}/metrics` })) return;
  server.get("/metrics", async (_request, reply) => {
    const { type, text } = await meter.text();
    return reply.type(type).send(text);
  });
}
