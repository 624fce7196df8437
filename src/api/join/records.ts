// Records, a line each, that a conversion has just written.
import { concat, decode, encode } from "../../columns/bytes.js";
import { membersOf } from "../../engine/members.js";
import { takenName } from "./columns.js";

const LINE_FEED = 0x0a;
const CLOSE = 0x7d; /* } */
const COMMA = encode(",");

/**
 * The records with this member before the others, and commas between them: the inside of a list.
 * @throws TransloadError E_DUPLICATE for a record that has a member of this name.
 */
export async function* withMember(
  lines: AsyncIterable<Uint8Array>,
  name: string,
  value: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const key = JSON.stringify(name);
  const member = encode(`{${key}:${JSON.stringify(value)}`);
  const sought = Buffer.from(`${key}:`);
  let begun = false;
  for await (const text of wholeLines(lines)) {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < text.length; ) {
      const end = text.indexOf(LINE_FEED, from);
      const line = text.subarray(from, end);
      if (line.includes(sought)) refuseTwice(line, name);
      if (begun) parts.push(COMMA);
      begun = true;
      parts.push(member);
      if (line[1] !== CLOSE) parts.push(COMMA);
      parts.push(line.subarray(1));
      from = end + 1;
    }
    yield concat(parts);
  }
}

function refuseTwice(line: Uint8Array, name: string): void {
  if (membersOf(decode(line)).some(([own]) => own === name)) throw takenName(name);
}

/** The text in pieces that end with a line. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) yield Buffer.concat([...rest, chunk.subarray(0, end)]);
    rest = end > 0 ? [chunk.subarray(end)] : [...rest, chunk];
  }
}
