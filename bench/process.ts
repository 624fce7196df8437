import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What a program in runs/ tells of itself, as its last line of output. */
export interface Report {
  /** From just before the work to its end: neither Node's start nor the loading of modules. */
  seconds: number;
  /** What the result is compared by: a hash, a sum. */
  check?: string;
  /** Of requests: how many a second, and milliseconds that half of them, and 99 of 100, took at most. */
  rate?: number;
  p50?: number;
  p99?: number;
}

/** Runs a program of runs/ in a process of its own, of this Node or another one. */
export function runScript(name: string, options: object, nodeOptions: readonly string[] = [], node = process.execPath): Report {
  return runReporter(node, [...nodeOptions, "--import", "tsx", `bench/runs/${name}.ts`, JSON.stringify(options)]);
}

/** What a run reports, or in a line why there is nothing to report. */
export function attempt<T extends Report | number>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    const lines = (error as Error).message.split("\n").map((line) => line.trim());
    return lines.find((line) => /^\w*Error\b|^transload:/.test(line)) ?? lines[0] ?? "it failed";
  }
}

/** Runs any program that reports as those of runs/ do. */
export function runReporter(command: string, args: readonly string[]): Report {
  return lastLine(checked(command, args, spawnSync(command, args, { cwd: ROOT, encoding: "utf8" })).stdout);
}

/** The program of another Node, where the package registry has it: npx itself takes longer than all that is measured. */
export function nodeOf(major: number): string | undefined {
  return outputOf("npx", ["--yes", `--package=node@${major}`, "--", "node", "-p", "process.execPath"])?.trim();
}

/** Wall seconds of a whole process, from its creation to its end; its output goes to /dev/null or the open file. */
export function timeProgram(command: string, args: readonly string[], output: "ignore" | number = "ignore"): number {
  const started = performance.now();
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ["ignore", output, "pipe"] });
  const seconds = (performance.now() - started) / 1000;
  checked(command, args, result);
  return seconds;
}

/** A program's output; undefined when it is not installed or fails. */
export function outputOf(command: string, args: readonly string[]): string | undefined {
  const result = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return result.status === 0 ? result.stdout : undefined;
}

/** A module that writes the peak of resident memory, in KiB, to file descriptor 3 at the end. */
// VmHWM is of this process alone. ru_maxrss would not do: Linux hands a parent's peak down to the child it spawns.
export const PEAK_ON_EXIT = `data:text/javascript,${encodeURIComponent(`
import { readFileSync, writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(3, readFileSync("/proc/self/status", "utf8").match(/VmHWM:\\s+(\\d+)/)[1]));
`)}`;

/** Peak of resident memory, in bytes, of a Node program, with a file as its standard input where one is given. Linux only. */
export function peakOf(args: readonly string[], input?: string): number {
  const all = ["--import", PEAK_ON_EXIT, ...args];
  const stdin = input === undefined ? "ignore" : openSync(input, "r");
  const result = spawnSync(process.execPath, all, { cwd: ROOT, stdio: [stdin, "ignore", "pipe", "pipe"] });
  if (stdin !== "ignore") closeSync(stdin);
  checked(process.execPath, args, result);
  return Number(result.output[3]?.toString()) * 1024;
}

/** The same of any program, looked at every few milliseconds; undefined when it fails. Output goes to /dev/null. */
export function watchPeak(command: string, args: readonly string[]): Promise<number | undefined> {
  const child = spawn(command, args, { cwd: ROOT, stdio: "ignore" });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      peak = Number(readFileSync(`/proc/${child.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1] ?? peak);
    } catch {
      // it is gone
    }
  }, 5);
  return new Promise((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", (code) => resolve(code === 0 ? peak * 1024 : undefined));
  }).finally(() => clearInterval(timer)) as Promise<number | undefined>;
}

/** Whether peakOf() works here. */
export function hasPeak(): boolean {
  try {
    return readFileSync("/proc/self/status", "utf8").includes("VmHWM");
  } catch {
    return false;
  }
}

function checked<T extends SpawnSyncReturns<string | Buffer>>(command: string, args: readonly string[], result: T): T {
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${result.status}\n${result.stderr}`);
  return result;
}

function lastLine(text: string): Report {
  return JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Report;
}
