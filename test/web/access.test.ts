// The page for everybody: by axe's rules in each of its states, by the keyboard alone, on a narrow screen, in the dark.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import axeCore from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { data, openSite, type Site, type Visit, type Visitor, visit } from "./visitor.js";

interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[]; passes: unknown[] }>;
}
declare const axe: Axe;
declare const document: {
  activeElement: { id: string; textContent: string } | null;
  documentElement: { scrollWidth: number; clientWidth: number };
};

const AXE = axeCore.source;

let site: Site;
let visitor: Visit;
let page: Page;

beforeAll(async () => {
  site = await openSite();
});

afterEach(async () => {
  await visitor.close();
  expect(visitor.wrong).toEqual([]);
});

afterAll(() => site?.close());

async function come(options: Visitor = {}): Promise<void> {
  visitor = await visit(site, options);
  page = visitor.page;
}

/** What axe finds wrong. It is put into the page past its policy, as no visitor's code is. */
async function violations(): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  expect(passes.length).toBeGreaterThan(10);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

const bad = () => {
  const path = join(site.dir, "bad.json");
  writeFileSync(path, '{"input_data":{"columns":["a","b"],"data":[\n[1,2],\n[3]]}}');
  return path;
};

const STATES: Readonly<Record<string, () => Promise<unknown>>> = {
  empty: async () => {},
  "with a summary, a verdict and a result": async () => {
    await page.setInputFiles("#file", data("iris.csv"));
    await page.waitForSelector("#columns svg");
    await page.selectOption("#server", "azureml");
    await page.waitForSelector("#mend");
    await page.click("#options summary");
    await page.click("#reading-options summary");
    await page.click("#go:enabled");
    await page.waitForSelector("#saved a");
  },
  "with a refusal, beside other files": async () => {
    await page.setInputFiles("#file", [bad(), data("tensor.azureml.json")]);
    await page.waitForSelector("#fault mark");
    await page.selectOption("#to", "csv");
    await page.click("#files li:nth-child(2) .file");
    await page.waitForSelector("#objection .refusal");
    await page.click("#files li:nth-child(1) .file");
    await page.waitForSelector("#fault mark");
  },
};

describe.each(Object.entries(STATES))("the page, %s", (_, reach) => {
  test.each([
    ["in the light", { colorScheme: "light", viewport: { width: 1100, height: 800 } }],
    ["in the dark, 360 pixels wide", { colorScheme: "dark", viewport: { width: 360, height: 700 } }],
  ] as const)("is for everybody, %s", async (_, options) => {
    await come(options);
    await reach();
    expect(await violations()).toEqual([]);
    // nothing is beside the screen
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(wide).toBe(seen);
  });
});

test("axe finds what is wrong", async () => {
  await come();
  await page.$eval("#go", (button) => Object.assign(button, { textContent: "" }));
  await page.$eval("#convert", (section) => Object.assign(section, { hidden: false }));
  expect(await violations()).toEqual([expect.stringMatching(/^button-name: /)]);
});

test("the dark has other colours", async () => {
  const grounds: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await come({ colorScheme });
    grounds.push(
      await page.$eval(
        "body",
        (body) =>
          (globalThis as unknown as { getComputedStyle(of: unknown): { backgroundColor: string } }).getComputedStyle(body).backgroundColor,
      ),
    );
    await visitor.close();
  }
  expect(grounds).toEqual(["rgb(251, 251, 253)", "rgb(18, 21, 27)"]);
});

test("all of it can be done by the keyboard", async () => {
  await come();
  // the browser is asked to hand it over, which takes it a moment: a key that comes before opens a dialog of its own
  const chosen = page.waitForEvent("filechooser");
  chosen.catch(() => {});
  const focus = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || "");
  /** Presses Tab until this has the focus. */
  const reach = async (wanted: string | RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      const found = await focus();
      if (typeof wanted === "string" ? found === wanted : wanted.test(found)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`the keyboard does not get to ${wanted}; it is at ${await focus()}`);
  };
  await page.keyboard.press("Tab");
  expect(await focus()).toBe("file");
  await page.keyboard.press("Space");
  const chooser = await chosen;
  expect(chooser.isMultiple()).toBe(true);
  await chooser.setFiles([bad(), data("iris.csv")]);
  await page.waitForSelector("#fault mark");
  await reach(/^iris\.csv/);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#columns svg");
  await reach("server");
  await page.keyboard.type("Azure");
  await page.waitForSelector("#mend");
  await reach("mend");
  await page.keyboard.press("Enter");
  expect(await focus()).toBe("to");
  expect(await page.inputValue("#to")).toBe("azureml:split");
  await page.waitForSelector("#go:enabled");
  await reach("go");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(download.suggestedFilename()).toBe("iris.azureml-split.json");
});

test("what happens is said to those who do not see it", async () => {
  await come();
  await page.setInputFiles("#file", bad());
  await page.waitForSelector('[role="alert"] mark');
  expect(
    await page.getByRole("button", { name: "Convert and save", description: "bad.json: refused, so there is nothing to convert." }).count(),
  ).toBe(1);
  await page.setInputFiles("#file", data("iris.csv"));
  await page.waitForSelector("#columns svg");
  expect(await page.getByRole("img", { name: /^Histogram: most values, \d+ of them, from/ }).count()).toBe(4);
  expect(await page.getByRole("checkbox", { name: "Keep species" }).count()).toBe(1);
  await page.click("#go:enabled");
  await page.getByRole("status").filter({ hasText: "iris.mlflow.json: " }).waitFor();
});
