/** Reads the members of one object of the envelope. Gaps are the white space (and colon) around keys, byte for byte. */
export interface Scope {
  /** A member's key was read; raw is the key as written, quotes included. */
  key(name: string, gap: Uint8Array, raw: Uint8Array): void;
  /** Its value begins at this offset with this byte. */
  value(first: number, start: number): void;
  /** The list that was peeked into begins with this byte, at this offset. */
  element?(first: number, start: number): void;
  /** Its value ended; a list or object had so many members. */
  ended(members: number): void;
  /** The object's closing brace was read. */
  close(): void;
  /** The member being read, for the error path. */
  readonly current: string | undefined;
}

/** What is known of a tensor of Open Inference Protocol's; all of it once its object has ended. */
export interface InputFacts {
  name?: string;
  shape?: readonly number[];
  datatype?: string;
  /** Text of its own parameters. */
  parameters?: string;
  /** Elements of the outermost list of `data`. */
  members?: number;
  /** These are lists themselves. */
  nested?: boolean;
}
