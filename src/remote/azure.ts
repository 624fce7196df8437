// Objects of Azure Blob Storage. The client is Azure's own: a connection string, an account's key or a shared access signature out of the
// environment, or else whoever is signed in (@azure/identity).
import type { Readable } from "node:stream";
import type * as Identity from "@azure/identity";
import type * as Blobs from "@azure/storage-blob";
import { TransloadError } from "../errors.js";
import { bodyOf, emptyAnswer } from "./body.js";
import { asking, blamed, faultOfSilence, faultOfStatus, StoreFault } from "./fault.js";
import { peer } from "./peer.js";
import type { Answer, Parts, Store } from "./store.js";
import { spelled, textOf } from "./url.js";

const PACKAGE = "@azure/storage-blob";
const IDENTITY = "@azure/identity";
const URLS = "an az:// or abfss:// URL";
/** What may pass is asked again by us. */
const OPTIONS = { retryOptions: { maxTries: 1 } };

interface Place {
  /** Undefined where the environment says it. */
  readonly account: string | undefined;
  readonly container: string;
  readonly blob: string;
}

/** @throws TransloadError E_OPTION for a URL without a container or a blob, where no account is known, or Azure's client is not installed. */
export async function azureStore(url: string | URL): Promise<Store> {
  const place = placeOf(url);
  const sdk = await peer<typeof Blobs>(PACKAGE, URLS);
  const service = await serviceFor(place, sdk);
  return new AzureStore(spelled(url), place, service.getContainerClient(place.container), textOf(url).slice(0, -place.blob.length));
}

/**
 * `az://container/blob`, `abfss://container@account.dfs.core.windows.net/blob` as Hadoop has it, or `az://account.blob.core.windows.net/container/blob`
 * as DuckDB has it.
 */
function placeOf(url: string | URL): Place {
  const text = textOf(url);
  const hadoop = /^\w+:\/\/([^/@]+)@([^./]+)[^/]*\/(.+)$/s.exec(text);
  if (hadoop) return { container: hadoop[1] as string, account: hadoop[2], blob: hadoop[3] as string };
  const named = /^\w+:\/\/([^./]+)\.(?:blob|dfs)\.[^/]+\/([^/]+)\/(.+)$/s.exec(text);
  if (named) return { account: named[1], container: named[2] as string, blob: named[3] as string };
  const plain = /^\w+:\/\/([^/]+)\/(.+)$/s.exec(text);
  if (plain) return { account: undefined, container: plain[1] as string, blob: plain[2] as string };
  throw new TransloadError("E_OPTION", `${spelled(url)} names no blob: write az://container/blob`);
}

async function serviceFor({ account }: Place, sdk: typeof Blobs): Promise<Blobs.BlobServiceClient> {
  const {
    AZURE_STORAGE_CONNECTION_STRING: connection,
    AZURE_STORAGE_ACCOUNT: known,
    AZURE_STORAGE_KEY: key,
    AZURE_STORAGE_SAS_TOKEN: signature,
  } = process.env;
  const { BlobServiceClient, StorageSharedKeyCredential } = sdk;
  const connected = /AccountName=([^;]+)/i.exec(connection ?? "")?.[1];
  if (connection && (account === undefined || connected === undefined || connected === account))
    return BlobServiceClient.fromConnectionString(connection, OPTIONS);
  const own = account ?? known;
  if (own === undefined)
    throw new TransloadError("E_OPTION", "no storage account is known; set AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT");
  const service = `https://${own}.blob.core.windows.net`;
  if (key && own === known) return new BlobServiceClient(service, new StorageSharedKeyCredential(own, key), OPTIONS);
  if (signature) return new BlobServiceClient(`${service}?${signature.replace(/^\?/, "")}`, undefined, OPTIONS);
  const { DefaultAzureCredential } = await peer<typeof Identity>(IDENTITY, `${URLS} without a key in the environment`);
  return new BlobServiceClient(service, new DefaultAzureCredential(), OPTIONS);
}

class AzureStore implements Store {
  readonly name: string;
  readonly remedy =
    "look at AZURE_STORAGE_CONNECTION_STRING, or at who is signed in (az login), and at what they may do with the container";
  readonly inOrder = false;
  readonly #container: Blobs.ContainerClient;
  readonly #blob: Blobs.BlockBlobClient;
  readonly #place: Place;
  /** The URL as far as its container. */
  readonly #prefix: string;

  constructor(name: string, place: Place, container: Blobs.ContainerClient, prefix: string) {
    this.name = name;
    this.#place = place;
    this.#container = container;
    this.#blob = container.getBlockBlobClient(place.blob);
    this.#prefix = prefix;
  }

  async get(from: number, to: number | undefined, version: string | undefined, abortSignal: AbortSignal): Promise<Answer> {
    const conditions = version === undefined ? {} : { ifMatch: version };
    try {
      const count = to === undefined ? undefined : to - from;
      const answer = await this.#blob.download(from, count, { abortSignal, conditions, maxRetryRequests: 0 });
      const { readableStreamBody, contentRange, contentLength, etag } = answer;
      const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? "") ?? [];
      const body = bodyOf(readableStreamBody as Readable, (error) => blamed(error, faultOf));
      return { from: Number(start ?? 0), size: size === undefined ? contentLength : Number(size), version: etag, ranged: true, body };
    } catch (error) {
      if (from === 0 && statusOf(error) === 416) return emptyAnswer();
      throw blamed(error, faultOf, abortSignal);
    }
  }

  async put(bytes: Uint8Array, abortSignal: AbortSignal): Promise<void> {
    await asking(abortSignal, faultOf, () => this.#blob.upload(bytes, bytes.length, { abortSignal }));
  }

  /** Blocks that are never committed are seen by nobody, and the service lets go of them after a week. */
  async begin(): Promise<Parts> {
    const blocks: string[] = [];
    // blocks of two runs into one blob must not be taken for each other's
    const run = `${process.pid.toString(36)}${Date.now().toString(36)}`.padStart(16, "0").slice(-16);
    return {
      send: async (number, bytes, abortSignal) => {
        const block = Buffer.from(`${run}-${String(number).padStart(6, "0")}`).toString("base64");
        await asking(abortSignal, faultOf, () => this.#blob.stageBlock(block, bytes, bytes.length, { abortSignal }));
        blocks[number - 1] = block;
      },
      complete: async (abortSignal) => {
        await asking(abortSignal, faultOf, () => this.#blob.commitBlockList(blocks, { abortSignal }));
      },
      abort: async () => {},
    };
  }

  async remove(abortSignal: AbortSignal): Promise<void> {
    await asking(abortSignal, faultOf, () => this.#blob.deleteIfExists({ abortSignal }));
  }

  async list(abortSignal: AbortSignal): Promise<readonly string[]> {
    const names: string[] = [];
    await asking(abortSignal, faultOf, async () => {
      for await (const { name } of this.#container.listBlobsFlat({ prefix: this.#place.blob, abortSignal })) names.push(name);
    });
    return names.sort().map((name) => `${this.#prefix}${name}`);
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<Blobs.RestError>).statusCode;
}

function faultOf(error: unknown): StoreFault {
  const { name, code = "" } = error as Blobs.RestError;
  const status = statusOf(error);
  if (/CredentialUnavailable|AuthenticationRequired|AuthenticationError|AggregateAuthentication/.test(name))
    return new StoreFault("denied", "nobody is signed in", { cause: error });
  if (status === undefined) return faultOfSilence(error);
  return faultOfStatus(status, `the store answers ${status} ${code}`.trim(), { cause: error });
}
