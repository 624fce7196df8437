// A server at a URL. HTTP is Node's own fetch.
import { TransloadError } from "../errors.js";
import { checkHeaders } from "../remote/headers.js";
import type { Answer } from "./answer.js";
import { checkUrl, noAnswerIn, spellUrl, whyNone } from "./url.js";

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
      const reason = (error as Error).name === "TimeoutError" ? noAnswerIn(this.#timeout, "askTimeout") : whyNone(error);
      throw new TransloadError("E_READ", `cannot ask ${spellUrl(url)}: ${reason}`, {}, { cause: error });
    }
  }
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
