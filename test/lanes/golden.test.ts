// Every form to every form, those that must be refused included: the expected bytes are data (test/golden), and the
// same wherever the input is cut.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FORMS } from "../../src/dialects/index.js";
import { convert } from "../../src/index.js";
import { crumbs, feed, halves, type Outcome, whole } from "../support/feed.js";

interface Golden {
  from: string;
  cases: { name: string; columns?: string[]; input: string; to: Record<string, Expected> }[];
}

interface Expected {
  output?: string;
  error?: string;
  warnings?: string[];
}

const folder = new URL("../golden/", import.meta.url);
const goldens = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Golden);

test("every file has every form that has a file; test/table/every-form.test.ts has them all, by a model", () => {
  const ids = goldens.map((golden) => golden.from).sort();
  expect(ids.length).toBe(9);
  for (const id of ids) expect(FORMS.map((form) => form.id)).toContain(id);
  for (const { cases } of goldens) for (const { to } of cases) expect(Object.keys(to).sort()).toEqual(ids);
});

const seen = ({ text, error, warnings }: Outcome): Expected =>
  error
    ? { error: error.code }
    : {
        output: text,
        ...(warnings.length > 0 && { warnings: warnings.map((warning) => warning.code) }),
      };

for (const golden of goldens) {
  describe(golden.from, () => {
    for (const { name, columns, input, to } of golden.cases) {
      test(name, async () => {
        for (const [target, expected] of Object.entries(to)) {
          const options = { from: golden.from, to: target, ...(columns && { columns }) };
          const first = await feed(whole(input), options);
          expect(seen(first), `to ${target}`).toEqual(expected);
          expect(seen(await feed(crumbs(input), options)), `to ${target}, byte by byte`).toEqual(expected);
          const length = Buffer.byteLength(input);
          for (let at = 0; at <= length; at++) {
            const cut = await feed(halves(input, at), options);
            if (cut.text !== first.text && !first.error) expect(seen(cut), `to ${target}, cut at ${at}`).toEqual(expected);
            if (cut.error?.message !== first.error?.message)
              expect(cut.error?.message, `to ${target}, cut at ${at}`).toBe(first.error?.message);
          }
          if (expected.output === undefined) continue;
          // what was written is JSON, and the target reads it as its own
          if (!/NaN/.test(expected.output)) JSON.parse(expected.output);
          const again = await feed(whole(expected.output), { from: target, to: target });
          expect(again.error?.message, `${target} read again`).toBeUndefined();
        }
      });
    }
  });
}

test("auto finds the form that golden files name", async () => {
  for (const { from, cases } of goldens)
    for (const { input, columns, to, name } of cases) {
      if (from.startsWith("tfserving") || name.includes("siblings")) continue; // MLflow's keys; its params are kept
      const expected = to["mlflow:inputs"] as Expected;
      expect(seen(await feed(whole(input), { to: "mlflow:inputs", ...(columns && { columns }) })), `${from}, ${name}`).toEqual(expected);
    }
});

test("the public stream gives the golden bytes", async () => {
  for (const { from, cases } of goldens)
    for (const { input, columns, to } of cases)
      for (const [target, { output }] of Object.entries(to)) {
        if (output === undefined) continue;
        const stream = convert({ from, to: target, ...(columns && { columns }) });
        stream.end(Buffer.from(input));
        const out: Buffer[] = [];
        for await (const bytes of stream) out.push(bytes as Buffer);
        expect(Buffer.concat(out).toString()).toBe(output);
      }
});
