import type { OptionValue } from "../errors.js";
import { shellWord } from "../model/shell-word.js";

/** An option as the command line spells it: `--index drop`, `--no-header`, `--columns a,b,c`, `--dtype age=int32`. */
export function optionOfCommand(name: string, value: OptionValue = true): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === false) return `--no-${kebab}`;
  return value === true ? `--${kebab}` : `--${kebab} ${shellWord(wordOf(value))}`;
}

/** As JSON where a name holds a comma. */
function wordOf(value: Exclude<OptionValue, boolean>): string {
  if (typeof value === "string") return value;
  const words = Array.isArray(value) ? (value as readonly string[]) : Object.entries(value).map(([name, text]) => `${name}=${text}`);
  return words.some((word) => word.includes(",") || /^[[{]/.test(word)) ? JSON.stringify(value) : words.join(",");
}
