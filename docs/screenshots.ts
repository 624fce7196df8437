// npm run screenshots: pictures of the page and of the terminal, into docs/images. They are of the page that npm run site makes, and of what
// the command in dist/ prints; a Chromium draws both.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launch, serve } from "../test/support/chromium.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "docs/images");
const WIDE = { width: 960, height: 900 };
const NARROW = { width: 360, height: 740 };
const COLUMNS = 100;

const folder = mkdtempSync(join(tmpdir(), "transload-images-"));
mkdirSync(OUT, { recursive: true });
const browser = await launch();
try {
  await takePage(browser);
  await takeTerminal(browser);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

// ---- the page

async function takePage(browser: Browser): Promise<void> {
  const site = join(folder, "site");
  execFileSync(process.execPath, ["--import", "tsx", "site/build.ts", site], { cwd: ROOT });
  const bad = join(folder, "broken.azureml.json");
  writeFileSync(bad, readFileSync(join(ROOT, "data/tensor-as-printed.azureml.json")));
  const server = await serve({ folder: site });
  const shoot = async (name: string, options: BrowserContextOptions, doing: (page: Page) => Promise<void>) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(server.url);
    await doing(page);
    await page.screenshot({ path: join(OUT, name), fullPage: true });
    await context.close();
  };
  try {
    await shoot("page-light.png", { viewport: WIDE, colorScheme: "light" }, judged);
    await shoot("page-dark.png", { viewport: WIDE, colorScheme: "dark" }, async (page) => {
      await page.setInputFiles("#file", [bad, join(ROOT, "data/iris.csv")]);
      await page.waitForSelector("#fault mark");
    });
    await shoot("page-narrow.png", { viewport: NARROW, colorScheme: "light" }, async (page) => {
      await page.setInputFiles("#file", join(ROOT, "data/iris.csv"));
      await page.waitForSelector("#columns svg");
      await page.waitForSelector("#go:enabled");
    });
  } finally {
    server.close();
  }
}

async function judged(page: Page): Promise<void> {
  await page.setInputFiles("#file", join(ROOT, "data/iris.csv"));
  await page.waitForSelector("#columns svg");
  await page.selectOption("#server", "tfserving");
  await page.click("#mend");
  await page.waitForSelector("#trial pre");
  await page.waitForSelector("#go:enabled");
}

// ---- the terminal

async function takeTerminal(browser: Browser): Promise<void> {
  const data = join(folder, "terminal");
  execFileSync("cp", ["-r", join(ROOT, "data"), data]);
  const calls = {
    "terminal-help.png": ["transload --help"],
    "terminal-convert.png": ["transload convert iris.csv -o iris.parquet", "transload inspect iris.parquet"],
    "terminal-error.png": ["transload convert tensor-as-printed.azureml.json -t mlflow"],
  };
  const context = await browser.newContext({ viewport: { width: 900, height: 100 } });
  for (const [name, lines] of Object.entries(calls)) {
    const page = await context.newPage();
    await page.setContent(terminal(lines.map((line) => ({ line, said: said(line, data) }))));
    await page.locator("pre").screenshot({ path: join(OUT, name) });
    await page.close();
  }
  await context.close();
}

/** What a call prints on a terminal: `script` gives it one. What it wrote over is as it was last. */
function said(line: string, cwd: string): string {
  const command = line.replace(/^transload/, `"${process.execPath}" "${join(ROOT, "dist/cli/main.cjs")}"`);
  const sized = `stty cols ${COLUMNS} rows 50; ${command}`;
  const { stdout } = spawnSync("script", ["-qec", sized, "/dev/null"], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, TERM: "xterm-256color" },
  });
  return stdout
    .split("\n")
    .map((text) => last(text.replace(/\r$/, "")))
    .join("\n")
    .trimEnd();
}

function last(text: string): string {
  return text.slice(text.lastIndexOf("\r") + 1);
}

function terminal(calls: readonly { line: string; said: string }[]): string {
  const text = calls.map(({ line, said }) => `<b>$ ${escaped(line)}</b>\n${coloured(said)}`).join("\n\n");
  return `<!doctype html><style>body{margin:0;background:#12151b}pre{margin:0;padding:16px;display:inline-block;min-width:52em;background:#12151b;color:#e8eaf0;font:13px/1.45 "DejaVu Sans Mono","Liberation Mono",monospace}b{color:#8fb1ff}i{color:#ff9d9d;font-style:normal}</style><pre>${text}</pre>`;
}

/** Of all a terminal's escapes only red is drawn. */
function coloured(text: string): string {
  return (
    escaped(text)
      .replaceAll("\x1b[31m", "<i>")
      .replaceAll("\x1b[39m", "</i>")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one
      .replace(/\x1b\[[\d;?]*[A-Za-z]/g, "")
  );
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
