import { decodeBytes } from "../bytes.js";
import { exact } from "./exact.js";

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
  setAliases(at: number, count: number): void;
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
  readonly cellIndex: Global;
  readonly keyFrom: Global;
  readonly keyTo: Global;
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

let compiled: WebAssembly.Module | undefined;

/** The core's code, where it cannot be read at once. */
export function setCore(module: WebAssembly.Module): void {
  compiled = module;
}

/** From the file beside this one. Node's file system is asked for and not imported, as a browser has none. */
function compile(): WebAssembly.Module {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (!fs) throw new Error("transload: the core is not loaded; await loadCore() first");
  return new WebAssembly.Module(fs.readFileSync(new URL("../core/core.wasm", import.meta.url)));
}

/** An instance of the core with a memory of its own, handed out from the heap's start on and never given back. */
export class CoreMemory {
  readonly core: Core;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  #top: number;
  readonly #areas = new Map<string, { at: number; length: number }>();

  constructor() {
    compiled ??= compile();
    const env = {
      abort: trap,
      exact: (at: number, length: number, single: number) => exact(this.text(at, at + length), single !== 0),
      holds: (at: number, length: number, value: number) => Number.isFinite(value) && BigInt(this.text(at, at + length)) === BigInt(value),
    };
    this.core = new WebAssembly.Instance(compiled, { env }).exports as Core;
    this.#top = align(this.core.heap());
    this.bytes = new Uint8Array(this.core.memory.buffer);
    this.view = new DataView(this.core.memory.buffer);
  }

  /** Address of so many bytes, aligned to 64, with 64 behind them that copies may run over. Views of the memory may be renewed. */
  allocate(length: number): number {
    const at = this.#top;
    this.#top = align(at + length + 64);
    const missing = this.#top - this.bytes.length;
    if (missing > 0) {
      this.core.memory.grow(Math.ceil(missing / 65536));
      this.bytes = new Uint8Array(this.core.memory.buffer);
      this.view = new DataView(this.core.memory.buffer);
    }
    return at;
  }

  /** The place for this purpose, at least so long: the same from call to call, until a larger one is needed. */
  area(purpose: string, length: number): number {
    const area = this.#areas.get(purpose);
    if (area && area.length >= length) return area.at;
    const roomy = area ? Math.max(length, 2 * area.length) : length;
    const at = this.allocate(roomy);
    this.#areas.set(purpose, { at, length: roomy });
    return at;
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
  return ((address + 63) & ~63) >>> 0;
}

function trap(): never {
  throw new Error("transload: the core trapped");
}
