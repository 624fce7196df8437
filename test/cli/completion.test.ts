import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, ROOT, shell, transload } from "../support/command-line.js";

/** What a shell is told at a tab, and what bash makes of it. */

const dir = folder();
writeFileSync(join(dir, "people.csv"), "age,sex,thal\n63,1,6\n");

async function suggestions(...words: string[]): Promise<{ words: string[]; flags: number }> {
  const { code, out, err } = await transload(["complete", "--", ...words]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const lines = out.trimEnd().split("\n");
  return { words: lines.slice(0, -1).map((line) => line.split("\t")[0] as string), flags: Number(lines.at(-1)?.slice(1)) };
}

describe("what may stand there", () => {
  const csv = join(dir, "people.csv");
  test.each([
    ["commands", ["va"], ["validate"]],
    ["options", ["convert", "--max-r"], ["--max-rows", "--max-row-bytes"]],
    ["dialects", ["convert", "-t", "sage"], ["sagemaker", "sagemaker:csv", "sagemaker:json", "sagemaker:tensor"]],
    ["binary files", ["convert", "x.csv", "--to", "parq"], ["parquet"]],
    ["several dialects", ["serve", "--accepts", "mlflow,kserv"], ["mlflow,kserve1"]],
    ["what an option may be", ["convert", "--nan", ""], ["null", "token", "error"]],
    ["columns of the input", ["convert", csv, "--columns", ""], ["age", "sex", "thal"]],
    ["further columns", ["convert", csv, "--text", "sex,"], ["sex,age", "sex,thal"]],
    ["dtypes", ["convert", csv, "--dtype", "float"], ["float64", "float32"]],
    ["a column's dtype", ["convert", csv, "--dtype", "age=uint1"], ["age=uint16"]],
    ["shells", ["completion", "z"], ["zsh"]],
  ])("%s", async (_, words, expected) => {
    expect((await suggestions(...words)).words.sort()).toEqual([...expected].sort());
  });

  test("files, which the shell itself names", async () => {
    for (const words of [
      ["convert", ""],
      ["convert", "-o", ""],
      ["validate", "--model", "da"],
      ["convert", "x", "--schema", ""],
    ])
      expect(await suggestions(...words)).toEqual({ words: [], flags: 0 });
  });

  test("no files where none can be", async () => {
    for (const words of [
      ["convert", "--max-rows", ""],
      ["nothing", ""],
      ["convert", "--nan", "x"],
    ])
      expect(await suggestions(...words)).toEqual({ words: [], flags: 4 });
  });

  test("nothing of an input that cannot be read", async () => {
    expect((await suggestions("convert", "missing.csv", "--columns", "")).words).toEqual([]);
  });
});

test("bash puts in what completes a word, colons and files included, and evaluates nothing", async () => {
  writeFileSync(join(dir, "complete.sh"), (await transload(["completion", "bash"])).out);
  const complete = async (line: string) => {
    writeFileSync(join(dir, "line"), line);
    const words = line.split(/(?=[ :=])|(?<=[ :=])/).filter((word) => word !== " ");
    const asBash = [...words, ...(line.endsWith(" ") ? [""] : [])].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const script = `shopt -s expand_aliases; . ./complete.sh; COMP_LINE=$(cat line; printf x); COMP_LINE=\${COMP_LINE%x} COMP_POINT=\${#COMP_LINE} COMP_WORDS=(${asBash}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _transload; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await shell(script, dir)).out.trimEnd().split("\n").filter(Boolean).sort();
  };
  expect(await complete("transload conv")).toEqual(["convert"]);
  expect(await complete("transload convert people.csv -t mlflow:s")).toEqual(["split"]);
  expect(await complete("transload convert people.csv --columns ")).toEqual(["age", "sex", "thal"]);
  expect(await complete("transload convert peo")).toEqual([]); // readline names files
  expect(await complete("transload convert $(touch made) -t ml")).toEqual(expect.arrayContaining(["mlflow", "mlflow1"]));
  expect((await shell("ls made", dir)).out).toBe("");
});

test.each(["bash", "zsh", "fish"])("%s takes its script", async (name) => {
  const { code, out } = await transload(["completion", name]);
  expect(code).toBe(0);
  expect(out).toContain("transload complete --");
  const check = spawnSync(name, ["-n"], { input: out });
  if (!check.error) expect({ status: check.status, said: String(check.stderr) }).toEqual({ status: 0, said: "" });
});

test("the manual page has every command and option, and is sound", () => {
  const page = join(ROOT, "dist/transload.1");
  const text = execFileSync("cat", [page], { encoding: "utf8" }).replaceAll("\\-", "-");
  for (const word of [
    "transload convert",
    "--max-rows <rows>",
    "--upstream <url>",
    "EXIT STATUS",
    "transload convert data/iris.csv -o iris.parquet",
  ])
    expect(text).toContain(word);
  const groff = spawnSync("groff", ["-man", "-ww", "-z", page], { encoding: "utf8" });
  if (!groff.error) expect({ status: groff.status, said: groff.stderr }).toEqual({ status: 0, said: "" });
});
