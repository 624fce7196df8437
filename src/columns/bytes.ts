// Text and bytes, where Node's Buffer is and where it is not. Buffer makes strings of a few bytes three times as fast as a
// TextDecoder, so it is used where there is one.
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const oneByte = new TextDecoder("latin1");
const hasBuffer = typeof Buffer !== "undefined";

/** UTF-8 of a text. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return hasBuffer ? (Buffer.from(text) as Uint8Array<ArrayBuffer>) : encoder.encode(text);
}

/** The text of UTF-8, a byte-order mark included. */
export function decode(bytes: Uint8Array): string {
  return hasBuffer ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() : decoder.decode(bytes);
}

/** One character for each byte, those of ASCII as they are. */
export function decodeBytes(bytes: Uint8Array): string {
  return hasBuffer ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1") : oneByte.decode(bytes);
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return hasBuffer ? Buffer.byteLength(text) : encoder.encode(text).length;
}

/** These one behind the other, in memory of their own. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Turns the bytes of each so many around, in their place. */
export function swapBytes(bytes: Uint8Array, width: 2 | 4 | 8): void {
  if (hasBuffer) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (width === 2) buffer.swap16();
    else if (width === 4) buffer.swap32();
    else buffer.swap64();
  } else for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

const strict = new TextDecoder("utf-8", { fatal: true });

/** Whether bytes are surely ASCII: Node's word, and elsewhere nothing is sure. */
export function isAscii(bytes: Uint8Array): boolean {
  return globalThis.process?.getBuiltinModule?.("node:buffer").isAscii(bytes) ?? false;
}

/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  const own = globalThis.process?.getBuiltinModule?.("node:buffer").isUtf8;
  if (own) return own(bytes);
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function toBase64(bytes: Uint8Array): string {
  if (hasBuffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  let text = "";
  // a call takes so many arguments, and not many more
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** The bytes that a text is base64 of, padded or not (RFC 4648, §4); undefined where it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bare = text.replace(/=+$/, "");
  if (bare.length % 4 === 1 || (bare.length < text.length && text.length % 4 !== 0)) return undefined;
  if (hasBuffer) return Uint8Array.from(Buffer.from(bare, "base64"));
  return Uint8Array.from(atob(bare), (character) => character.charCodeAt(0));
}
