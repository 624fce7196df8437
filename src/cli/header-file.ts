// What a request needs besides its body: a file with its HTTP headers, as JSON.
import type { Compression } from "../io/compression.js";
import { openOutput } from "../io/output.js";
import type { Output } from "../io/target.js";
import type { HttpHeaders } from "../options/convert.js";
import type { RemoteOptions } from "../remote/open.js";

/** The file that HTTP headers go to. */
export interface HeaderFile {
  readonly output: Output;
  readonly take: (headers: HttpHeaders) => void;
  /** Writes what was taken; a body that is compressed says so. */
  fill(compression: Compression | undefined): Promise<void>;
}

/** Where it cannot be opened, there is no body, either. */
export async function openHeaders(
  path: string,
  inputs: Parameters<typeof openOutput>[1],
  sync: boolean,
  body: Output,
  remote: RemoteOptions,
): Promise<HeaderFile> {
  let taken: HttpHeaders = {};
  const take = (headers: HttpHeaders) => {
    taken = headers;
  };
  const output = await openOutput(path, inputs, sync, remote).catch(async (error) => {
    await body.discard();
    throw error;
  });
  const textWith = (compression: Compression | undefined) =>
    `${JSON.stringify({ ...taken, ...(compression && { "Content-Encoding": compression }) })}\n`;
  return { output, take, fill: (compression) => output.fill([Buffer.from(textWith(compression))]) };
}
