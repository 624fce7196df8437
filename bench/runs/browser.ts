// A file through transload/web in a worker of a headless Chromium; or read there and nothing else.
import { launch, serve } from "../../test/support/chromium.js";
import { given, report } from "./report.js";

const { input, task } = given<{ input: string; task: "hash" | "memory" | "file" | "read" }>();
declare const window: { run(task: string): Promise<{ seconds?: number; check?: string }> };

const browser = await launch();
const site = await serve();
const page = await browser.newPage();
await page.goto(`${site.url}/bench/browser/blank.html`);
await page.setInputFiles("#file", input);
const { seconds = 0, check } = await page.evaluate((name) => window.run(name), task);
await browser.close();
site.close();
report({ seconds, ...(check && { check }) });
