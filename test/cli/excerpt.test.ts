import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { type Around, excerptOf, Recent } from "../../src/cli/excerpt.js";
import { TransloadError } from "../../src/errors.js";
import { folder, shell, TERMINAL } from "../support/command-line.js";

const dir = folder();
const BARE = { columns: 200, hasColors: () => false };

/** The excerpt at the byte where » stands. */
async function shown(text: string, terminal: Parameters<typeof excerptOf>[2] = BARE): Promise<string[]> {
  const [before = "", after = ""] = text.split("»");
  const bytes = Buffer.from(before + after);
  const around: Around = { at: (offset, length) => bytes.subarray(offset, offset + length) };
  const error = new TransloadError("E_SYNTAX", "", { offset: Buffer.byteLength(before) });
  return (await excerptOf(error, around, terminal)).split("\n").slice(1);
}

test("the line of a fault is shown, and a caret under its place", async () => {
  expect(await shown('{"inputs":\n[[1,»01],\n[2]]}')).toEqual(["  [[1,01],", "      ^"]);
  expect(await shown("a,b\r\n1,»x\r\n")).toEqual(["  1,x", "    ^"]);
  expect(await shown('{"inputs": [1»')).toEqual(['  {"inputs": [1', "               ^"]);
});

test("nothing is shown of an empty line", async () => {
  expect(await shown("»")).toEqual([]);
  expect(await shown('{"a":1}\n»')).toEqual([]);
});

test("the caret stands right behind letters of two columns, of none, and what no terminal shows", async () => {
  const [line, caret] = await shown('["日本é\u0301\t\u202e",»01]');
  expect(line).toBe('  ["日本é\u0301··",01]');
  expect(stringWidth(line?.slice(0, line.indexOf("01")) ?? "")).toBe(caret?.indexOf("^"));
});

test.each([120, 80, 40])("a line of a gigabyte takes %i columns at most", async (columns) => {
  const size = 2 ** 30;
  const around: Around = { at: (offset, length) => Buffer.from("語7".repeat(length)).subarray(0, Math.min(length, size - offset)) };
  for (const offset of [0, 5, 400, 2 ** 29, size - 1]) {
    const error = new TransloadError("E_SYNTAX", "", { offset });
    const lines = (await excerptOf(error, around, { columns })).split("\n").slice(1);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  }
});

test("the caret is red where the terminal has colours", async () => {
  expect(await shown("»x", { hasColors: () => true })).toEqual(["  x", "  \x1b[31m^\x1b[39m"]);
});

test("of what passes but once the last is kept", async () => {
  const recent = new Recent();
  const chunks = async function* () {
    for (let i = 0; i < 10; i++) yield Buffer.alloc(1 << 20, `${i}`);
  };
  for await (const _ of recent.keep(chunks()));
  expect(Buffer.from(recent.at(9.5 * 2 ** 20, 3)).toString()).toBe("999");
  expect(Buffer.from(recent.at(9 * 2 ** 20 - 1, 2)).toString()).toBe("89");
  expect(recent.at(0, 3)).toHaveLength(0);
});

/** What a terminal shows of a line of shell. */
async function onTerminal(line: string): Promise<string> {
  const { out } = await shell(`export -f transload; SHELL=/bin/bash TERM=xterm-256color script -qec '${line}' /dev/null`);
  return out.replaceAll("\r\n", "\n");
}

test.runIf(TERMINAL)("a terminal sees the place: in a file, a compressed one, and what is piped in", async () => {
  const path = join(dir, "p.json");
  const text = '{"inputs":\n[[1,01]]}';
  const excerpt = "\n  [[1,01]]}\n       ^\n";
  writeFileSync(path, text);
  writeFileSync(`${path}.gz`, gzipSync(text));
  for (const command of ["convert -t azureml", "inspect", "validate"]) {
    const all = await Promise.all(
      [
        `transload ${command} ${path}`,
        `transload ${command} ${path}.gz`,
        `transload ${command} < ${path}`,
        `cat ${path} | transload ${command}`,
      ].map((line) => onTerminal(`export NO_COLOR=1; ${line}`)),
    );
    for (const shown of all) expect(shown).toContain(excerpt);
    expect(all[0]).toContain(`transload: E_NUMBER: ${path}: bad number: 1 after a leading zero`);
  }
  expect(await onTerminal(`unset NO_COLOR; export FORCE_COLOR=1; transload inspect ${path}`)).toContain("\x1b[31m^\x1b[39m");
  expect(await onTerminal(`transload inspect ${path} --errors json`)).not.toContain("^");
});
