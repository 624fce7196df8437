import { TransloadError } from "../errors.js";
import { concat, decode, encode, isAscii, isUtf8 } from "./bytes.js";
import { type Around, around, type Column, type Texts, type Verbatim, verbatim } from "./column.js";

/** A column of text of which JavaScript's strings are made when `values` is asked for, and not before. */
export function textColumn(of: Around & Verbatim, texts: Texts): Column {
  let values: string[] | undefined;
  // not among what `{ ...column, values }` copies, which has other texts
  return Object.defineProperty(
    lazyColumn(of, () => (values ??= stringsOf(texts))),
    "texts",
    { value: texts },
  );
}

/** A column whose texts came as a dictionary, for those who did not ask for one: each cell gets its own bytes when it is looked at. */
export function plainColumn(column: Column, coded: Texts): Column {
  let texts: Texts | undefined;
  const own = lazyColumn(column, () => column.values as string[]);
  lengths.set(own, (coded.codes as Int32Array).length);
  return Object.defineProperty(own, "texts", { get: () => (texts ??= spreadTexts(coded)) });
}

function lazyColumn(of: Around & Verbatim, strings: () => string[]): Column {
  const column: Column = {
    ...around(of),
    ...verbatim(of),
    dtype: "string",
    get values() {
      spelled.add(column);
      return strings();
    },
  };
  return column;
}

/** Cells of columns whose texts are not to be made to count them. */
const lengths = new WeakMap<object, number>();

/** Columns whose strings somebody has asked for, and may have changed. */
const spelled = new WeakSet<object>();

/** The column's texts, where its strings cannot be others by now. */
export function textsNow(column: Column): Texts | undefined {
  return spelled.has(column) ? undefined : column.texts;
}

/** Cells of a column, whose strings need not be made for it. */
export function lengthOf(column: Column): number {
  const known = lengths.get(column);
  if (known !== undefined) return known;
  const { texts } = column;
  return texts ? (texts.codes?.length ?? texts.offsets.length - 1) : column.values.length;
}

/** The column with these in the place of its own, its strings still not made. */
export function changed(column: Column, by: Partial<Pick<Column, "name" | "valid">>): Column {
  const texts = textsNow(column);
  return texts ? textColumn({ ...around(column), ...verbatim(column), ...by }, texts) : { ...column, ...by };
}

/** Cells from here to there: views. */
export function slicedTexts({ offsets, bytes, codes }: Texts, from: number, to: number): Texts {
  return codes ? { offsets, bytes, codes: codes.subarray(from, to) } : { offsets: offsets.subarray(from, to + 1), bytes };
}

/**
 * The texts themselves, which somebody else has written.
 * @throws TransloadError E_UTF8 where they are none.
 */
export function checkUtf8(texts: Texts, name: string): Texts {
  const { offsets, bytes } = texts;
  const end = offsets[offsets.length - 1] as number;
  const own = bytes.subarray(offsets[0], end);
  // between characters of ASCII a text may end anywhere
  if (isAscii(own)) return texts;
  let torn = !isUtf8(own);
  for (let i = 0; i < offsets.length && !torn; i++)
    torn = (offsets[i] as number) < end && ((bytes[offsets[i] as number] as number) & 0xc0) === 0x80;
  if (torn) throw new TransloadError("E_UTF8", `column ${JSON.stringify(name)} has text that is no UTF-8`);
  return texts;
}

/** Texts one behind the other; a dictionary that they share stays one. */
export function joinTexts(parts: readonly Texts[]): Texts {
  const [first] = parts as readonly [Texts];
  if (first.codes && parts.every(({ offsets }) => offsets === first.offsets)) {
    const codes = new Int32Array(parts.reduce((sum, part) => sum + (part.codes as Int32Array).length, 0));
    let at = 0;
    for (const part of parts) {
      codes.set(part.codes as Int32Array, at);
      at += (part.codes as Int32Array).length;
    }
    return { offsets: first.offsets, bytes: first.bytes, codes };
  }
  const plain = parts.map(spreadTexts);
  const offsets = new Int32Array(plain.reduce((sum, part) => sum + part.offsets.length - 1, 1));
  let cell = 0;
  for (const part of plain)
    for (let i = 1; i < part.offsets.length; i++, cell++)
      offsets[cell + 1] = (offsets[cell] as number) + (part.offsets[i] as number) - (part.offsets[i - 1] as number);
  return { offsets, bytes: concat(plain.map(({ offsets: own, bytes }) => bytes.subarray(own[0], own[own.length - 1]))) };
}

function stringsOf({ offsets, bytes, codes }: Texts): string[] {
  const count = offsets.length - 1;
  const from = offsets[0] as number;
  const own = bytes.subarray(from, offsets[count]);
  const whole = decode(own);
  // of ASCII all bytes are characters, and one text is decoded once and cut
  const texts =
    whole.length === own.length
      ? Array.from({ length: count }, (_, i) => whole.slice((offsets[i] as number) - from, (offsets[i + 1] as number) - from))
      : Array.from({ length: count }, (_, i) => decode(bytes.subarray(offsets[i], offsets[i + 1])));
  return codes ? Array.from(codes, (code) => (code < 0 ? "" : (texts[code] as string))) : texts;
}

/** Half a surrogate pair without the other. */
const LONE = /\p{Surrogate}/u;

/** Strings in Arrow's layout; undefined where one has half a surrogate pair, which UTF-8 does not. `once`: as a dictionary. */
export function textsOf(strings: readonly string[], once: boolean, valid?: Uint8Array): Texts | undefined {
  if (strings.some((text) => LONE.test(text))) return undefined;
  if (!once) return packed(strings);
  const known = new Map<string, number>();
  const codes = Int32Array.from(strings, (text, i) => {
    if (valid?.[i] === 0) return -1;
    const code = known.get(text) ?? known.size;
    known.set(text, code);
    return code;
  });
  return { ...packed([...known.keys()]), codes };
}

/**
 * Before a column's strings are written as UTF-8.
 * @throws TransloadError E_UTF8 where one has half a surrogate pair.
 */
export function refuseLone(column: Column): void {
  // of texts in Arrow's layout no strings need be made for this
  if (column.dtype !== "string" || textsNow(column)) return;
  if ((column.values as readonly string[]).some((text) => LONE.test(text)))
    throw new TransloadError(
      "E_UTF8",
      `column ${JSON.stringify(column.name)} has half a surrogate pair in a text, which UTF-8 cannot spell`,
    );
}

function packed(strings: readonly string[]): Texts {
  const bytes = Uint8Array.from(encode(strings.join("")));
  const offsets = new Int32Array(strings.length + 1);
  const ascii = bytes.length === strings.reduce((sum, { length }) => sum + length, 0);
  strings.forEach((text, i) => {
    offsets[i + 1] = (offsets[i] as number) + (ascii ? text.length : encode(text).length);
  });
  return { offsets, bytes };
}

/** Without a dictionary: every cell's own bytes. */
export function spreadTexts({ offsets, bytes, codes }: Texts): Texts {
  if (!codes) return { offsets, bytes };
  const ends = new Int32Array(codes.length + 1);
  codes.forEach((code, i) => {
    ends[i + 1] = (ends[i] as number) + (code < 0 ? 0 : (offsets[code + 1] as number) - (offsets[code] as number));
  });
  const out = new Uint8Array(ends[codes.length] as number);
  codes.forEach((code, i) => {
    if (code >= 0) out.set(bytes.subarray(offsets[code], offsets[code + 1]), ends[i]);
  });
  return { offsets: ends, bytes: out };
}

/** UTF-8 in which halves of surrogate pairs have three bytes of their own, as the core writes them. */
export function decodeLone(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  for (let i = 0; i + 2 < bytes.length; i++) {
    if (bytes[i] !== 0xed || (bytes[i + 1] as number) < 0xa0) continue;
    const unit = 0xd000 | (((bytes[i + 1] as number) & 0x3f) << 6) | ((bytes[i + 2] as number) & 0x3f);
    text += decode(bytes.subarray(from, i)) + String.fromCharCode(unit);
    i += 2;
    from = i + 1;
  }
  return text + decode(bytes.subarray(from));
}
