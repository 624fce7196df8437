// What a store says, in words, and what to do.
import { abortError, TransloadError } from "../errors.js";
import { reasonOf } from "./reason.js";
import { mayPass } from "./retry-delay.js";

/** Why a store did not do what it was asked. */
export type FaultKind = "missing" | "denied" | "changed" | "refused" | "passing" | "broken";

/** What a store, or the way to it, said. `passing`: the same request may do later; `broken`: the connection ended. */
export class StoreFault extends Error {
  readonly kind: FaultKind;
  /** Seconds that the store asks to wait. */
  readonly wait: number | undefined;

  constructor(kind: FaultKind, why: string, options?: ErrorOptions & { readonly wait?: number | undefined }) {
    super(why, options);
    this.kind = kind;
    this.wait = options?.wait;
  }

  get passes(): boolean {
    return this.kind === "passing" || this.kind === "broken";
  }
}

/** The fault of an answer with this status. */
export function faultOfStatus(status: number, why: string, options?: ConstructorParameters<typeof StoreFault>[2]): StoreFault {
  return new StoreFault(kindOf(status), why, options);
}

/** The fault where no answer came. */
export function faultOfSilence(error: unknown): StoreFault {
  const { why, remedy, lasts } = reasonOf(error);
  return new StoreFault(lasts ? "refused" : "broken", remedy === undefined ? why : `${why}; ${remedy}`, { cause: error });
}

/** What a store's client has thrown, as a fault; what the signal ended, and what is told already, stays as it is. */
export function blamed(error: unknown, faultOf: (error: unknown) => StoreFault, signal?: AbortSignal): unknown {
  return signal?.aborted || error instanceof StoreFault || error instanceof TransloadError ? error : faultOf(error);
}

/** Asks a store by its client. @throws StoreFault, as `faultOf` has it. */
export async function asking<T>(signal: AbortSignal, faultOf: (error: unknown) => StoreFault, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw blamed(error, faultOf, signal);
  }
}

function kindOf(status: number): FaultKind {
  if (mayPass(status)) return "passing";
  if (status === 404 || status === 410) return "missing";
  if (status === 401 || status === 403) return "denied";
  if (status === 412) return "changed";
  return "refused";
}

/** A fault as an error of the object that is read. */
export function cannotReadObject(name: string, error: unknown, remedy: string, signal: AbortSignal): unknown {
  if (signal.aborted) return abortError(signal);
  if (!(error instanceof StoreFault)) return error;
  const { kind, message } = error;
  if (kind === "changed")
    return new TransloadError(
      "E_READ",
      `${name} was written to while it was read; read it when it is complete, or a copy of it`,
      {},
      { cause: error },
    );
  return new TransloadError(
    "E_READ",
    `cannot read ${name}: ${message}; ${kind === "denied" ? remedy : READING[kind]}`,
    {},
    { cause: error },
  );
}

/** A fault as an error of the object that is written. */
export function cannotWriteObject(name: string, error: unknown, remedy: string, signal: AbortSignal): unknown {
  if (signal.aborted) return abortError(signal);
  if (!(error instanceof StoreFault)) return error;
  const { kind, message } = error;
  return new TransloadError(
    "E_WRITE",
    `cannot write ${name}: ${message}; ${kind === "denied" ? remedy : WRITING[kind]}`,
    {},
    { cause: error },
  );
}

const LATER = "try again later; what has been tried so often did not pass";

const READING: Readonly<Record<FaultKind, string>> = {
  missing: "there is nothing of this name; look at the URL",
  denied: "",
  changed: "",
  refused: "look at the URL",
  passing: LATER,
  broken: LATER,
};

const WRITING: Readonly<Record<FaultKind, string>> = {
  missing: "there is no such bucket, container or folder; make it first, or look at the URL",
  denied: "",
  changed: "somebody else writes there at the same time; try again",
  refused: "look at the URL, and whether the server takes what is written there",
  passing: LATER,
  broken: LATER,
};
