import type { Duplex } from "node:stream";
import type { RunOptions } from "../options/convert.js";

/** What is told of HTTP headers is an event of the stream's as well: `headers`. */
export function emitting(run: RunOptions, stream: () => Duplex): RunOptions {
  return {
    ...run,
    onHeaders: (headers) => {
      run.onHeaders?.(headers);
      stream().emit("headers", headers);
    },
  };
}
