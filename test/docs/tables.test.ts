import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FORMS } from "../../src/dialects/index.js";
import { CODES } from "../../src/index.js";
import { FINDINGS } from "../../src/model/finding.js";
import { type Matrix, tablesOf } from "../servers/matrix-table.js";
import { readPage, root } from "../support/page.js";

/** What the pages list is all that there is, and nothing else. */

describe("docs/errors.md", () => {
  const page = readPage("docs/errors.md");
  const entries = new Map(
    page.text
      .split(/^### /m)
      .slice(1)
      .map((entry) => [entry.slice(0, entry.indexOf("\n")), entry] as const),
  );

  test("has an entry for every code, and for no other", () => {
    expect([...entries.keys()].sort()).toEqual(Object.keys(CODES).sort());
  });

  test.each(Object.entries(CODES))("tells of %s what it means, an example that ends in it, and a remedy", (code, meaning) => {
    const entry = (entries.get(code) as string).split(/^## /m)[0] as string;
    expect(entry).toContain(`\n${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.\n`);
    // test/docs/pages.test.ts holds what is promised here against what is printed
    expect(entry).toMatch(new RegExp(`^# transload: ${code}: |^\`\`\`text\n${code}\\b`, "m"));
    expect(entry).toMatch(/^\*\*Remedy\.\*\* \S/m);
  });

  test("names no code that there is not", () => {
    for (const [code] of page.text.matchAll(/\bE_[A-Z0-9]+/g)) expect(Object.keys(CODES)).toContain(code);
  });
});

test("docs/formats.md tells what readers and writers of binary files were recorded to give", () => {
  const matrix = JSON.parse(readFileSync(join(root, "test/servers/matrix.json"), "utf8")) as Matrix;
  for (const table of tablesOf(matrix)) expect(readPage("docs/formats.md").text).toContain(`\n\n${table}\n\n`);
});

describe("docs/verdicts.md", () => {
  test("lists every finding with its meaning, and no other", () => {
    const rows = [...readPage("docs/verdicts.md").text.matchAll(/^\| `(F_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
    expect(rows).toEqual(Object.entries(FINDINGS));
  });
});

describe("docs/formats.md", () => {
  test("lists every form", () => {
    const { text } = readPage("docs/formats.md");
    for (const { id } of FORMS) expect(text).toContain(`\`${id}\``);
  });
});

describe("docs/command-line.md", () => {
  const COMMANDS = ["convert", "inspect", "validate", "score", "serve", "doctor"];
  const { text } = readPage("docs/command-line.md");
  const optionsOf = (command: string) => {
    const help = execFileSync(process.execPath, [join(root, "dist/cli/main.cjs"), "help", command], { encoding: "utf8" });
    return [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option as string);
  };

  test.each(COMMANDS)("lists every option of %s", (command) => {
    const options = optionsOf(command);
    expect(options.length).toBeGreaterThan(5);
    for (const option of options.filter((name) => name !== "--help")) expect(text).toContain(`\`${option}\``);
  });

  test("lists no other", () => {
    const options = COMMANDS.flatMap(optionsOf);
    const rows = [...text.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell]) => cell as string);
    const listed = rows.flatMap((cell) => [...cell.matchAll(/--[\w-]+/g)].map(([name]) => name));
    expect(listed.length).toBeGreaterThan(20);
    for (const option of listed) expect(options).toContain(option);
  });
});

describe("docs/performance.md", () => {
  test("has figures of bench/RESULTS.md and bench/PART.md alone", () => {
    const measured = ["bench/RESULTS.md", "bench/PART.md"].map((name) => readPage(name).text).join("\n");
    const results = new Set([...measured.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([figure]) => figure));
    const cells = [...readPage("docs/performance.md").text.matchAll(/^\|.*\|$/gm)].flatMap(([row]) => row.split("|").slice(2));
    const figures = cells.flatMap((cell) => /^\s*(\d[\d,]*(?:\.\d+)?)(?: ×)?\s*$/.exec(cell)?.[1] ?? []);
    expect(figures.length).toBeGreaterThan(40);
    for (const figure of figures) expect(results, `${figure} is in neither: take over what was measured anew`).toContain(figure);
  });
});
