// What the page and its workers say to each other. All of it is cloned on its way.
import type { Inspection, Model, Verdict } from "transload/web";

/** How a file is read. What is left out is told from its name and its first bytes. */
export interface Reading {
  from?: string;
  delimiter?: string;
  header?: boolean;
  encoding?: string;
}

/** What a file is to become: options of convert(), and of split() where pieces are asked for. */
export interface Choices extends Reading {
  to: string;
  columns?: readonly string[] | Readonly<Record<string, string>>;
  drop?: readonly string[];
  dtype?: string | Readonly<Record<string, string>>;
  nan?: "null" | "token" | "error";
  missing?: "null" | "token" | "error";
  maxRows?: number;
  maxBytes?: number;
}

/** Where a result goes: a file that the user has picked, or else one of the origin's own, or of memory. */
export interface Destination {
  readonly name: string;
  readonly handle?: FileSystemFileHandle;
}

/** A file's first rows. */
export interface Look {
  /** As `transload inspect` calls it; undefined where only the whole file tells. */
  readonly form: string | undefined;
  /** Of its columns, where these have names. */
  readonly names: readonly string[] | undefined;
  /** Cells as they stand in the text. */
  readonly rows: readonly (readonly string[])[];
}

/** How a result begins. */
export interface Trial {
  /** Undefined where it is no text. */
  readonly text: string | undefined;
  /** There is more. */
  readonly cut: boolean;
}

/** What has been written. */
export interface Result {
  readonly bytes: number;
  /** Files in the zip, where pieces were asked for. */
  readonly pieces: number | undefined;
  readonly warnings: readonly string[];
  /** Where the user has picked no file: what is to be saved. */
  readonly blob: Blob | undefined;
}

/** Why something could not be done. */
export interface Fault {
  /** `E_RAGGED`; none of what is no refusal of transload's. */
  readonly code: string | undefined;
  readonly message: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly path: string | undefined;
  readonly excerpt: Excerpt | undefined;
}

/** The line around a fault, as much of it as fits. */
export interface Excerpt {
  readonly before: string;
  /** The character at which it is; empty at the end of a line or of the file. */
  readonly at: string;
  readonly after: string;
}

/** What may be asked of a worker, and what it answers. */
export interface Tasks {
  look: [{ file: File; reading: Reading }, Look];
  survey: [{ file: File; reading: Reading }, Inspection];
  judge: [{ inspection: Inspection; server: string; model: Model | undefined; name: string }, Verdict];
  readModel: [{ file: File }, Model];
  try: [{ file: File; choices: Choices }, Trial];
  convert: [{ file: File; choices: Choices; destination: Destination }, Result];
}

export type TaskName = keyof Tasks;

/** To a worker. `hold`: surveys wait, or go on. */
export type Order =
  | { [Name in TaskName]: { id: number; task: Name; given: Tasks[Name][0] } }[TaskName]
  | { id: number; stop: true }
  | { hold: boolean };

/** From a worker. `used`: bytes of the file that have been read so far. */
export type Reply = { id: number } & ({ used: number } | { done: unknown } | { fault: Fault });

export type { Inspection, Model, Verdict };
