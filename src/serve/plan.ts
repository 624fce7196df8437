// What a gateway is going to do: the options, held against the dialects, before anything is asked.
import { requestUrl } from "../api/route.js";
import { checkUrl } from "../api/url.js";
import { binaryForm } from "../binary/form.js";
import { choose, DIALECTS, type Dialect } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { formFor } from "../model/fit.js";
import { type Model, readModel } from "../model/mlmodel.js";
import { type GatewayOptions, gatewayRequestOf, passableHeaders, type ServedOptions } from "../options/serve.js";
import { checkSent } from "../score/sent-headers.js";

/** What passes, how long, and how many at a time. */
export interface Passing {
  readonly headers: readonly string[];
  readonly maxBodyBytes: number;
  /** Seconds. */
  readonly timeout: number;
  readonly concurrency: number;
}

/** A model behind the gateway. */
export interface Served {
  /** At the gateway; empty where it is the only one. */
  readonly name: string;
  /** Where its server is posted to. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** What the server speaks, and the form that it is to get. */
  readonly speaks: Dialect;
  readonly form: string;
  readonly accepts: readonly Dialect[];
  readonly model: Model | undefined;
  /** Its name where a client says none. */
  readonly modelName: string;
}

/** What a gateway is going to do. */
export interface Plan {
  readonly passing: Passing;
  readonly models: readonly Served[];
}

const MAX_BODY_BYTES = 2 ** 30;
const TIMEOUT_S = 60;
const CONCURRENCY = 256;

/** @throws TransloadError E_OPTION or E_DIALECT for what cannot be, E_READ or E_MODEL for a model that cannot be read. */
export async function planOf(options: GatewayOptions): Promise<Plan> {
  const { passing, models } = gatewayRequestOf(options);
  return {
    passing: {
      headers: passableHeaders(passing.passHeaders),
      maxBodyBytes: passing.maxBodyBytes ?? MAX_BODY_BYTES,
      timeout: passing.timeout ?? TIMEOUT_S,
      concurrency: passing.concurrency ?? CONCURRENCY,
    },
    models: await Promise.all([...models].map(([name, served]) => servedOf(name, served))),
  };
}

async function servedOf(name: string, { upstream, speaks, accepts, modelName = name, model, headers }: ServedOptions): Promise<Served> {
  if (binaryForm(speaks)) throw new TransloadError("E_OPTION", `a server is asked with text, and ${speaks} is none; name the dialect`);
  const server = choose(speaks).dialect as Dialect;
  const known = model === undefined ? undefined : await readModel(model);
  // what it answers must be known as well
  choose(server.name, false, "response");
  return {
    name,
    url: requestUrl(checkUrl(upstream), server, modelName === "" ? undefined : modelName),
    headers: Object.fromEntries(checkSent(headers ?? {})),
    speaks: server,
    form: formFor(speaks, known?.signature) ?? speaks,
    accepts: acceptedOf([accepts].flat()),
    model: known,
    modelName: modelName === "" ? "model" : modelName,
  };
}

/** @throws TransloadError E_OPTION for a dialect that has no route, or that of another. */
function acceptedOf(names: readonly string[]): readonly Dialect[] {
  const accepted = names.map((name) => choose(name).dialect as Dialect);
  for (const [i, { name, title, route }] of accepted.entries()) {
    choose(name, false, "response");
    if (route === undefined) throw new TransloadError("E_OPTION", `no route of ${title} is known; ${routed()}`);
    const other = accepted.slice(0, i).find((other) => other.route === route);
    if (other) throw new TransloadError("E_OPTION", `${other.name} and ${name} have the same route, ${route}; accept one of them`);
  }
  return accepted;
}

function routed(): string {
  return `there are ${DIALECTS.filter(({ route }) => route !== undefined)
    .map(({ name }) => name)
    .join(", ")}`;
}
