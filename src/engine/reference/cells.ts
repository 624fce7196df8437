import { Batch } from "../../columns/batch.js";
import { fromText } from "../../columns/cell-text.js";
import type { Column } from "../../columns/column.js";
import { type DType, isNumeric, NUMERIC } from "../../columns/dtype.js";
import { product } from "../../columns/lists.js";
import type { TransloadError } from "../../errors.js";
import { type CellReader, type CellRequest, cutToFit, type Seen } from "../cells.js";
import { type ColumnChoice, Takes } from "../choice.js";
import { Err, Look } from "../codes.js";
import { batchRowsFor, checkNames, chooseDtypes, listsAmong, namesOf, pickedOf, SAMPLE, saidOf, survey, takesOf } from "../columns.js";
import { exact } from "../exact.js";
import { jsonPath, refuseCell } from "../fault.js";
import { ListReader } from "../nested.js";
import type { Scanner } from "../scanner.js";
import { tooLong } from "../size.js";
import { isNan } from "./stand-in.js";
import { lookNumber, lookText } from "./survey.js";
import { step, type Token } from "./token.js";
import type { Tokens } from "./tokens.js";

/** The reference engine's cell reader: tokens to cells, one by one. */
const LOOKED_AT: ColumnChoice = { dtype: "float64", guessed: true };

export class ReferenceCells implements CellReader {
  done = false;
  rows = 0;
  readonly #tokens: Tokens;
  readonly #createScanner: () => Scanner;
  readonly #request: CellRequest;
  readonly #from: number;
  /** Tokens of the sample, read again as cells once the dtypes are chosen. */
  #queue: Token[] = [];
  #taken = 0;
  #sampled = false;
  /** Lists that are open behind the sample. */
  #sampleDepth = 0;
  #firstRowEnd: number | undefined;
  #depth = 0;
  #column = 0;
  /** Of the next token: its place in each list of the row's that is open. */
  readonly #places: number[] = [];
  #names: readonly string[] = [];
  /** Columns that are read, in their order. */
  #picked: readonly number[] = [];
  #isPicked: ReadonlySet<number> = new Set();
  #choices: readonly ColumnChoice[] = [];
  #dtypes: DType[] = [];
  #shape: number[] = [];
  #block = false;
  #rank = 0;
  #batchRows = 1;
  #cells: { values: (number | bigint | string)[]; valid: number[] }[] = [];
  #rowsOfBatch = 0;
  #seen: Mutable<Seen>[] = [];
  /** What reads the columns whose cells are lists, and the text of the one that is being read. */
  #lists: (ListReader | undefined)[] = [];
  #list = "";
  /** Where the list or object begins that is kept as it stands. */
  #nestedFrom = 0;

  /** `createScanner`: one more, for lists in cells. */
  constructor(tokens: Tokens, request: CellRequest, createScanner: () => Scanner) {
    this.#tokens = tokens;
    this.#createScanner = createScanner;
    this.#request = request;
    this.#from = tokens.input.at;
    tokens.input.keep = true;
  }

  get seen(): readonly Seen[] {
    return this.#seen;
  }

  next(): Batch | undefined {
    if (!this.#sampled && !this.#sample()) return undefined;
    while (!this.done) {
      if (this.#rowsOfBatch === this.#batchRows) return this.#batch();
      const token = this.#queue[this.#taken++] ?? this.#tokens.token();
      if (!token) return undefined;
      this.#take(token);
      this.#pass(token);
    }
    return this.#rowsOfBatch > 0 ? this.#batch() : undefined;
  }

  #sample(): boolean {
    const tokens = this.#tokens;
    while (this.#sampleDepth >= 0 && (tokens.input.at - this.#from < SAMPLE || this.#sampleDepth > 0 || this.#queue.length < 2)) {
      const token = tokens.token();
      if (!token) return false;
      this.#queue.push(token);
      this.#sampleDepth += step(token);
      if (this.#sampleDepth <= 0) this.#firstRowEnd ??= token.to;
      else if (this.#firstRowEnd === undefined && token.to - this.#from > tokens.maxRowBytes) throw this.#tooLong(token);
    }
    this.#arrange();
    return true;
  }

  #arrange(): void {
    const { input, lengths } = this.#tokens;
    const request = this.#request;
    const levels = Array.from({ length: lengths.innerRank ?? 0 }, (_, i) => lengths.at(i + 1) as number);
    const frame = request.layout === "rows";
    // what is inside a frame's cell is no dimension of its own
    if (frame) levels.splice(1);
    this.#rank = levels.length;
    this.#block = !frame || this.#rank === 0;
    const width = this.#block ? 1 : (levels[0] as number);
    this.#names = namesOf(request, width);
    this.#shape = frame ? [] : levels;
    if (frame) checkNames(this.#names, request.dtype);
    const firstRow = this.#firstRowEnd ?? this.#from;
    const text = Buffer.from(input.text(this.#from, Math.min(input.at, Math.max(this.#from + SAMPLE, firstRow))), "latin1");
    const kinds = survey(text, this.#rank, width);
    const asked = this.#block ? { ...request, verbatim: undefined } : request;
    this.#choices = request.survey ? this.#names.map(() => LOOKED_AT) : chooseDtypes(this.#names, kinds, asked);
    const lists = frame && !request.survey ? listsAmong(kinds, this.#choices) : [];
    this.#lists = this.#names.map((name, i) =>
      lists[i] ? new ListReader(name, saidOf(request, name), request.cast, this.#createScanner) : undefined,
    );
    this.#dtypes = this.#choices.map(({ dtype }) => dtype);
    const perRow = this.#block ? product(levels) : 1;
    const named = frame && !this.#block && request.names?.length === width;
    this.#picked = pickedOf(this.#names, named ? request.pick : undefined);
    this.#isPicked = new Set(this.#picked);
    const dtypes = this.#picked.map((i) => this.#dtypes[i] as DType);
    const listBytes = this.#picked.map((i) => (this.#lists[i] ? kinds[i]?.listBytes : undefined));
    this.#batchRows = request.survey ? Number.POSITIVE_INFINITY : batchRowsFor(dtypes, perRow, request, listBytes);
    this.#seen = this.#names.map((name) => ({ ...UNSEEN, name, shape: this.#shape }));
    this.#clear();
    input.keep = false;
    this.#sampled = true;
  }

  #tooLong({ from, line, lineAt }: Token): TransloadError {
    const row = this.rows + this.#rowsOfBatch;
    return tooLong("a cell", this.#tokens.maxRowBytes, { offset: from, line, column: from - lineAt + 1, row });
  }

  #clear(): void {
    this.#rowsOfBatch = 0;
    this.#cells = this.#dtypes.map(() => ({ values: [], valid: [] }));
  }

  #take(token: Token): void {
    const before = this.#depth;
    this.#depth += step(token);
    if (this.#depth < 0) {
      this.done = true;
      this.rows += this.#request.survey ? this.#rowsOfBatch : 0;
      if (this.#request.survey) this.#rowsOfBatch = 0;
      this.#tokens.handBack(token);
      return;
    }
    const below = before > this.#rank || (before === this.#rank && this.#rank > 0 && step(token) > 0) || token.name === "keyValue";
    if (this.#request.layout === "rows" && below) {
      this.#nested(token, before);
      return;
    }
    if (step(token) === 0) this.#cell(token);
    if (token.name === "startArray") this.#column = 0;
    const rowEnds = this.#rank === 0 ? step(token) === 0 : this.#depth === 0 && step(token) < 0;
    if (rowEnds) this.#rowsOfBatch++;
  }

  /** The next place, behind this token or within it. */
  #pass(token: Token): void {
    const places = this.#places;
    if (step(token) > 0) places.push(0);
    else if (step(token) < 0) places.pop();
    if (step(token) <= 0 && places.length > 0) (places[places.length - 1] as number)++;
  }

  /** A list or object in a frame's cell: only a survey passes over it. */
  #nested(token: Token, before: number): void {
    if (this.#choices[this.#column]?.verbatim === "cells") {
      this.#keep(token, before);
      return;
    }
    if (!this.#request.survey && this.#isPicked.has(this.#column)) {
      if (!this.#lists[this.#column] || token.name === "startObject" || token.name === "endObject" || token.name === "keyValue")
        throw this.#refuse(Err.Kind, token);
      this.#list += `${step(token) >= 0 && this.#list !== "" && !this.#list.endsWith("[") ? "," : ""}${token.text}`;
    }
    if (before === this.#rank && this.#request.survey) see(this.#seen[this.#column] as Mutable<Seen>, Look.Nested);
    if (this.#depth !== this.#rank) return;
    if (this.#list !== "") {
      const { values, valid } = this.#cells[this.#column] as { values: (number | bigint | string)[]; valid: number[] };
      values.push(Buffer.from(this.#list, "latin1").toString());
      valid.push(1);
      this.#list = "";
    }
    this.#column++;
  }

  /** A list or object whose text is a cell. */
  #keep(token: Token, before: number): void {
    const { input } = this.#tokens;
    if (before === this.#rank) {
      this.#nestedFrom = token.from;
      input.keep = true;
    }
    if (this.#depth !== this.#rank) return;
    if (this.#isPicked.has(this.#column)) {
      if (token.to - this.#nestedFrom > this.#tokens.maxRowBytes) throw this.#tooLong(token);
      const { values, valid } = this.#cells[this.#column] as { values: (number | bigint | string)[]; valid: number[] };
      values.push(Buffer.from(input.text(this.#nestedFrom, token.to), "latin1").toString());
      valid.push(1);
    }
    input.keep = false;
    this.#column++;
  }

  #isVerbatim(i: number): boolean {
    return this.#choices[i]?.verbatim !== undefined;
  }

  #cell(token: Token): void {
    const i = this.#block ? 0 : this.#column;
    if (token.name === "stringValue" && token.to - token.from > this.#tokens.maxRowBytes) throw this.#tooLong(token);
    if (this.#request.survey) surveyCell(this.#seen[i] as Mutable<Seen>, token);
    else if (this.#isPicked.has(i)) {
      const dtype = this.#dtypes[i] as DType;
      const { values, valid } = this.#cells[i] as { values: (number | bigint | string)[]; valid: number[] };
      if (this.#lists[i] && token.name !== "nullValue") throw this.#refuse(Err.Kind, token);
      values.push(this.#lists[i] ? "" : this.#read(token, dtype, i));
      valid.push(token.name === "nullValue" ? 0 : 1);
    }
    if (!this.#block) this.#column++;
  }

  #read(token: Token, dtype: DType, i: number): number | bigint | string {
    const { name, text } = token;
    const big = dtype === "int64" || dtype === "uint64";
    if (name === "nullValue") return !isNumeric(dtype) ? "" : dtype.startsWith("float") ? Number.NaN : big ? 0n : 0;
    const takes = takesOf(this.#choices[i] as ColumnChoice, this.#request);
    if (takes & Takes.Verbatim) return Buffer.from(text, "latin1").toString();
    if (takes & Takes.Nothing) throw this.#refuse(Err.Kind, token);
    if (takes & Takes.Scalars && name !== "stringValue") return text;
    const isBool = name === "trueValue" || name === "falseValue";
    if (takes & Takes.Pure && isBool !== (dtype === "bool")) throw this.#refuse(Err.Kind, token);
    if ((name === "stringValue") === isNumeric(dtype)) throw this.#refuse(Err.Kind, token);
    if (!isNumeric(dtype)) return JSON.parse(Buffer.from(text, "latin1").toString()) as string;
    const number = name === "numberValue" ? text : name === "trueValue" ? "1" : "0";
    const clip = this.#request.cast === "clip";
    if (dtype === "float64" || dtype === "float32") {
      if (isNan(number)) return Number(number);
      const value = exact(number, dtype === "float32");
      if (!Number.isFinite(value) && !clip) throw this.#refuse(Err.Range, token);
      if (takes & Takes.Exact && /^-?\d+$/.test(number) && Math.abs(value) >= 2 ** 53 && BigInt(value) !== BigInt(number))
        throw this.#refuse(Err.Range, token);
      return value;
    }
    if (isNan(number) || (takes & Takes.Pure && !/^-?\d+$/.test(number))) throw this.#refuse(Err.Range, token);
    const whole = integer(number, NUMERIC[dtype].range as readonly [bigint, bigint], clip);
    if (whole === undefined) throw this.#refuse(Err.Range, token);
    return big ? whole : Number(whole);
  }

  #refuse(error: number, token: Token): Error {
    const i = this.#block ? 0 : this.#column;
    const row = this.rows + this.#rowsOfBatch;
    const within = this.#places.slice(0, this.#rank);
    const path = jsonPath([...this.#tokens.path, row, ...within]);
    const cell = within[0] !== undefined && { cell: within[0] };
    const place = { offset: token.from, line: token.line, column: token.from - token.lineAt + 1, path, row, ...cell };
    return refuseCell({
      error,
      column: this.#names[i] ?? "",
      ...(this.#choices[i] ?? LOOKED_AT),
      text: textOf(token).slice(0, 40),
      place,
    });
  }

  #batch(): Batch {
    const rowCount = this.#rowsOfBatch;
    const columns = this.#picked.map((i): Column => {
      const dtype = this.#dtypes[i] as DType;
      const { values, valid } = this.#cells[i] as { values: (number | bigint | string)[]; valid: number[] };
      const name = this.#names[i] as string;
      const mask = valid.includes(0) ? { valid: Uint8Array.from(valid) } : {};
      if (this.#lists[i]) {
        const texts: Column = { name, dtype: "string", values: values as string[], shape: [], ...mask };
        return (this.#lists[i] as ListReader).read(texts, this.rows);
      }
      if (!isNumeric(dtype)) {
        const json = this.#isVerbatim(i) && ({ json: true } as const);
        const column: Column = { name, dtype: "string", values: values as string[], shape: this.#shape, ...mask, ...json };
        return dtype === "string" ? column : fromText(column, dtype, this.rows);
      }
      const array = new NUMERIC[dtype].array(values.length);
      values.forEach((value, r) => {
        array[r] = value as never;
      });
      return { name, dtype, values: array, shape: this.#shape, ...mask };
    });
    const batch = new Batch({ rowOffset: this.rows, rowCount, columns, kind: this.#request.layout === "rows" ? "frame" : "tensor" });
    this.rows += rowCount;
    this.#clear();
    return batch;
  }
}

/** A token's text, of which there is one character for each byte. */
function textOf({ text }: Token): string {
  return Buffer.from(text.slice(0, 400), "latin1").toString();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const UNSEEN: Omit<Seen, "name" | "shape"> = {
  integers: false,
  floats: false,
  strings: false,
  booleans: false,
  nested: false,
  nulls: 0,
  nans: 0,
  wholes: undefined,
  reals: undefined,
  looks: 0,
};

/** What a survey keeps of a cell. */
function surveyCell(seen: Mutable<Seen>, { name, text }: Token): void {
  if (name === "nullValue") {
    see(seen, Look.Null);
    seen.nulls++;
  } else if (name === "stringValue") see(seen, lookText(text.slice(1, -1)));
  else if (name !== "numberValue") see(seen, Look.Bool);
  else if (isNan(text)) {
    see(seen, Look.Float);
    seen.nans++;
  } else {
    const bits = lookNumber(text);
    see(seen, bits);
    if (bits & Look.Int) seen.wholes = spread(seen.wholes, cutToFit(BigInt(text)));
    else seen.reals = spread(seen.reals, Number(text));
  }
}

function see(seen: Mutable<Seen>, bits: number): void {
  const looks = seen.looks | bits;
  seen.looks = looks & Look.Unpadded ? looks & ~Look.Junk : looks;
  seen.integers = (looks & Look.Int) !== 0;
  seen.floats = (looks & Look.Float) !== 0;
  seen.strings = (looks & Look.Text) !== 0;
  seen.booleans = (looks & Look.Bool) !== 0;
  seen.nested = (looks & Look.Nested) !== 0;
}

function spread<T extends number | bigint>(range: readonly [T, T] | undefined, value: T): readonly [T, T] {
  if (range === undefined) return [value, value];
  const [least, greatest] = range;
  return [value < least ? value : least, value > greatest ? value : greatest];
}

/** A number's text as a whole number in the range; cut to fit when `clip`, otherwise undefined when it does not. */
function integer(text: string, [low, high]: readonly [bigint, bigint], clip: boolean): bigint | undefined {
  const [, minus, digits = "0", fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) as RegExpExecArray;
  let value = BigInt(digits + fraction);
  const tens = Number(power) - fraction.length;
  let whole = true;
  if (value !== 0n && tens > 0) value = tens > 40 ? 10n ** 40n : value * 10n ** BigInt(tens);
  if (value !== 0n && tens < 0) {
    const unit = 10n ** BigInt(Math.min(-tens, 5000));
    whole = value % unit === 0n;
    value /= unit;
  }
  if (minus) value = -value;
  const fits = value >= low && value <= high;
  if (fits && whole) return value;
  if (!clip) return undefined;
  return value < low ? low : value > high ? high : value;
}
