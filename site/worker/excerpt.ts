// The line around a fault, read from the file again.
import type { Excerpt } from "../messages.js";
import { openInput } from "./input.js";

/** Bytes on either side that are looked at, and characters that are shown. */
const REACH = 1024;
const SHOWN = { before: 60, after: 40 };

/** @param offset bytes before the fault, in the text as it is once expanded */
export async function excerptOf(file: File, offset: number): Promise<Excerpt | undefined> {
  const from = Math.max(0, offset - REACH);
  const bytes = await bytesAt(file, from, offset + REACH);
  const [before, after] = [bytes.subarray(0, offset - from), bytes.subarray(offset - from)];
  const head = textOf(before.subarray(lastBreak(before) + 1));
  const [at = "", ...rest] = letters(textOf(after.subarray(0, firstBreak(after))));
  if (`${head}${at}`.includes("\ufffd")) return undefined; // no text, or the middle of a letter
  const [shown, tail] = [letters(head), rest];
  return {
    before: shown.length > SHOWN.before ? `…${shown.slice(-SHOWN.before).join("")}` : head,
    at,
    after: tail.length > SHOWN.after ? `${tail.slice(0, SHOWN.after).join("")}…` : tail.join(""),
  };
}

/** What is compressed is expanded again, as far as the place. */
async function bytesAt(file: File, from: number, to: number): Promise<Uint8Array> {
  const { stream, blob } = await openInput(file, {});
  if (blob) return new Uint8Array(await blob.slice(from, to).arrayBuffer());
  const found: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  let at = 0;
  try {
    for (let next = await reader.read(); !next.done && at < to; next = await reader.read()) {
      const part = next.value.slice(Math.max(0, from - at), to - at);
      if (part.length > 0) found.push(part);
      at += next.value.length;
    }
  } catch {
    // it is damaged behind the place
  }
  await reader.cancel().catch(() => {});
  return new Uint8Array(await new Blob(found).arrayBuffer());
}

function textOf(bytes: Uint8Array): string {
  // a letter that is cut at the end of what was read is no letter of another encoding
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true }).replace(/[\p{C}\u2028\u2029]/gu, "·");
}

function letters(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

function lastBreak(bytes: Uint8Array): number {
  return Math.max(bytes.lastIndexOf(0x0a /* \n */), bytes.lastIndexOf(0x0d /* \r */));
}

function firstBreak(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  return end < 0 ? bytes.length : end;
}
