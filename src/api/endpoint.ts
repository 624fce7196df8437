// A server at a URL. HTTP is Node's own fetch.
import { optionText, TransloadError } from "../errors.js";
import type { Answer } from "./answer.js";

/** How a server is spoken to. */
export interface EndpointOptions {
  /** Headers of every request. What they say is told to nobody else. */
  headers?: Readonly<Record<string, string>>;
  /** Seconds that an answer may take. Default 30. */
  timeout?: number;
}

/** Bytes of an answer that are read. */
const ENOUGH = 1 << 20;
const TIMEOUT = 30;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there; start the server, or look at host and port",
  ENOTFOUND: "there is no such host; look at the URL",
  EAI_AGAIN: "the host's name is not known at the moment; look at the URL, or at the network",
  ECONNRESET: "the connection was closed before an answer; look whether it speaks https, and at the server's log",
  UND_ERR_SOCKET: "the connection was closed before an answer; look whether it speaks https, and at the server's log",
  EPROTO: "it does not speak TLS; write http:// for https://",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; write http:// for https://",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate signs itself; name it in NODE_EXTRA_CA_CERTS",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate's authority is not known; name its file in NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's authority is not known; name its file in NODE_EXTRA_CA_CERTS",
};

/** Where a server answers. */
export class Endpoint {
  readonly url: URL;
  readonly #headers: Headers;
  readonly #timeout: number;

  /** @throws TransloadError E_OPTION for a URL or a header that cannot be sent. */
  constructor(url: string, { headers = {}, timeout = TIMEOUT }: EndpointOptions = {}) {
    this.url = checkUrl(url);
    this.#headers = checkHeaders(headers);
    this.#timeout = timeout;
  }

  /** @throws TransloadError E_READ where no answer comes. */
  get(url: URL = this.url): Promise<Answer> {
    return this.#fetch(url, { headers: this.#headers });
  }

  /** `type` is the body's, unless a header of the caller's says otherwise. @throws TransloadError E_READ where no answer comes. */
  post(body: Uint8Array<ArrayBuffer>, type: string): Promise<Answer> {
    const headers = new Headers(this.#headers);
    if (!headers.has("content-type")) headers.set("content-type", type);
    return this.#fetch(this.url, { method: "POST", headers, body });
  }

  async #fetch(url: URL, request: RequestInit): Promise<Answer> {
    try {
      // a redirection is told, and not followed: a POST would become a GET, and a token go where nobody sent it
      const response = await fetch(url, { ...request, redirect: "manual", signal: AbortSignal.timeout(this.#timeout * 1000) });
      return { status: response.status, headers: response.headers, text: await textOf(response) };
    } catch (error) {
      throw new TransloadError("E_READ", `cannot ask ${spellUrl(url)}: ${this.#reason(error)}`, {}, { cause: error });
    }
  }

  #reason(error: unknown): string {
    const { name, message, cause } = error as Error;
    if (name === "TimeoutError")
      return `no answer in ${this.#timeout} s; give it more time with ${optionText("askTimeout", `${this.#timeout * 4}`)}`;
    const { code = "", message: why = message } = (cause ?? {}) as NodeJS.ErrnoException;
    return REASONS[code] ?? `${why || code}; look at the URL`;
  }
}

/** The URL as messages have it: what stands behind ? may be a key. */
export function spellUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new TransloadError("E_OPTION", "a server's URL begins with http:// or https://, as http://127.0.0.1:5000/invocations does");
  if (url.username !== "" || url.password !== "")
    throw new TransloadError(
      "E_OPTION",
      `the URL holds a name or a password; hand them over with ${optionText("header")} or ${optionText("tokenEnv")}`,
    );
  return url;
}

/** What Headers itself would say of a wrong value holds the value. */
function checkHeaders(headers: Readonly<Record<string, string>>): Headers {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TransloadError("E_OPTION", `${JSON.stringify(name)} is no name of a header`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TransloadError("E_OPTION", `the value of the header ${name} has a character that no header may have`);
  }
  return new Headers(headers);
}

/** The first bytes of the body; the rest is left where it is. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= ENOUGH) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}
