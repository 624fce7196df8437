import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = join(ROOT, "dist/cli/main.cjs");

/** Whether script(1) of util-linux is there to give a command a terminal. */
export const TERMINAL = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

export interface Run {
  code: number | null;
  out: string;
  err: string;
}

/** Starts the built command line; standard input stays open. */
export function start(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, env: { ...process.env, ...env } });
}

export async function finish(child: ChildProcessWithoutNullStreams): Promise<Run> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/** Runs `transload` with these arguments and this on its standard input. */
export function transload(args: readonly string[], input: string | Buffer = ""): Promise<Run> {
  const child = start(args);
  child.stdin.on("error", () => {}); // it may leave before it has read everything
  child.stdin.end(input);
  return finish(child);
}

/** Runs a line of shell, in which `transload` is the built command line. */
export function shell(line: string, cwd: string = ROOT): Promise<Run> {
  // script(1) takes the shell from SHELL, and only bash passes functions on
  const script = `transload() { "${process.execPath}" "${MAIN}" "$@"; }\n${line}`;
  const child = spawn("bash", ["-c", script], { cwd });
  child.stdin.end();
  return finish(child);
}

/** A folder that is gone after the tests of the file. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "transload-cli-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const SPLIT = '{"input_data":{"columns":["a","b"],"index":[0,1],"data":[[1.0,2],[3,4.50]]}}';
export const TENSOR = '{"input_data":[[1.0,2],[3,4.50]]}';

/** A split of about so many bytes; `end` closes it. */
export function large(bytes: number, end = "]}}"): string {
  const row = '[63,1,145,233,1,0,150,0,2.3,0,0,"fixed"]';
  const columns = Array.from({ length: 12 }, (_, i) => `"c${i}"`).join(",");
  return `{"input_data":{"columns":[${columns}],"data":[${row}${`,${row}`.repeat(bytes / (row.length + 1))}${end}`;
}
