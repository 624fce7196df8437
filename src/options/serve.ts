// What may be asked of a gateway: which servers stand behind it, and what passes.
import type { ServerName } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { type Checks, checkOptions, isAmount, isCount, isObject, isText, isTextOrTexts } from "./check.js";

/** A model behind the gateway. */
export interface ServedOptions {
  /** Where its server answers: the URL that requests are posted to; or one without a path, behind which the dialect's route is put. */
  upstream: string;
  /** The dialect that this server speaks, or the form that it is to get. */
  speaks: ServerName;
  /** The dialects that clients speak. No two may have a route in common. */
  accepts: ServerName | readonly ServerName[];
  /** The model's name on the server, where its route has one. Default: its name at the gateway. */
  modelName?: string;
  /** Its MLmodel, by the file's path or its folder's: it tells the form and the columns, metadata and verdicts are made of it. */
  model?: string;
  /** Headers of every request to the server. What they say is told to nobody else. */
  headers?: Readonly<Record<string, string>>;
}

/** What may pass, how long, and how many at a time. */
export interface PassingOptions {
  /** Headers that pass from client to server and back, by their names. Default: none. */
  passHeaders?: readonly string[];
  /** Bytes that a request may have, as it comes. Default 1 GiB. */
  maxBodyBytes?: number;
  /** Seconds from a request's first byte to its answer's last. Default 60. */
  timeout?: number;
  /** Requests under way; what comes beyond is answered 503. Default 256. */
  concurrency?: number;
}

/** What may be asked of a gateway: one model, or several by their names. */
export interface GatewayOptions extends PassingOptions, Partial<ServedOptions> {
  /**
   * Several models. Where a dialect's route has a model's name, it is the one here; the other routes stand behind it, as
   * `/NAME/invocations`.
   */
  models?: Readonly<Record<string, ServedOptions>>;
}

const PASSING = { passHeaders: isTextOrTexts, maxBodyBytes: isCount, timeout: isAmount, concurrency: isCount } satisfies Checks;

const SERVED = {
  upstream: isText,
  speaks: isText,
  accepts: isTextOrTexts,
  modelName: isText,
  model: isText,
  headers: isObject,
} satisfies Checks;

/** What may be said of a model. */
export const SERVED_OPTIONS: readonly string[] = Object.keys(SERVED);
/** What may be said of all. */
export const PASSING_OPTIONS: readonly string[] = Object.keys(PASSING);

const GATEWAY: Checks = { ...PASSING, ...SERVED, models: isObject };

/** What passes, and the models by their names; one that has none has the empty name. */
export interface GatewayRequest {
  readonly passing: PassingOptions;
  readonly models: ReadonlyMap<string, ServedOptions>;
}

/** @throws TransloadError E_OPTION for an option that there is not, with the nearest, for a value that cannot be, and for one that is missing. */
export function gatewayRequestOf(options: GatewayOptions): GatewayRequest {
  checkOptions("gateway", options, GATEWAY);
  const pick = (checks: Checks) => Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(checks, name)));
  const alone = pick(SERVED);
  if (options.models === undefined) {
    checkServed("gateway", alone as unknown as ServedOptions);
    return { passing: pick(PASSING), models: new Map([["", alone as unknown as ServedOptions]]) };
  }
  const [beside] = Object.keys(alone);
  if (beside !== undefined) throw new TransloadError("E_OPTION", `gateway has models, and ${beside} beside them; say it of each model`);
  const models = Object.entries(options.models);
  if (models.length === 0) throw new TransloadError("E_OPTION", "gateway's models name no model");
  for (const [name, model] of models) {
    checkName(name);
    checkServed(`the model ${name}`, model);
  }
  return { passing: pick(PASSING), models: new Map(models) };
}

function checkServed(who: string, options: ServedOptions): void {
  checkOptions(who, options, SERVED);
  for (const name of ["upstream", "speaks", "accepts"] as const)
    if (options[name] === undefined) throw new TransloadError("E_OPTION", `${who} needs ${name}`);
}

/** A name stands in paths. */
function checkName(name: string): void {
  if (!/^[\w.-]+$/.test(name))
    throw new TransloadError("E_OPTION", `a model's name has letters, digits, _ . and -, which ${JSON.stringify(name)} has not alone`);
}

/** Headers that are of one connection alone, or that whoever writes a body writes himself (RFC 9110, 7.6.1). */
const OURS: readonly string[] = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding"],
  ...["upgrade", "host", "content-length", "content-type", "content-encoding", "accept", "accept-encoding", "expect"],
];

/**
 * Names of headers that may pass, in small letters.
 * @throws TransloadError E_OPTION for one that never does.
 */
export function passableHeaders(names: readonly string[] = []): readonly string[] {
  return [names].flat().map((name) => {
    const lower = name.toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TransloadError("E_OPTION", `${JSON.stringify(name)} is no name of a header`);
    if (OURS.includes(lower))
      throw new TransloadError("E_OPTION", `the header ${name} is of one connection, or of one body, and never passes; leave it out`);
    return lower;
  });
}
