// What a run is going to do: the options, taken apart and held against the dialect, before anything is opened.
import { dialectAt, requestUrl } from "../api/route.js";
import { checkUrl } from "../api/url.js";
import { binaryForm } from "../binary/form.js";
import { choose, type Dialect } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import type { SplitOptions } from "../options/convert.js";
import { type ScoreOptions, scoreRequestOf } from "../options/score.js";
import type { PartsOptions } from "./parts.js";
import type { SendingOptions } from "./retrying.js";
import { checkSent } from "./sent-headers.js";
import type { UpstreamOptions } from "./upstream.js";

/** What a run is going to do. */
export interface Plan {
  readonly upstream: UpstreamOptions;
  readonly sending: SendingOptions;
  readonly parts: PartsOptions;
  /** Columns that go beside the predictions. */
  readonly beside: readonly string[];
}

/** Bytes of a request where the server's limit is not known: what takes long has a retry that costs little. */
const MAX_BYTES = 4e6;
const MAX_ANSWER_BYTES = 2 ** 28;
const CONCURRENCY = 4;
const TIMEOUT_S = 60;
const RETRIES = 6;

/** @throws TransloadError E_OPTION or E_DIALECT for what cannot be. */
export function planOf(call: string, options: ScoreOptions): Plan {
  const { asking, reading, beside } = scoreRequestOf(call, options);
  if (asking.url === undefined) throw new TransloadError("E_OPTION", "`url` is missing: where the server answers");
  const given = checkUrl(asking.url);
  const to = asking.for ?? dialectAt(given).name;
  if (binaryForm(to)) throw new TransloadError("E_OPTION", `a server is asked with text, and ${to} is none; name the dialect`);
  const { dialect } = choose(to);
  const server = dialect as Dialect;
  const params = paramsText(asking.params, server);
  const maxBytes =
    reading.maxBytes ?? (reading.maxRows === undefined || server.maxBytes !== undefined ? (server.maxBytes ?? MAX_BYTES) : undefined);
  const room = maxBytes === undefined ? {} : { maxBytes: Math.max(1, maxBytes - (params?.length ?? 0)) };
  // what it answers must be known as well
  choose(server.name, false, "response");
  return {
    upstream: {
      url: requestUrl(given, server, asking.modelName),
      headers: checkSent(asking.headers ?? {}),
      connections: asking.concurrency ?? CONCURRENCY,
      timeout: asking.timeout ?? TIMEOUT_S,
      maxAnswerBytes: asking.maxAnswerBytes ?? MAX_ANSWER_BYTES,
    },
    sending: {
      dialect: server.name,
      tooLarge: server.tooLarge,
      to,
      compress: asking.compress === "gzip",
      retries: asking.retries ?? RETRIES,
      bisect: asking.bisect ?? false,
      keepGoing: asking.keepGoing ?? false,
    },
    parts: {
      server,
      params,
      cutting: { ...reading, ...room, from: reading.from === "auto" ? undefined : reading.from, to } as SplitOptions,
    },
    beside,
  };
}

/** @throws TransloadError E_OPTION where the dialect has no place for parameters. */
function paramsText(params: ScoreOptions["params"], { params: key, title }: Dialect): string | undefined {
  if (params === undefined || Object.keys(params).length === 0) return undefined;
  if (key === undefined) throw new TransloadError("E_OPTION", `a request to ${title} has no place for parameters; leave them out`);
  return `${JSON.stringify(key)}:${JSON.stringify(params)},`;
}
