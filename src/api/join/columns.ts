// The columns of several inputs: those of the first, in its order, whatever the order of the others.
import { concat, encode } from "../../columns/bytes.js";
import { areDistinct } from "../../columns/distinct.js";
import { elementsOf } from "../../engine/members.js";
import { nearest, optionText, TransloadError } from "../../errors.js";
import { Pump } from "../../lanes/pump.js";
import { NOTHING, type Request } from "../../options/request.js";
import { nodeHost } from "../node.js";
import { Apart } from "./apart.js";

/** Names of columns, and of which input they are. */
export interface Columns {
  readonly names: readonly string[];
  readonly input: string;
}

/** Columns to read, and their new names. */
export interface Picked {
  readonly names: readonly string[];
  readonly renamed: readonly string[];
}

/** How columns are put in order, where they are in another. */
export interface Ordering extends Pick<Request, "limits" | "run"> {
  /** What a column becomes that an input has not, where that is allowed. */
  readonly missing: "null" | "token" | undefined;
}

/** The texts of a list of names, each in one spelling. */
export function namesIn(list: string): string[] {
  return elementsOf(list).map((text) => {
    const value = text.startsWith('"') ? (JSON.parse(text) as string) : undefined;
    return value ?? text;
  });
}

/**
 * Whether these names are in the order of the first input's.
 * @throws TransloadError E_COLUMNS where they are not the same; `gaps`: some of the first may be missing.
 */
export function inOrder(first: Columns, names: readonly string[] | undefined, gaps: boolean): boolean {
  if (names === undefined) throw new TransloadError("E_COLUMNS", `its columns have no names, and those of ${first.input} have`);
  if (names.length === first.names.length && names.every((name, i) => name === first.names[i])) return true;
  const unknown = names.find((name) => !first.names.includes(name));
  if (unknown !== undefined) {
    const guess = nearest(unknown, first.names);
    const hint = guess === undefined ? "" : `; did you mean ${guess}?`;
    throw new TransloadError("E_COLUMNS", `it has a column ${JSON.stringify(unknown)}, and ${first.input} has none of that name${hint}`);
  }
  const missing = first.names.find((name) => !names.includes(name));
  if (missing !== undefined && !gaps)
    throw new TransloadError(
      "E_COLUMNS",
      `it has no column ${JSON.stringify(missing)}, which ${first.input} has; ${optionText("missing", "null")} writes null for it`,
    );
  if (!areDistinct(names))
    throw new TransloadError("E_COLUMNS", `it has two columns of one name, which cannot be put in the order of ${first.input}`);
  return false;
}

/**
 * The columns to read, with that of the files' names: where it is asked for among them, or else before them.
 * @throws TransloadError E_DUPLICATE where another column gets its name.
 */
export function pickedWith(
  fileColumn: string | undefined,
  { columns, renamed = columns }: Pick<Request["rows"], "columns" | "renamed">,
): Picked | undefined {
  if (!columns || !renamed) return undefined;
  if (fileColumn === undefined || columns.includes(fileColumn)) return { names: columns, renamed };
  if (renamed.includes(fileColumn)) throw takenName(fileColumn);
  return { names: [fileColumn, ...columns], renamed: [fileColumn, ...renamed] };
}

/** What the files' names cannot be called. */
export function takenName(name: string): TransloadError {
  return new TransloadError("E_DUPLICATE", `there is a column ${JSON.stringify(name)} already; give the files' another name`);
}

/** The rows of a split whose names are in another order, in that of the first input. */
export async function* rowsInOrder(
  rows: AsyncIterable<Uint8Array>,
  names: string,
  columns: readonly string[],
  { missing, limits, run }: Ordering,
): AsyncGenerator<Uint8Array, void, undefined> {
  const split = around(`{"dataframe_split":{"columns":${names},"data":[`, rows, "]}}");
  const moving = { ...NOTHING, what: "request" as const, limits, run };
  const target = { nan: "token", missing: missing ?? "null", index: "drop" } as const;
  const records = new Pump(split, { ...moving, from: "mlflow:split", to: "mlflow:records", target }, nodeHost(run));
  const back = { ...moving, from: "mlflow:records", to: "mlflow:split", rows: { columns, mayLack: true }, target };
  const apart = new Apart(new Pump(records.bytes(), back, nodeHost(run)).bytes(), () => {});
  try {
    await apart.begin();
    yield* apart.rows();
  } finally {
    await apart.close();
  }
}

/** The same of the lines of a csv, whose fields keep their text. */
export async function* linesInOrder(
  lines: AsyncIterable<Uint8Array>,
  header: Uint8Array,
  names: readonly string[],
  columns: readonly string[],
  { limits, run }: Ordering,
): AsyncGenerator<Uint8Array, void, undefined> {
  const moving = { ...NOTHING, what: "request" as const, limits, run };
  const target = { nan: "token", missing: "null" } as const;
  // what is text is copied, whatever it looks like
  const text = { text: names, na: [] };
  const csv = around(header, lines, "");
  const records = new Pump(csv, { ...moving, from: "csv", to: "mlflow:records", rows: text, target }, nodeHost(run));
  const back = { ...moving, from: "mlflow:records", to: "csv", rows: { columns, mayLack: true }, target };
  yield* new Pump(records.bytes(), back, nodeHost(run)).bytes();
}

async function* around(
  before: string | Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
  after: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield typeof before === "string" ? encode(before) : concat([before]);
  yield* chunks;
  if (after !== "") yield encode(after);
}
