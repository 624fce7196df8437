// Bytes that are compressed in a way, or at a place, that nothing here expands: told by name, and what expands them.
import { TransloadError } from "../errors.js";

/** What something else made of a payload. */
interface Foreign {
  readonly name: string;
  readonly magic: readonly number[];
  /** A program that gives its text. */
  readonly expand: string;
}

const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0));

/** Any byte. */
const ANY = -1;

const FOREIGN: readonly Foreign[] = [
  { name: "xz", magic: [0xfd, ...ascii("7zXZ"), 0x00], expand: "xz -dc" },
  { name: "bzip2", magic: [...ascii("BZh"), ANY, ...ascii("1AY&")], expand: "bzip2 -dc" },
  { name: "lz4", magic: [0x04, 0x22, 0x4d, 0x18], expand: "lz4 -dc" },
  { name: "7-Zip", magic: [...ascii("7z"), 0xbc, 0xaf, 0x27, 0x1c], expand: "7z x -so" },
  { name: "a zip", magic: [...ascii("PK"), 0x03, 0x04], expand: "unzip -p" },
  { name: "gzip", magic: [0x1f, 0x8b], expand: "gzip -dc" },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd], expand: "zstd -dc" },
];

/** What these first bytes of a text tell that it is none; `more`: too few of them are there to tell. */
export function foreignAt(head: Uint8Array): Foreign | "more" | undefined {
  const fitting = FOREIGN.filter(({ magic }) => fits(magic, head));
  return fitting.find(({ magic }) => head.length >= magic.length) ?? (fitting.length > 0 ? "more" : undefined);
}

/** As far as both go. */
function fits(magic: readonly number[], head: Uint8Array): boolean {
  return magic.every((byte, i) => i >= head.length || byte === ANY || byte === head[i]);
}

/** @throws TransloadError E_FORM for bytes of a text that are compressed. */
export function refuseForeign(head: Uint8Array): void {
  const found = foreignAt(head);
  if (found === undefined || found === "more") return;
  const { name, expand } = found;
  throw new TransloadError("E_FORM", `the input is ${name}, and no text; expand it first: ${expand} FILE gives what is in it`, {
    offset: 0,
  });
}
