// Rows that are chosen by what is in them, or at random: the payload is gone through once as lines of JSON, which tells the numbers of these
// rows, and is then read again by whoever picks them. So every lane, and every form, has the same rows.
import { Marks, Numbered, type RowSet } from "../columns/row-set.js";
import { placesAmong, TransloadError } from "../errors.js";
import type { Store } from "../io/store.js";
import { NOTHING, type Request, type RowChoice } from "../options/request.js";
import type { Outlet } from "./conversion.js";
import type { Host } from "./host.js";
import { type Cell, Lines, parseCells } from "./line-cells.js";
import type { Stage } from "./stage.js";
import type { Where } from "./where.js";

/** Goes through lines, one for each row, and chooses. */
export class Chooser {
  /** No row behind these can be one of them. */
  enough = false;
  readonly #where: Where | undefined;
  readonly #skip: number;
  readonly #head: number;
  readonly #chosen: Marks | Reservoir;
  readonly #lines = new Lines();
  #row = 0;
  /** Rows for which the condition holds. */
  #held = 0;
  /** Columns of the condition's that no row has had. */
  readonly #unseen: Set<string>;
  #known: readonly string[] = [];

  private constructor({ skip = 0, head = Number.POSITIVE_INFINITY, sample, seed }: RowChoice, where: Where | undefined) {
    this.#where = where;
    this.#skip = skip;
    this.#head = head;
    this.#chosen = sample === undefined ? new Marks() : new Reservoir(sample, seed ?? Math.floor(Math.random() * 2 ** 32));
    this.#unseen = new Set(where?.names);
    this.enough = head === 0;
  }

  /** @throws TransloadError E_OPTION for what is no condition. */
  static async of(choice: RowChoice): Promise<Chooser> {
    if (choice.where === undefined) return new Chooser(choice, undefined);
    const { whereOf } = await import("./where.js");
    return new Chooser(choice, whereOf(choice.where));
  }

  /** The conversion whose lines are gone through here. */
  asks({ what, rows, limits, run, ...request }: Pick<Request, "from" | "what" | "encoding" | "rows" | "limits" | "run">): Request {
    // a condition speaks of the columns as they are called in the source, picked or not
    const { choice: _, picked: __, renamed: _____, drop: ______, ...own } = rows;
    const { onWarning: ___, onProgress: ____, ...quiet } = run;
    const to = this.#where ? "jsonl" : "jsonl:lists";
    return {
      ...NOTHING,
      ...request,
      to,
      what,
      targetWhat: "request",
      rows: { ...own, namesOnly: true },
      target: { nan: "token" },
      limits,
      run: quiet,
    };
  }

  /** @throws TransloadError E_OPTION, with the row, for cells that do not compare. */
  push(bytes: Uint8Array): void {
    for (const line of this.#lines.push(bytes)) {
      if (this.enough) return;
      this.#take(line);
    }
  }

  /**
   * The rows that were chosen.
   * @throws TransloadError E_COLUMNS for a column that no row has had.
   */
  end(): RowSet {
    if (this.#row > 0) placesAmong(this.#known, [...this.#unseen]);
    return this.#chosen instanceof Reservoir ? this.#chosen.rows() : this.#chosen;
  }

  #take(line: string): void {
    const row = this.#row++;
    if (this.#where && !this.#holds(this.#where, line, row)) return;
    const place = this.#held++ - this.#skip;
    if (place < 0) return;
    this.#chosen.add(row);
    this.enough = place + 1 >= this.#head;
  }

  #holds(where: Where, line: string, row: number): boolean {
    const record = parseCells(line) as Readonly<Record<string, Cell>>;
    for (const name of this.#unseen) if (Object.hasOwn(record, name)) this.#unseen.delete(name);
    if (this.#unseen.size > 0) this.#known = [...new Set([...this.#known, ...Object.keys(record)])];
    try {
      return where.holds((name) => (Object.hasOwn(record, name) ? (record[name] ?? undefined) : undefined));
    } catch (error) {
      throw error instanceof TransloadError ? new TransloadError(error.code, `${error.detail}, in row ${row}`, { row }) : error;
    }
  }
}

/** So many rows of all that come, each as likely as any other (Vitter's Algorithm R, 1985): their numbers, and not the rows. */
class Reservoir {
  readonly #rows: number[] = [];
  readonly #size: number;
  readonly #draw: () => number;
  #seen = 0;

  constructor(size: number, seed: number) {
    this.#size = size;
    this.#draw = drawing(seed);
  }

  add(row: number): void {
    this.#seen++;
    if (this.#rows.length < this.#size) {
      this.#rows.push(row);
      return;
    }
    const place = Math.floor(this.#draw() * this.#seen);
    if (place < this.#size) this.#rows[place] = row;
  }

  rows(): RowSet {
    return new Numbered(Float64Array.from(this.#rows).sort());
  }
}

/** Numbers from 0 to 1 with 53 bits, of two draws of mulberry32 each. */
function drawing(seed: number): () => number {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** A conversion whose rows are chosen first: what comes is kept, and read again. */
export class ChoosingStage implements Stage {
  readonly #request: Request;
  readonly #create: Create;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #outlet: Outlet | undefined;
  readonly #store: Store;
  /** Goes through the rows, until they are chosen. */
  #looking: { readonly chooser: Chooser; readonly stage: Stage } | undefined;
  #stage: Stage | undefined;
  #taken = 0;

  /** `create` makes the stage of a conversion. */
  constructor(request: Request, host: Host, create: Create, write: (bytes: Uint8Array) => void, outlet: Outlet | undefined) {
    this.#request = request;
    this.#create = create;
    this.#write = write;
    this.#outlet = outlet;
    this.#store = host.input();
  }

  get told(): Stage["told"] {
    return (this.#stage ?? this.#looking?.stage)?.told;
  }

  get enough(): boolean {
    return this.#stage?.enough ?? false;
  }

  async push(chunk: Uint8Array): Promise<void> {
    if (this.#stage) return this.#stage.push(chunk);
    this.#store.take(chunk, this.#taken);
    if (this.#taken === 0) this.#store.keep(0);
    this.#taken += chunk.length;
    const { chooser, stage } = await this.#look();
    await stage.push(chunk);
    if (chooser.enough) await this.#begin();
  }

  async end(): Promise<void> {
    if (!this.#stage) {
      const { stage } = await this.#look();
      await stage.end();
      await this.#begin();
    }
    await this.#stage?.end();
  }

  close(): void {
    this.#looking?.stage.close();
    this.#stage?.close();
    this.#store.close();
  }

  async #look(): Promise<{ readonly chooser: Chooser; readonly stage: Stage }> {
    if (this.#looking) return this.#looking;
    const chooser = await Chooser.of(this.#request.rows.choice ?? {});
    const stage = this.#create(chooser.asks(this.#request), (bytes) => chooser.push(bytes), undefined);
    this.#looking = { chooser, stage };
    return this.#looking;
  }

  /** The rows are chosen: what has come is read again. */
  async #begin(): Promise<void> {
    const { chooser, stage: looked } = await this.#look();
    const { choice: _, ...rows } = this.#request.rows;
    const picked = chooser.end();
    looked.close();
    const stage = this.#create({ ...this.#request, rows: { ...rows, picked } }, this.#write, this.#outlet);
    this.#stage = stage;
    for (let at = 0; at < this.#taken && !stage.enough; ) {
      const block = new Uint8Array(Math.min(BLOCK, this.#taken - at));
      const length = this.#store.read(at, block);
      if (length === 0) throw new TransloadError("E_READ", "the input changed while it was read");
      at += length;
      await stage.push(block.subarray(0, length));
      if (this.#outlet?.full) await this.#outlet.drained();
    }
    this.#store.close();
  }
}

type Create = (request: Request, write: (bytes: Uint8Array) => void, outlet: Outlet | undefined) => Stage;

/** Bytes that are read again at a time. */
const BLOCK = 1 << 20;
