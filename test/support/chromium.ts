import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium of this machine: CHROMIUM names another. */
export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: placeOf(), args: ["--no-sandbox"] });
}

/** The same, with what it keeps in this folder: without one, the origin's own files are in memory. */
export async function launchWithProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { executablePath: placeOf(), args: ["--no-sandbox"] });
}

function placeOf(): string {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
  if (!executablePath)
    throw new Error("no Chromium on this machine; install it (apt-get install chromium), or say where it is: CHROMIUM=/path");
  return executablePath;
}

interface Serving {
  /** What is served: the project's folder by default. */
  readonly folder?: string;
  /** The path that it is under. */
  readonly under?: string;
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A folder on a port of its own. `asked`: the requests that have come. */
export async function serve({
  folder = ROOT,
  under = "/",
  headers = {},
}: Serving = {}): Promise<{ url: string; asked: readonly string[]; close(): void }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const wanted = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const name = wanted.startsWith(under) ? normalize(`/${wanted.slice(under.length)}`) : "/none";
    const path = join(folder, name.endsWith("/") ? `${name}index.html` : name);
    readFile(path).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", ...headers }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => server.close() };
}
