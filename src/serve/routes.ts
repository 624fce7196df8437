// The routes that clients of each dialect call, each with what answers there.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Dialect } from "../dialects/index.js";
import { metadataOf, swaggerOf } from "./metadata.js";
import type { Meter } from "./metrics.js";
import { type Door, passOn, refuse } from "./pass.js";
import { filled, type Refusal } from "./refusal.js";

const MODEL = "{model}";
const NOT_FOUND = 404;
const UNSUPPORTED = 415;
const NOT_READY = 503;
/** Milliseconds that a server has to show that it is there. */
const PATIENCE = 2000;

/** Puts the routes of all doors on a server. `version` is told where a dialect's servers tell theirs. */
export function addRoutes(server: FastifyInstance, doors: readonly Door[], meter: Meter | undefined, version: string): void {
  for (const door of doors) {
    const { dialect, served } = door;
    const counted = meter && {
      onResponse: async (_request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply) =>
        meter.answered(dialect.name, served.modelName, statusCode, elapsedTime / 1000),
    };
    const errorHandler = (error: FastifyError, _: FastifyRequest, reply: FastifyReply) => refuse(reply, dialect, unreadType(error));
    server.post(pathOf(dialect.route as string, door), { ...counted, errorHandler, handler: passOn(door) });
    addProbes(server, door, doors, version);
    if (dialect.route === OIP_ROUTE) addMetadata(server, door);
    if (dialect.route === AZUREML_ROUTE)
      addOnce(server, pathOf("/swagger.json", door), () => swaggerOf(door.served.modelName, version, door.served.model));
  }
}

/** A content type that Fastify cannot read. @throws what it is given where that is another error: it is for the server's own handler. */
function unreadType(error: FastifyError): Refusal {
  if (error.code !== "FST_ERR_CTP_INVALID_MEDIA_TYPE") throw error;
  return { status: UNSUPPORTED, message: "the Content-Type is none that HTTP has; send application/json" };
}

/** By the route it is told whether a dialect, a defined one too, is asked for more than predictions. */
const OIP_ROUTE = "/v2/models/{model}/infer";
const AZUREML_ROUTE = "/score";

type Answering = (reply: FastifyReply, model: string) => unknown;

function addOnce(server: FastifyInstance, url: string, answering: Answering): void {
  // two dialects may be asked the same way how they are; either says that it is well
  if (server.hasRoute({ method: "GET", url })) return;
  server.get(url, async (request, reply) => answering(reply, (request.params as { model?: string }).model ?? ""));
}

function addProbes(server: FastifyInstance, door: Door, doors: readonly Door[], version: string): void {
  const { dialect, served } = door;
  for (const [path, { says, ready }] of Object.entries(dialect.probes ?? {})) {
    // of a server with several models it is asked whether all are ready
    const ofServer = isNamed(dialect) && !path.includes(MODEL);
    const asked = ofServer ? doors : [door];
    addOnce(server, ofServer ? literal(path) : pathOf(path, door), async (reply, model) => {
      if (ready && !(await areReady(asked)))
        return refuse(reply, dialect, { status: NOT_READY, message: "the server behind the gateway does not answer" });
      const body = filled(says, { model: model || served.modelName, version });
      return typeof body === "string" ? reply.type("text/plain").send(body) : body;
    });
  }
}

function addMetadata(server: FastifyInstance, door: Door): void {
  const { served, dialect } = door;
  addOnce(server, pathOf("/v2/models/{model}", door), (reply, model) => {
    if (served.model) return metadataOf(model || served.modelName, served.model);
    const message = "the gateway knows no MLmodel of this model; start it with one";
    return refuse(reply, dialect, { status: NOT_FOUND, message });
  });
}

async function areReady(doors: readonly Door[]): Promise<boolean> {
  const upstreams = [...new Set(doors.map(({ upstream }) => upstream))];
  const answers = await Promise.all(upstreams.map((upstream) => upstream.answers(AbortSignal.timeout(PATIENCE))));
  return answers.every((there) => there);
}

function isNamed({ route }: Dialect): boolean {
  return route?.includes(MODEL) ?? false;
}

/** The path as the server's router has it: with the model's name, or any where there is but one; behind the name where it has no place. */
function pathOf(path: string, { served: { name }, dialect }: Door): string {
  if (path.includes(MODEL)) return literal(path).replace(MODEL, name === "" ? ":model([^:/]+)" : name);
  return name === "" || isNamed(dialect) ? literal(path) : `/${name}${literal(path)}`;
}

/** A colon begins a parameter there, and two are a colon. */
function literal(path: string): string {
  return path.replaceAll(":", "::");
}
