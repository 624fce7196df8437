// Takes a payload of MLflow's apart, which a conversion has just written: the rows' bytes, and what stands around them.
import { decode } from "../../columns/bytes.js";
import { coreScanner } from "../../engine/index.js";
import type { Scanner } from "../../engine/scanner.js";
import { Tape } from "../../envelope/tape.js";

const LIST = 0x5b; /* [ */
const OBJECT = 0x7b; /* { */
/** What is held of names and parameters has been held before. */
const HELD = 1 << 29;

/** What the rows are: of a split, of a list of records, elements of a tensor; or a single value, which has none. */
export type Shape = "split" | "records" | "tensor" | "scalar";

const SHAPES: Readonly<Record<string, Shape>> = { dataframe_split: "split", dataframe_records: "records", inputs: "tensor" };

export class Apart {
  shape: Shape | undefined;
  /** The text of the list of names, where there is one. It stands before the rows. */
  names: string | undefined;
  /** Members beside the rows, and the text of their values, once all has been read. */
  readonly beside = new Map<string, string>();
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #onLabels: (bytes: Uint8Array) => void;
  readonly #scanner: Scanner;
  readonly #tape: Tape;
  #rows: Uint8Array[] = [];
  #begun = false;
  #ended = false;
  /** Objects around what is read. */
  #depth = 0;
  #inMember = false;
  #key = "";
  #takes: "rows" | "labels" | "text" | undefined;

  /** `onLabels` takes what stands between the brackets of a split's index, as it comes. */
  constructor(chunks: AsyncIterable<Uint8Array>, onLabels: (bytes: Uint8Array) => void) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#onLabels = onLabels;
    this.#scanner = coreScanner(() => [], 0);
    this.#scanner.watch(1);
    this.#scanner.nan("pass");
    this.#tape = new Tape(this.#scanner, (bytes) => this.#put(bytes), 0);
    this.#tape.mode = "drop";
    this.#tape.limit = HELD;
  }

  /** Reads as far as the rows, or to the end where there are none. */
  async begin(): Promise<void> {
    while (!this.#begun && (await this.#more()));
  }

  /** What stands between the brackets around the rows; then all has been read. */
  async *rows(): AsyncGenerator<Uint8Array, void, undefined> {
    do {
      const rows = this.#rows;
      this.#rows = [];
      yield* rows;
    } while (await this.#more());
    yield* this.#rows.splice(0);
  }

  async close(): Promise<void> {
    this.#scanner.close();
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.#chunks.next();
    if (done) {
      this.#ended = true;
      this.#scanner.finish();
      this.#read();
      this.#scanner.end();
      return false;
    }
    this.#scanner.push(value);
    this.#read();
    return true;
  }

  #put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#takes === "rows") this.#rows.push(bytes);
    else if (this.#takes === "labels") this.#onLabels(bytes);
  }

  #read(): void {
    for (;;) {
      const event = this.#scanner.next();
      const at = this.#scanner.offset;
      switch (event) {
        case "more":
          this.#tape.takeChunk();
          return;
        case "key":
          this.#pass(at - 1, "hold");
          break;
        case "keyEnd":
          this.#tape.take(at);
          this.#key = JSON.parse(decode(this.#tape.release())) as string;
          this.#tape.mode = "drop";
          break;
        case "value":
          this.#pass(at - 1, "drop");
          this.#value(this.#scanner.slice(at - 1, at)[0] as number, at);
          break;
        case "end":
          this.#end(at);
          break;
        default:
          this.#pass(at, "drop");
      }
    }
  }

  /** Leaves out what is before this offset. */
  #pass(to: number, mode: Tape["mode"]): void {
    this.#tape.take(to);
    this.#tape.mode = mode;
  }

  #value(first: number, at: number): void {
    if (this.#depth === 0) this.#enter();
    else {
      this.#inMember = true;
      if (this.#depth === 1) this.#member(first, at);
      else this.#memberOfSplit(first, at);
    }
  }

  #member(first: number, at: number): void {
    const shape = SHAPES[this.#key];
    this.shape ??= shape;
    if (shape === undefined) this.#hold();
    else if (shape === "split" && first === OBJECT) this.#enter();
    else if (first === LIST) this.#list("rows", at);
    else this.shape = "scalar";
  }

  #memberOfSplit(first: number, at: number): void {
    if (first === LIST && this.#key === "data") this.#list("rows", at);
    else if (first === LIST && this.#key === "index") this.#list("labels", at);
    else if (first === LIST && this.#key === "columns") this.#hold();
  }

  #enter(): void {
    this.#inMember = false;
    this.#depth++;
    this.#scanner.watch(this.#depth);
  }

  #list(takes: "rows" | "labels", at: number): void {
    if (takes === "rows") this.#begun = true;
    this.#tape.take(at);
    this.#takes = takes;
    this.#tape.mode = "copy";
  }

  #hold(): void {
    this.#takes = "text";
    this.#tape.mode = "hold";
  }

  #end(at: number): void {
    if (!this.#inMember) {
      this.#pass(at, "drop");
      this.#depth--;
      if (this.#depth > 0) this.#scanner.watch(this.#depth);
      return;
    }
    this.#inMember = false;
    const takes = this.#takes;
    this.#tape.take(takes === "text" ? at : at - 1);
    this.#takes = undefined;
    if (takes === "text") this.#told(decode(this.#tape.release()));
    this.#tape.mode = "drop";
    this.#tape.take(at);
  }

  #told(text: string): void {
    if (this.#depth === 2) this.names = text;
    else this.beside.set(this.#key, text);
  }
}
