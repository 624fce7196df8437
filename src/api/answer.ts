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
export function wordsOf({ text }: Answer): string | undefined {
  // control characters would speak to the terminal
  const line = (found(text) ?? text).replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  const letters = [...line];
  if (letters.length === 0) return undefined;
  if (letters.length <= MOST) return line;
  return `${letters.slice(0, FIRST).join("")}${GAP}${letters.slice(FIRST + GAP.length - MOST).join("")}`;
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
