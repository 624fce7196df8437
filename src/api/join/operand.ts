import type { Stats } from "node:fs";
import type { Readable } from "node:stream";
import { NO_FILE, type ReadInput } from "../../io/disk-errors.js";
import type { RemoteObject } from "../../remote/object.js";
import type { ListedPiece } from "./manifest.js";

/** One of several inputs. */
export interface Operand {
  /** What errors call it. */
  readonly name: string;
  /** A file, or a named pipe. */
  readonly path: string | undefined;
  /** As it was found. */
  readonly stats: Stats | undefined;
  /** It is elsewhere. */
  readonly object?: RemoteObject;
  /** The whole URL of that; no message has it. */
  readonly url?: string;
  /** What has no name. */
  readonly stream?: Readable;
  /** It stands in a folder that was named, and was not named itself. */
  readonly inFolder?: true;
  readonly piece?: ListedPiece;
}

/** It can be read again, from its start. */
export function isAgain({ path, stats, object }: Operand): boolean {
  return object !== undefined || (path !== undefined && (stats?.isFile() ?? false));
}

/** What is read, so that no output is the same. */
export function inputOfOperand({ name, stats }: Operand): ReadInput {
  return { name, stats: stats ?? NO_FILE };
}
