// Somebody who uses the page: of the folder that npm run site makes, under a path of its own, with its policy as a header as well, so that
// it holds in the workers, too.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launch, serve } from "../support/chromium.js";

interface Storing<Folder> {
  readonly storage: { getDirectory(): Promise<Folder> };
}
declare const window: object;
declare const navigator: Storing<never>;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const UNDER = "/some/where/";
const REPORTS = "/reports";

export const data = (name: string): string => join(ROOT, "data", name);

/** The page as it is hosted. */
export interface Site {
  readonly browser: Browser;
  readonly url: string;
  /** A folder for files of the tests. */
  readonly dir: string;
  /** Requests that the server got, but for those of the page's own files. */
  readonly odd: () => readonly string[];
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const dir = mkdtempSync(join(tmpdir(), "transload-test-"));
  const folder = join(dir, "site");
  execFileSync(process.execPath, ["--import", "tsx", "site/build.ts", folder], { cwd: ROOT });
  const [, policy = ""] =
    /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(readFileSync(join(folder, "index.html"), "utf8")) ?? [];
  const server = await serve({ folder, under: UNDER, headers: { "content-security-policy": `${policy}; report-uri ${REPORTS}` } });
  const browser = await launch();
  return {
    browser,
    dir,
    url: `${server.url}${UNDER}`,
    odd: () => server.asked.filter((request) => !request.startsWith(`GET ${UNDER}`)),
    close: async () => {
      await browser.close();
      server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** The page, and what it must not do: ask anybody but its own server, break its policy, log an error. */
export interface Visit {
  readonly page: Page;
  readonly wrong: readonly string[];
  close(): Promise<void>;
}

export interface Visitor extends BrowserContextOptions {
  /** The browser can write to files that the user picks: what a picker gives is a file, or a folder, of the origin's own. */
  readonly picks?: boolean;
}

export async function visit(site: Site, { picks = false, ...options }: Visitor = {}): Promise<Visit> {
  const context = await site.browser.newContext({ acceptDownloads: true, ...options });
  // sooner than a test ends, which then tells where it was
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const wrong: string[] = [];
  context.on("request", (request) => {
    if (!new RegExp(`^(${site.url}|blob:)`).test(request.url())) wrong.push(`${request.method()} ${request.url()}`);
  });
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  await page.addInitScript(picks ? pickOwn : pickNone);
  await page.goto(site.url);
  return { page, wrong, close: () => context.close() };
}

/** As in browsers that have no pickers. */
function pickNone(): void {
  for (const name of ["showSaveFilePicker", "showDirectoryPicker"]) Reflect.deleteProperty(window, name);
}

/** A picker cannot be driven. */
function pickOwn(): void {
  const root = () => (navigator as Storing<Folder>).storage.getDirectory();
  interface Folder {
    getFileHandle(name: string, how: object): Promise<unknown>;
    getDirectoryHandle(name: string, how: object): Promise<unknown>;
  }
  Object.assign(window, {
    showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
      (await root()).getFileHandle(`picked-${suggestedName}`, { create: true }),
    showDirectoryPicker: async () => (await root()).getDirectoryHandle("picked", { create: true }),
  });
}

/** Files of the origin's own, or of a folder in it, with their texts; but for spills, which are removed a moment later. */
export function ownFiles(page: Page, folder = ""): Promise<Record<string, string>> {
  return page.evaluate(async (name) => {
    interface Folder {
      getDirectoryHandle(name: string): Promise<Folder>;
      entries(): AsyncIterable<[string, { kind: string; getFile(): Promise<{ text(): Promise<string> }> }]>;
    }
    const root = await (navigator as Storing<Folder>).storage.getDirectory();
    const found: Record<string, string> = {};
    for await (const [file, handle] of (name === "" ? root : await root.getDirectoryHandle(name)).entries())
      if (handle.kind === "file" && !file.startsWith("transload-spill-")) found[file] = await (await handle.getFile()).text();
    return found;
  }, folder);
}
