/** Where something stands in the input. */
export interface Spot {
  /** Absolute offset. */
  readonly from: number;
  readonly line: number;
  /** Absolute offset of the line's first byte. */
  readonly lineAt: number;
}

/** A token of the document, and where it lies. */
export interface Token extends Spot {
  readonly name:
    | "startObject"
    | "endObject"
    | "startArray"
    | "endArray"
    | "keyValue"
    | "stringValue"
    | "numberValue"
    | "nullValue"
    | "trueValue"
    | "falseValue";
  readonly to: number;
  /** As written. */
  readonly text: string;
  /** Where the comma before it ends; undefined when there is none. */
  readonly commaEnd: number | undefined;
}

/** What a token does to the depth. */
export function step({ name }: Token): number {
  if (name === "startArray" || name === "startObject") return 1;
  return name === "endArray" || name === "endObject" ? -1 : 0;
}
