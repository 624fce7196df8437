import { once } from "node:events";
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { finish, folder, large, SPLIT, shell, start, transload } from "../support/command-line.js";

const dir = folder();
const MLFLOW = SPLIT.replace("input_data", "dataframe_split");

/** Runs until its temporary file is there, which needs some input. */
async function underWay(target: string) {
  const child = start(["convert", "-t", "mlflow", "-o", target]);
  child.stdin.on("error", () => {});
  child.stdin.write(large(4e6, ""));
  while (!readdirSync(dir).some((name) => name.startsWith(".transload-"))) await new Promise((done) => setTimeout(done, 5));
  return child;
}

test("a file appears under its name when it is whole, and only then", async () => {
  const target = join(dir, "whole.json");
  const child = await underWay(target);
  expect(existsSync(target)).toBe(false);
  child.stdin.end("]}}");
  expect(await finish(child)).toEqual({ code: 0, out: "", err: "" });
  expect(readFileSync(target, "utf8")).toBe(large(4e6).replace("input_data", "dataframe_split"));
  expect(readdirSync(dir)).toEqual(["whole.json"]);
});

test("a refused input leaves nothing, and what was there before stays", async () => {
  const fresh = join(dir, "fresh.json");
  const existing = join(dir, "existing.json");
  writeFileSync(existing, "before");
  for (const target of [fresh, existing]) {
    const { code, err } = await transload(["convert", "-t", "mlflow", "-o", target], large(4e6, "]}"));
    expect(code).toBe(1);
    expect(err).toContain("E_TRUNCATED");
  }
  expect(existsSync(fresh)).toBe(false);
  expect(readFileSync(existing, "utf8")).toBe("before");
  expect(readdirSync(dir).filter((name) => name.startsWith("."))).toEqual([]);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s leaves nothing and exits with %i", async (signal, code) => {
  const target = join(dir, `${signal}.json`);
  const child = await underWay(target);
  // the file is opened a moment before the handlers are set
  await new Promise((done) => setTimeout(done, 300));
  child.kill(signal);
  expect(await finish(child)).toEqual({ code, out: "", err: "" });
  expect(readdirSync(dir).filter((name) => name.startsWith(".") || name.startsWith("SIG"))).toEqual([]);
});

test("SIGINT ends it while a named pipe keeps it waiting", async () => {
  await shell("mkfifo in.fifo", dir);
  const child = start(["convert", join(dir, "in.fifo"), "-t", "mlflow"]);
  const writer = shell("exec 3> in.fifo; printf '{\"input_data\":[1' >&3; touch opened; sleep 3", dir);
  await vi.waitFor(() => statSync(join(dir, "opened")), { timeout: 15_000 });
  const killed = Date.now();
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(130);
  expect(Date.now() - killed).toBeLessThan(2500);
  await writer;
}, 20_000);

test("named pipes are read and written as they are", async () => {
  writeFileSync(join(dir, "in.json"), SPLIT);
  const { code, out, err } = await shell(
    "mkfifo a b; cat in.json > a & cat b & transload convert a -t mlflow -o b; c=$?; wait; exit $c",
    dir,
  );
  expect({ code, out, err }).toEqual({ code: 0, out: MLFLOW, err: "" });
  expect(lstatSync(join(dir, "b")).isFIFO()).toBe(true);
});

test("/dev/null and /dev/stdout are written to as they are", async () => {
  expect(await transload(["convert", "-t", "mlflow", "-o", "/dev/null"], SPLIT)).toEqual({ code: 0, out: "", err: "" });
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  expect((await transload(["convert", "/dev/stdin", "-t", "mlflow", "-o", "/dev/stdout"], SPLIT)).out).toBe(MLFLOW);
});

test("a file that is written anew keeps its permissions; a link stays a link", async () => {
  const target = join(dir, "private.json");
  writeFileSync(target, "before");
  chmodSync(target, 0o600);
  symlinkSync("private.json", join(dir, "link.json"));
  expect((await transload(["convert", "-t", "mlflow", "-o", join(dir, "link.json")], SPLIT)).code).toBe(0);
  expect(readFileSync(target, "utf8")).toBe(MLFLOW);
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(lstatSync(join(dir, "link.json")).isSymbolicLink()).toBe(true);
});

test("the input is not its own output, whatever it is called", async () => {
  writeFileSync(join(dir, "same.json"), SPLIT);
  symlinkSync("same.json", join(dir, "alias.json"));
  for (const call of ["same.json -o same.json", "same.json -o ./alias.json", "-o same.json < same.json", "same.json >> same.json"]) {
    const { code, err } = await shell(`transload convert -t mlflow ${call}`, dir);
    expect({ call, code }).toEqual({ call, code: 2 });
    expect(err).toMatch(/^transload: E_OPTION: .* is both the input and the output/);
    expect(readFileSync(join(dir, "same.json"), "utf8")).toBe(SPLIT);
  }
});

test("a folder that is not there, or a folder as the file: exit 3", async () => {
  const nowhere = await shell("transload convert in.json -t mlflow -o none/out.json", dir);
  expect(nowhere).toMatchObject({ code: 3, err: "transload: E_WRITE: cannot write none/out.json: no such file or directory\n" });
  const directory = await shell("transload convert in.json -t mlflow -o .", dir);
  expect(directory).toMatchObject({ code: 3, err: "transload: E_WRITE: cannot write .: it is a directory\n" });
});
