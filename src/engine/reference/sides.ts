// Columns side by side: the inside of a list for each, every one a text of its own.
import { TransloadError } from "../../errors.js";
import { Kind } from "../codes.js";
import type { ColumnSource } from "../rows.js";
import { Values } from "./json-rows.js";
import type { Cell, Row, RowSource } from "./row.js";
import type { Spot } from "./token.js";
import type { Tokens } from "./tokens.js";

const PIECE = 1 << 16;
const MISSING: Cell = { kind: Kind.Missing, text: "", spot: undefined };
const NOWHERE = { from: 0, line: 1, lineAt: 0 };

/** The cells of one column. */
export class Side {
  readonly #source: ColumnSource;
  readonly #tokens: Tokens;
  readonly #values: Values;
  #ended = false;

  /** `tokens` are the column's own, and new. */
  constructor(source: ColumnSource, tokens: Tokens, nestedTexts = false) {
    this.#source = source;
    this.#tokens = tokens;
    this.#tokens.push(Buffer.from("["));
    this.#tokens.token();
    this.#values = new Values(this.#tokens, nestedTexts);
  }

  /** The next cell; undefined at the end. Those of columns have no place in the input. */
  next(): Cell | undefined {
    for (;;) {
      const cell = this.#values.next();
      if (cell === "end") return undefined;
      if (cell) return { ...cell, spot: undefined };
      if (this.#ended) throw new TransloadError("E_TRUNCATED", "a column ends inside a cell");
      const bytes = Buffer.alloc(PIECE);
      const read = this.#source.read(bytes);
      this.#ended = read === 0;
      this.#tokens.push(this.#ended ? Buffer.from("]") : bytes.subarray(0, read));
    }
  }
}

/** A cell of each makes a row. */
export class SideRows implements RowSource {
  readonly #sides: readonly Side[];

  constructor(columns: readonly ColumnSource[], create: () => Tokens, nestedTexts = false) {
    this.#sides = columns.map((column) => new Side(column, create(), nestedTexts));
  }

  next(_width: number | undefined, full: boolean): Row | "end" | "full" | undefined {
    if (full) return "full";
    const cells: Cell[] = [];
    for (const side of this.#sides) {
      const cell = side.next();
      if (!cell) return "end";
      cells.push(cell);
    }
    return { spot: NOWHERE, bytes: cells.reduce((sum, { text }) => sum + text.length, 0), cells };
  }
}

/** Rows whose first cells are in a column beside them; where that is too short, they are missing. */
export class SidedRows implements RowSource {
  readonly #rows: RowSource;
  readonly #side: Side;

  constructor(rows: RowSource, column: ColumnSource, create: () => Tokens) {
    this.#rows = rows;
    this.#side = new Side(column, create());
  }

  get start(): Spot | undefined {
    return this.#rows.start;
  }

  next(width: number | undefined, full: boolean): Row | "end" | "full" | undefined {
    const row = this.#rows.next(width, full);
    if (row === undefined || typeof row === "string") return row;
    const cell = this.#side.next();
    return { ...row, bytes: row.bytes + (cell?.text.length ?? 0), cells: [cell ?? MISSING, ...row.cells] };
  }
}
