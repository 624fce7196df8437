/** Of a page there is none, and its reader's shell is not known. */
const SYSTEM: string | undefined = globalThis.process?.platform;

/**
 * A word for the shell that people have: PowerShell on Windows, a POSIX shell elsewhere. PowerShell before 7.3 takes double quotes out of what it
 * hands to a program, however they are written.
 */
export function shellWord(word: string, system = SYSTEM): string {
  const windows = system === "win32";
  // to PowerShell a comma makes a list, @ takes a variable apart, and % is a command
  const plain = windows ? /^[\w.:=/\\+-]+$/ : /^[\w.,:=/@%+-]+$/;
  if (plain.test(word)) return word;
  return `'${word.replaceAll("'", windows ? "''" : `'\\''`)}'`;
}
