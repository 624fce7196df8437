// What a server answered, and what it says of the payload, or of who asked.
import { optionText, TransloadError } from "../errors.js";
import { spellUrl } from "./url.js";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, or the beginning of a large one. */
  readonly text: string;
}

/** Characters of a server's words. Of more, the first and the last: Python's errors say at their end why. */
const MOST = 300;
const FIRST = 99;
const GAP = " … ";

/**
 * Keys under which servers say what is wrong: `message` MLflow, Azure ML and SageMaker, `error` TensorFlow Serving, Triton, MLServer and KServe
 * (Vertex AI an object with `message`), `detail` FastAPI, `status` Seldon (an object with `info`).
 */
const KEYS: readonly string[] = ["message", "Message", "error", "detail", "status", "info", "error_code", "reason"];

/** The server's own words, on one line and not too long; undefined where it said nothing. */
export function wordsOf({ text }: Pick<Answer, "text">): string | undefined {
  // control characters would speak to the terminal
  const line = (found(text) ?? text).replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  const letters = [...line];
  if (letters.length === 0) return undefined;
  if (letters.length <= MOST) return line;
  return `${letters.slice(0, FIRST).join("")}${GAP}${letters.slice(FIRST + GAP.length - MOST).join("")}`;
}

/** The least status that refuses. */
const REFUSED = 400;
/** Statuses that say nothing of the payload: who asks, where, how, how often, and servers in between. */
const ELSEWHERE: Readonly<Record<number, string>> = {
  401: "it wants to know who asks: hand over a token with TOKEN",
  403: `who asks may not: look at the token, and what it is for`,
  404: "there is nothing at that path; look at the URL: /invocations, /score, /v2/models/NAME/infer, /v1/models/NAME:predict",
  405: "nothing is posted to that path; look at the URL: /invocations, /score, /v2/models/NAME/infer, /v1/models/NAME:predict",
  407: "a proxy wants to know who asks",
  408: "it waited too long for the request; ask again",
  429: "it was asked too often; ask again later",
  502: "what stands before the server cannot reach it; look at the server's log",
  503: "it is not ready; ask again when it is",
  504: "what stands before the server has waited too long for it; look at the server's log",
};

/** Whether it says something of the payload. */
export function isAbout({ status }: Pick<Answer, "status">): boolean {
  return ELSEWHERE[status] === undefined && (status < 300 || status >= REFUSED);
}

/** An answer that is not about the payload, as E_READ with what to do. */
export function refusalOf(answer: Answer, url: URL): TransloadError {
  const { status, headers } = answer;
  const to = headers.get("location");
  const moved = `it says to ask elsewhere${to === null ? "" : `, at ${to.split("?")[0]}`}; give that URL`;
  const what = (ELSEWHERE[status] ?? moved).replace("TOKEN", optionText("tokenEnv", "VARIABLE"));
  const said = wordsOf(answer);
  const words = said === undefined ? "" : `; it says: ${said}`;
  return new TransloadError("E_READ", `${spellUrl(url)} answers ${status}, which says nothing of the payload: ${what}${words}`);
}

/** The body as JSON, where it is an object of it. */
export function objectOf({ text }: Pick<Answer, "text">): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function found(text: string): string | undefined {
  return wordIn(objectOf({ text }));
}

/** The first text under one of the keys, or deeper. */
function wordIn(object: Readonly<Record<string, unknown>> | undefined): string | undefined {
  for (const key of KEYS) {
    const value = object?.[key];
    if (typeof value === "string" && value.trim() !== "") return value;
    const inner = typeof value === "object" && value !== null ? wordIn(value as Record<string, unknown>) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
