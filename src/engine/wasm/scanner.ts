import type { CellReader, CellRequest } from "../cells.js";
import { Err, Ev, LEARN, type Mode, Nan, St } from "../codes.js";
import type { Printer, PrintRequest } from "../printer.js";
import type { RowReader, RowRequest, RowStyle } from "../rows.js";
import type { Event, PathOf, Scanner } from "../scanner.js";
import { CoreBatches } from "./batches.js";
import { CoreCells } from "./cells.js";
import { CoreInput } from "./input.js";
import { CoreMemory } from "./memory.js";
import { CorePrinter } from "./printer.js";
import { CoreRows } from "./rows.js";

const EVENTS: Readonly<Record<number, Event>> = {
  [Ev.Value]: "value",
  [Ev.End]: "end",
  [Ev.Key]: "key",
  [Ev.KeyEnd]: "keyEnd",
  [Ev.Comma]: "comma",
  [Ev.NanStart]: "nanStart",
  [Ev.NanEnd]: "nanEnd",
  [Ev.Element]: "element",
  [Ev.Limit]: "rows",
  [Ev.Cells]: "rowsEnd",
};

export class CoreScanner implements Scanner {
  readonly #memory: CoreMemory;
  readonly #input: CoreInput;
  /** For lists in cells, which are read one batch after the other. */
  #spare: CoreMemory | undefined;
  #finished = false;
  #cells: CoreCells | CoreRows | CoreBatches | undefined;

  /** `start` is the absolute offset of the first byte that will be pushed; `memory` its own, or that of a scanner that is done. */
  constructor(pathOf: PathOf, start: number, memory = new CoreMemory()) {
    this.#memory = memory;
    this.#input = new CoreInput(this.#memory, pathOf, start);
    this.#memory.core.reset();
    this.#memory.core.resetUtf8();
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  next(): Event {
    const { core } = this.#memory;
    const input = this.#input;
    for (;;) {
      if (input.from === input.to && !input.fill()) return "more";
      const event = core.scan(input.from, input.sound);
      input.moveTo(core.cursor.value);
      if (event === Ev.Error) input.refuse(core.error.value, input.from);
      if (event !== Ev.More) return EVENTS[event] as Event;
      if (input.from < input.to) input.refuse(Err.Utf8, input.from);
    }
  }

  last(): void {
    this.#input.finish();
  }

  finish(): void {
    this.#finished = true;
    this.#cells?.finish();
  }

  end(): void {
    const { st, depth } = this.#memory.core;
    // a number at the very top has no end but the input's
    if (
      depth.value === 0 &&
      (st.value === St.After || st.value === St.Zero || st.value === St.Int || st.value === St.Frac || st.value === St.ExpDigits)
    )
      return;
    throw this.#input.truncated();
  }

  get offset(): number {
    return this.#input.offset;
  }

  get line(): number {
    return this.#input.line;
  }

  get lineAt(): number {
    return this.#input.lineAt;
  }

  get judged(): number {
    return this.#input.offset;
  }

  slice(from: number, to: number): Uint8Array {
    return this.#input.slice(from, to);
  }

  watch(depth: number): void {
    this.#memory.core.setWatch(depth);
  }

  peek(): void {
    this.#memory.core.setPeeking(true);
  }

  startCargo(mode: Mode, width: number | undefined): void {
    this.#memory.core.startCargo(mode, width === undefined ? LEARN : BigInt(width));
  }

  stopAfter(rows: number): void {
    this.#memory.core.setStop(BigInt(rows));
  }

  endCargo(): void {
    this.#memory.core.freeCargo();
  }

  get rowsEnded(): number {
    const { base, st } = this.#memory.core;
    return this.#input.count(base.value) + (st.value === St.After ? 1 : 0);
  }

  get members(): number {
    // the container that just closed was one level deeper; an empty one has no comma and no member
    const { closedEmpty, depth } = this.#memory.core;
    return closedEmpty.value !== 0 ? 0 : this.#input.count(depth.value + 1) + 1;
  }

  get width(): number | undefined {
    const width = this.#input.expect(this.#memory.core.base.value + 1);
    return width < 0 ? undefined : width;
  }

  get innerRank(): number | undefined {
    const { base, leaf } = this.#memory.core;
    if (leaf.value >= 0) return leaf.value - base.value;
    // no scalar at all: the lengths of empty lists tell
    let rank = 0;
    while (this.#input.expect(base.value + rank + 1) >= 0) rank++;
    return rank > 0 ? rank : undefined;
  }

  refuseNull(refuse: boolean): void {
    this.#memory.core.setNullOk(!refuse);
  }

  nan(policy: keyof typeof Nan): void {
    this.#memory.core.setNan(Nan[policy]);
  }

  get pendingMinus(): boolean {
    return this.#memory.core.st.value === St.Minus;
  }

  cells(request: CellRequest): CellReader {
    const { rows } = request;
    if (!rows) {
      const cells = new CoreCells(
        this.#memory,
        this.#input,
        request,
        () => new CoreScanner(() => [], 0, (this.#spare ??= new CoreMemory(this.#memory.maxRowBytes))),
      );
      this.#cells = cells;
      return cells;
    }
    const batches = new CoreBatches(this.#memory, this.#input, request, rows);
    this.#cells = batches;
    // a file may be no more than its line of names
    if (this.#finished) batches.finish();
    return batches;
  }

  rows(request: RowRequest, style: RowStyle): RowReader {
    const rows = new CoreRows(this.#memory, this.#input, request, style);
    this.#cells = rows;
    if (this.#finished) rows.finish();
    return rows;
  }

  printer(request: PrintRequest): Printer {
    return new CorePrinter(this.#memory, request);
  }

  close(): void {
    this.#memory.close();
    this.#spare?.close();
  }
}
