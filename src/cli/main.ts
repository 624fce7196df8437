#!/usr/bin/env node
// The command line's door. A start takes longer than a small payload, so what comes first is short: a call that is for the short way loads
// one bundle, with the code that V8 has made of it before. All else is the command's.
//
// The room. In: words, files and pipes. Out: a file, whole or not at all, or a pipe (output.ts); pieces in a folder; and on standard error,
// what is wrong and where (report.ts, excerpt.ts). A file for each command; the work itself is the library's.
import { join } from "node:path";
import { cacheFolder, keepCompiled, loadCompiled } from "./compiled.js";
import { shortCallOf } from "./short-call.js";

void start(process.argv.slice(2));

async function start(words: readonly string[]): Promise<void> {
  const folder = cacheFolder(process.env);
  const call = shortCallOf(words);
  if (call) {
    const { convertShortly } = loadCompiled(join(import.meta.dirname, "short.cjs"), folder) as typeof import("./short.js");
    // all is on the disk: what Node would put in order now goes with the process
    if (await convertShortly(call)) process.exit();
  }
  keepCompiled(folder);
  await import("./command.js");
}
