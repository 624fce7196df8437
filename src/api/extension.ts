import { binaryOf } from "../binary/form.js";
import { dialectOfExtension } from "../dialects/index.js";
import { compressionOf } from "../io/compression.js";

/** The form, or dialect, that a file's name tells, compressed or not; `auto` where it tells none. */
export function formOfName(path: string): string {
  const { name } = compressionOf(path);
  const [, extension = ""] = /\.([a-z0-9]+)$/i.exec(name) ?? [];
  return dialectOfExtension(extension.toLowerCase()) ?? binaryOf(name)?.id ?? "auto";
}
