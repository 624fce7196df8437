import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { FORMS } from "../../src/dialects/index.js";
import { type ConvertOptions, convert, type ReadOptions, readBatches } from "../../src/index.js";
import type { Outcome } from "./feed.js";
import { parseLexemes } from "./forms.js";

/** Forms that can be written. */
export const TARGETS = FORMS.filter(({ layouts, readsOnly }) => layouts.some((layout) => !readsOnly?.includes(layout)));

/** What can be compared: the value of a document, whatever the order of its keys, or a text. */
export function told({ text, error }: Outcome): unknown {
  if (error) return error.code;
  try {
    return text.startsWith("{") && !text.includes("}\n") ? parseLexemes(text) : text;
  } catch {
    return text;
  }
}

/** What a stream of the library's makes of a payload. */
export async function converted(source: Uint8Array | string, options: ConvertOptions): Promise<Buffer> {
  const stream = convert(options);
  const chunks = Readable.from([Buffer.from(source as string)], { objectMode: false });
  chunks.on("error", (error) => stream.destroy(error)).pipe(stream);
  return buffer(stream);
}

/** The cells of each column, null for null, by its name and dtype. */
export async function columnsIn(source: Uint8Array, options: ReadOptions): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for await (const { columns, rowCount } of readBatches([source], options))
    for (const { name, dtype, values, valid, shape } of columns) {
      const width = shape.reduce((a, b) => a * b, 1);
      const cells = Array.from(values as ArrayLike<unknown>, (cell, i) => (valid?.[i] === 0 ? null : cell));
      const rows = width === 1 ? cells : Array.from({ length: rowCount }, (_, i) => cells.slice(i * width, (i + 1) * width));
      (found[`${name} ${dtype}`] ??= []).push(...rows);
    }
  return found;
}
