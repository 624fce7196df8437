// Objects of Google Cloud Storage. The client is Google's own, and so are its settings: application default credentials,
// GOOGLE_APPLICATION_CREDENTIALS, STORAGE_EMULATOR_HOST.
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type * as Google from "@google-cloud/storage";
import { TransloadError } from "../errors.js";
import { attempts } from "./attempts.js";
import { bodyOf, emptyAnswer } from "./body.js";
import { asking, blamed, faultOfSilence, faultOfStatus, StoreFault } from "./fault.js";
import { requested } from "./http.js";
import { peer } from "./peer.js";
import type { Answer, Parts, Store } from "./store.js";
import { spelled, textOf } from "./url.js";

const PACKAGE = "@google-cloud/storage";

/** @throws TransloadError E_OPTION for a URL without a bucket or a name, or where Google's client is not installed. */
export async function googleStore(url: string | URL): Promise<Store> {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/is.exec(textOf(url)) ?? [];
  if (!bucket || !name) throw new TransloadError("E_OPTION", `${spelled(url)} names no object: write gs://bucket/name`);
  const { Storage } = await peer<typeof Google>(PACKAGE, "a gs:// URL");
  // what may pass is asked again by us
  const storage = new Storage({ retryOptions: { autoRetry: false, maxRetries: 0 } });
  return new GoogleStore(spelled(url), storage.bucket(bucket), name);
}

class GoogleStore implements Store {
  readonly name: string;
  readonly remedy =
    "look at the credentials (gcloud auth application-default login, or GOOGLE_APPLICATION_CREDENTIALS), and at what they may do with the bucket";
  readonly inOrder = true;
  readonly #bucket: Google.Bucket;
  readonly #object: string;

  constructor(name: string, bucket: Google.Bucket, object: string) {
    this.name = name;
    this.#bucket = bucket;
    this.#object = object;
  }

  async get(from: number, to: number | undefined, version: string | undefined, signal: AbortSignal): Promise<Answer> {
    const file = this.#bucket.file(this.#object, version === undefined ? {} : { generation: version });
    const stream = file.createReadStream({ start: from, ...(to !== undefined && { end: to - 1 }), validation: false, decompress: false });
    const stop = () => void stream.destroy(new Error("aborted"));
    signal.addEventListener("abort", stop, { once: true });
    stream.once("close", () => signal.removeEventListener("abort", stop));
    // the request is made when somebody reads
    stream.read(0);
    try {
      const [response] = (await once(stream, "response")) as [{ headers: IncomingHttpHeaders }];
      const { headers } = response;
      const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers["content-range"] ?? "") ?? [];
      const length = headers["content-length"];
      const all = size ?? (from === 0 ? length : undefined);
      const own = headers["x-goog-generation"] ?? headers.etag;
      return {
        from: Number(start ?? 0),
        size: all === undefined ? undefined : Number(all),
        version: Array.isArray(own) ? own[0] : own,
        ranged: start !== undefined,
        body: bodyOf(stream, (error) => blamed(error, faultOf)),
      };
    } catch (error) {
      if (from === 0 && statusOf(error) === 416) return emptyAnswer();
      // of a generation that is gone
      if (version !== undefined && statusOf(error) === 404) throw new StoreFault("changed", "it is another", { cause: error });
      throw blamed(error, faultOf, signal);
    }
  }

  async put(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await asking(signal, faultOf, () =>
      this.#bucket.file(this.#object).save(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), { resumable: false }),
    );
  }

  async begin(signal: AbortSignal): Promise<Parts> {
    const [session] = await asking(signal, faultOf, () => this.#bucket.file(this.#object).createResumableUpload());
    return new Session(session);
  }

  async remove(signal: AbortSignal): Promise<void> {
    await asking(signal, faultOf, () => this.#bucket.file(this.#object).delete({ ignoreNotFound: true }));
  }

  async list(signal: AbortSignal): Promise<readonly string[]> {
    const [files] = await asking(signal, faultOf, () => this.#bucket.getFiles({ prefix: this.#object }));
    return files.map(({ name }) => `gs://${this.#bucket.name}/${name}`).sort();
  }
}

/**
 * A resumable upload: parts, one behind the other, the last of which says how many bytes there are. So one part is held until the next comes. What
 * the service has of a part that broke off it tells, and the rest is sent.
 */
class Session implements Parts {
  readonly #url: string;
  #held: Uint8Array | undefined;
  /** Bytes that the service has. */
  #sent = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async send(_: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const before = this.#held;
    this.#held = bytes;
    if (before) await this.#put(before, undefined, signal);
  }

  async complete(signal: AbortSignal): Promise<void> {
    const last = this.#held ?? new Uint8Array();
    await this.#put(last, this.#sent + last.length, signal);
  }

  async abort(): Promise<void> {
    await requested(this.#url, "DELETE", { "content-length": "0" });
  }

  async #put(bytes: Uint8Array, all: number | undefined, signal: AbortSignal): Promise<void> {
    const start = this.#sent;
    const end = start + bytes.length;
    let doubtful = false;
    await attempts(async () => {
      const done = doubtful ? await this.#asked(all, signal) : undefined;
      if (done === "whole") return;
      if (done !== undefined) this.#sent = Math.max(start, done);
      const left = bytes.subarray(this.#sent - start);
      const range = left.length === 0 ? "*" : `${this.#sent}-${end - 1}`;
      doubtful = true;
      const { status, headers } = await requested(this.#url, "PUT", { "content-range": `bytes ${range}/${all ?? "*"}` }, signal, left);
      if (status === 308 && all === undefined) {
        const taken = Number(/-(\d+)$/.exec(headers.range ?? "")?.[1] ?? -1) + 1;
        this.#sent = taken;
        if (taken < end) throw new StoreFault("broken", `the store has taken ${taken} of ${end} bytes`);
      } else if (status < 200 || status > 299) throw faultOfStatus(status, `the store answers ${status}`);
      this.#sent = end;
    }, signal);
  }

  /** How much the service has. */
  async #asked(all: number | undefined, signal: AbortSignal): Promise<number | "whole"> {
    const { status, headers } = await requested(
      this.#url,
      "PUT",
      { "content-range": `bytes */${all ?? "*"}`, "content-length": "0" },
      signal,
    );
    if (status === 308) return Number(/-(\d+)$/.exec(headers.range ?? "")?.[1] ?? -1) + 1;
    if (status >= 200 && status <= 299) return "whole";
    throw faultOfStatus(status, `the store answers ${status}`);
  }
}

function statusOf(error: unknown): number | undefined {
  const { code, status } = error as { code?: unknown; status?: unknown };
  const found = Number(code ?? status);
  return found >= 100 && found < 600 ? found : undefined;
}

function faultOf(error: unknown): StoreFault {
  const status = statusOf(error);
  if (/default credentials|invalid_grant/i.test((error as Error).message))
    return new StoreFault("denied", "there are no credentials", { cause: error });
  if (status === undefined) return faultOfSilence(error);
  return faultOfStatus(status, `the store answers ${status}`, { cause: error });
}
