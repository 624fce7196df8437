// What a start loads, and that the short way is the long one, only shorter.
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { folder, ROOT } from "../support/command-line.js";

const dir = folder();
const MAIN = join(ROOT, "dist/cli/main.cjs");
const HEART = "data/heart.azureml.json";
let made = 0;

/** A name that is not there yet. */
const fresh = (name = "out.json") => join(dir, `${made++}-${name}`);

function run(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: join(dir, "cache"), ...env },
  });
  return { code: status, err: stderr };
}

/** The files of the package that this call loads, and what it loads of Node's own besides what is there at a start. */
function loadedBy(args: readonly string[]): { files: string[]; builtins: string[] } {
  const coverage = fresh("coverage");
  const list = fresh("list.json");
  const hook = fresh("hook.cjs");
  writeFileSync(
    hook,
    `const before = new Set(process.moduleLoadList);
    process.on("exit", () => {
      const loaded = process.moduleLoadList.filter((name) => !before.has(name));
      require("node:fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify(loaded));
    });`,
  );
  expect(run(args, { NODE_OPTIONS: `--require=${hook}` })).toEqual({ code: 0, err: "" });
  expect(run(args, { NODE_V8_COVERAGE: coverage })).toEqual({ code: 0, err: "" });
  const scripts = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), "utf8")) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  const dist = `${pathToFileURL(join(ROOT, "dist")).href}/`;
  return {
    files: scripts.filter((url) => url.startsWith(dist)).map((url) => url.slice(dist.length)),
    builtins: (JSON.parse(readFileSync(list, "utf8")) as string[]).map((name) => name.replace(/^NativeModule |^Internal Binding /, "")),
  };
}

describe("convert of a small file to a file", () => {
  test("loads neither the command nor a module of the library", () => {
    const { files } = loadedBy(["convert", HEART, "-t", "mlflow", "-o", fresh()]);
    expect(files.filter((file) => file !== "cli/short.cjs")).toEqual(["cli/main.cjs"]);
  });

  test("loads nothing of Node's that it does without", () => {
    const { builtins } = loadedBy(["convert", HEART, "-t", "mlflow", "-o", fresh()]);
    const dear = [
      "stream",
      "net",
      "tty",
      "crypto",
      "zlib",
      "fs/promises",
      "child_process",
      "timers/promises",
      "internal/modules/esm/loader",
    ];
    expect(builtins.filter((name) => dear.includes(name))).toEqual([]);
    expect(builtins).toContain("internal/util/parse_args/parse_args");
  });

  test("is the command's where it has another option, and then loads no binary file's reader", () => {
    const { files } = loadedBy(["convert", HEART, "-t", "mlflow", "--errors", "text", "-o", fresh()]);
    expect(files).toContain("cli/command.js");
    expect(files.filter((file) => /\/(read|write|reference|verdict|arrow)-/.test(file))).toEqual([]);
  });
});

describe("the short way and the long one", () => {
  const inputs = readdirSync(join(ROOT, "data")).filter((name) => /\.(json|csv)$/.test(name));
  // --errors is not of the short way
  const long = ["--errors", "text"];

  test.each(inputs)("%s: write the same, and refuse the same in the same words", (name) => {
    for (const to of ["mlflow", "mlflow:records", "tfserving", "oip", "csv", "nothing"]) {
      const outputs = [fresh(), fresh()] as const;
      const call = ["convert", `data/${name}`, "--to", to];
      const [short, whole] = [run([...call, "-o", outputs[0]]), run([...call, ...long, "-o", outputs[1]])];
      expect(short, to).toEqual(whole);
      const [found, expected] = outputs.map((path) => readIfThere(path));
      expect(found, to).toEqual(expected);
      expect(found !== undefined, to).toBe(short.code === 0);
    }
  });

  test.each([
    ["no input", ["convert", "-t", "mlflow", "-o", join(dir, "x")]],
    ["an input that is not there", ["convert", join(dir, "absent.json"), "-t", "mlflow", "-o", join(dir, "x")]],
    ["two inputs", ["convert", HEART, HEART, "-t", "mlflow", "-o", join(dir, "x")]],
    ["no value", ["convert", HEART, "-o", join(dir, "x"), "-t"]],
    ["an option that there is not", ["convert", HEART, "-t", "mlflow", "--no-such", "-o", join(dir, "x")]],
    ["a folder that is not there", ["convert", HEART, "-t", "mlflow", "-o", join(dir, "absent/x")]],
    ["a folder as the output", ["convert", HEART, "-t", "mlflow", "-o", dir]],
    ["the input as the output", ["convert", HEART, "-t", "mlflow", "-o", HEART]],
    ["a pattern without a size", ["convert", HEART, "-t", "mlflow", "-o", join(dir, "{000}.json")]],
  ])("%s: the long way tells, and nothing is left", (_, call) => {
    const before = readdirSync(dir);
    expect(run(call)).toEqual(run(["convert", ...long, ...call.slice(1)]));
    expect(run(call).code).toBeGreaterThan(0);
    expect(readdirSync(dir)).toEqual(before);
  });

  test("know standard output by its names", () => {
    for (const name of ["-", "/dev/stdout"]) {
      const cwd = fresh("folder");
      const output = join(cwd, "out.json");
      mkdirSync(cwd);
      const call = `"${process.execPath}" "${MAIN}" convert "${join(ROOT, HEART)}" -t mlflow -o ${name} > out.json`;
      expect(spawnSync("sh", ["-c", call], { cwd }).status).toBe(0);
      expect(readdirSync(cwd)).toEqual(["out.json"]);
      expect(readFileSync(output)).toEqual(readFileSync(join(ROOT, "data/heart.mlflow.json")));
    }
  });

  test("keep a file's permissions, and a link a link", () => {
    const [target, link] = [fresh(), fresh()];
    writeFileSync(target, "before");
    chmodSync(target, 0o640);
    symlinkSync(target, link);
    expect(run(["convert", HEART, "-t", "mlflow", "-o", link])).toEqual({ code: 0, err: "" });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(readFileSync(target)).toEqual(readFileSync(join(ROOT, "data/heart.mlflow.json")));
  });
});

describe("compiled code", () => {
  const convert = (env: Record<string, string>) => {
    const output = fresh();
    expect(run(["convert", HEART, "-t", "mlflow", "-o", output], env)).toEqual({ code: 0, err: "" });
    expect(readFileSync(output)).toEqual(readFileSync(join(ROOT, "data/heart.mlflow.json")));
  };

  test("is kept from one start to the next, and made anew where it is none", () => {
    const own = fresh("cache");
    const env = { XDG_CACHE_HOME: own };
    convert(env);
    const [name = "", ...others] = readdirSync(join(own, "transload"));
    expect(others).toEqual([]);
    const kept = join(own, "transload", name);
    const { mtimeMs, mode } = statSync(kept);
    expect(mode & 0o777).toBe(0o600);
    convert(env);
    expect(statSync(kept).mtimeMs).toBe(mtimeMs);
    writeFileSync(kept, "damaged");
    convert(env);
    expect(statSync(kept).size).toBeGreaterThan(10_000);
    convert({ ...env, NODE_OPTIONS: "--max-old-space-size=300" });
  });

  test("is where Node is told to keep its own, and nowhere where it shall keep none", () => {
    const [own, other] = [fresh("cache"), fresh("cache")];
    convert({ XDG_CACHE_HOME: own, NODE_COMPILE_CACHE: other });
    expect(readIfThere(own)).toBeUndefined();
    expect(readdirSync(other).some((name) => name.includes(process.version))).toBe(true);
    convert({ XDG_CACHE_HOME: own, NODE_DISABLE_COMPILE_CACHE: "1" });
    expect(readIfThere(own)).toBeUndefined();
  });

  test("is done without where it cannot be kept", () => {
    const file = fresh("file");
    writeFileSync(file, "");
    convert({ XDG_CACHE_HOME: file });
    const closed = fresh("closed");
    mkdirSync(closed, { mode: 0o500 });
    convert({ XDG_CACHE_HOME: closed });
    convert({ XDG_CACHE_HOME: "", HOME: "", LOCALAPPDATA: "" });
  });
});

test("work that stops before its end, with nothing to wait for, is no success", () => {
  // as a client does that holds nothing open
  const deaf = "data:text/javascript,globalThis.fetch=()=>new%20Promise(()=>{})";
  const { code, err } = run(["doctor", "http://127.0.0.1:1"], { NODE_OPTIONS: `--import=${deaf}` });
  expect(code).toBe(70);
  expect(err).toContain("stopped before its end");
});

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
