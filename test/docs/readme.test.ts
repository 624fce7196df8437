import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CODES } from "../../src/index.js";

/** The README's commands and programs run as they stand, one after the other, in a folder with its data. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "transload-readme-"));
  cpSync(join(root, "data"), join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "transload"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "transload"), `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/cli/main.js")}" "$@"\n`);
  chmodSync(join(folder, "bin", "transload"), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , text]) => text as string);
}

function sh(script: string): string {
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
  return execFileSync("sh", ["-euc", `exec 2>&1\n${script}`], { cwd: folder, encoding: "utf8", env });
}

describe("README", () => {
  test.each(blocks("sh").map((script) => [script.split("\n")[0], script]))("%s", (_, script) => {
    const output = sh(script as string);
    // a comment behind a command is the output it promises
    for (const [, promised] of (script as string).matchAll(/^# (.*)$/gm)) expect(output).toContain(promised);
  });

  test.each(blocks("js").map((program, i) => [i + 1, program]))("program %i", (i, program) => {
    const path = join(folder, `program-${i}.mjs`);
    writeFileSync(path, program as string);
    expect(() => execFileSync(process.execPath, [path], { cwd: folder, stdio: "pipe" })).not.toThrow();
  });

  test("its two commands are scripts of the package", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
    for (const [, name] of readme.matchAll(/^npm ci && npm (?:run )?(\w+)$/gm)) expect(Object.keys(scripts)).toContain(name);
  });

  test("lists every error code with its meaning", () => {
    for (const [code, meaning] of Object.entries(CODES)) expect(readme).toContain(`| \`${code}\` | ${meaning} |`);
  });
});
