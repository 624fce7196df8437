// --messages json: what a program that starts the command is told, held against the schema that is published.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { finish, folder, large, ROOT, SPLIT, start, TENSOR, transload } from "../support/command-line.js";

const dir = folder();
const check = new Ajv2020({ strict: true, allErrors: true }).compile(
  JSON.parse(readFileSync(join(ROOT, "schema/messages.schema.json"), "utf8")),
);

type Told = { type: string; code?: string; bytes?: number; total?: number } & Record<string, unknown>;

/** The lines, each of which the schema knows. */
function messagesIn(err: string): Told[] {
  return err
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const message = JSON.parse(line) as Told;
      check(message);
      expect(check.errors, line).toBeNull();
      return message;
    });
}

const said = (messages: Told[]) => messages.filter(({ type }) => type !== "progress");

describe("--messages json", () => {
  test("an error has its place, and says that it is one", async () => {
    const { code, err } = await transload(["convert", "-t", "mlflow", "--messages", "json"], '{"input_data":[[1,2],[3]]}');
    expect(code).toBe(1);
    expect(said(messagesIn(err))).toEqual([
      {
        type: "error",
        code: "E_RAGGED",
        message: "row 1 has 1 cell, expected 2 (line 1, column 24, byte 23, $.input_data[1])",
        detail: "row 1 has 1 cell, expected 2",
        offset: 23,
        line: 1,
        column: 24,
        path: "$.input_data[1]",
        row: 1,
      },
    ]);
  });

  test.each([
    ["convert", "-t", "jsonl"],
    ["inspect", "--json"],
    ["validate", "--json"],
  ])("%s: progress", async (...call) => {
    const input = '{"inputs":[{"a":1,"b":2},{"a":3}]}';
    const { code, err } = await transload([...call, "--messages=json"], input);
    expect(code).toBe(0);
    const messages = messagesIn(err);
    expect(messages.at(-1)).toEqual({ type: "progress", bytes: input.length });
  });

  test("a warning says that it is one, and quiet silences it, and progress", async () => {
    const call = ["convert", "-t", "csv", "--messages", "json"];
    const { err } = await transload(call, SPLIT);
    expect(said(messagesIn(err)).map(({ type, code }) => `${type} ${code}`)).toEqual(["warning W_INDEX"]);
    expect(said(messagesIn((await transload([...call, "--index", "drop"], SPLIT)).err))).toEqual([]);
    expect((await transload([...call, "-q"], SPLIT)).err).toBe("");
  });

  test("of a file progress tells how much there is; it never goes back, and ends with all of it", async () => {
    const path = join(dir, "large.json");
    writeFileSync(path, large(50_000_000));
    const size = 50_000_000;
    const { code, err } = await finish(start(["convert", path, "-t", "csv", "-o", join(dir, "out.csv"), "--messages", "json"]));
    expect(code).toBe(0);
    const messages = messagesIn(err);
    const bytes = messages.map(({ bytes: told }) => told as number);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(messages.at(-1)?.bytes).toBe(messages.at(-1)?.total);
    expect(messages.at(-1)?.bytes).toBeGreaterThan(size * 0.9);
  });

  test("a wrong call is told so, too", async () => {
    for (const call of [
      ["--messages=json", "--bogus"],
      ["--messages", "json", "--bogus"],
      ["--messages", "json"],
    ]) {
      const { code, err } = await transload(["convert", ...call], TENSOR);
      expect(code).toBe(2);
      expect(said(messagesIn(err)).map(({ code }) => code)).toEqual(["E_OPTION"]);
    }
    expect((await transload(["convert", "-t", "mlflow", "--messages", "yaml"], TENSOR)).code).toBe(2);
  });

  test("the short way has nothing to say, and is taken", async () => {
    const output = join(dir, "heart.json");
    const { code, err } = await transload(["convert", "data/heart.azureml.json", "-t", "mlflow", "-o", output, "--messages=json"]);
    expect([code, err]).toEqual([0, ""]);
    expect(readFileSync(output, "utf8")).toBe(readFileSync(join(ROOT, "data/heart.mlflow.json"), "utf8"));
  });
});
