// The frames of a Zstandard stream (RFC 8878, 3.1): where each ends, what it asks for, and its size and checksum, which fzstd does
// not look at.
import { CoreMemory } from "../engine/wasm/memory.js";
import { optionText, TransloadError } from "../errors.js";

const MAGIC = 0xfd2fb528;
/** Frames to be skipped begin with one of sixteen numbers. */
const SKIPPABLE = 0x184d2a50;
const DICTIONARY = [0, 1, 2, 4] as const;
/** Kinds of blocks: of one byte over and over, and of no meaning. */
const REPEATED = 1;
const RESERVED = 3;
const STRIPE = 32;
/** A window is held while its frame is read. zstd itself takes no more unless it is told (--long=28 and above). */
const MAX_WINDOW = 2 ** 27;
const MAX_BLOCK = 2 ** 17;

/** What a frame says of the bytes in it. */
export interface FrameEnd {
  readonly checksum: number | undefined;
  readonly size: number | undefined;
}

/** A piece of the stream, and what the frame says that ends with it. */
interface FramePart {
  readonly bytes: Uint8Array;
  readonly end?: FrameEnd;
}

type State = "magic" | "skip" | "descriptor" | "header" | "block" | "content" | "checksum" | "lost";

/**
 * Cuts a stream behind its frames. What is no frame passes whole: whoever expands it says so.
 * @throws TransloadError E_LIMIT for windows that are too large; Error with zlib's code for what a frame may not ask for.
 */
export class Frames {
  /** Bytes of the windows of all frames so far. */
  windows = 0;
  /** What is being read of the frame, and how many bytes of it are to come. */
  #state: State = "magic";
  #due = 4;
  #value = 0;
  #read = 0;
  #hashed = false;
  #ending = false;
  /** Bytes of the header, and how many of the last of them are the content's size, and of those before a dictionary's number. */
  #header: number[] = [];
  #sizeBytes = 0;
  #dictionaryBytes = 0;
  /** The window is as large as the content. */
  #single = false;
  #window = 0;
  readonly #maxWindow: number;

  /** `maxWindow`: in bytes. */
  constructor(maxWindow = MAX_WINDOW) {
    this.#maxWindow = maxWindow;
  }

  *split(bytes: Uint8Array): Generator<FramePart, void, undefined> {
    let from = 0;
    for (let at = 0; at < bytes.length; ) {
      if (this.#state === "lost") break;
      const passes = this.#state === "content";
      const take = passes ? Math.min(this.#due, bytes.length - at) : 1;
      if (this.#state === "header") this.#header.push(bytes[at] as number);
      else if (!passes) this.#value = (this.#value | ((bytes[at] as number) << (8 * this.#read++))) >>> 0;
      at += take;
      this.#due -= take;
      if (this.#due > 0 || !this.#advance()) continue;
      yield { bytes: bytes.subarray(from, at), end: { checksum: this.#hashed ? this.#value : undefined, size: this.#size } };
      from = at;
      this.#expect("magic", 4);
    }
    if (from < bytes.length) yield { bytes: bytes.subarray(from) };
  }

  /** Sizes of two bytes begin at 256. */
  get #size(): number | undefined {
    if (this.#sizeBytes === 0) return undefined;
    const size = this.#header.slice(-this.#sizeBytes).reduceRight((sum, byte) => sum * 256 + byte, 0);
    return this.#sizeBytes === 2 ? size + 256 : size;
  }

  #expect(state: State, due: number): false {
    this.#state = state;
    this.#due = due;
    this.#value = this.#read = 0;
    return false;
  }

  /** What has been read tells what follows; true at the end of a frame. */
  #advance(): boolean {
    const value = this.#value;
    switch (this.#state) {
      case "magic":
        this.#hashed = this.#ending = false;
        this.#header = [];
        this.#sizeBytes = 0;
        if ((value & 0xfffffff0) >>> 0 === SKIPPABLE) return this.#expect("skip", 4);
        return value === MAGIC ? this.#expect("descriptor", 1) : this.#expect("lost", 1);
      case "skip":
        this.#ending = true;
        return value === 0 || this.#expect("content", value);
      case "descriptor": {
        if (value & 8) throw damaged("a reserved bit is set");
        const single = (value >> 5) & 1;
        const size = [single, 2, 4, 8][value >> 6] as number;
        this.#hashed = (value & 4) !== 0;
        this.#single = single === 1;
        this.#sizeBytes = size;
        this.#dictionaryBytes = DICTIONARY[value & 3] as number;
        return this.#expect("header", 1 - single + this.#dictionaryBytes + size);
      }
      case "header":
        this.#open();
        return this.#expect("block", 3);
      case "block": {
        this.#ending = (value & 1) !== 0;
        const kind = (value >> 1) & 3;
        const size = value >> 3;
        if (kind === RESERVED) throw damaged("a block is of no kind that there is");
        if (size > Math.min(MAX_BLOCK, this.#window)) throw damaged("a block is larger than may be");
        const content = kind === REPEATED ? 1 : size;
        return content > 0 ? this.#expect("content", content) : this.#behindBlock();
      }
      case "content":
        return this.#behindBlock();
      default:
        return true;
    }
  }

  /** The header is complete: what does the frame ask for? */
  #open(): void {
    const [descriptor = 0] = this.#header;
    const base = 2 ** (10 + (descriptor >> 3));
    this.#window = this.#single ? (this.#size as number) : base + (base / 8) * (descriptor & 7);
    this.windows += this.#window;
    if (this.#window > this.#maxWindow)
      throw new TransloadError(
        "E_LIMIT",
        `zstd's window is ${this.#window} bytes, and at most ${this.#maxWindow} are held; ${optionText("maxWindow")} allows more`,
      );
    const dictionary = this.#header.slice(this.#single ? 0 : 1).slice(0, this.#dictionaryBytes);
    if (dictionary.some((byte) => byte !== 0)) throw damaged("it was made with a dictionary, which is not here");
  }

  #behindBlock(): boolean {
    if (!this.#ending) return this.#expect("block", 3);
    return this.#hashed ? this.#expect("checksum", 4) : true;
  }
}

function damaged(what: string): Error {
  return Object.assign(new Error(what), { code: "Z_DATA_ERROR" });
}

/** XXH64 of bytes that come one after the other, and how many they are. */
export class Hash {
  #count = 0;
  readonly #memory = new CoreMemory();
  /** Fewer than a stripe. */
  #rest = new Uint8Array(0);

  constructor() {
    this.#memory.core.startHash();
  }

  add(bytes: Uint8Array): void {
    this.#count += bytes.length;
    const length = this.#rest.length + bytes.length;
    const at = this.#memory.area("hashed", length);
    this.#memory.bytes.set(this.#rest, at);
    this.#memory.bytes.set(bytes, at + this.#rest.length);
    const end = at + length - (length % STRIPE);
    this.#memory.core.hashStripes(at, end);
    this.#rest = this.#memory.bytes.slice(end, at + length);
  }

  /** Whether what has come is what the frame says; and begins anew. */
  matches({ checksum, size }: FrameEnd): boolean {
    const count = this.#count;
    const sum = this.#take();
    return (checksum === undefined || sum === checksum) && (size === undefined || size === count);
  }

  /** The low 32 bits. */
  #take(): number {
    this.#count = 0;
    const at = this.#memory.area("hashed", STRIPE);
    this.#memory.bytes.set(this.#rest, at);
    const hash = this.#memory.core.endHash(at, at + this.#rest.length) >>> 0;
    this.#rest = new Uint8Array(0);
    this.#memory.core.startHash();
    return hash;
  }
}
