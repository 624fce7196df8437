import { constants, open as openCallback } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const open = promisify(openCallback);
const PATIENCE_MS = 20;

/**
 * A named pipe as a stream. It is opened without waiting for the other end, and is no file stream: a thread that waits for a pipe
 * would keep the process from leaving. node:net is loaded only here, because loading it shows in the time a small payload takes.
 */
export async function openPipe(path: string, way: "read" | "write"): Promise<Socket> {
  const fd = way === "read" ? await open(path, constants.O_RDONLY | constants.O_NONBLOCK) : await openForReader(path);
  const net = process.getBuiltinModule("node:net");
  return new net.Socket({ fd, readable: way === "read", writable: way === "write" });
}

/** ENXIO says that nobody reads yet. */
async function openForReader(path: string): Promise<number> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
      await wait(PATIENCE_MS);
    }
  }
}
