// Pieces: how many rows each has, what stands around them, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type SplitOptions, split } from "../../src/index.js";
import { cut, feed, whole } from "../support/feed.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("pieces whose numbers are read", () => {
  const lines = Array.from({ length: 10 }, (_, i) => `{"a":${i},"b":${i}.5}`).join("\n");
  const csv = `a,b\n${Array.from({ length: 10 }, (_, i) => `${i},${i}.5`).join("\n")}\n`;
  const frame = `{"dataframe_split":{"index":[9,8,7,6,5,4,3,2,1,0],"columns":["a","b"],"data":[${Array.from({ length: 10 }, (_, i) => `[${i},${i}.5]`).join(",")}]}}`;

  test.each([
    ["jsonl", lines],
    ["csv", csv],
    ["mlflow", frame],
  ])("are as many as were asked for, from %s", async (from, input) => {
    for (const to of ["azureml", "mlflow:records", "csv"])
      for (const how of [{ dtype: "float32" }, { through: [(batch: unknown) => batch] }] as Partial<SplitOptions>[]) {
        const rows: number[] = [];
        const texts: string[] = [];
        for await (const piece of split([Buffer.from(input)], { from, to, maxRows: 4, ...how })) {
          const parts: Uint8Array[] = [];
          for await (const part of piece) parts.push(part);
          rows.push(piece.rows);
          texts.push(Buffer.concat(parts).toString());
        }
        expect(rows, `${to}, ${JSON.stringify(how)}`).toEqual([4, 4, 2]);
        if (to === "mlflow:records") expect(texts[2]).toBe('{"dataframe_records":[{"a":8.0,"b":8.5},{"a":9.0,"b":9.5}]}');
      }
  });

  test("lose the labels that were not to be kept", async () => {
    const { text } = await feed(whole(frame), { to: "mlflow", dtype: "int64", index: "drop", columns: ["a", "b"], cast: "clip" });
    expect(text).not.toContain("index");
  });
});

describe("pieces whose rows pass", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [i, i / 7, -i - 1]);
  const payload = (extra = "") => `{"input_data":{"columns":["a","b","c"],"data":${JSON.stringify(rows)}${extra}}}`;

  async function piecesOf(source: string | Uint8Array[], how: Partial<SplitOptions>): Promise<unknown[][]> {
    const found: unknown[][] = [];
    for await (const piece of split(source, { to: "mlflow:split", maxRows: 64, ...how })) {
      const parts: Uint8Array[] = [];
      for await (const part of piece) parts.push(part);
      const { data } = (JSON.parse(Buffer.concat(parts).toString()) as { dataframe_split: { data: unknown[] } }).dataframe_split;
      expect(data).toHaveLength(piece.rows);
      expect(found.flat()).toHaveLength(piece.firstRow);
      found.push(data);
    }
    return found;
  }

  test.each(["core", "reference"] as const)("have all the rows, as many in each as were asked for (%s)", async (engine) => {
    for (const chunks of [whole(payload()), cut(payload(), [500, 501, 3000, 9999])]) {
      const found = await piecesOf(chunks, { engine, fixed: true });
      expect(found.flat()).toEqual(rows);
      expect(found.map((piece) => piece.length)).toEqual([...Array.from({ length: 15 }, () => 64), 40]);
    }
    const even = await piecesOf(whole(payload()), { engine, fixed: true, maxRows: 500 });
    expect(even.map((piece) => piece.length)).toEqual([500, 500]);
  });

  test("of a file that ends in rows need no second pass, and one that does not gets it", async () => {
    const path = join(folder, "payload.json");
    writeFileSync(path, payload());
    expect((await piecesOf(path, {})).flat()).toEqual(rows);
    writeFileSync(path, payload(`,"index":${JSON.stringify(rows.map((_, i) => i))}`));
    expect((await piecesOf(path, {})).flat()).toEqual(rows);
  });

  test("are refused when what they need stands behind the rows after all", async () => {
    const path = join(folder, "late.json");
    writeFileSync(path, payload(`,"index":${JSON.stringify(rows)}`));
    await expect(piecesOf(path, {})).rejects.toThrow(/labels stand behind the rows, and look like rows themselves/);
    const late = payload(`,"index":${JSON.stringify(rows.map((_, i) => i))}`);
    await expect(piecesOf(whole(late), { fixed: true })).rejects.toThrow(/labels.*fixed: true says/);
    const params = `${payload().slice(0, -1)},"params":{"a":1}}`;
    await expect(piecesOf(whole(params), { fixed: true })).rejects.toThrow(/parameters.*fixed: true says/);
    expect((await piecesOf(whole(params), {})).flat()).toEqual(rows);
  });

  test("fail where a row does, and not before: what was written until then is whole", async () => {
    const lists = (n: number) => Array.from({ length: n }, (_, i) => (i === 5 ? "[5]" : `[${i},${i}]`)).join(",");
    const csv = `a,b\n${Array.from({ length: 8 }, (_, i) => (i === 5 ? "5" : `${i},${i}`)).join("\n")}\n`;
    for (const maxRows of [1, 2, 3, 4, 5]) {
      const split = `{"dataframe_split":{"columns":["a","b"],"data":[${lists(8)}]}}`;
      await expect(piecesOf(whole(split), { fixed: true, maxRows }), `lists by ${maxRows}`).rejects.toThrow(/row 5 has 1 cell/);
      await expect(piecesOf(whole(csv), { from: "csv", maxRows }), `csv by ${maxRows}`).rejects.toThrow(/row 5 has 1 cell/);
    }
  });

  test("all have names that stand behind the rows", async () => {
    const late = `{"dataframe_split":{"data":[[1,2],[3,4],[5,6]],"columns":["a","b"]}}`;
    for (const to of ["mlflow:split", "azureml:split"]) {
      const found: string[] = [];
      for await (const piece of split(whole(late), { to, maxRows: 2, fixed: true })) {
        let text = "";
        for await (const part of piece) text += Buffer.from(part).toString();
        found.push(text);
      }
      expect(found).toHaveLength(2);
      for (const text of found) expect(text).toContain('"columns":["a","b"]');
    }
  });

  test("of a file with a dtype are read from the file once, and then from what it became", async () => {
    const path = join(folder, "typed.json");
    writeFileSync(path, '{"dataframe_split":{"columns":["a"],"data":[[1],[300],[3]]}}');
    const found = [];
    for await (const piece of split(path, { to: "mlflow:records", dtype: "uint8", cast: "clip", maxRows: 2 }))
      for await (const part of piece) found.push(Buffer.from(part).toString());
    expect(found.join("")).toBe('{"dataframe_records":[{"a":1},{"a":255}]}{"dataframe_records":[{"a":3}]}');
  });
});
