import { createRandom } from "./random.js";

export const KINDS = ["heart", "tensor", "named", "strings"] as const;
export type Kind = (typeof KINDS)[number];

/** How the rows of a payload are spelled. Tensors are written for Azure ML and MLflow alone. */
export const PAYLOAD_DIALECTS = ["azureml", "mlflow", "records", "jsonl", "csv", "columns"] as const;
export type PayloadDialect = (typeof PAYLOAD_DIALECTS)[number];

export interface PayloadOptions {
  kind: Kind;
  /** Bytes the rows are to reach, as they are spelled; the row that does is the last. The envelope is not counted: the rows are the same in azureml and mlflow. */
  size: number;
  /** Of frames: so many rows, whatever their size. */
  rows?: number | undefined;
  dialect?: PayloadDialect | undefined;
  seed?: number | undefined;
  /** ", " and ": " as Python's json.dumps writes them. */
  spaces?: boolean | undefined;
  /** Tensors only: a single row of that size. */
  oneRow?: boolean | undefined;
  /** Frames only: what a reader would know first comes last. Names behind the rows, or one more record with one more key. */
  late?: boolean | undefined;
}

/** Separators, and the key that holds a tensor. */
interface Style {
  comma: string;
  colon: string;
  tensor: string;
}

/** What stands around the rows of a frame and between them. */
interface Spelling {
  head: string;
  foot: string;
  between: string;
  /** What stands before each cell of a row, and behind the last. */
  before: readonly string[];
  quote(text: string): string;
  /** What differs when the first comes last: head and foot, or the last row. */
  late: Partial<Spelling>;
}

const WORDS = ["alpha", "beta", "gamma", "naïve", '"quoted"', "line\nbreak", "日本語", "delta", "epsilon", "zeta"];
const STRINGS = ["id", "text", "score"];
const TENSOR_WIDTH = 128;
const TOKENS_WIDTH = 128;

/** The UCI heart disease table: short whole numbers, and a column with a decimal; as texts: printing each anew would take twice the time. */
const HEART: readonly { name: string; texts: readonly string[] }[] = [
  { name: "age", texts: whole(29, 49) },
  { name: "sex", texts: whole(0, 2) },
  { name: "trestbps", texts: whole(94, 106) },
  { name: "chol", texts: whole(126, 438) },
  { name: "fbs", texts: whole(0, 2) },
  { name: "restecg", texts: whole(0, 3) },
  { name: "thalach", texts: whole(71, 131) },
  { name: "exang", texts: whole(0, 2) },
  { name: "oldpeak", texts: whole(0, 63).map((tenths) => `${Number(tenths) / 10}`) },
  { name: "slope", texts: whole(0, 3) },
  { name: "ca", texts: whole(0, 4) },
  { name: "thal", texts: whole(0, 3) },
];

/** Characters of text handed on at a time: enough that the cost of a chunk does not show. */
const PIECE = 1 << 18;

/** The payload's text in pieces of about a quarter of a mebibyte; the same bytes for the same options. Returns the rows of a frame. */
export function payload(options: PayloadOptions): Generator<string, number | undefined> {
  const { kind, size, dialect = "azureml", seed = 1, spaces = false, oneRow = false } = options;
  const style: Style = {
    comma: spaces ? ", " : ",",
    colon: spaces ? ": " : ":",
    tensor: dialect === "azureml" ? "input_data" : "inputs",
  };
  if (kind === "heart" && dialect === "columns") return heartColumns({ ...options, seed }, style);
  if (kind === "heart") return frame(heartRow, spellingOf(dialect, namesOfHeart(), style), { ...options, seed });
  if (kind === "strings" && dialect !== "columns") return frame(stringsRow, spellingOf(dialect, STRINGS, style), { ...options, seed });
  if (dialect !== "azureml" && dialect !== "mlflow") throw new Error(`${kind} is not written as ${dialect}`);
  return kind === "named"
    ? named(size, seed, style)
    : tensor(size, oneRow ? Number.POSITIVE_INFINITY : TENSOR_WIDTH, createRandom(seed), style);
}

function namesOfHeart(): string[] {
  return HEART.map(({ name }) => name);
}

function spellingOf(dialect: PayloadDialect, names: readonly string[], { comma, colon }: Style): Spelling {
  const list = names.map((name) => JSON.stringify(name)).join(comma);
  const quote = (text: string) => JSON.stringify(text);
  const keyed = names.map((name, i) => `${i === 0 ? "{" : comma}${JSON.stringify(name)}${colon}`);
  switch (dialect) {
    case "csv":
      return {
        head: `${names.join(",")}\n`,
        foot: "",
        between: "",
        before: [...names.map((_, i) => (i === 0 ? "" : ",")), "\n"],
        quote: (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text),
        late: {},
      };
    case "jsonl": {
      const late = { before: [...keyed, `${comma}"target"${colon}1}\n`] };
      return { head: "", foot: "", between: "", before: [...keyed, "}\n"], quote, late };
    }
    case "records": {
      const late = { before: [...keyed, `${comma}"target"${colon}1}`] };
      return { head: `{"dataframe_records"${colon}[`, foot: "]}", between: comma, before: [...keyed, "}"], quote, late };
    }
    default: {
      const start = `{"${dialect === "azureml" ? "input_data" : "dataframe_split"}"${colon}{`;
      const columns = `"columns"${colon}[${list}]`;
      return {
        head: `${start}${columns}${comma}"data"${colon}[`,
        foot: "]}}",
        between: comma,
        before: [...names.map((_, i) => (i === 0 ? "[" : comma)), "]"],
        quote,
        late: { head: `${start}"data"${colon}[`, foot: `]${comma}${columns}}}` },
      };
    }
  }
}

type WriteRow = (random: () => number, spelling: Spelling, row: number) => string;

function* frame(row: WriteRow, plain: Spelling, { size, rows, seed, late }: PayloadOptions): Generator<string, number> {
  const random = createRandom(seed ?? 1);
  const { between } = plain;
  const last = { ...plain, ...plain.late };
  yield late ? last.head : plain.head;
  let text = "";
  let bytes = 0;
  let r = 0;
  while (rows === undefined ? bytes < size : r < rows) {
    // a row is short: the size is looked at every few of them, and never of the whole piece, which would flatten it
    let some = "";
    for (const stop = rows === undefined ? r + 16 : Math.min(rows, r + 16); r < stop; r++)
      some += (r === 0 ? "" : between) + row(random, plain, r);
    bytes += Buffer.byteLength(some);
    text += some;
    if (text.length >= PIECE) {
      yield text;
      text = "";
    }
  }
  if (late && plain.late.before) text += between + row(random, last, r++);
  yield text + (late ? last : plain).foot;
  return r;
}

function heartRow(random: () => number, { before }: Spelling): string {
  let text = "";
  for (let i = 0; i < HEART.length; i++) text += before[i] + pick(HEART[i]?.texts as readonly string[], random);
  return text + before[HEART.length];
}

function pick(texts: readonly string[], random: () => number): string {
  return texts[Math.floor(random() * texts.length)] as string;
}

function whole(least: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${least + i}`);
}

/** A row number, twelve words with escapes and letters beyond ASCII, a score. */
function stringsRow(random: () => number, { before, quote }: Spelling, row: number): string {
  let text = "";
  for (let i = 0; i < 12; i++) text += `${i === 0 ? "" : " "}${pick(WORDS, random)}`;
  return `${before[0]}${row}${before[1]}${quote(text)}${before[2]}${random()}${before[3]}`;
}

/** As many rows as a csv of that size has, column by column: a cell's number is drawn by its place, so nothing is held. */
function* heartColumns({ size, rows: asked, seed = 1 }: PayloadOptions, { comma, colon }: Style): Generator<string, number> {
  const rows = asked ?? rowsOf({ kind: "heart", dialect: "csv", size, seed });
  yield `{"input_data"${colon}{`;
  for (const [i, { name, texts }] of HEART.entries()) {
    const random = createRandom(seed, i, HEART.length);
    let text = `${i === 0 ? "" : comma}${JSON.stringify(name)}${colon}[`;
    for (let r = 0; r < rows; r++) {
      text += r === 0 ? pick(texts, random) : comma + pick(texts, random);
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
    yield `${text}]`;
  }
  yield "}}";
  return rows;
}

/** Rows of a frame with these options. */
export function rowsOf(options: PayloadOptions): number {
  const text = payload(options);
  for (let piece = text.next(); ; piece = text.next()) if (piece.done) return piece.value ?? 0;
}

/** Rows of doubles in (-1, 1), about 17 digits each. */
function* tensor(size: number, width: number, random: () => number, { comma, colon, tensor: key }: Style): Generator<string, undefined> {
  yield `{"${key}"${colon}[`;
  let text = "";
  let bytes = 0;
  for (let r = 0; bytes + text.length < size; r++) {
    text += r === 0 ? "[" : `${comma}[`;
    for (let c = 0; c < width && (width !== Number.POSITIVE_INFINITY || bytes + text.length < size); c++) {
      if (c > 0) text += comma;
      // 53 random bits: one draw alone has 32
      text += (random() + random() / 4294967296) * 2 - 1;
      if (text.length >= PIECE) {
        bytes += text.length;
        yield text;
        text = "";
      }
    }
    text += "]";
  }
  yield `${text}]}`;
}

/** Token numbers of sentences, padded with 0, and the mask that tells the words from the padding. */
function* named(size: number, seed: number, { comma, colon, tensor: key }: Style): Generator<string, undefined> {
  const random = createRandom(seed);
  const maskRow = TOKENS_WIDTH * (1 + comma.length) + 2;
  yield `{"${key}"${colon}{"tokens"${colon}[`;
  let text = "";
  let bytes = 0;
  let rows = 0;
  let lengths = createRandom(seed + 1);
  for (; bytes + text.length + rows * maskRow < size; rows++) {
    const length = sentence(lengths);
    text += rows === 0 ? "[101" : `${comma}[101`;
    for (let i = 1; i < TOKENS_WIDTH; i++)
      text += comma + (i < length - 1 ? 1000 + Math.floor(random() * 29000) : i === length - 1 ? 102 : 0);
    text += "]";
    if (text.length >= PIECE) {
      bytes += text.length;
      yield text;
      text = "";
    }
  }
  text += `]${comma}"mask"${colon}[`;
  // the same lengths again, drawn anew rather than remembered
  lengths = createRandom(seed + 1);
  for (let r = 0; r < rows; r++) {
    const length = sentence(lengths);
    text += `${r === 0 ? "" : comma}[1${`${comma}1`.repeat(length - 1)}${`${comma}0`.repeat(TOKENS_WIDTH - length)}]`;
    if (text.length >= PIECE) {
      yield text;
      text = "";
    }
  }
  yield `${text}]}}`;
}

/** Tokens of a sentence, the first and the last one included. */
function sentence(random: () => number): number {
  return 8 + Math.floor(random() * (TOKENS_WIDTH - 7));
}
