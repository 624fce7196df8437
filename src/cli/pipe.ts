import type { Socket } from "node:net";

/**
 * A named pipe as a stream. Not a file stream, which blocks a thread while the other end waits: the process could not
 * leave meanwhile. node:net is loaded only here, because loading it shows in the time a small payload takes.
 */
export function openPipe(fd: number, way: "read" | "write"): Socket {
  const net = process.getBuiltinModule("node:net");
  return new net.Socket({ fd, readable: way === "read", writable: way === "write" });
}
