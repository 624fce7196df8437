// What an endpoint is, by what it says on the routes that servers have for such questions.
import { choose, type Dialect, type Releases } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { releasesOf } from "../model/releases.js";
import { type Answer, wordsOf } from "./answer.js";
import type { Endpoint } from "./endpoint.js";
import { modelIn, PRODUCTS, type Product, routesOf, type Sign } from "./probes.js";
import { spellUrl } from "./url.js";

/** What is known of an endpoint. */
export interface Diagnosis {
  /** Where its routes begin. */
  readonly url: string;
  /** What each route said. */
  readonly routes: readonly RouteAnswer[];
  /** What it is; of several, the one that the URL calls first. */
  readonly servers: readonly Server[];
}

export interface RouteAnswer {
  readonly route: string;
  /** Undefined where no answer came. */
  readonly status?: number;
  /** The beginning of what it said, or why no answer came. */
  readonly said?: string;
}

/** A server, and what a verdict on it knows. */
export interface Server {
  readonly name: string;
  readonly version?: string;
  /** It may be another. */
  readonly unsure?: true;
  /** What to do, where nothing can be validated. */
  readonly advice?: string;
  /** What validate is to be called with, once for each dialect that it speaks. */
  readonly verdicts: readonly Assumed[];
}

export interface Assumed {
  readonly dialect: string;
  /** The server's name in messages. */
  readonly title: string;
  /** `--for mlflow --server-version mlflow=3.17.2`, in words. */
  readonly options: readonly string[];
  /** The releases that the verdict then holds for; undefined where it does not go by releases. */
  readonly releases?: Releases;
  /** Packages among them that no route tells. */
  readonly untold: readonly string[];
  /** Bytes of a request that the server takes, where there is a limit. */
  readonly maxBytes?: number;
  /** More bytes may pass. */
  readonly softLimit?: string;
}

/** What a client calls, behind which the routes stand. */
const CALLED =
  /\/(?:invocations|score|predict|ping|health|version|swagger\.json|api\/v[\d.]+\/predictions|health\/\w+|v2(?:\/(?:models|health)\/.*)?|v[12]\/models(?:\/.*)?)?\/?$/;

/**
 * Asks all routes side by side, by GET alone.
 * @throws TransloadError E_READ where not one of them answers.
 */
export async function diagnose(endpoint: Endpoint, modelName?: string): Promise<Diagnosis> {
  const model = modelName === undefined ? modelIn(endpoint.url) : encodeURIComponent(modelName);
  const base = new URL(endpoint.url);
  base.pathname = base.pathname.replace(CALLED, "");
  const routes = routesOf(model);
  const answers = new Map<string, Answer | TransloadError>();
  await Promise.all(routes.map(async (route) => answers.set(route, await endpoint.get(at(base, route)).catch(told))));
  const errors = [...answers.values()].filter((answer) => answer instanceof TransloadError);
  if (errors.length === answers.size) throw errors[0];
  const said = (route: string) => {
    const answer = answers.get(route);
    return answer instanceof TransloadError ? undefined : answer;
  };
  const named = model === undefined ? base : at(base, `/v1/models/${model}`);
  const found = PRODUCTS.flatMap((product) => serverOf(product, product.tells(said, named)));
  return {
    url: spellUrl(base).replace(/\/$/, ""),
    routes: routes.map((route) => routeAnswer(route, answers.get(route))),
    servers: likeliest(found, endpoint.url),
  };
}

/** The same route behind the same path; what stands behind ? may be a key, and goes along. */
function at(base: URL, route: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, "")}${route}`;
  return url;
}

function told(error: unknown): TransloadError {
  if (error instanceof TransloadError) return error;
  throw error;
}

function routeAnswer(route: string, answer: Answer | TransloadError | undefined): RouteAnswer {
  if (answer === undefined) return { route };
  if (answer instanceof TransloadError) return { route, said: answer.message };
  const said = wordsOf(answer);
  return { route, status: answer.status, ...(said !== undefined && { said }) };
}

/** What is certain, before what may be; and of several the one whose route the URL is. */
function likeliest(found: readonly Server[], { pathname }: URL): Server[] {
  const sure = found.filter(({ unsure }) => !unsure);
  const protocol = /\/v2\b/.test(pathname) ? ["oip", "triton"] : /\/invocations\/?$/.test(pathname) ? ["mlflow"] : [];
  const called = ({ verdicts }: Server) => verdicts.some(({ dialect }) => protocol.includes(dialect));
  return sure.length > 0 ? [...sure.filter(called), ...sure.filter((server) => !called(server))] : found.slice(0, 1);
}

function serverOf({ name, dialects, unsure, advice }: Product, sign: Sign | undefined): Server[] {
  if (!sign) return [];
  const { version } = sign;
  const verdicts = dialects.map((dialect) => assumedOf(dialect, name, version));
  return [{ name: sign.name ?? name, ...(version && { version }), ...(unsure && { unsure }), ...(advice && { advice }), verdicts }];
}

function assumedOf(dialect: string, name: string, version: string | undefined): Assumed {
  const { title, asked = [], maxBytes, softLimit } = choose(dialect).dialect as Dialect;
  const packages = Object.keys(asked.at(-1) ?? {});
  const told: Releases = version !== undefined && packages.includes(name) ? { [name]: version } : {};
  const words = Object.entries(told).map(([known, release]) => `${known}=${release}`);
  return {
    dialect,
    title,
    options: ["--for", dialect, ...(words.length > 0 ? ["--server-version", words.join(",")] : [])],
    ...(packages.length > 0 && { releases: releasesOf(asked, told, title) }),
    untold: packages.filter((known) => !(known in told)),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(softLimit !== undefined && { softLimit }),
  };
}
