// A server's answer to a request: held against the rows that were asked about, and made JSON Lines, a record for each row. All numbers keep
// their text.
import { nodeHost } from "../api/node.js";
import { concat, decode } from "../columns/bytes.js";
import { choose, type Layout } from "../dialects/index.js";
import { elementsOf, membersOf, textOfMembers } from "../engine/members.js";
import { formOf } from "../envelope/detect.js";
import { TransloadError } from "../errors.js";
import { Pump } from "../lanes/pump.js";
import type { ConvertOptions } from "../options/convert.js";
import { requestOf } from "../options/request.js";
import type { Part } from "./parts.js";
import type { Reply } from "./upstream.js";

/** What was answered for some rows. */
export interface Predictions {
  /** Of the columns. */
  readonly names: readonly string[];
  /** A record for each row, each ended by a line feed. */
  readonly lines: string;
}

const ONLY = "prediction";

/**
 * The predictions of an answer of this dialect's.
 * @throws TransloadError E_ANSWER where it is none, or not one for each row.
 */
export async function predictionsOf({ headers, body }: Reply, part: Part, dialect: string): Promise<Predictions> {
  try {
    return /^text\/csv\b/i.test(headers.get("content-type") ?? "")
      ? await fromLists(await linesOf(body, { from: "csv", to: "jsonl:lists", header: false }, part))
      : await fromJson(body, part, dialect);
  } catch (error) {
    if (!(error instanceof TransloadError) || error.code === "E_ANSWER") throw error;
    throw new TransloadError(
      "E_ANSWER",
      `the answer for ${spellRows(part)} cannot be read: ${error.code}: ${error.message}`,
      {},
      { cause: error },
    );
  }
}

/** `row 7`, `rows 0 to 99`. */
export function spellRows({ first, rows }: Pick<Part, "first" | "rows">): string {
  return rows === 1 ? `row ${first}` : `rows ${first} to ${first + rows - 1}`;
}

async function fromJson(body: Uint8Array, part: Part, dialect: string): Promise<Predictions> {
  const layout = formOf(choose(dialect, true, "response"), body)?.layout;
  const lists = () => linesOf(body, { from: dialect, to: "jsonl:lists" }, part).then(fromLists);
  if (layout === "tensor") return lists();
  const records = linesOf(body, { from: dialect, to: "jsonl:records" }, part).then((lines) => fromRecords(lines, layout));
  // Seldon's lists may have names beside them, and Open Inference Protocol's outputs may be one array (content type np), which needs none
  if (layout === "ndarray" || layout === "values" || layout === "inputs")
    return records.catch((error: unknown) => (isNameless(error) ? lists() : Promise.reject(error)));
  return records;
}

function isNameless(error: unknown): boolean {
  return error instanceof TransloadError && error.code === "E_COLUMNS";
}

async function linesOf(body: Uint8Array, ends: ConvertOptions, part: Part): Promise<string[]> {
  // what is left out is no null: every record has every prediction
  const request = requestOf("score", { ...ends, what: "response", nan: "token", missing: "error" });
  const chunks: Uint8Array[] = [];
  for await (const chunk of new Pump([body], request, nodeHost({})).bytes()) chunks.push(chunk);
  const lines = decode(concat(chunks)).split("\n");
  lines.pop();
  if (lines.length === part.rows) return lines;
  const [many, are] = lines.length === 1 ? ["1 prediction", "is"] : [`${lines.length} predictions`, "are"];
  throw new TransloadError(
    "E_ANSWER",
    `${many} ${are} the answer for ${spellRows(part)}, which are ${part.rows}; look at the model: it must give one for each row`,
  );
}

/** `[1]` is the prediction; of `[0.2,0.8]` each is a column of its own. */
function fromLists(lines: readonly string[]): Predictions {
  const [first = "[]"] = lines;
  const width = elementsOf(first).length;
  if (width === 0) throw new TransloadError("E_ANSWER", "the answer has an empty list for a row, and no prediction");
  if (width === 1) return { names: [ONLY], lines: lines.map((line) => `{"${ONLY}":${line.slice(1, -1)}}\n`).join("") };
  const names = Array.from({ length: width }, (_, i) => `${ONLY}_${i}`);
  const keys = names.map((name) => `"${name}":`);
  // most lists are plain numbers
  const cellsOf = (line: string) => (/["[{]/.test(line.slice(1)) ? elementsOf(line) : line.slice(1, -1).split(","));
  return {
    names,
    lines: lines
      .map(
        (line) =>
          `{${cellsOf(line)
            .map((cell, i) => `${keys[i]}${cell}`)
            .join(",")}}\n`,
      )
      .join(""),
  };
}

/** Of named tensors, where a row has a list, each of its elements is a column. */
function fromRecords(lines: readonly string[], layout: Layout | undefined): Predictions {
  const [first = "{}"] = lines;
  const members = membersOf(first);
  const tensors = layout === "inputs" || layout === "named";
  const isWide = ([, value]: readonly [string, string]) => tensors && value.startsWith("[");
  if (!members.some(isWide)) return { names: members.map(([name]) => name), lines: lines.map((line) => `${line}\n`).join("") };
  const spread = (line: string) =>
    membersOf(line).flatMap((member): [string, string][] =>
      isWide(member) ? elementsOf(member[1]).map((cell, i) => [`${member[0]}_${i}`, cell]) : [member],
    );
  return { names: spread(first).map(([name]) => name), lines: lines.map((line) => `${textOfMembers(spread(line))}\n`).join("") };
}
