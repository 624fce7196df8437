import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const HERE = fileURLToPath(new URL(".", import.meta.url));
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const VENV = join(ROOT, ".venv");
const BIN = join(VENV, "bin");
const PYTHON = join(BIN, "python");

/** What the environment was made from; without this file the folder is not ours. */
const STAMP = join(VENV, "transload-servers.json");

const REQUIREMENTS = "requirements.txt";
/** Apart, because the others can be had without them. */
const MLSERVER = "requirements-mlserver.txt";
const SPARK = "requirements-spark.txt";
const CONSTRAINTS = "constraints.txt";

/** Seconds that pip may take for one requirements file: a cold run is one minute here. */
const INSTALL = 600;

/** Where the servers are, and those that did not install, with the reason. */
export interface Environment {
  readonly python: string;
  /** For child processes: the environment first on the path, and no telemetry. */
  readonly env: NodeJS.ProcessEnv;
  readonly missing: ReadonlyMap<string, string>;
}

/** Makes .venv, or takes the one that is there when it was made of the same things. */
export async function environment(say: (line: string) => void): Promise<Environment> {
  const outside = await interpreter();
  const from = fingerprint(outside.version);
  const stamp = readStamp();
  if (!stamp && existsSync(VENV)) throw new Error(`${VENV} was not made by this test: move it away`);
  // one that never got as far as the first file may be broken in any way
  if (stamp?.from !== from || !stamp.installed.includes(REQUIREMENTS)) {
    rmSync(VENV, { recursive: true, force: true });
    say(`making .venv with ${outside.path} ${outside.version}`);
    mkdirSync(VENV);
    writeStamp({ from, installed: [] });
    await create(outside.path);
  }
  await install(outside.path, REQUIREMENTS, say);
  const missing = new Map<string, string>();
  for (const [what, file] of [
    ["mlserver", MLSERVER],
    ["spark", SPARK],
  ] as const)
    try {
      await install(outside.path, file, say);
    } catch (e) {
      missing.set(what, `did not install: ${(e as Error).message}`);
    }
  const env = {
    ...process.env,
    PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}`,
    VIRTUAL_ENV: VENV,
    MLFLOW_DISABLE_TELEMETRY: "true",
    DO_NOT_TRACK: "true",
    GIT_PYTHON_REFRESH: "quiet",
  };
  return { python: PYTHON, env, missing };
}

interface Stamp {
  readonly from: string;
  /** The requirements files that are installed. */
  readonly installed: readonly string[];
}

function fingerprint(version: string): string {
  const hash = createHash("sha256").update(version);
  for (const name of [REQUIREMENTS, MLSERVER, SPARK, CONSTRAINTS]) hash.update(readFileSync(join(HERE, name)));
  return hash.digest("hex");
}

function readStamp(): Stamp | undefined {
  return existsSync(STAMP) ? (JSON.parse(readFileSync(STAMP, "utf8")) as Stamp) : undefined;
}

function writeStamp(stamp: Stamp): void {
  writeFileSync(STAMP, JSON.stringify(stamp));
}

/** A Python that the pinned versions have wheels for. */
async function interpreter(): Promise<{ path: string; version: string }> {
  const seen: string[] = [];
  for (const path of [process.env.PYTHON, "python3", "python3.12", "python3.11", "python3.13"]) {
    if (!path) continue;
    const asked = await run(path, ["-c", "import platform; print(platform.python_version())"], 30).catch(() => undefined);
    const version = asked?.trim();
    if (version && /^3\.1[123]\./.test(version)) return { path, version };
    if (version) seen.push(`${path} is ${version}`);
  }
  throw new Error(`Python 3.11, 3.12 or 3.13 is needed (PYTHON=… names one); ${seen.join(", ") || "there is no python3"}`);
}

async function create(outside: string): Promise<void> {
  try {
    await run(outside, ["-m", "venv", VENV], 120);
  } catch (first) {
    // Debian's Python comes without ensurepip: a pip from outside can install into an environment that has none
    await run(outside, ["-m", "venv", "--without-pip", VENV], 120).catch(() => undefined);
    const pip = await run(outside, ["-m", "pip", "--version"], 60).catch(() => undefined);
    if (pip && existsSync(PYTHON)) return;
    rmSync(VENV, { recursive: true, force: true });
    throw new Error(`no virtual environment can be made (on Debian: apt-get install python3-venv): ${lastLine((first as Error).message)}`);
  }
}

async function install(outside: string, name: string, say: (line: string) => void): Promise<void> {
  const stamp = readStamp() as Stamp;
  if (stamp.installed.includes(name)) return;
  say(`installing ${name}`);
  const pip = existsSync(join(BIN, "pip")) ? ([PYTHON, ["-m", "pip"]] as const) : ([outside, ["-m", "pip", "--python", PYTHON]] as const);
  const options = ["--no-input", "--disable-pip-version-check", "--quiet", "--timeout", "20", "--retries", "2"];
  try {
    // wheels alone: a compiler is not asked for; they are compiled to bytecode when first used, which is most of them never
    const what = ["--only-binary", ":all:", "--no-compile", "-r", join(HERE, name), "-c", join(HERE, CONSTRAINTS)];
    await run(pip[0], [...pip[1], "install", ...options, ...what], INSTALL);
  } catch (e) {
    const said = (e as Error).message.split("\n");
    const cause = said.find((line) =>
      /HTTPS?Connection|ConnectionError|SSLError|Connect\w*Timeout|ReadTimeout|ProxyError|was stopped after/.test(line),
    );
    if (cause) throw new Error(`the Python package index cannot be reached: ${cause}`);
    throw new Error(`pip refused ${name}: ${said.filter((line) => line.startsWith("ERROR")).join("\n") || lastLine(said.join("\n"))}`);
  }
  writeStamp({ ...stamp, installed: [...stamp.installed, name] });
}

/** A program's output; its rejection tells what the program said. */
export function run(program: string, args: readonly string[], seconds: number, env = process.env, cwd = ROOT): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: seconds * 1000, killSignal: "SIGKILL" });
    const stop = (): void => void child.kill("SIGKILL");
    process.on("exit", stop);
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("exit", stop);
      if (code === 0) resolve(out);
      else reject(new Error(`${err}${signal ? `\n${program} was stopped after ${seconds} s` : ""}` || `${program} exited with ${code}`));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
