import { parseArgs } from "node:util";
import { isRemote } from "../remote/url.js";

/** `convert` with what most calls of it have, and nothing else. */
export interface ShortCall {
  readonly input: string;
  readonly output: string;
  readonly from: string;
  readonly to: string;
  readonly sync: boolean;
  /** Nobody is told what was done. */
  readonly quiet: boolean;
}

/** As commander has them (convert-call.ts, options.ts). */
const OPTIONS = {
  from: { type: "string", short: "f", default: "auto" },
  to: { type: "string", short: "t" },
  output: { type: "string", short: "o" },
  quiet: { type: "boolean", short: "q" },
  "no-sync": { type: "boolean", default: false },
  messages: { type: "string", default: "text" },
} as const;

/** Names of standard input and output, which no file is meant by. */
const STREAMS = ["-", "/dev/stdin", "/dev/stdout"];

/** What these words ask for; undefined where they are more, or other, than is read here: commander reads them, and tells what is wrong. */
export function shortCallOf([command, ...args]: readonly string[]): ShortCall | undefined {
  if (command !== "convert") return undefined;
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const { from, to, output, "no-sync": unsynced, messages, quiet = false } = values;
    const [input, ...others] = positionals;
    if (!["text", "json"].includes(messages)) return undefined; // the short way has nothing to say, in either
    if (!input || !to || !output || others.length > 0 || [input, output].some((word) => STREAMS.includes(word) || isRemote(word)))
      return undefined;
    return { input, output, from, to, sync: !unsynced, quiet: quiet || messages === "json" };
  } catch {
    return undefined;
  }
}
