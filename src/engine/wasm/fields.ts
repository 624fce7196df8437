import { Typing } from "../codes.js";
import type { RowRequest } from "../rows.js";
import { checkWidth } from "../size.js";
import type { CoreMemory } from "./memory.js";
import type { CoreShelf } from "./shelf.js";

const TYPINGS = { json: Typing.Lexical, pointed: Typing.Pointed, any: Typing.Numbers, pandas: Typing.Pandas, text: Typing.Text } as const;
const FIELD = 48;
const CELL = 16;

/** Words of a field's record (core/row.ts). */
export const Word = {
  Text: 0,
  TextLength: 4,
  Key: 8,
  KeyLength: 12,
  Kinds: 16,
  Typing: 20,
  Out: 24,
  OutEnd: 28,
  Side: 36,
  SideEnd: 40,
  SideLast: 44,
} as const;

/** The records of a row's fields and cells in the core's memory (core/row.ts). */
export class CoreFields {
  at = 0;
  cellsAt = 0;
  /** Fields laid out so far. */
  count = 0;
  /** Bytes of the texts before the cells. */
  textBytes = 0;
  /** The texts between cells are all commas. */
  commas = true;
  /** Fields that look like JSON's numbers are such in every column. */
  plain = true;
  /** Fields there is room for. */
  #reserved = 0;
  readonly #memory: CoreMemory;
  readonly #shelf: CoreShelf;
  readonly #what: string;
  readonly #syntax: RowRequest["fields"];

  /** `what` tells them from others of the same rows. */
  constructor(memory: CoreMemory, shelf: CoreShelf, { fields }: Pick<RowRequest, "fields">, what = "") {
    this.#memory = memory;
    this.#what = what;
    this.#shelf = shelf;
    this.#syntax = fields;
  }

  /**
   * Room for the fields and cells of a row, and behind them for those of a key that has no field. What is laid out already stays. `row`: for
   * the error.
   * @throws TransloadError E_LIMIT where they would take more memory than a row may have.
   */
  reserve(width: number, row: number): void {
    const memory = this.#memory;
    const kept = this.#reserved;
    checkWidth(width, memory.maxRowBytes, { row });
    this.at = memory.area(`fields${this.#what}`, FIELD * (width + 1), FIELD * kept);
    this.cellsAt = memory.area(`cells of a row${this.#what}`, CELL * (width + 1), CELL * kept);
    memory.bytes.fill(0, this.at + FIELD * kept, this.at + FIELD * (width + 1));
    memory.bytes.fill(0, this.cellsAt + CELL * kept, this.cellsAt + CELL * (width + 1));
    this.#reserved = width;
  }

  /** Lays out the next field: the text before its cells, and its name, by which a delimited file's columns may be text. */
  add(before: string, name: string | undefined): void {
    const i = this.count++;
    const { at, length } = this.#shelf.put(before);
    this.textBytes += length;
    this.commas &&= i === 0 || before === ",";
    this.set(i, Word.Text, at);
    this.set(i, Word.TextLength, length);
    const syntax = this.#syntax;
    if (!syntax) return;
    const typing = TYPINGS[syntax.spelling(name ?? `${i}`)];
    this.plain &&= typing < Typing.Pandas;
    this.set(i, Word.Typing, typing);
  }

  get(i: number, word: number): number {
    return this.#memory.view.getUint32(this.at + FIELD * i + word, true);
  }

  set(i: number, word: number, value: number): void {
    this.#memory.view.setUint32(this.at + FIELD * i + word, value, true);
  }

  /** Of every field, a bit for each Kind that its cells were. */
  get kinds(): number[] {
    return Array.from({ length: this.count }, (_, i) => this.get(i, Word.Kinds));
  }

  /** Those of fields that have come since are none. */
  set kinds(bits: readonly number[]) {
    for (let i = 0; i < this.count; i++) this.set(i, Word.Kinds, bits[i] ?? 0);
  }
}
