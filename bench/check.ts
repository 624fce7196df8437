/** Throws unless all results are the same; nothing is timed whose result is wrong. */
export function mustAgree(what: string, results: Readonly<Record<string, string | undefined>>): void {
  if (new Set(Object.values(results)).size > 1) {
    const lines = Object.entries(results).map(([name, result]) => `  ${name}: ${result}`);
    throw new Error(`${what}: the results differ\n${lines.join("\n")}`);
  }
  process.stderr.write(`  ${what}: ${Object.keys(results).join(", ")} agree\n`);
}
