// What a shell completes. `transload completion zsh` gives it a script, which calls `transload complete -- WORDS` at every tab, and reads
// what may stand there: a line each, a tab and what it means behind it, and at last a colon and a sum of flags, as cobra has them.
// The scripts of zsh and fish are those of @bomb.sh/tab. Its bash script needs bash-completion, breaks words at colons, which forms have, and
// evaluates what has been typed, so that one is ours; and its words are not used, because they name neither files nor what is behind a comma.
import { script } from "@bomb.sh/tab";
import type { Command, Option } from "commander";
import { formOfName } from "../api/extension.js";
import { readBatches } from "../api/read.js";
import { BINARY } from "../binary/form.js";
import { DTYPES } from "../columns/dtype.js";
import { DIALECTS } from "../dialects/index.js";
import { print } from "../io/output.js";
import type { Define } from "./job.js";
import { addVoice } from "./options.js";
import type { Voice } from "./report.js";

/** What a shell may be told by, added up. */
const ASK_FOR_FILES = 0;
const NO_SPACE = 2;
const NO_FILES = 4;
/** How long somebody waits for names of columns. */
const PATIENCE_MS = 1000;

const BASH = `# bash completion for transload
_transload() {
  local line=\${COMP_LINE:0:COMP_POINT} word cut value IFS=$' \\t\\n'
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word=\${words[\${#words[@]} - 1]}
  # what readline has cut off stays where it is
  cut=\${word%"\${word##*[:=]}"}
  COMPREPLY=()
  while IFS= read -r value; do
    case $value in
      :*)
        (( \${value#:} & ${NO_SPACE} )) && compopt -o nospace 2> /dev/null
        (( \${value#:} & ${NO_FILES} )) && compopt +o default 2> /dev/null
        ;;
      *)
        value=\${value%%$'\\t'*}
        COMPREPLY+=("\${value#"$cut"}")
        ;;
    esac
  done < <(transload complete -- "\${words[@]:1}" 2> /dev/null)
}
complete -o default -F _transload transload
`;

export const define: Define = (command, start) => {
  addVoice(command)
    .summary("print a script that completes calls in a shell")
    .description("Prints a script for a shell, which then completes commands, options, dialects, dtypes, files and names of columns.")
    .addArgument(command.createArgument("<shell>", "whose script").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
Examples:
  transload completion bash > transload.bash
  transload completion zsh > _transload
  transload completion fish > transload.fish

bash: source <(transload completion bash)     in ~/.bashrc
zsh:  source <(transload completion zsh)      in ~/.zshrc, after compinit
fish: transload completion fish | source      in ~/.config/fish/config.fish`,
    )
    .action((shell: string, call: Voice) => start(call, () => print(shell === "bash" ? BASH : scriptOf(shell))));
};

/** It is printed there, and printing is ours to do. */
function scriptOf(shell: string): string {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => void lines.push(line);
  try {
    script(shell, "transload", "transload");
  } finally {
    console.log = log;
  }
  return `${lines.join("\n")}\n`;
}

/** What may stand in a place, and whether it may be a file. */
interface Suggested {
  readonly words: readonly Suggestion[];
  readonly flags: number;
}

type Suggestion = readonly [word: string, about?: string];

/** What may stand in the place of the last of these words, for a shell. */
export async function complete(program: Command, words: readonly string[]): Promise<string> {
  const { words: found, flags } = await suggested(program, words);
  const fitting = found.filter(([word]) => word.startsWith(words.at(-1) ?? ""));
  return [...fitting.map(([word, about = ""]) => `${word}\t${about}`), `:${flags}\n`].join("\n");
}

async function suggested(program: Command, words: readonly string[]): Promise<Suggested> {
  const [name, ...before] = words.slice(0, -1);
  const word = words.at(-1) ?? "";
  if (name === undefined) return { words: program.commands.map((command) => [command.name(), command.summary()]), flags: NO_FILES };
  const command = program.commands.find((known) => known.name() === name);
  if (!command) return { words: [], flags: NO_FILES };
  const option = optionOf(command, before.at(-1));
  if (option?.required) return await valuesOf(option, word, inputAmong(command, before));
  if (word.startsWith("-")) return { words: command.options.map((own) => [own.long ?? "", own.description]), flags: NO_FILES };
  const [argument] = command.registeredArguments;
  return {
    words: argument?.argChoices?.map((choice) => [choice]) ?? [],
    flags: argument && !argument.argChoices ? ASK_FOR_FILES : NO_FILES,
  };
}

function optionOf({ options }: Command, word: string | undefined): Option | undefined {
  return options.find(({ short, long }) => word !== undefined && (word === short || word === long));
}

/** The first word that is no option and none's value. */
function inputAmong(command: Command, words: readonly string[]): string | undefined {
  return words.find((word, i) => !word.startsWith("-") && !optionOf(command, words[i - 1])?.required);
}

/** By what stands between the brackets of an option's value in help. */
const VALUES: Readonly<Record<string, (word: string, input: string | undefined) => Suggested | Promise<Suggested>>> = {
  dialect: () => ({ words: names(), flags: NO_FILES }),
  dialects: (word) =>
    behindComma(
      word,
      DIALECTS.map(({ name, about }) => [name, about]),
    ),
  dtype: (word, input) => dtypesFor(word, input),
  names: async (word, input) => behindComma(word, await columnsOf(input)),
  file: () => ({ words: [], flags: ASK_FOR_FILES }),
  folder: () => ({ words: [], flags: ASK_FOR_FILES }),
  path: () => ({ words: [], flags: ASK_FOR_FILES }),
};

async function valuesOf({ argChoices: choices, flags }: Option, word: string, input: string | undefined): Promise<Suggested> {
  if (choices) return { words: choices.map((choice) => [choice]), flags: NO_FILES };
  const kind = /<(.*)>/.exec(flags)?.[1] ?? "";
  return (await VALUES[kind]?.(word, input)) ?? { words: [], flags: NO_FILES };
}

function names(): Suggestion[] {
  const texts = DIALECTS.flatMap(({ name, about, forms }) => [[name, about] as const, ...forms.map(({ id }) => [id] as const)]);
  const unique = new Map<string, Suggestion>();
  for (const found of [...texts, ...BINARY.map(({ id, about }) => [id, about] as const)])
    if (!unique.has(found[0])) unique.set(found[0], found);
  return [...unique.values()];
}

/** `float32`, or `age=int32,chol=float64`. */
async function dtypesFor(word: string, input: string | undefined): Promise<Suggested> {
  const [, begun = ""] = /^(.*=)[^=,]*$/.exec(word) ?? [];
  const dtypes = DTYPES.map((dtype): Suggestion => [`${begun}${dtype}`]);
  if (begun !== "") return { words: dtypes, flags: NO_FILES };
  const pairs = behindComma(
    word,
    (await columnsOf(input)).map(([name]) => [`${name}=`]),
  );
  return { words: [...(word.includes(",") ? [] : dtypes), ...pairs.words], flags: NO_FILES | NO_SPACE };
}

/** In a list, behind those that are there. */
function behindComma(word: string, known: readonly Suggestion[]): Suggested {
  const begun = word.slice(0, word.lastIndexOf(",") + 1);
  const there = begun.split(",");
  const words = known.filter(([name]) => !there.includes(name)).map(([name, about = ""]): Suggestion => [`${begun}${name}`, about]);
  return { words, flags: NO_FILES | NO_SPACE };
}

/** The columns of the input's first rows; none where it has none, cannot be read, or does not tell them soon. */
async function columnsOf(input: string | undefined): Promise<Suggestion[]> {
  if (input === undefined || input === "-") return [];
  try {
    const options = { from: formOfName(input), batchRows: 1, signal: AbortSignal.timeout(PATIENCE_MS) } as const;
    for await (const { columns } of readBatches(input, options)) return columns.map(({ name, dtype }) => [name, dtype]);
  } catch {
    // a shell has nobody to tell
  }
  return [];
}
