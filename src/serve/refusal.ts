// Why there is no prediction, as servers of the client's dialect say it.
import { choose, type Dialect } from "../dialects/index.js";
import { TransloadError } from "../errors.js";
import { TooLarge } from "./body.js";

/** What is said to a client. */
export interface Refusal {
  /** HTTP's. */
  readonly status: number;
  readonly message: string;
}

const BAD_REQUEST = 400;
const NOT_FOUND = 404;
const TOO_LARGE = 413;
const INTERNAL = 500;
const BAD_GATEWAY = 502;

/** What a request's fault says: its code, its place, and what to do. What is no refusal of ours is not told to clients. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof TransloadError)) return { status: INTERNAL, message: "an unexpected error; look at the gateway's log" };
  return { status: statusOf(error), message: spelled(error) };
}

/** The answer where there is no route: as the dialect of these says it, where they are one. */
export function noRoute(accepted: readonly string[]): object {
  const [name, ...others] = new Set(accepted);
  const message = "there is no such route; look at the path and the method";
  const dialect = name === undefined || others.length > 0 ? undefined : choose(name).dialect;
  return dialect ? refusalBody(dialect, { status: NOT_FOUND, message }) : { error: message };
}

/** An answer that cannot be read, or be written as the client's dialect has it. */
export function badAnswer(error: unknown): Refusal {
  if (!(error instanceof TransloadError)) return refusalOf(error);
  return { status: BAD_GATEWAY, message: `E_ANSWER: the server's answer cannot be converted: ${spelled(error)}` };
}

function statusOf(error: TransloadError): number {
  if (error instanceof TooLarge || error.code === "E_LIMIT") return TOO_LARGE;
  return error.code === "E_SPILL" ? INTERNAL : BAD_REQUEST;
}

function spelled({ code, message }: TransloadError): string {
  return `${code}: ${message}`;
}

/** The body of a refusal. */
export function refusalBody({ refusal }: Dialect, { status, message }: Refusal): object {
  if (refusal === undefined) return { error: message };
  const { body, reasons = {} } = refusal;
  return filled(body, { message, reason: reasons[status] ?? reasons[status < INTERNAL ? BAD_REQUEST : INTERNAL] ?? "" }) as object;
}

/** The same with words for the names in braces. */
export function filled(template: unknown, words: Readonly<Record<string, string>>): unknown {
  if (typeof template === "string") return template.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
  if (typeof template !== "object" || template === null) return template;
  if (Array.isArray(template)) return template.map((each) => filled(each, words));
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, filled(value, words)]));
}
