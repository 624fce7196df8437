import { createRandom } from "./random.js";

export const KINDS = ["heart", "tensor", "named", "strings"] as const;
export type Kind = (typeof KINDS)[number];

export const PAYLOAD_DIALECTS = ["azureml", "mlflow"] as const;
export type PayloadDialect = (typeof PAYLOAD_DIALECTS)[number];

export interface PayloadOptions {
  kind: Kind;
  /** Bytes the rows are to reach; the row that does is the last. The envelope is not counted: the rows are the same in any dialect. */
  size: number;
  dialect?: PayloadDialect | undefined;
  seed?: number | undefined;
  /** ", " and ": " as Python's json.dumps writes them. */
  spaces?: boolean | undefined;
  /** Tensors only: a single row of that size. */
  oneRow?: boolean | undefined;
}

/** Separators, and the keys that hold a frame and a tensor. */
interface Style {
  comma: string;
  colon: string;
  frame: string;
  tensor: string;
}

const HEART = ["age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"];
const WORDS = ["alpha", "beta", "gamma", "naïve", '"quoted"', "line\nbreak", "日本語", "delta", "epsilon", "zeta"];
const TENSOR_WIDTH = 128;
const TOKENS_WIDTH = 128;

/** Texts of the numbers in heart's rows: printing each anew would take twice the time. */
const WHOLE = Array.from({ length: 564 }, (_, i) => `${i}`);
const TENTHS = Array.from({ length: 63 }, (_, i) => `${i / 10}`);

/** Characters of text handed on at a time: enough that the cost of a chunk does not show. */
const PIECE = 1 << 18;

/** The payload's text in pieces of about a quarter of a mebibyte; the same bytes for the same options. */
export function payload(options: PayloadOptions): Generator<string> {
  const { kind, size, dialect = "azureml", seed = 1, spaces = false, oneRow = false } = options;
  const random = createRandom(seed);
  const style: Style = {
    comma: spaces ? ", " : ",",
    colon: spaces ? ": " : ":",
    frame: dialect === "azureml" ? "input_data" : "dataframe_split",
    tensor: dialect === "azureml" ? "input_data" : "inputs",
  };
  switch (kind) {
    case "heart":
      return frame(HEART, heartRow, size, random, style);
    case "strings":
      return frame(["id", "text", "score"], stringsRow, size, random, style);
    case "tensor":
      return tensor(size, oneRow ? Number.POSITIVE_INFINITY : TENSOR_WIDTH, random, style);
    case "named":
      return named(size, seed, style);
  }
}

type WriteRow = (random: () => number, comma: string, row: number) => string;

function* frame(names: readonly string[], row: WriteRow, size: number, random: () => number, style: Style): Generator<string> {
  const { comma, colon } = style;
  const columns = names.map((name) => JSON.stringify(name)).join(comma);
  yield `{"${style.frame}"${colon}{"columns"${colon}[${columns}]${comma}"data"${colon}[`;
  let text = "";
  let bytes = 0;
  for (let r = 0; bytes < size; ) {
    // a row is short: the size is looked at every few of them, and never of the whole piece, which would flatten it
    let some = "";
    for (const stop = r + 16; r < stop; r++) some += (r === 0 ? "" : comma) + row(random, comma, r);
    bytes += Buffer.byteLength(some);
    text += some;
    if (text.length >= PIECE) {
      yield text;
      text = "";
    }
  }
  yield `${text}]}}`;
}

/** A row of the UCI heart disease table: short whole numbers, and one with a decimal. */
function heartRow(random: () => number, c: string): string {
  const start = `[${whole(random, 29, 49)}${c}${whole(random, 0, 2)}${c}${whole(random, 94, 106)}${c}${whole(random, 126, 438)}`;
  const middle = `${start}${c}${whole(random, 0, 2)}${c}${whole(random, 0, 3)}${c}${whole(random, 71, 131)}${c}${whole(random, 0, 2)}`;
  const tenths = TENTHS[Math.floor(random() * TENTHS.length)];
  return `${middle}${c}${tenths}${c}${whole(random, 0, 3)}${c}${whole(random, 0, 4)}${c}${whole(random, 0, 3)}]`;
}

function whole(random: () => number, least: number, count: number): string {
  return WHOLE[least + Math.floor(random() * count)] as string;
}

/** A row number, twelve words with escapes and letters beyond ASCII, a score. */
function stringsRow(random: () => number, comma: string, row: number): string {
  let text = "";
  for (let i = 0; i < 12; i++) text += `${i === 0 ? "" : " "}${WORDS[Math.floor(random() * WORDS.length)]}`;
  return `[${row}${comma}${JSON.stringify(text)}${comma}${random()}]`;
}

/** Rows of doubles in (-1, 1), about 17 digits each. */
function* tensor(size: number, width: number, random: () => number, { comma, colon, tensor: key }: Style): Generator<string> {
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
function* named(size: number, seed: number, { comma, colon, tensor: key }: Style): Generator<string> {
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
