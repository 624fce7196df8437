import type { Reading } from "../messages.js";

/** Endings of names that tell a form which first bytes do not, or not alone. */
const ENDINGS: Readonly<Record<string, string>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  pq: "parquet",
  pqt: "parquet",
  arrow: "arrow",
  feather: "arrow",
  arrows: "arrows",
  npy: "npy",
};

/** A file, as it is to be read. */
export interface Input {
  /** Its bytes, expanded where it is compressed by gzip. */
  readonly stream: ReadableStream<Uint8Array>;
  /** The file itself, where it can be read again as it is. */
  readonly blob?: File;
  /** For convert(), split() and inspect(). */
  readonly options: Reading & { from: string };
}

/** @param told gets how many bytes of the file have been read; only of what is compressed, whose bytes transload does not count */
export async function openInput(file: File, reading: Reading, told: (used: number) => void = () => {}): Promise<Input> {
  const options = { ...reading, from: reading.from ?? formByName(file.name) };
  const bytes = file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>;
  if (!(await isPacked(file))) return { stream: bytes, blob: file, options };
  return { stream: bytes.pipeThrough(counting(told)).pipeThrough(new DecompressionStream("gzip")), options };
}

/** The two bytes that every gzip file begins with. */
async function isPacked(file: File): Promise<boolean> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0x1f && second === 0x8b;
}

function formByName(name: string): string {
  const [, ending = ""] = /\.([a-z]+)(?:\.gz)?$/i.exec(name) ?? [];
  return ENDINGS[ending.toLowerCase()] ?? "auto";
}

function counting(told: (used: number) => void): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let used = 0;
  return new TransformStream({
    transform(chunk, controller) {
      used += chunk.length;
      told(used);
      controller.enqueue(chunk);
    },
  });
}
