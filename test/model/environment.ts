import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Releases } from "../../src/dialects/index.js";
import { spellReleases } from "../../src/model/releases.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** It reads Azure ML's payloads; its last release stands behind all others. */
const INFERENCE_SCHEMA = "inference-schema==1.8";

/** A Python with these releases, in an environment of its own, which is made once. */
export function pythonOf(releases: Releases, say: (line: string) => void): string {
  const requirements = Object.entries(releases).map(([name, release]) => `${name}==${release}`);
  return made(spellReleases(releases).replaceAll(" ", "-"), [...requirements, INFERENCE_SCHEMA], true, say);
}

/** A Python with these packages, kept under this name. */
export function pythonWith(name: string, requirements: readonly string[], say: (line: string) => void): string {
  return made(name, requirements, true, say);
}

/** A Python with what pip installs today. */
export function pythonOfToday(say: (line: string) => void): string {
  return made("newest", ["mlflow", "inference-schema"], false, say);
}

/** A Python with what a file of requirements pins. */
export function pythonFrom(file: string, say: (line: string) => void): string {
  const text = readFileSync(file, "utf8");
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return made(
    name,
    text.split("\n").filter((line) => /^\w/.test(line)),
    true,
    say,
  );
}

function made(name: string, requirements: readonly string[], kept: boolean, say: (line: string) => void): string {
  const folder = join(ROOT, ".venv-record", name);
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "whole"))) return python;
  say(`installing ${requirements.join(" ")}`);
  rmSync(folder, { recursive: true, force: true });
  output(process.env.PYTHON ?? "python3", ["-m", "venv", folder]);
  const options = ["--quiet", "--no-compile", "--no-input", "--disable-pip-version-check", "--only-binary", ":all:"];
  output(python, ["-m", "pip", "install", ...options, ...requirements]);
  if (kept) writeFileSync(join(folder, "whole"), "");
  return python;
}

/** What a program prints; what it complains of goes to standard error. */
export function output(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"], cwd: ROOT });
}
