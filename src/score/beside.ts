// What stands beside the predictions: the payload's own columns, its rows' labels, or the rows' numbers.
import { pipeline, Readable } from "node:stream";
import { convert } from "../api/convert.js";
import { formOfName } from "../api/extension.js";
import { batchesOf } from "../api/read.js";
import { binaryAt, binaryForm } from "../binary/form.js";
import { decode } from "../columns/bytes.js";
import { choose } from "../dialects/index.js";
import { membersOf, textOfMembers } from "../engine/members.js";
import { formOf } from "../envelope/detect.js";
import { placesAmong } from "../errors.js";
import type { Source } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import type { ConvertOptions, SplitOptions } from "../options/convert.js";

/** What of the payload goes beside the predictions. */
export interface BesideRequest {
  readonly columns: readonly string[];
  readonly reading: SplitOptions;
}

/** Members of a record, each as a line's text has them: `"row":0,`. */
export type Members = string;

const INDEX = "index";

/**
 * For each row, in order, the members that come first in its record. The payload is read anew, so that numbers keep their text.
 * @throws TransloadError E_COLUMNS for a column that it does not have; and as `convert` does.
 */
export async function* besideRows(source: Source, request: BesideRequest): AsyncGenerator<Members, void, undefined> {
  if (request.columns.length === 0 && !(await mayHaveLabels(source, request.reading))) return yield* numbers();
  let row = 0;
  for await (const line of recordsOf(source, request)) {
    const all = membersOf(line);
    const labels = all.find(([name]) => name === INDEX && !request.columns.includes(INDEX));
    const picked = placesAmong(
      all.map(([name]) => name),
      request.columns,
    ).map((place) => all[place] as [string, string]);
    yield `${textOfMembers([labels ?? ["row", `${row++}`], ...picked]).slice(1, -1)},`;
  }
}

function* numbers(): Generator<Members> {
  for (let row = 0; ; row++) yield `"row":${row},`;
}

/** A frame in JSON may have labels, also behind its rows; of a binary file the first batch tells. */
async function mayHaveLabels(source: Source, { from = "auto", index = "keep" }: SplitOptions): Promise<boolean> {
  if (index !== "keep") return false;
  const named = from === "auto" && typeof source === "string" ? formOfName(source) : from;
  const { head, chunks } = await unpack(source, { lend: false });
  let first = head;
  try {
    for await (const chunk of chunks) {
      first = chunk;
      break;
    }
  } finally {
    await chunks.return?.();
  }
  if (binaryForm(named) ?? binaryAt(head)) return hasLabels(source, named);
  return formOf(choose(named, true), first)?.layout === "frame";
}

async function hasLabels(source: Source, from: string): Promise<boolean> {
  let found = false;
  const told = {
    onLabels: () => {
      found = true;
    },
  };
  for await (const _ of batchesOf(source, { from }, told)) break;
  return found;
}

/** The payload as a record a line, its labels in a column of their own. */
async function* recordsOf(source: Source, { reading, columns }: BesideRequest): AsyncGenerator<string, void, undefined> {
  const {
    maxRows: _,
    maxBytes: __,
    nan: ___,
    missing: ____,
    datatype: _____,
    onProgress: ______,
    onWarning: _______,
    drop: ________,
    ...own
  } = reading;
  const path = typeof source === "string" ? source : undefined;
  const { head, chunks, file } = await unpack(source, { lend: false });
  const from = (own.from ?? "auto") === "auto" ? (binaryAt(head)?.id ?? (path === undefined ? "auto" : formOfName(path))) : own.from;
  const binary = binaryForm(from ?? "auto") !== undefined;
  const stream = convert({
    ...own,
    from: from as string,
    to: "jsonl:records",
    nan: "token",
    missing: "null",
    index: `column:${INDEX}`,
    ...(file !== undefined && { file }),
    ...(binary && columns.length > 0 && { columns }),
  } as ConvertOptions);
  yield* textLines(pipeline(Readable.from(chunks, { objectMode: false }), stream, () => {}));
}

async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(0x0a);
    const whole = Buffer.concat([rest, chunk.subarray(0, end + 1)]);
    if (end < 0) rest = Buffer.concat([rest, chunk]);
    else {
      const lines = decode(whole).split("\n");
      lines.pop();
      yield* lines;
      rest = Buffer.from(chunk.subarray(end + 1));
    }
  }
}

/** Whether a source can be read but once. */
export function isOnce(source: Source): boolean {
  return !(typeof source === "string" || source instanceof URL || source instanceof Uint8Array);
}
