import type { Server } from "node:http";
import type { FastifyInstance } from "fastify";
import { TransloadError } from "../errors.js";
import { interruptibly, onFirstSignal } from "../io/leaving.js";
import { print } from "../io/output.js";
import type { GatewayOptions } from "../options/serve.js";
import { headersOf } from "./endpoint.js";
import type { Define } from "./job.js";
import type { Report } from "./report.js";
import { addOptions, type ServeCall } from "./serve-call.js";

const HOST = "127.0.0.1";
const PORT = 8080;
const TIMEOUT_S = 60;
const FASTIFY = "5.12.8";
const NOT_FOUND = 404;

export const define: Define = (command, start) => {
  addOptions(command).action((call: ServeCall) => start(call, (report) => run(call, report)));
};

async function run(call: ServeCall, report: Report): Promise<number> {
  const { host, port, ...options } = await interruptibly(optionsOf(call));
  const server = await serverOf(call, options.timeout ?? TIMEOUT_S);
  const { gateway } = await import("../serve/gateway.js");
  await server.register(gateway, options);
  await answerElsewhere(server, options);
  const ended = new Promise<void>((resolve) => onFirstSignal(resolve));
  const url = await listening(server, { host: host ?? HOST, port: port ?? PORT });
  await print(`${url}\n`);
  await ended;
  report.note("the requests under way are answered first; a second signal ends them");
  await server.close();
  return 0;
}

/** What the call says, over what its file does. */
async function optionsOf(call: ServeCall): Promise<GatewayOptions & { host?: string; port?: number }> {
  const { config, host, port, passHeader, maxBody, timeout, concurrency } = call;
  const passing = {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(passHeader && { passHeaders: passHeader }),
    ...(maxBody !== undefined && { maxBodyBytes: maxBody }),
    ...(timeout !== undefined && { timeout }),
    ...(concurrency !== undefined && { concurrency }),
  };
  const served = servedOf(call);
  if (config === undefined) return { ...served, ...passing };
  const [beside] = Object.keys(served);
  if (beside !== undefined)
    throw new TransloadError("E_OPTION", `--config has the models, and ${beside} stands beside it; say it in the file`);
  const { configOf } = await import("./serve-file.js");
  return { ...(await configOf(config)), ...passing };
}

function servedOf({ upstream, speaks, accepts, modelName, model, ...call }: ServeCall): GatewayOptions {
  const headers = headersOf(call);
  return {
    ...(upstream !== undefined && { upstream }),
    ...(speaks !== undefined && { speaks }),
    ...(accepts && { accepts }),
    ...(modelName !== undefined && { modelName }),
    ...(model !== undefined && { model }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

/** A server whose clients have as long to send a request as it may take. What it logs is no cell of theirs. */
async function serverOf({ log, quiet }: ServeCall, timeout: number): Promise<FastifyInstance<Server>> {
  const { fastify } = await import("fastify").catch(notThere);
  const milliseconds = Math.ceil(timeout * 1000);
  return fastify({
    logger: quiet || log === "none" ? false : { level: log ?? "info", stream: process.stderr, serializers: { req: requestLine } },
    requestTimeout: milliseconds,
    http: { headersTimeout: milliseconds },
  });
}

/** What the log has of a request: behind a question mark there may be a secret. */
function requestLine({ method, url = "", ip }: { method?: string; url?: string; ip?: string }): Record<string, unknown> {
  return { method, url: url.replace(/\?.*/s, "?…"), ip };
}

/** Answers where there is no route. Fastify would log the whole path, of which the part behind a question mark may be a secret. */
async function answerElsewhere(server: FastifyInstance<Server>, { accepts = [], models = {} }: GatewayOptions): Promise<void> {
  const { noRoute } = await import("../serve/refusal.js");
  const body = noRoute([accepts, ...Object.values(models).map((model) => model.accepts)].flat());
  server.setNotFoundHandler((_, reply) => void reply.code(NOT_FOUND).send(body));
}

function notThere(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
  throw new TransloadError("E_OPTION", `serve needs the package fastify, which is not installed; npm install fastify@${FASTIFY}`);
}

/** @throws TransloadError E_READ where nobody may listen there. */
async function listening(server: FastifyInstance<Server>, where: { host: string; port: number }): Promise<string> {
  try {
    return await server.listen(where);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "somebody listens there already; give another --port" : message;
    throw new TransloadError("E_READ", `cannot listen on ${where.host}:${where.port}: ${why}`, {}, { cause: error });
  }
}
