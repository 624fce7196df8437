// Options for inputs and outputs that are URLs.
import type { Command } from "commander";
import type { RemoteOptions } from "../remote/open.js";
import { addHeader, headersOf } from "./endpoint.js";

/** Headers of requests to the server of an http(s) URL. */
export interface RemoteCall {
  httpHeader?: Record<string, string>;
  tokenEnv?: string;
}

export function addRemote(command: Command): Command {
  // --no-header is of delimited files
  const header = command
    .createOption("--header <header>", "of requests to an http(s) URL that is read or written, as 'Name: value'; give it again for another")
    .argParser(addHeader);
  return command
    .addOption(Object.assign(header, { attributeName: () => "httpHeader" }))
    .option("--token-env <variable>", "send them the token in this environment variable, as Authorization: Bearer");
}

/** @throws TransloadError E_OPTION for a token that is not there. */
export function remoteOf({ httpHeader, tokenEnv }: RemoteCall): RemoteOptions {
  if (httpHeader === undefined && tokenEnv === undefined) return {};
  return { headers: headersOf({ ...(httpHeader && { header: httpHeader }), ...(tokenEnv !== undefined && { tokenEnv }) }) };
}
