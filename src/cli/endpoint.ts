// Options that say how a server is spoken to, for every command that asks one.
import type { Command } from "commander";
import { Endpoint } from "../api/endpoint.js";
import { TransloadError } from "../errors.js";

/** Headers of every request. */
export interface HeadersCall {
  header?: Record<string, string>;
  tokenEnv?: string;
}

export interface EndpointCall extends HeadersCall {
  askTimeout?: number;
}

export function addHeaders(command: Command): Command {
  return command
    .option("--header <header>", "of every request, as 'Name: value'; give it again for another", addHeader)
    .option("--token-env <variable>", "send the token in this environment variable, as Authorization: Bearer");
}

export function addEndpoint(command: Command): Command {
  return addHeaders(command).option("--ask-timeout <seconds>", "how long an answer may take: 30 by default", parseSeconds("--ask-timeout"));
}

/** @throws TransloadError E_OPTION for what cannot be sent. */
export function endpointOf(url: string, { askTimeout, ...call }: EndpointCall): Endpoint {
  return new Endpoint(url, { headers: headersOf(call), ...(askTimeout !== undefined && { timeout: askTimeout }) });
}

/** @throws TransloadError E_OPTION for a token that is not there. */
export function headersOf({ header = {}, tokenEnv }: HeadersCall): Record<string, string> {
  return { ...header, ...(tokenEnv !== undefined && { authorization: `Bearer ${tokenIn(tokenEnv)}` }) };
}

/** No message has the value: it may be a secret. */
export function addHeader(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const at = text.indexOf(":");
  if (at <= 0) throw new TransloadError("E_OPTION", "a header is written as --header 'Name: value', with a colon between the two");
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

function tokenIn(variable: string): string {
  const token = process.env[variable]?.trim();
  if (token) return token;
  throw new TransloadError("E_OPTION", `--token-env ${variable}: the environment has no such variable, or it is empty; export it`);
}

/** Seconds, as the option of this name takes them. */
export function parseSeconds(option: string): (text: string) => number {
  return (text) => {
    const seconds = Number(text);
    if (text.trim() !== "" && seconds > 0 && seconds <= LONGEST) return seconds;
    throw new TransloadError("E_OPTION", `${option} is a number of seconds up to ${LONGEST}, not ${text}`);
  };
}

/** An hour: no proxy waits longer. */
const LONGEST = 3600;
