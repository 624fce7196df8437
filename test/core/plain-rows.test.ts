import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type ConvertOptions, split } from "../../src/index.js";
import { collect, crumbs, cut, feed, type Outcome, placeOf, whole } from "../support/feed.js";

/** Rows of plain numbers are taken whole, 64 bytes at a time: they must become what they become a cell at a time. */

const PLAIN = [
  "0",
  "7",
  "-1",
  "12",
  "255",
  "1.5",
  "-0.25",
  "0.1",
  "2147483648",
  "-0",
  "3.0",
  "0.12345678901234567",
  "12345678901234567890",
];
const ODD = [
  "1e5",
  "-2.5E-3",
  "01",
  "1.",
  ".5",
  "-",
  "",
  "1.2.3",
  "--1",
  "1-2",
  " 1",
  "+1",
  "00",
  "-01",
  "0x1",
  "true",
  "null",
  "NaN",
  '"a"',
];
const JUNK = [...'0123456789.-,\n\r[]e "x', "é"];
const OF_THE_TEXT = ["E_SYNTAX", "E_NUMBER", "E_TRUNCATED", "E_CONTROL", "E_ESCAPE", "E_BRACKET", "E_NAN", "E_NULL", "E_QUOTE"];
const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Draw {
  pick<T>(values: readonly T[]): T;
  upTo(n: number): number;
}

function drawing(g: fc.GeneratorValue): Draw {
  return { pick: (values) => g(fc.constantFrom, ...values) as never, upTo: (n) => g(fc.nat, n) };
}

/** Mostly plain rows of one width; a few have a cell that is not plain, or one cell more or less. */
function table({ pick, upTo }: Draw, odd: readonly string[]): string[][] {
  const width = pick([1, 2, 3, 12, 30, 70]);
  return Array.from({ length: upTo(12) }, () => {
    const length = upTo(30) === 0 ? width + pick([-1, 1]) : width;
    return Array.from({ length }, () => (upTo(12 * width) === 0 ? pick(odd) : pick(PLAIN)));
  });
}

const names = (rows: readonly string[][]) => (rows[0] ?? ["1"]).map((_, i) => `c${i}`);

const SOURCES: Readonly<Record<string, (rows: readonly string[][], draw: Draw) => string>> = {
  csv: (rows, { pick }) => {
    const end = pick(["\n", "\r\n", "\r"]);
    return [names(rows), ...rows].map((row) => row.join(",")).join(end) + pick([end, ""]);
  },
  "mlflow:split": (rows, { pick }) =>
    `{"dataframe_split":{"columns":${JSON.stringify(names(rows))},"data":[${rows.map((row) => `[${row.join(pick([",", ",", ", "]))}]`).join(pick([",", ",", ", ", ",\n"]))}]}}`,
  "jsonl:lists": (rows, { pick }) => rows.map((row) => `[${row.join(",")}]`).join("\n") + pick(["\n", ""]),
};
const TARGETS = [
  "mlflow:split",
  "azureml:split",
  "csv",
  "jsonl:lists",
  "mlflow:inputs",
  "seldon:ndarray",
  "seldon:tensor",
  "sagemaker:json",
  "oip:tensor",
  "mlflow:records",
];

function options({ pick, upTo }: Draw, from: string): ConvertOptions {
  const own: ConvertOptions = { from, to: pick(TARGETS) };
  if (upTo(3) === 0) own.maxRows = upTo(4) + 1;
  if (upTo(5) === 0) own.maxBytes = 2000;
  if (upTo(5) === 0) own.ragged = "pad";
  if (upTo(3) === 0) own.fixed = true;
  if (upTo(5) === 0) own.index = pick(["drop", "generate"]);
  if (from === "csv" && upTo(5) === 0) own.na = ["7", "255"];
  if (from === "csv" && upTo(5) === 0) own.text = ["c1"];
  if (from === "csv" && upTo(5) === 0) own.typing = "pandas";
  return own;
}

const shown = ({ text, error, warnings }: Outcome) => ({ text: error ? "" : text, warnings, ...placeOf(error) });

describe("rows of plain numbers", () => {
  test.each(Object.keys(SOURCES))(
    "%s: are the same wherever they are cut, and by both engines",
    async (from) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const draw = drawing(g);
          let payload = Buffer.from(SOURCES[from]?.(table(draw, draw.upTo(1) ? ODD : PLAIN), draw) as string);
          if (draw.upTo(3) === 0 && payload.length > 0) {
            const at = draw.upTo(payload.length - 1);
            payload = Buffer.concat([payload.subarray(0, at), Buffer.from(draw.pick(JUNK)), payload.subarray(at + draw.upTo(1))]);
          }
          const how = options(draw, from);
          if (from === "jsonl:lists" && how.to === "mlflow:records") how.columns = ["c0", "c1"];
          const core = await feed(whole(payload), how);
          if (!core.error) done++;
          const cuts = Array.from({ length: draw.upTo(5) }, () => draw.upTo(payload.length));
          expect(shown(await feed(cut(payload, cuts), how)), `cut at ${cuts}`).toEqual(shown(core));
          expect(shown(await feed(crumbs(payload), how)), "byte by byte").toEqual(shown(core));
          const reference = await feed(whole(payload), { ...how, engine: "reference" });
          // of two faults the reference engine finds the text's first: it has read the row, or the chunk, to its end
          const twoFaults =
            reference.error && core.error && [reference.error.code, core.error.code].some((code) => OF_THE_TEXT.includes(code));
          if (!twoFaults) expect(reference.error?.code, reference.error?.message).toBe(core.error?.code);
          if (!core.error) expect(reference.text).toBe(core.text);
        }),
        { numRuns: 1200 },
      );
      expect(done).toBeGreaterThan(300);
    },
    120_000,
  );

  test("become the same columns wherever they are cut, and by both engines", async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = drawing(g);
        const rows = table(draw, PLAIN).filter((row, _, all) => row.length > 0 && row.length === all[0]?.length);
        const csv = SOURCES.csv?.(rows, draw) as string;
        const how = { from: "csv", dtype: draw.pick(["float64", "float32"] as const), batchRows: draw.pick([1, 3, 1000]) };
        const flat = async (chunks: Iterable<Uint8Array>, engine: "core" | "reference") =>
          (await collect(chunks, { ...how, engine })).map(({ rowCount, columns }) => [rowCount, columns.map(({ values }) => [...values])]);
        const core = await flat(whole(csv), "core");
        expect(await flat(crumbs(csv), "core")).toEqual(core);
        expect(await flat(whole(csv), "reference")).toEqual(core);
        const cells = core.flatMap(([count, columns]) =>
          Array.from({ length: count as number }, (_, r) => (columns as number[][]).map((c) => c[r])),
        );
        const expected = rows.map((row) => row.map((cell) => (how.dtype === "float32" ? Math.fround(Number(cell)) : Number(cell))));
        expect(cells).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});

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
      for (const how of [{ dtype: "float32" }, { through: [(batch: unknown) => batch] }] as Partial<ConvertOptions>[]) {
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

  async function piecesOf(source: string | Uint8Array[], how: Partial<ConvertOptions>): Promise<unknown[][]> {
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
    await expect(piecesOf(whole(late), { fixed: true })).rejects.toThrow(/labels.*--fixed says/);
    const params = `${payload().slice(0, -1)},"params":{"a":1}}`;
    await expect(piecesOf(whole(params), { fixed: true })).rejects.toThrow(/parameters.*--fixed says/);
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
