// Text of other encodings as UTF-8, chunk by chunk, wherever chunks are cut. Nothing here is Node's.
import { concat } from "../columns/bytes.js";
import { nearest, optionText, TransloadError } from "../errors.js";

/** Makes UTF-8 of another encoding. */
export interface Recoder {
  /** The letters that are whole by now. Pieces may lie in the chunk. @throws TransloadError E_ENCODING, behind what stands before the fault. */
  push(chunk: Uint8Array): Iterable<Uint8Array>;
  /** @throws TransloadError E_ENCODING where the input ends inside a letter. */
  end(): void;
}

/** Encodings by the names that people know them by; each goes by more (https://encoding.spec.whatwg.org/#names-and-labels). */
const NAMES: readonly string[] = [
  ...["utf-8", "latin1", "iso-8859-1", "windows-1252", "cp1252", "utf-16le", "utf-16be"],
  ...["iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-15", "windows-1250", "windows-1251", "windows-1253", "windows-1254"],
  ...["koi8-r", "koi8-u", "macintosh", "ibm866", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr"],
];
const COMMON = NAMES.slice(0, 7);

/** What a letter is depends on what was switched to long before it, so it cannot be told where one begins. */
const STATEFUL = "iso-2022-jp";

/**
 * The encoding of this label, by its own name: `latin1` and `iso-8859-1` are windows-1252, as the WHATWG has it.
 * @throws TransloadError E_OPTION for one that there is not, with the nearest that there is.
 */
export function encodingOf(label: string): string {
  let name: string;
  try {
    name = new TextDecoder(label).encoding;
  } catch {
    const guess = nearest(label.toLowerCase(), NAMES);
    throw new TransloadError(
      "E_OPTION",
      `${optionText("encoding")}: no encoding ${JSON.stringify(label)} is known here; ${guess ? `did you mean ${guess}?` : `there are ${COMMON.join(", ")} and others`}`,
    );
  }
  if (name !== STATEFUL) return name;
  throw new TransloadError(
    "E_OPTION",
    `${optionText("encoding")}: ${name} is not read here; iconv -f ISO-2022-JP -t UTF-8 makes UTF-8 of it`,
  );
}

/** A recoder for an encoding, by its own name. */
export function recoderOf(encoding: string): Recoder {
  return encoding === "windows-1252" ? new Windows1252() : new Letters(encoding);
}

/** 0x80 to 0x9f in windows-1252 (https://encoding.spec.whatwg.org/index-windows-1252.txt). Node 20's own decoder takes them for Latin-1's. */
const UPPER = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";
const NO_ASCII = 0x80;
/** The UTF-8 of the bytes from 0x80 on. */
const SPELLED: readonly Uint8Array[] = Array.from({ length: NO_ASCII }, (_, i) =>
  new TextEncoder().encode(UPPER[i] ?? String.fromCharCode(NO_ASCII + i)),
);
/** Bytes that each of them is longer by. */
const LONGER = Uint8Array.from({ length: 256 }, (_, byte) => (byte < NO_ASCII ? 0 : (SPELLED[byte - NO_ASCII] as Uint8Array).length - 1));

/** windows-1252, which has a letter for every byte. */
class Windows1252 implements Recoder {
  push(chunk: Uint8Array): Uint8Array[] {
    let longer = 0;
    for (let i = 0; i < chunk.length; i++) longer += LONGER[chunk[i] as number] as number;
    if (longer === 0) return [chunk];
    const out = new Uint8Array(chunk.length + longer);
    let to = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte < NO_ASCII) out[to++] = byte;
      else {
        const letter = SPELLED[byte - NO_ASCII] as Uint8Array;
        for (let k = 0; k < letter.length; k++) out[to++] = letter[k] as number;
      }
    }
    return [out];
  }

  end(): void {}
}

/** A letter that is cut has at most so many bytes: of UTF-16 half a surrogate pair and half a unit, of gb18030 three of four. */
const CUT = 3;

type Decoder = InstanceType<typeof TextDecoder>;

/** What so many bytes say. */
interface Text {
  readonly text: string;
  readonly length: number;
}

/** What the platform decodes: up to the last letter that is whole. What is left waits for the next chunk. */
class Letters implements Recoder {
  readonly #encoding: string;
  readonly #encoder = new TextEncoder();
  #decoder: Decoder;
  #left: Uint8Array = new Uint8Array();
  /** Offset of what is left. */
  #at = 0;

  constructor(encoding: string) {
    this.#encoding = encoding;
    this.#decoder = this.#newDecoder();
  }

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    const bytes = this.#left.length > 0 ? concat([this.#left, chunk]) : chunk;
    const whole = this.#whole(bytes);
    if (!whole) {
      // whatever stands before the fault is told of first, however the input is cut
      const { text, length } = this.#sound(bytes);
      if (length > 0) yield this.#encoder.encode(text);
      throw this.#refuse(this.#at + length);
    }
    this.#left = bytes.slice(whole.length);
    this.#at += whole.length;
    if (whole.length > 0) yield this.#encoder.encode(whole.text);
  }

  end(): void {
    if (this.#left.length > 0) throw this.#refuse(this.#at);
  }

  /** A byte-order mark is for whoever reads the text. */
  #newDecoder(): Decoder {
    return new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true });
  }

  /** The letters that are whole, where what is left may be one that is cut; undefined where it is too much for that. */
  #whole(bytes: Uint8Array): Text | undefined {
    for (let length = bytes.length; length >= Math.max(0, bytes.length - CUT); length--) {
      try {
        return { text: this.#decoder.decode(bytes.subarray(0, length)), length };
      } catch {
        this.#decoder = this.#newDecoder();
      }
    }
    return undefined;
  }

  /** The letters before the first that is none. Where so much of a text can be read, so can less of it: halving finds the most. */
  #sound(bytes: Uint8Array): Text {
    let sound: Text = { text: "", length: 0 };
    let most = bytes.length;
    for (let least = 0; most - least > 1; ) {
      const middle = (least + most) >> 1;
      const text = this.#whole(bytes.subarray(0, middle));
      if (text) {
        sound = text;
        least = middle;
      } else most = middle;
    }
    return sound;
  }

  #refuse(offset: number): TransloadError {
    const hint = `perhaps another ${optionText("encoding")} reads them`;
    return new TransloadError("E_ENCODING", `the bytes from here on are no letter of ${this.#encoding}; ${hint}`, { offset });
  }
}
