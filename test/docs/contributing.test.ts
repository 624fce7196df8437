// CONTRIBUTING walks through a new dialect; this does what it says, block by block.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../support/command-line.js";

const text = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
const walk = text.slice(text.indexOf("## A new dialect"));
const blocks = [...walk.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code: code as string }));
const block = (language: string, nth = 0) => blocks.filter((b) => b.language === language)[nth]?.code as string;
/** A copy of the project. */
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "transload-contributing-"));
  const parts = ["src", "test", "bench", "data", "examples", "package.json", "tsconfig.json", "vitest.config.ts"];
  for (const part of parts) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "transload"), `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "dist/cli/main.cjs")}" "$@"\n`);
  chmodSync(join(folder, "bin", "transload"), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs commands; a comment behind one is what it prints. */
function run(script: string): void {
  const { VITEST: _, ...own } = process.env;
  const env = { ...own, NO_COLOR: "1", PATH: `${join(folder, "bin")}:${process.env.PATH}` };
  const output = execFileSync("sh", ["-euc", `exec 2>&1\n${script}`], { cwd: folder, encoding: "utf8", env });
  for (const [, promised] of script.matchAll(/^# (.*)$/gm)) expect(output).toContain(promised);
}

test("its blocks are these", () => {
  expect(blocks.map(({ language }) => language)).toEqual(["js", "sh", "ts", "diff", "sh"]);
});

test("a program defines it", () => {
  // by the package's own name, as a program has it
  const path = join(folder, "program", "program.mjs");
  mkdirSync(join(folder, "program", "node_modules"), { recursive: true });
  symlinkSync(ROOT, join(folder, "program", "node_modules", "transload"));
  writeFileSync(join(folder, "program", "package.json"), "{}");
  writeFileSync(path, block("js"));
  const output = execFileSync(process.execPath, [path], { cwd: folder, encoding: "utf8" });
  const promises = [...block("js").matchAll(/; \/\/ (.*)$/gm)].map(([, promised]) => promised);
  expect(promises).not.toEqual([]);
  for (const promised of promises) expect(output).toContain(promised);
});

test("the command line takes it from a file", () => {
  run(block("sh"));
});

test("built in it is a file and a line", () => {
  const [, path] = /^\/\/ (src\/dialects\/\w+\.ts)\n/.exec(block("ts")) ?? [];
  writeFileSync(join(folder, path as string), block("ts"));
  const [, index] = /^--- (.*)\n/.exec(block("diff")) ?? [];
  const hunks = block("diff")
    .split(/^---.*\n/m)
    .slice(1);
  expect(hunks).toHaveLength(2);
  for (const hunk of hunks) change(join(folder, index as string), hunk.trimEnd().split("\n"));
  // of npm run check, the types of what was changed
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "--types", "node"];
  run(`node_modules/.bin/tsc --module NodeNext --target ES2023 ${strict.join(" ")} src/dialects/index.ts`);
  run(block("sh", 1));
}, 300_000);

/** Puts the lines that begin with a plus between those around them, which stand in the file once. */
function change(path: string, lines: readonly string[]): void {
  const before = lines.filter((line) => line.startsWith(" ")).map((line) => `${line.slice(1)}\n`);
  const after = lines.map((line) => `${line.slice(1)}\n`);
  const source = readFileSync(path, "utf8");
  expect(source.split(before.join(""))).toHaveLength(2);
  writeFileSync(path, source.replace(before.join(""), after.join("")));
}
