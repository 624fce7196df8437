// What validate asks a server, and what its answer says of the verdict.
import { statSync } from "node:fs";
import type { Command } from "commander";
import { type Asked, ask } from "../api/asking.js";
import { TransloadError } from "../errors.js";
import type { Inspection } from "../model/inspection.js";
import { spellReleases } from "../model/releases.js";
import type { Verdict, VerdictOptions } from "../model/verdict.js";
import { isRemote } from "../remote/url.js";
import { addEndpoint, type EndpointCall, endpointOf } from "./endpoint.js";
import { type Encoded, encodingOf, GROUPS, type Limits, limitsOf, parseSize } from "./options.js";

export interface QuestionCall extends EndpointCall, Limits, Encoded {
  ask?: string;
  askBytes?: number;
  askRequests?: number;
}

export function addQuestion(command: Command): Command {
  return addEndpoint(
    command
      .optionsGroup(GROUPS.server)
      .option("--ask <url>", "send the payload there, too, and tell what the server itself says; where it refuses, for which row")
      .option("--ask-bytes <size>", "of a larger payload only the first rows are sent: 1MB by default", parseSize)
      .option("--ask-requests <number>", "so many requests at most: 20 by default", parseRequests),
  );
}

/** Puts the question once there is a verdict. */
export type Put = (judged: Verdict, inspection: Inspection | undefined, options: VerdictOptions) => Promise<Asked>;

/**
 * The question that a call has; whatever is wrong with the call is told before anything is read.
 * @throws TransloadError E_OPTION for a pipe, which cannot be read again and again, and for what cannot be sent.
 */
export function questionOf(path: string | undefined, call: QuestionCall): Put | undefined {
  const { ask: url, askBytes: maxBytes, askRequests: maxRequests } = call;
  if (url === undefined) return undefined;
  const endpoint = endpointOf(url, call);
  const file = fileOf(path);
  const reading = { ...limitsOf(call), ...encodingOf(call) };
  const most = { ...(maxBytes !== undefined && { maxBytes }), ...(maxRequests !== undefined && { maxRequests }) };
  return (judged, inspection, options) => ask(endpoint, { file, judged, inspection, options, reading, ...most });
}

/** `asked  400 for row 17: …`, and whether that is what the verdict says. */
export function describeAsked(asked: Asked, judged: Verdict, known: boolean): string {
  const { status, accepted, requests, said } = asked;
  const made = accepted ? `, ${requests} ${requests === 1 ? "request" : "requests"}` : "";
  const words = said === undefined ? "" : `: ${said}`;
  return `asked  ${status}${about(asked)}${made}${words}\n${comparison(asked, judged, known)}\n`;
}

function about({ row, rows }: Asked): string {
  if (row !== undefined) return ` for row ${row}`;
  if (!rows) return "";
  const { first, count } = rows;
  if (count === 1) return ` for row ${first}`;
  return first === 0 ? ` for the first ${count} rows` : ` for rows ${first} to ${first + count - 1}`;
}

/** `known`: it is known which model the server has. */
function comparison({ agrees, accepted, rows }: Asked, { otherwise }: Verdict, known: boolean): string {
  if (agrees) return "the verdict agrees";
  const other = rows ? undefined : otherwise.find((one) => one.accepted === accepted);
  if (other) {
    const which = spellReleases(other.releases[0] as Verdict["releases"] & object);
    return `the verdict says otherwise, and for ${which} it agrees: name what the server runs with --server-version`;
  }
  if (!known && !accepted) return "the verdict says otherwise, but it does not know the model: name it with --model";
  return "the verdict says otherwise: please report it";
}

/** What is no file is told where it is read. */
function fileOf(path: string | undefined): string {
  if (path !== undefined && path !== "-" && !isRemote(path) && !isStream(path)) return path;
  throw new TransloadError("E_OPTION", "--ask reads its payload several times, so it takes a file and no pipe, nor a URL");
}

function isStream(path: string): boolean {
  try {
    const stats = statSync(path);
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    return false;
  }
}

function parseRequests(text: string): number {
  const requests = Number(text);
  if (Number.isSafeInteger(requests) && requests > 0) return requests;
  throw new TransloadError("E_OPTION", `--ask-requests is a whole number from 1, not ${text}`);
}
