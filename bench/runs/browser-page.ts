// A file through the page of site/, as a visitor converts it: chosen, converted by the page's own worker, and kept until it is saved. The
// browser has a profile on the disk, as visitors' browsers have.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchWithProfile, serve } from "../../test/support/chromium.js";
import { hashFile } from "../payloads.js";
import { given, report } from "./report.js";

const { input, to, check } = given<{ input: string; to: string; check?: boolean }>();
const folder = mkdtempSync(join(tmpdir(), "transload-bench-"));
execFileSync(process.execPath, ["--import", "tsx", "site/build.ts", join(folder, "site")]);
const context = await launchWithProfile(join(folder, "profile"));
const site = await serve({ folder: join(folder, "site") });
try {
  const page = await context.newPage();
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.goto(site.url);
  await page.setInputFiles("#file", input);
  await page.selectOption("#to", to);
  // the summary is not waited for: it waits itself, while a conversion is under way
  await page.waitForSelector("#go:enabled");
  // a single result is saved at once, when it is there
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 600_000 }), page.click("#go")]);
  const [, seconds] = /read in ([\d.]+) s/.exec(await page.innerText("#status")) ?? [];
  report({ seconds: Number(seconds), ...(check && { check: await hashFile(await download.path()) }) });
} finally {
  await context.close();
  site.close();
  rmSync(folder, { recursive: true });
}
