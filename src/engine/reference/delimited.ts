import { CsvError, parse } from "csv-parse/sync";
import { Err, Kind, St } from "../codes.js";
import { refuse } from "../fault.js";
import type { Fields, RowRequest, Spelling } from "../rows.js";
import { fieldKind } from "./field.js";
import type { Cell, Row, RowFaults, RowSource } from "./row.js";
import { bytesOf } from "./row-writer.js";
import type { Spot } from "./token.js";
import type { Tokens } from "./tokens.js";
import { cutAt, invalidAt } from "./utf8.js";

const DEFAULTS: Fields = { delimiter: ",", quote: '"', missing: [], spelling: () => "json" };
const LF = 0x0a;
/** Shorter pieces of a row are read again each time more comes. */
const PATIENCE = 1 << 16;

/** Records that csv-parse reads in one go: a call of it costs as much as some dozens of them. */
const AHEAD = 100;

/** A field as csv-parse reads it, and where it ends. */
interface Field {
  readonly text: string;
  readonly end: number;
}

/** A record and where it ends; or how many fields there were before the one that csv-parse refuses. */
interface Parsed {
  readonly fields: readonly Field[];
  readonly end: number | undefined;
  readonly refused: string | undefined;
}

/** A record that csv-parse took, and where its bytes end. */
interface Taken {
  readonly fields: readonly Field[];
  readonly end: number;
}

/** Rows of a delimited file, as csv-parse reads its records. */
export class DelimitedRows implements RowSource {
  readonly #source: Tokens;
  readonly #fields: Fields;
  readonly #words: ReadonlySet<string>;
  readonly #spelling: (i: number) => Spelling;
  readonly #faults: RowFaults;
  /** What is held from the cursor on. */
  #bytes: Buffer = Buffer.alloc(0);
  #text = "";
  #received = -1;
  /** Bytes that must be there before they are read again. */
  #enough = 0;
  /** Records from the cursor on that are whole, and the bytes before the cursor when they were read. */
  #ahead: Taken[] = [];
  #aheadAt = 0;
  #passed = 0;

  constructor(source: Tokens, { fields = DEFAULTS, names }: RowRequest, faults: RowFaults) {
    this.#source = source;
    this.#fields = fields;
    this.#faults = faults;
    this.#words = new Set(fields.missing.map(bytesOf));
    this.#spelling = (i) => fields.spelling(names?.[i] ?? `${i}`);
    source.startText();
  }

  next(_width: number | undefined, full: boolean): Row | "end" | "full" | undefined {
    if (full) return "full";
    const { ended, input } = this.#source;
    // a row that was not whole is read again when twice as much of it is there
    if (!ended && input.received - input.at < this.#enough) return undefined;
    this.#receive();
    const start = /^[\r\n]*/.exec(this.#text)?.[0].length ?? 0;
    // a record ends with a line
    if (!ended && !/[\r\n]/.test(this.#text.slice(start))) return this.#wait();
    const parsed = this.#parse();
    const invalid = this.#invalid(parsed.end);
    if (invalid >= 0) throw this.#badByte(invalid);
    if (parsed.refused !== undefined) {
      if (parsed.refused === "CSV_QUOTE_NOT_CLOSED" && !ended) return this.#wait();
      this.#refuseField(start, parsed.fields);
    }
    const { fields, end } = parsed;
    if (end === undefined) {
      if (ended) this.#pass(start);
      return ended ? "end" : this.#wait();
    }
    const whole = end < this.#bytes.length || this.#bytes[end - 1] === LF;
    if (!whole && !ended) return this.#wait();
    this.#enough = 0;
    const row = { spot: this.#spot(start), bytes: end - start, cells: this.#cells(start, fields) };
    this.#pass(end);
    return row;
  }

  #wait(): undefined {
    const held = this.#bytes.length;
    this.#enough = held > PATIENCE ? Math.min(2 * held, this.#source.maxRowBytes + 1) : 0;
  }

  get start(): Spot {
    return this.#spot(/^[\r\n]*/.exec(this.#text)?.[0].length ?? 0);
  }

  /** The first byte that is no UTF-8, up to there. */
  #invalid(end: number | undefined): number {
    const invalid = invalidAt(this.#text.slice(0, end));
    return invalid >= 0 || !this.#source.ended ? invalid : cutAt(this.#text);
  }

  #receive(): void {
    const { input } = this.#source;
    if (input.received === this.#received) return;
    this.#received = input.received;
    this.#text = input.rest;
    this.#bytes = Buffer.from(this.#text, "latin1");
  }

  /** The first record of the text. */
  #parse(): Parsed {
    if (this.#ahead.length === 0) {
      // one that may go on, or is refused, is read by itself
      this.#ahead = this.#read(AHEAD).records.filter(({ end }) => end < this.#bytes.length);
      this.#aheadAt = this.#passed;
    }
    const next = this.#ahead.shift();
    if (!next) {
      const { records, fields, refused } = this.#read(1);
      return { fields: records[0]?.fields ?? fields, end: records[0]?.end, refused };
    }
    const back = this.#passed - this.#aheadAt;
    return { fields: next.fields.map(({ text, end }) => ({ text, end: end - back })), end: next.end - back, refused: undefined };
  }

  /** The first records of the text; of one that is refused, the fields before the fault, and why. */
  #read(most: number): { readonly records: readonly Taken[]; readonly fields: readonly Field[]; readonly refused: string | undefined } {
    const { delimiter, quote } = this.#fields;
    const records: Taken[] = [];
    let fields: Field[] = [];
    try {
      parse(this.#bytes, {
        encoding: "latin1",
        delimiter,
        quote,
        escape: quote,
        record_delimiter: ["\r\n", "\n", "\r"],
        relax_column_count: true,
        skip_empty_lines: true,
        to: most,
        cast: (text, { bytes }) => {
          fields.push({ text, end: bytes });
          return text;
        },
        on_record: (record, { bytes }) => {
          records.push({ fields, end: bytes });
          fields = [];
          return record;
        },
      });
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return { records, fields, refused: error.code };
    }
    return { records, fields, refused: undefined };
  }

  #cells(start: number, fields: readonly Field[]): Cell[] {
    const spotOf = this.#spots();
    return fields.map(({ text, end }, i) => {
      const from = i === 0 ? start : (fields[i - 1] as Field).end + 1;
      const quoted = this.#text[from] === this.#fields.quote;
      // csv-parse lets a NUL pass
      if (quoted && this.#text[end - 1] !== this.#fields.quote) this.#refuseField(start, fields.slice(0, i));
      const spot = spotOf(quoted ? from + 1 : from);
      const kind = fieldKind(text, this.#words, this.#spelling(i));
      if (kind === Kind.Missing) return { kind, text: "", spot };
      return { kind, text, spot };
    });
  }

  /** csv-parse refuses the field behind these: where, and what for? */
  #refuseField(start: number, before: readonly Field[]): never {
    const { quote } = this.#fields;
    const i = before.length;
    const from = i === 0 ? start : (before[i - 1] as Field).end + 1;
    if (this.#text[from] !== quote) this.#faults.refuse(Err.StrayQuote, this.#spot(this.#text.indexOf(quote, from)), i);
    let close = this.#text.indexOf(quote, from + 1);
    while (close >= 0 && this.#text[close + 1] === quote) close = this.#text.indexOf(quote, close + 2);
    if (close < 0) this.#faults.refuse(Err.OpenQuote, this.#spot(from), i);
    this.#faults.refuse(Err.AfterQuote, this.#spot(close + 1), i);
  }

  #badByte(at: number): Error {
    const place = this.#faults.place(this.#spot(at));
    return refuse({ error: Err.Utf8, state: St.Str, byte: this.#text.charCodeAt(at), container: 0, place });
  }

  #spot(at: number): Spot {
    return this.#spots()(at);
  }

  /** Tells where bytes of the text are, one behind the other. Within quotes only line feeds end a line. */
  #spots(): (at: number) => Spot {
    const { at: start } = this.#source.input;
    let { line, lineAt } = this.#source.input;
    let inside = false;
    let i = 0;
    return (at) => {
      for (; i < at; i++) {
        const c = this.#text[i];
        if (c === this.#fields.quote) inside = !inside;
        if (c !== "\n" && (c !== "\r" || inside || this.#text[i + 1] === "\n")) continue;
        line++;
        lineAt = start + i + 1;
      }
      return { from: start + at, line, lineAt };
    };
  }

  #pass(count: number): void {
    this.#source.input.moveTo(this.#spot(count));
    this.#passed += count;
    this.#text = this.#text.slice(count);
    this.#bytes = this.#bytes.subarray(count);
  }
}
