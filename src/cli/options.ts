import type { Command } from "commander";
import { checkDtype, checkDtypes, type DType, type DTypes } from "../columns/dtype.js";
import { TransloadError } from "../errors.js";
import { type ExpansionLimit, expansionLimit } from "../io/expansion.js";
import type { Share } from "../jobs/share.js";

/** Headings of the options in help. */
export const GROUPS = {
  files: "Input and output:",
  columns: "Columns and cells:",
  csv: "Reading csv:",
  pieces: "Pieces:",
  writing: "Writing files:",
  urls: "URLs:",
  server: "The server:",
  requests: "Requests:",
  running: "Running:",
  limits: "Limits:",
  messages: "Messages:",
} as const;

/** Options that every command takes. */
export function addVoice(command: Command): Command {
  return command
    .optionsGroup(GROUPS.messages)
    .option("-q, --quiet", "no warnings and no progress")
    .addOption(
      command
        .createOption("--errors <how>", "warnings and errors as text, or as a line of JSON each")
        .choices(["text", "json"])
        .default("text"),
    )
    .addOption(
      command
        .createOption(
          "--messages <how>",
          "warnings, errors and progress as text, or for a program as a line of JSON each, which says what it is",
        )
        .choices(["text", "json"])
        .default("text"),
    )
    .helpOption("-h, --help", "tell how to call it");
}

/** Dialects of the caller's own, which every command takes. */
export interface Definitions {
  dialect?: string[];
}

export function addDefinitions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.running)
    .option(
      "--dialect <file>",
      "a dialect of your own, which a YAML file defines; give it again for another",
      (file: string, before: string[] | undefined) => [...(before ?? []), file],
    );
}

/** How an input's bytes are text. */
export interface Encoded {
  encoding?: string;
}

export function addEncoding(command: Command): Command {
  return command.option(
    "--encoding <name>",
    "the input's text is windows-1252, utf-16le, utf-16be or another encoding; utf-8 by default; latin1 means windows-1252",
  );
}

export function encodingOf({ encoding }: Encoded): Encoded {
  return encoding === undefined ? {} : { encoding };
}

/** What HTTP tells of a request with binary tensors. */
export interface Headed {
  headerLength?: number;
}

export function addHeaderLength(command: Command): Command {
  return command.option(
    "--header-length <bytes>",
    "of triton:binary, the value of Inference-Header-Content-Length; without it the JSON tells where it ends",
    Number,
  );
}

export function headerLengthOf({ headerLength }: Headed): Headed {
  return headerLength === undefined ? {} : { headerLength };
}

/** How a delimited file is read, its line of names aside. */
export function addDelimited(command: Command): Command {
  return command
    .optionsGroup(GROUPS.csv)
    .option("--delimiter <character>", "between the fields of the csv that is read; tab for tsv", parseCharacter)
    .option("--quote <character>", "around the fields of the csv that is read")
    .option("--skip-lines <lines>", "lines of a csv to leave out before its header", Number)
    .option("--comment <character>", "lines of a csv that begin so are left out")
    .option("--escape <character>", "within the quotes of a csv, the next character stands for itself")
    .option("--na <words>", "a,b,c: words that stand for nothing in a csv, instead of pandas' own; none for none", parseWords)
    .option("--text <names>", "a,b,c: columns of a csv that are text, whatever they look like", parseColumns)
    .addOption(
      command
        .createOption("--typing <how>", "fields of a csv: each as it looks, or its column as pandas reads it")
        .choices(["lexical", "pandas"]),
    );
}

/** How much there may be of a row, and of a compressed input. */
export interface Limits extends ExpansionLimit {
  maxRowBytes?: number;
}

export function addLimits(command: Command): Command {
  return command
    .optionsGroup(GROUPS.limits)
    .option("--max-row-bytes <size>", "a row, or a cell, may be so long: 512MiB by default", parseSize)
    .option("--max-expand <times>", "how many times its size a compressed input may have; 1000 by default, and 64 GiB in all", parseRows)
    .option("--max-window <size>", "how much of Zstandard's text may be held to read on: 128MiB by default", parseSize);
}

export function limitsOf({ maxRowBytes, ...call }: Limits): Limits {
  return { ...expansionLimit(call), ...(maxRowBytes !== undefined && { maxRowBytes }) };
}

/** `a,b,c`, or a JSON list where a name holds a comma. */
export function parseColumns(text: string): string[] {
  if (!text.startsWith("[")) return text.split(",");
  const names = parseJson(text, "--columns");
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new TransloadError("E_OPTION", `--columns takes names: a,b,c or ["a","b","c"], not ${text}`);
}

/** `a,b,new=old`; or a JSON list, or an object of new names and old, where a name holds a comma or an equals sign. */
export function parsePicks(text: string): string[] | Record<string, string> {
  if (text.startsWith("{")) return parseJson(text, "--columns") as Record<string, string>;
  if (text.startsWith("[") || !text.includes("=")) return parseColumns(text);
  const pairs = text.split(",").map((pair): [string, string] => {
    const [name = "", ...old] = pair.split("=");
    return [name, old.length > 0 ? old.join("=") : name];
  });
  const twice = pairs.find(([name], i) => pairs.findIndex(([other]) => other === name) < i);
  if (twice) throw new TransloadError("E_OPTION", `--columns ${text}: two columns would be called ${JSON.stringify(twice[0])}`);
  return Object.fromEntries(pairs);
}

/**
 * `float32`, or a dtype for each column: `age=int32,chol=float64?`, or a JSON object where a name holds a comma. The question mark
 * is for a column that may be missing.
 */
export function parseDtype(text: string): DType | DTypes {
  if (!text.startsWith("{") && !text.includes("=")) return checkDtype(text);
  const pairs = text.startsWith("{") ? Object.entries(parseJson(text, "--dtype") as object) : text.split(",").map(parsePair);
  return checkDtypes(Object.fromEntries(pairs));
}

/** A name may hold an equals sign, a dtype does not. */
function parsePair(pair: string): [string, string] {
  const at = pair.lastIndexOf("=");
  if (at < 0) throw new TransloadError("E_OPTION", `--dtype takes a dtype, or column=dtype pairs with commas between them, not ${pair}`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function parseJson(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TransloadError("E_OPTION", `${option} ${text} is not JSON: ${(error as Error).message}`);
  }
}

/** A whole number from 1. */
export function parseRows(text: string): number {
  const rows = Number(text);
  if (Number.isSafeInteger(rows) && rows > 0) return rows;
  throw new TransloadError("E_OPTION", `a number of rows is a whole number from 1, not ${text}`);
}

/** A whole number from `least`, as the option of this name takes it. */
export function parseWhole(option: string, least: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(count) && count >= least) return count;
    throw new TransloadError("E_OPTION", `${option} is a whole number from ${least}, not ${text}`);
  };
}

/** `2/7`, the second of seven. */
export function parseShare(text: string): Share {
  const [, number, of] = (/^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? []).map(Number);
  if (number !== undefined && of !== undefined && number <= of) return { number, of };
  throw new TransloadError("E_OPTION", `a share is one of so many, from 1/7 to 7/7, not ${text}`);
}

/** `\\t` is a tab. */
function parseCharacter(text: string): string {
  return text === "\\t" ? "\t" : text;
}

/** `a,b,c`, or `none`. */
export function parseWords(text: string): string[] {
  return text === "none" ? [] : text.split(",");
}

const UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

/** Bytes of `500KB`, `200MB`, `1.5GiB` or `4096`. */
export function parseSize(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const scale = UNITS[unit.toLowerCase()];
  if (amount !== undefined && scale !== undefined) return Math.round(Number(amount) * scale);
  throw new TransloadError("E_OPTION", `a size is written like 500KB, 200MB or 1.5GiB, not ${text}`);
}
