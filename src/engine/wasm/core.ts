import { coreModule } from "../module.js";

interface Global {
  readonly value: number;
}

/** What core/index.ts exports. Addresses are byte offsets into `memory`. */
export interface Core {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heap(): number;
  /** Every global is what it was at first. */
  restart(): void;
  reset(): void;
  resetUtf8(): void;
  utf8(from: number, to: number): number;
  skim(from: number, to: number): number;
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
  startCells(columns: number, width: number, block: boolean, strings: number, stringsEnd: number, clip: boolean): void;
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
  startRows(syntax: number, pads: boolean, firstKeyWins: boolean, nestedTexts: boolean): void;
  limitRows(limit: bigint): void;
  skipRows(on: boolean): void;
  setKeys(spellings: number, slots: number, slotCount: number): void;
  setStrangers(at: number, most: number): void;
  learnKeys(from: number, to: number): void;
  fieldOfKey(at: number, length: number): number;
  readonly strangerCount: Global;
  convertRows(from: number, to: number, last: boolean): number;
  setPlain(on: boolean): void;
  setPicks(places: number, count: number, times: number, fields: number, cells: number): void;
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

/** What the core asks of its host: numbers whose text it cannot decide by itself, at an address of its memory. */
interface CoreHost {
  /** The number's value, correctly rounded: a float32's when `single` is not 0. */
  exact(at: number, length: number, single: number): number;
  /** The whole number is exactly this value. */
  holds(at: number, length: number, value: number): boolean;
}

/** A new instance of the core, with a memory of its own. */
export function instantiate(host: CoreHost): Core {
  return unsigned(new WebAssembly.Instance(coreModule(), { env: { ...host, abort: trap } }).exports);
}

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

function trap(): never {
  throw new Error("transload: the core trapped");
}
