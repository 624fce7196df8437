import { Desk } from "./desk.js";
import type { Payload } from "./payload.js";

/** The files that were taken, and the one that is looked at. */
export const session: { readonly payloads: Payload[]; selected: Payload | undefined } = { payloads: [], selected: undefined };

/** Two workers: a summary takes long, and must not hold up a conversion. */
export const surveyor = new Desk();
export const converter = new Desk();
