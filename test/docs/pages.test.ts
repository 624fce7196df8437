import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, type Page, pagesIn, readPage, root } from "../support/page.js";
import { ASKED, PLACE, standIn } from "../support/stand-in.js";

/** The commands and programs of README and docs/ run as they stand: those of a page in order, in a folder with its data; pages side by side. */

const PAGES = ["README.md", ...pagesIn("docs")].map(readPage);
/** What can be run, what a run prints, what python/tests runs, and, without a name, npm's and pip's commands. */
const LANGUAGES = ["sh", "js", "text", "python", ""];

/** A folder as a clone's root is to a reader: data, the package by its name, the command on the path. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "transload-docs-"));
  cpSync(join(root, "data"), join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "transload"));
  symlinkSync(join(root, "node_modules", "fastify"), join(folder, "node_modules", "fastify"));
  mkdirSync(join(folder, "bin"));
  const command = join(folder, "bin", "transload");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/cli/main.cjs")}" "$@"\n`);
  chmodSync(command, 0o755);
  writeFileSync(join(folder, "browser.mjs"), BROWSER);
  return folder;
}

/** What a page has and Node has not: a dropped file, a place to save it, and a core that is fetched. */
const BROWSER = `
import { readFileSync, openAsBlob } from "node:fs";
import { loadCore } from "transload/web";
await loadCore(readFileSync(${JSON.stringify(join(root, "dist/core/core.wasm"))}));
globalThis.file = await openAsBlob("data/heart.azureml.json");
globalThis.handle = { createWritable: async () => new WritableStream() };
`;

function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: folder, env, encoding: "utf8" }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}

/** A server that a page asks is a stand-in on another port. */
async function runBlock({ text, ...block }: Block, folder: string, server: string): Promise<string> {
  const output = await runText({ ...block, text: text.replaceAll(PLACE, server) }, folder);
  return output.replaceAll(server, PLACE);
}

async function runText({ language, text, line }: Block, folder: string): Promise<string> {
  if (language === "sh") return run("sh", ["-euc", `exec 2>&1\n${text}`], folder);
  const path = join(folder, `line-${line}.mjs`);
  writeFileSync(path, text);
  const web = text.includes('"transload/web"') ? ["--import", "./browser.mjs"] : [];
  return run(process.execPath, [...web, path], folder);
}

/** What a block promises to print: comments behind a command, and the text that follows it on the page. */
function promises({ blocks }: Page, block: Block): string[] {
  const comments = block.language === "sh" ? [...block.text.matchAll(/^# (.*)$/gm)].map(([, line]) => line as string) : [];
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.language === "text" ? [...comments, next.text.trim()] : comments;
}

const isRun = ({ language }: Block) => language === "sh" || language === "js";

describe.each(PAGES.filter(({ blocks }) => blocks.some(isRun)).map((page) => [page.path, page] as const))(
  "%s",
  { concurrent: true },
  (_, page) => {
    let folder = "";
    let server = "";
    beforeAll(async () => {
      folder = makeFolder();
      server = (await standIn(ASKED)).url;
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const runnable = page.blocks.filter(isRun);
    test.sequential.each(runnable.map((block) => [block.line, block.text.split("\n")[0], block] as const))(
      "line %i: %s",
      async (_line, _text, block) => {
        const output = await runBlock(block, folder, server);
        for (const promised of promises(page, block)) expect(output).toContain(promised);
      },
    );
  },
);

describe("pages", () => {
  const { name, scripts, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    scripts: Record<string, string>;
    bin: Record<string, string>;
  };

  test("have no block that is not run, or is the output of one", () => {
    for (const { path, blocks } of PAGES)
      for (const [i, { language, line }] of blocks.entries()) {
        expect(LANGUAGES, `${path}, line ${line}`).toContain(language);
        if (language === "text") expect(["sh", "js"], `${path}, line ${line}`).toContain(blocks[i - 1]?.language);
      }
  });

  test("call npm and pip with this package's name, and npm with its scripts", () => {
    const lines = PAGES.flatMap(({ blocks }) =>
      blocks.filter(({ language }) => language === "").flatMap(({ text }) => text.trim().split("\n")),
    );
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      const [, script] = /^npm ci && npm (?:run )?(\w+)$/.exec(line) ?? [];
      const [, called] = /^(?:npm i (?:-g )?|pip install )(\S+)/.exec(line) ?? [];
      const [, ran] = /^npx (\S+) --help/.exec(line) ?? [];
      if (script) expect(Object.keys(scripts)).toContain(script);
      else if (called) expect(called).toBe(name);
      else expect(Object.keys(bin)).toContain(ran);
    }
  });

  test("name scripts that there are", () => {
    for (const { path, text } of PAGES)
      for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts), path).toContain(script);
  });
});
