import { decodeBytes } from "../../columns/bytes.js";
import { TransloadError } from "../../errors.js";
import { exact } from "../exact.js";
import { coreModule } from "../module.js";
import { MAX_ROW_BYTES, sizeText } from "../size.js";

interface Global {
  readonly value: number;
}

/** What core/index.ts exports. Addresses are byte offsets into `memory`. */
export interface Core {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heap(): number;
  reset(): void;
  resetUtf8(): void;
  utf8(from: number, to: number): number;
  scan(from: number, to: number): number;
  setWatch(depth: number): void;
  setPeeking(on: boolean): void;
  setStop(rows: bigint): void;
  setRowMost(bytes: number): void;
  setNullOk(ok: boolean): void;
  setNan(policy: number): void;
  startCargo(mode: number, width: bigint): void;
  freeCargo(): void;
  assumeLeaf(depth: number): void;
  rewind(newlines: bigint): void;
  startCells(columns: number, width: number, block: boolean, strings: number, stringsEnd: number, clip: boolean, strict: boolean): void;
  startBatch(rows: number): void;
  cells(from: number, to: number): number;
  drainStrings(): void;
  endBatchSoon(): void;
  endFillSoon(): void;
  readonly fillLimit: Global;
  startPrint(columns: number, count: number, dims: number, rank: number, perRow: number, nan: number, nulls: boolean): void;
  print(from: number, to: number, more: boolean, out: number, end: number): number;
  room(row: number): number;
  learnTexts(record: number, texts: number, offsets: number, count: number, most: number): boolean;
  writePlain(texts: number, offsets: number, count: number, out: number): number;
  readPlain(page: number, end: number, count: number, out: number, offsets: number): number;
  findEnds(texts: number, offsets: number, count: number): void;
  readonly leastText: Global;
  readonly greatestText: Global;
  escapes(from: number, to: number): number;
  startHash(): void;
  hashStripes(from: number, to: number): void;
  endHash(from: number, to: number): number;
  spell(texts: number, offsets: number, count: number, clean: boolean, out: number, ends: number): number;
  setFields(fields: number, cells: number, width: number, learns: boolean): void;
  startRows(syntax: number, pads: boolean, firstKeyWins: boolean): void;
  limitRows(limit: bigint): void;
  setKeys(spellings: number, slots: number, slotCount: number): void;
  setStrangers(at: number, most: number): void;
  learnKeys(from: number, to: number): void;
  fieldOfKey(at: number, length: number): number;
  readonly strangerCount: Global;
  convertRows(from: number, to: number, last: boolean): number;
  setPlain(on: boolean): void;
  setRoutes(sided: boolean, routed: number): void;
  startFill(rows: number): void;
  gatherTexts(at: number, to: number, texts: number, quote: number): number;
  skipTo(record: number, cell: number): void;
  forgetLone(): void;
  readonly lone: Global;
  packHybrid(values: number, count: number, base: number, width: number, out: number): void;
  unpackCells(from: number, to: number, width: number, count: number, dictionary: number, most: number, out: number): number;
  setNarrowEnds(least: number, greatest: number): void;
  narrow(from: number, count: number, to: number): number;
  readonly packedTo: Global;
  readonly narrowLeast: Global;
  readonly narrowGreatest: Global;
  readonly filled: Global;
  startDelimited(delimiter: number, quote: number, words: number): void;
  startWrite(style: number, missing: number, nan: number, nulls: boolean, delimiter: number, quote: number, escapes: boolean): void;
  setTexts(between: number, betweenLength: number, after: number, afterLength: number, total: number): void;
  setOut(from: number, to: number): void;
  outAt(): number;
  startOutput(): void;
  readonly begun: Global;
  readonly needed: Global;
  measureRow(): number;
  setEnds(at: number, most: number): void;
  readonly endCount: Global;
  turnColumns(to: number, stops: number): void;
  readonly cellIndex: Global;
  readonly rowCount: { readonly value: bigint };
  readonly wholeCount: { readonly value: bigint };
  readonly padded: { readonly value: bigint };
  readonly repeated: { readonly value: bigint };
  readonly retyped: { readonly value: bigint };
  readonly cursor: Global;
  readonly st: Global;
  readonly depth: Global;
  readonly error: Global;
  readonly lastNewline: Global;
  readonly newlines: { readonly value: bigint };
  readonly leaf: Global;
  readonly base: Global;
  readonly closedEmpty: Global;
  readonly rows: Global;
  readonly stringEnd: Global;
  readonly printed: Global;
  readonly printError: Global;
  readonly printColumn: Global;
  readonly COUNTS: Global;
  readonly EXPECT: Global;
  readonly TYPES: Global;
}

/** What a memory of 32 bits can have, less what copies may run over. */
const MOST = 2 ** 32 - 2 ** 16;

/** Bytes by which it grows, at least: every time all views are made anew. */
const STEP = 2 ** 20;

/** Addresses and sizes have 32 bits and no sign, which WebAssembly does not tell JavaScript: here they lose it. Those that are less stay. */
function unsigned(exports: Record<string, unknown>): Core {
  const own: [string, unknown][] = Object.entries(exports).map(([name, value]) => {
    if (typeof value === "function" && ADDRESSES.has(name)) return [name, (...given: number[]) => (value(...given) as number) >>> 0];
    return [name, value instanceof WebAssembly.Global && ADDRESSES.has(name) ? new Address(value) : value];
  });
  return Object.fromEntries(own) as unknown as Core;
}

const ADDRESSES: ReadonlySet<string> = new Set([
  ...["heap", "utf8", "print", "room", "gatherTexts", "writePlain", "readPlain", "escapes", "endHash", "spell", "outAt"],
  ...["unpackCells", "narrow", "cursor", "lastNewline", "stringEnd", "packedTo", "cellIndex", "leastText", "greatestText"],
]);

class Address implements Global {
  readonly #own: WebAssembly.Global;

  constructor(own: WebAssembly.Global) {
    this.#own = own;
  }

  get value(): number {
    return this.#own.value >>> 0;
  }
}

/** An instance of the core with a memory of its own, handed out from the heap's start on and never given back. */
export class CoreMemory {
  readonly core: Core;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  #top: number;
  readonly #areas = new Map<string, { at: number; length: number }>();
  /** Bytes that a row, or a cell, may have where it is held. */
  readonly maxRowBytes: number;

  constructor(maxRowBytes = MAX_ROW_BYTES) {
    this.maxRowBytes = maxRowBytes;
    coreModule();
    const env = {
      abort: trap,
      exact: (at: number, length: number, single: number) => exact(this.text(at, at + length), single !== 0),
      holds: (at: number, length: number, value: number) => Number.isFinite(value) && BigInt(this.text(at, at + length)) === BigInt(value),
    };
    this.core = unsigned(new WebAssembly.Instance(coreModule(), { env }).exports);
    this.core.setRowMost(Math.min(maxRowBytes, MOST));
    this.#top = align(this.core.heap());
    this.bytes = new Uint8Array(this.core.memory.buffer);
    this.view = new DataView(this.core.memory.buffer);
  }

  /**
   * Address of so many bytes, aligned to 64, with 64 behind them that copies may run over. Views of the memory may be renewed.
   * @throws TransloadError E_LIMIT where there is no more memory.
   */
  allocate(length: number): number {
    const at = this.#top;
    this.#reach(at + length);
    return at;
  }

  /** The place for this purpose, at least so long: the same from call to call, until a larger one is needed, which begins with the first `kept` bytes. */
  area(purpose: string, length: number, kept = 0): number {
    const area = this.#areas.get(purpose);
    if (area && area.length >= length) return area.at;
    const roomy = area ? Math.max(length, Math.min(2 * area.length, MOST - this.#top)) : length;
    if (area && align(area.at + area.length + 64) === this.#top) {
      // nothing lies behind it
      this.#reach(area.at + roomy);
      area.length = roomy;
      return area.at;
    }
    const at = this.allocate(roomy);
    if (area && kept > 0) this.bytes.copyWithin(at, area.at, area.at + kept);
    this.#areas.set(purpose, { at, length: roomy });
    return at;
  }

  /** Memory is handed out up to this address. */
  #reach(end: number): void {
    const top = align(end + 64);
    const missing = top - this.bytes.length;
    if (missing > 0) {
      try {
        if (top > MOST) throw new RangeError("32 bits");
        this.core.memory.grow(Math.ceil(Math.max(missing, Math.min(STEP, MOST - this.bytes.length)) / 65536));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new TransloadError(
          "E_LIMIT",
          `${sizeText(top)} of memory are needed at once, and there are no more than ${sizeText(this.bytes.length)}; shorter rows, or smaller batches (batchRows), take less`,
          {},
          { cause: error },
        );
      }
      this.bytes = new Uint8Array(this.core.memory.buffer);
      this.view = new DataView(this.core.memory.buffer);
    }
    this.#top = top;
  }

  /** Puts these into one area, each aligned to 16 bytes with as many readable ones behind it; returns their addresses. */
  spread(purpose: string, texts: readonly Uint8Array[]): number[] {
    const lengths = texts.map((text) => ((text.length + 15) & ~15) + 16);
    let at = this.area(
      purpose,
      lengths.reduce((a, b) => a + b, 0),
    );
    return texts.map((text, i) => {
      this.bytes.set(text, at);
      at += lengths[i] as number;
      return at - (lengths[i] as number);
    });
  }

  /** Bytes as text, one character a byte. */
  text(from: number, to: number): string {
    return decodeBytes(this.bytes.subarray(from, to));
  }
}

export function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}

function trap(): never {
  throw new Error("transload: the core trapped");
}
