import { decode } from "../columns/bytes.js";

/** A small part of the payload, which the scanner has found sound: JSON, in which NaN and the infinities count as null. */
export function parsed(captured: Uint8Array): unknown {
  const text = decode(captured);
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (token) => (token.startsWith('"') ? token : "null")));
  }
}

/** How a message shows such a part. */
export function shown(captured: Uint8Array): string {
  const text = decode(captured).trim();
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
