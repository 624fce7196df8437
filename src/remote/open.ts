import { TransloadError } from "../errors.js";
import { attempts } from "./attempts.js";
import { cannotReadObject, cannotWriteObject, StoreFault } from "./fault.js";
import { RemoteObject } from "./object.js";
import type { RemoteHeaders, Store } from "./store.js";
import { Upload } from "./upload.js";
import { schemeOf } from "./url.js";

/** What is asked of an object's store, and what ends it. */
export interface RemoteOptions extends RemoteHeaders {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens an object to be read.
 * @throws TransloadError E_READ; E_OPTION where the store's client is not installed, or the URL is none of its.
 */
export async function openObject(url: string | URL, { signal = NEVER, ...options }: RemoteOptions = {}): Promise<RemoteObject> {
  return RemoteObject.open(await storeOf(url, options), signal);
}

/** Begins to write an object. @throws TransloadError E_OPTION, as openObject does. */
export async function openUpload(url: string | URL, { signal, ...options }: RemoteOptions = {}): Promise<Upload> {
  return new Upload(await storeOf(url, options), signal);
}

const NEVER = new AbortController().signal;

/**
 * URLs of the objects whose names begin with this URL's, in their order.
 * @throws TransloadError E_READ; E_OPTION for a server that lists nothing.
 */
export async function listObjects(url: string | URL, { signal = NEVER, ...options }: RemoteOptions = {}): Promise<readonly string[]> {
  const store = await storeOf(url, options);
  const { name, remedy } = store;
  if (!store.list) throw new TransloadError("E_OPTION", `${name}: a server that speaks HTTP lists nothing; name each of its files`);
  try {
    return await attempts(() => (store.list as NonNullable<Store["list"]>)(signal), signal);
  } catch (error) {
    throw cannotReadObject(name, error, remedy, signal);
  }
}

/** Removes an object, where it is there. @throws TransloadError E_WRITE. */
export async function removeObject(url: string | URL, { signal = NEVER, ...options }: RemoteOptions = {}): Promise<void> {
  const store = await storeOf(url, options);
  try {
    await attempts(() => store.remove(signal), signal);
  } catch (error) {
    if (error instanceof StoreFault && error.kind === "missing") return;
    throw cannotWriteObject(store.name, error, store.remedy, signal);
  }
}

/** The store of the URL's scheme; its client is loaded now. */
async function storeOf(url: string | URL, options: RemoteHeaders): Promise<Store> {
  switch (schemeOf(url)) {
    case "s3":
      return (await import("./s3.js")).s3Store(url);
    case "gs":
      return (await import("./google.js")).googleStore(url);
    case "http":
    case "https":
      return (await import("./http.js")).httpStore(url, options);
    default:
      return (await import("./azure.js")).azureStore(url);
  }
}
