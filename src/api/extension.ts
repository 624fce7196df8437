import { binaryOf } from "../binary/form.js";
import { compressionOf } from "../io/compression.js";

/** The form, or dialect, that a file's name tells, compressed or not; `auto` where it tells none. */
export function formOfName(path: string): string {
  const { name } = compressionOf(path);
  const [, extension = ""] = /\.(csv|tsv|jsonl|ndjson)$/i.exec(name) ?? [];
  const texts: Readonly<Record<string, string>> = { csv: "csv", tsv: "tsv", jsonl: "jsonl", ndjson: "jsonl" };
  return texts[extension.toLowerCase()] ?? binaryOf(name)?.id ?? "auto";
}
