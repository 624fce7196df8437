// loadCore(): once a process, so that each has a process of its own, with the built package.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { root } from "../support/page.js";

/** What a program prints that begins with these names. */
function printed(program: string): string {
  const names =
    'import { readFileSync } from "node:fs";\nimport { convert, loadCore } from "transload";\nimport { text } from "node:stream/consumers";\n';
  const work = `
    const FILE = "dist/core/core.wasm";
    async function converted() {
      const stream = convert({ to: "mlflow" });
      stream.end('{"instances":[1]}');
      return text(stream);
    }
    ${program}`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", names + work], { cwd: root, encoding: "utf8" }).trim();
}

const DONE = '{"instances":[1]}';

describe("the core is loaded from", () => {
  test.each([
    ["the package", ""],
    ["a path", "FILE"],
    ["a file's URL", 'new URL(FILE, "file://" + process.cwd() + "/")'],
    ["a file's URL as text", 'new URL(FILE, "file://" + process.cwd() + "/").href'],
    ["bytes", "readFileSync(FILE)"],
    ["a module", "new WebAssembly.Module(readFileSync(FILE))"],
    ["a response, which may be yet to come", "Promise.resolve(new Response(readFileSync(FILE)))"],
    ["an address", '"data:application/wasm;base64," + readFileSync(FILE, "base64")'],
  ])("%s", (_, source) => {
    expect(printed(`await loadCore(${source}); console.log(await converted());`)).toBe(DONE);
  });
});

test("what cannot be loaded may be tried again, and keeps no conversion from loading its own", () => {
  expect(
    printed(`
      const codes = [];
      for (const source of ["no such file", Uint8Array.of(1, 2, 3), Promise.resolve(new Response("", { status: 404 }))])
        codes.push(await loadCore(source).then(() => "loaded", (error) => error.code ?? error.name));
      await loadCore();
      console.log(codes.join(), await converted());`),
  ).toBe(`ENOENT,CompileError,Error ${DONE}`);
});
