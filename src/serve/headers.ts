// Headers that pass through the gateway: those that were named, and of them none that either side says is of its connection alone.
import type { IncomingHttpHeaders } from "node:http";

/** Of these headers those that pass. `names` are in small letters. */
export function passing(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const passed: Record<string, string> = {};
  if (names.length === 0) return passed;
  const own = `${headers.connection ?? ""}`.toLowerCase().split(/\s*,\s*/);
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined && !own.includes(name)) passed[name] = [value].flat().join(", ");
  }
  return passed;
}

/** Warnings as HTTP has them (RFC 7234, 5.5, 199), in ASCII; undefined where there are none. */
export function warningHeader(messages: readonly string[]): string | undefined {
  const quoted = [...new Set(messages)].slice(0, MOST).map((message) => `199 transload "${ascii(message)}"`);
  return quoted.length > 0 ? quoted.join(", ") : undefined;
}

/** Clients refuse headers of more than 8 or 16 KB. */
const MOST = 5;
const LONGEST = 300;

function ascii(message: string): string {
  return message
    .slice(0, LONGEST)
    .replace(/[^\x20-\x7e]/g, "?")
    .replace(/[\\"]/g, "\\$&");
}
