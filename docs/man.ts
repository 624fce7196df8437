// Writes the manual page, dist/transload.1, of what the command's own help says.
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { describe } from "../src/cli/program.js";

const said: string[] = [];
const program = await describe(undefined, () => {}, said);
const version = program.version();

const page = [
  `.TH TRANSLOAD 1 "" "transload ${version}" "User Commands"`,
  ".SH NAME",
  `transload \\- ${line(lowerFirst(program.description()).replace(/\.$/, ""))}`,
  ".SH SYNOPSIS",
  ...program.commands.flatMap((command) => [`.B transload ${command.name()}`, line(command.usage()), ".br"]),
  ".SH DESCRIPTION",
  line(program.description()),
  "Every command has a section of its own below.",
  ...program.commands.flatMap(section),
  ".SH EXIT STATUS",
  ...["0 the output is whole and on the disk", "1 the input was refused", "2 the call was wrong", "3 reading or writing failed"].flatMap(
    status,
  ),
  ...["70 a fault of transload's own", "130 interrupted"].flatMap(status),
];
writeFileSync(new URL("../dist/transload.1", import.meta.url), `${page.join("\n")}\n`);

/** A command: what it does, its options by their groups, and its examples. */
function section(command: Command): string[] {
  const help = command.createHelp();
  const groups = new Map<string, string[]>();
  for (const option of help.visibleOptions(command)) {
    const heading = option.helpGroupHeading ?? "Options:";
    const entries = groups.get(heading) ?? groups.set(heading, []).get(heading);
    entries?.push(".TP", `.B ${line(help.optionTerm(option))}`, line(help.optionDescription(option)));
  }
  return [
    `.SH ${command.name().toUpperCase()}`,
    line(command.description()),
    ...[...groups].flatMap(([heading, entries]) => [`.SS ${line(heading.replace(/:$/, ""))}`, ...entries]),
    ...block(after(command)),
  ];
}

/** What help has behind the options. */
function after(command: Command): string {
  said.length = 0;
  command.outputHelp();
  return said.join("").slice(command.helpInformation().length).trim();
}

function block(text: string): string[] {
  return text === "" ? [] : [".PP", ".EX", ...text.split("\n").map(line), ".EE"];
}

function status(text: string): string[] {
  const [code = "", ...words] = text.split(" ");
  return [".TP", `.B ${code}`, line(words.join(" "))];
}

/** Text that the page's language does not take for its own. */
function line(text: string): string {
  const plain = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1");
  return plain.replace(/[^\0-\x7f]/gu, (c) => `\\[u${(c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}]`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
