// What is asked of a store, whichever it is.
//
// The room. In: URLs. Out: objects that are read as a stream (object.ts) or here and there (ranges.ts), and uploads that appear whole
// (upload.ts). http.ts, s3.ts, azure.ts and google.ts each have one store behind the interface of this file; they ask once, and tell what went
// wrong as a StoreFault. That things are asked again, and where reading goes on, is the same for all of them (attempts.ts, object.ts). Nothing
// here is loaded before a URL is used, but url.ts.

/** An object's bytes, or some of them. */
export interface Answer {
  /** Where they begin in the object. 0 also where another place was asked for, of a server that has no ranges. */
  readonly from: number;
  /** Of the whole object, where it is known. */
  readonly size: number | undefined;
  /** What tells this object from another of the same name; undefined where the store tells nothing. */
  readonly version: string | undefined;
  /** The store gives what was asked for, and not always all. */
  readonly ranged: boolean;
  /** Chunks of their own memory. Closing it ends the request. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An upload of several parts, of which nothing shows before it is complete. */
export interface Parts {
  /** `number` counts from 1. Where `inOrder`, one is sent behind the other, and only once. */
  send(number: number, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Resolves when the store has said that the object is whole. */
  complete(signal: AbortSignal): Promise<void>;
  abort(): Promise<void>;
}

/** One object in a store. Everything throws StoreFault. */
export interface Store {
  /** What messages call it: its URL without secrets. */
  readonly name: string;
  /** What to do where permission is denied. */
  readonly remedy: string;
  /** Parts go one behind the other, and cannot be sent again. */
  readonly inOrder: boolean;
  /** The bytes from here up to there; `version`: of the object as it was. Fewer where it ends. */
  get(from: number, to: number | undefined, version: string | undefined, signal: AbortSignal): Promise<Answer>;
  /** Writes an object whole. */
  put(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  begin(signal: AbortSignal): Promise<Parts>;
  remove(signal: AbortSignal): Promise<void>;
  /** URLs of the objects whose names begin with this one's, in their order. */
  list?(signal: AbortSignal): Promise<readonly string[]>;
}

/** How an object elsewhere is asked for. */
export interface RemoteHeaders {
  /** HTTP headers of every request to the server of an http(s) URL. No message has their values. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
