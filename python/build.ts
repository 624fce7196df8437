// What the wheel has beside its Python code and the bundle (rolldown.config.mjs): the core, and a table of what Python must know of the
// command line. The table is made of the definitions that the command line itself reads, so that the two cannot drift apart.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, type Option } from "commander";
import { BINARY } from "../src/binary/form.js";
import { define as convert } from "../src/cli/convert.js";
import { define as inspect } from "../src/cli/inspect.js";
import type { Define } from "../src/cli/job.js";
import { parseColumns, parseDtype, parsePicks, parseWords } from "../src/cli/options.js";
import { define as score } from "../src/cli/score.js";
import { define as validate } from "../src/cli/validate.js";
import { DIALECTS } from "../src/dialects/index.js";
import { ENDINGS } from "../src/io/compression.js";

/** How Python spells an option's value: a flag has none; lists and objects are JSON, words with commas between them, or the option again. */
type Kind = "flag" | "text" | "json" | "words" | "again";

interface Spelling {
  readonly flag: string;
  readonly kind: Kind;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const js = `${root}python/src/transload/_js`;
const COMMANDS: Readonly<Record<string, Define>> = { convert, inspect, score, validate };

mkdirSync(`${js}/dist/core`, { recursive: true });
for (const name of ["core.wasm", "core-relaxed.wasm"]) copyFileSync(`${root}src/core/${name}`, `${js}/dist/core/${name}`);
copyFileSync(`${root}LICENSE`, `${root}python/LICENSE`);
const { name, version, type } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as Record<string, string>;
writeJson("package.json", { name, version, type });
writeJson("table.json", { options: optionsOf(COMMANDS), extensions: extensions(), compressions: ENDINGS, remedies: remedies() });

function writeJson(file: string, value: unknown): void {
  writeFileSync(`${js}/${file}`, `${JSON.stringify(value, undefined, 1)}\n`);
}

/** Of each command, by the name that Python has for it. */
function optionsOf(commands: typeof COMMANDS): Record<string, Record<string, Spelling>> {
  const table = Object.entries(commands).map(([name, define]) => {
    const command = new Command(name);
    define(command, () => {});
    const own = command.options.map((option) => [snake(option.attributeName()), spellingOf(option)] as const);
    return [name, Object.fromEntries(own)] as const;
  });
  return Object.fromEntries(table);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function spellingOf(option: Option): Spelling {
  return { flag: option.long as string, kind: kindOf(option) };
}

function kindOf({ negate, required, parseArg: parse, argChoices: choices }: Option): Kind {
  if (negate || !required) return "flag";
  if (([parseColumns, parseDtype, parsePicks] as unknown[]).includes(parse)) return "json";
  if ((parse as unknown) === parseWords) return "words";
  // what takes the values before it gathers them; so does commander's own check of choices, which gathers none
  return parse?.length === 2 && !choices ? "again" : "text";
}

/** The dialect or form that an ending tells. */
function extensions(): Record<string, string> {
  const endings = [
    ...DIALECTS.map(({ name, extensions: own = [] }) => [name, own] as const),
    ...BINARY.map(({ id, extensions: own }) => [id, own] as const),
  ];
  return Object.fromEntries(endings.flatMap(([name, own]) => own.map((extension) => [extension, name] as const)));
}

/** What docs/errors.md says to do about each code, as one line. */
function remedies(): Record<string, string> {
  const text = readFileSync(`${root}docs/errors.md`, "utf8");
  const found = [...text.matchAll(/^### (E_\w+)\n(.*?)(?=^##|(?![\s\S]))/gms)].map(([, code = "", section = ""]) => {
    const remedy = /\*\*Remedy\.\*\* (.*?)(?:\n\n|\n*$)/s.exec(section)?.[1] ?? "";
    return [code, remedy.replace(/\s*\n\s*/g, " ").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")] as const;
  });
  return Object.fromEntries(found.filter(([, remedy]) => remedy !== ""));
}
