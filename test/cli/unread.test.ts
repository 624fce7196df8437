// An input of which not all is read, or not as a stream: its file stays open until it has been asked whether it changed meanwhile.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, shell } from "../support/command-line.js";

const dir = folder();
const ROWS = 120_000;
const NAMES = ["rows.csv", "rows.jsonl", "rows.json", "rows.parquet", "rows.arrow", "rows.arrows", "rows.npz", "rows.csv.gz"];

beforeAll(async () => {
  writeFileSync(join(dir, "rows.csv"), `a,b\n${Array.from({ length: ROWS }, (_, i) => `${i},${i}.5\n`).join("")}`);
  const made = NAMES.slice(1).map((name) => `transload convert rows.csv ${name === "rows.json" ? "-t mlflow:split" : ""} -o ${name}`);
  expect(await shell(made.join(" && "), dir)).toEqual({ code: 0, out: "", err: "" });
});

/** How the same file is handed over; what is compressed is told by its first bytes. */
const WAYS: Readonly<Record<string, (name: string) => string>> = {
  "by its name": (name) => `transload convert ${name}`,
  redirected: (name) => `transload convert ${formOf(name)} - < ${name}`,
  piped: (name) => `cat ${name} | transload convert ${formOf(name)} -`,
};

function formOf(name: string): string {
  return /\.csv|\.jsonl/.test(name) ? `-f ${name.split(".")[1]}` : "";
}

describe.each(Object.entries(WAYS))("%s", (way, call) => {
  test.concurrent.each(NAMES)("%s", async (name) => {
    const id = `${way.replaceAll(" ", "-")}-${name}`;
    for (const [options, rows] of [
      ["--head 3", 3],
      ["", ROWS],
    ] as const) {
      const whole = await shell(`${call(name)} ${options} -t csv -o ${id}.out.csv`, dir);
      expect({ options, ...whole }).toMatchObject({ code: 0 });
      expect(
        readFileSync(join(dir, `${id}.out.csv`), "utf8")
          .trimEnd()
          .split("\n").length,
      ).toBe(rows + 1);
      const lines = await shell(`${call(name)} ${options} -t mlflow:records --max-rows 50000 --lines -o ${id}.jsonl`, dir);
      expect({ options, ...lines }).toMatchObject({ code: 0 });
      const pieces = await shell(`${call(name)} ${options} -t csv --max-rows 50000 -o '${id}/{0}.csv' --clean`, dir);
      expect({ options, ...pieces }).toMatchObject({ code: 0 });
      expect(readdirSync(join(dir, id)).length).toBe(Math.ceil(rows / 50_000) + 1);
    }
  });
});
