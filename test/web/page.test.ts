// The example page, as a visitor uses it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launch, serve } from "../support/chromium.js";

/** What the page has. */
interface File {
  readonly size: number;
  text(): Promise<string>;
}
declare const window: object;
declare const document: { getElementById(id: string): { textContent: string | null } | null };
declare const navigator: {
  storage: { getDirectory(): Promise<{ getFileHandle(name: string, how?: object): Promise<{ getFile(): Promise<File> }> }> };
};
declare const DataTransfer: new () => { items: { add(file: unknown): void } };

const data = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "transload-test-"));

let browser: Browser;
let site: Awaited<ReturnType<typeof serve>>;
let context: BrowserContext;
let page: Page;
/** What the page asked of anybody but this machine, or logged as an error. */
let outside: string[];

beforeAll(async () => {
  browser = await launch();
  site = await serve();
});

beforeEach(async () => {
  context = await browser.newContext({ acceptDownloads: true });
  page = await context.newPage();
  outside = [];
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url()) || request.method() !== "GET") outside.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && outside.push(message.text()));
  page.on("pageerror", (error) => outside.push(String(error)));
});

afterEach(async () => {
  await context.close();
  expect(outside).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  site?.close();
  rmSync(dir, { recursive: true });
});

/** Browsers other than Chromium cannot ask for a file to write to; the page keeps one of its own. */
const noPicker = () => page.addInitScript(() => Reflect.deleteProperty(window, "showSaveFilePicker"));

const status = () => page.textContent("#status");
const ready = () => page.waitForFunction(() => /rows are below|E_/.test(document.getElementById("status")?.textContent ?? ""));

async function saved(): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#saved a")]);
  const path = join(dir, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

test("a dropped file shows its first rows, and is converted into a file that is saved", async () => {
  await noPicker();
  await page.goto(`${site.url}/examples/browser/index.html`);
  const bytes = readFileSync(data("heart.azureml.json"));
  const transfer = await page.evaluateHandle((text) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], "heart.azureml.json"));
    return dropped;
  }, bytes.toString());
  await page.dispatchEvent("#drop", "drop", { dataTransfer: transfer });
  await ready();
  expect(await status()).toMatch(/^heart\.azureml\.json: .* bytes, azureml:split; its first rows/);
  expect(await page.$$eval("#preview th", (cells) => cells.map((cell) => cell.textContent))).toHaveLength(12);
  expect(await page.$$eval("#preview tr:nth-child(2) td", (cells) => cells.map((cell) => cell.textContent))).toEqual([
    "1",
    "1",
    "145",
    "233",
    "1",
    "2",
    "150",
    "0",
    "2.3",
    "3",
    "0",
    "2",
  ]);
  await page.click("#convert");
  await page.waitForSelector("#saved a");
  const path = await saved();
  expect(path).toMatch(/heart\.azureml\.mlflow\.json$/);
  expect(readFileSync(path).equals(readFileSync(data("heart.mlflow.json")))).toBe(true);
});

test("a packed csv, chosen: types are told, and the file that the user picks is written", async () => {
  // the picker cannot be driven; what it gives can: a file's handle
  await page.addInitScript(() => {
    Object.assign(window, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        const folder = (await navigator.storage.getDirectory()) as unknown as {
          getFileHandle(name: string, how: object): Promise<unknown>;
        };
        return folder.getFileHandle(`picked-${suggestedName}`, { create: true });
      },
    });
  });
  await page.goto(`${site.url}/examples/browser/index.html`);
  const packed = join(dir, "iris.csv.gz");
  writeFileSync(packed, gzipSync(readFileSync(data("iris.csv"))));
  await page.setInputFiles("#file", packed);
  await ready();
  expect(await page.$$eval("#preview tr", (rows) => rows.length)).toBe(11);
  await page.selectOption("#to", "mlflow");
  await page.click("#convert");
  await page.waitForFunction(() => /written/.test(document.getElementById("status")?.textContent ?? ""));
  expect(await page.$("#saved a")).toBeNull();
  const text = await page.evaluate(async () => {
    const folder = (await navigator.storage.getDirectory()) as unknown as {
      getFileHandle(name: string): Promise<{ getFile(): Promise<File> }>;
    };
    return (await (await folder.getFileHandle("picked-iris.mlflow.json")).getFile()).text();
  });
  const { columns, data: rows } = (JSON.parse(text) as { dataframe_split: { columns: string[]; data: unknown[][] } }).dataframe_split;
  const lines = readFileSync(data("iris.csv"), "utf8").trim().split(/\r?\n/);
  expect(columns).toEqual(lines[0]?.split(","));
  expect(rows.map((row) => row.join(","))).toEqual(
    lines.slice(1).map((line) =>
      line
        .split(",")
        .map((cell) => (Number.isNaN(Number(cell)) ? cell : `${Number(cell)}`))
        .join(","),
    ),
  );
});

test("a csv becomes a Parquet file, and that a csv again", async () => {
  await noPicker();
  await page.goto(`${site.url}/examples/browser/index.html`);
  await page.setInputFiles("#file", data("iris.csv"));
  await ready();
  await page.selectOption("#to", "parquet");
  await page.click("#convert");
  await page.waitForSelector("#saved a");
  const parquet = await saved();
  expect(parquet).toMatch(/iris\.parquet$/);
  await page.setInputFiles("#file", parquet);
  await ready();
  expect(await page.$$eval("#preview tr", (rows) => rows.length)).toBe(11);
  await page.selectOption("#to", "csv");
  await page.click("#convert");
  await page.waitForSelector("#saved a");
  const cells = (path: string) =>
    readFileSync(path, "utf8")
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(",").map((cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell))));
  expect(cells(await saved())).toEqual(cells(data("iris.csv")));
});

test("a payload with a fault is refused with its place, and nothing is saved", async () => {
  await noPicker();
  await page.goto(`${site.url}/examples/browser/index.html`);
  const rows = Array.from({ length: 200_000 }, (_, i) => `[${i},${i}.5]`);
  rows[190_000] = "[1]";
  const bad = join(dir, "bad.json");
  const payload = `{"input_data":{"columns":["a","b"],"data":[\n${rows.join(",\n")}]}}`;
  writeFileSync(bad, payload);
  await page.setInputFiles("#file", bad);
  await ready();
  expect(await page.$$eval("#preview tr", (all) => all.length)).toBe(11);
  await page.click("#convert");
  await page.waitForSelector("#status.refused");
  expect(await status()).toBe(
    `E_RAGGED: row 190000 has 1 cell, expected 2 (line 190002, column 3, byte ${payload.indexOf("[1]") + 2}, $.input_data.data[190000])`,
  );
  expect(await page.$("#saved a")).toBeNull();
  expect(existsSync(join(dir, "bad.mlflow.json"))).toBe(false);
  const size = await page.evaluate(async () => {
    const folder = (await navigator.storage.getDirectory()) as unknown as {
      getFileHandle(name: string): Promise<{ getFile(): Promise<File> }>;
    };
    return (await (await folder.getFileHandle("bad.mlflow.json")).getFile()).size;
  });
  expect(size).toBe(0);
});
