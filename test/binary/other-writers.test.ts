// Files that pyarrow, polars, pandas, DuckDB, fastparquet and numpy wrote (files/make.py), held cell by cell against what these read in them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type ConvertOptions, convert, readBatches } from "../../src/index.js";

const folder = fileURLToPath(new URL("files/", import.meta.url));
const bytesOf = (name: string) => readFileSync(join(folder, name));

/** As JSON has it, but for numbers that a double does not hold as they are written. */
type Cell = null | boolean | string | number | { readonly digits: string } | readonly Cell[];

interface Told {
  readonly columns?: Readonly<Record<string, readonly Cell[]>>;
  readonly tensor?: readonly Cell[];
  /** Columns that are no cells, and what they are called. */
  readonly odd?: Readonly<Record<string, string>>;
  readonly zones?: Readonly<Record<string, string>>;
  /** The rows' labels, where pandas notes some. */
  readonly index?: readonly Cell[];
}

const FILES = JSON.parse(bytesOf("files.json").toString()) as Readonly<Record<string, Told>>;
const frames = Object.entries(FILES).filter(([, { columns }]) => columns) as [string, Told & Required<Pick<Told, "columns">>][];

async function converted(input: Buffer, options: ConvertOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from([input]).pipe(convert(options))) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Columns of a split, whose numbers are their digits. */
function columnsOf(text: string): Record<string, Cell[]> {
  const spelled = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `{"digits":"${token}"}`,
  );
  const { columns, data } = (JSON.parse(spelled) as { dataframe_split: { columns: string[]; data: Cell[][] } }).dataframe_split;
  return Object.fromEntries(columns.map((name, i) => [name, data.map((row) => row[i] as Cell)]));
}

/** Cells by their value: a double's text, or the digits of a decimal without zeros behind them. */
function plain(cell: Cell, decimals: boolean): unknown {
  if (Array.isArray(cell)) return cell.map((own) => plain(own as Cell, decimals));
  if (typeof cell === "number") return String(cell);
  if (cell === "inf" || cell === "-inf" || cell === "nan") return null;
  // decimals are text where a form has no decimals
  if (typeof cell === "string" && !(decimals && /^-?\d+(?:\.\d+)?$/.test(cell))) return `text ${cell}`;
  if (typeof cell !== "object" && typeof cell !== "string") return cell;
  if (cell === null) return null;
  const digits = typeof cell === "string" ? cell : (cell as { digits: string }).digits;
  if (/e/.test(digits) || (/\./.test(digits) && digits.length < 17)) return String(Number(digits));
  return /\./.test(digits) ? digits.replace(/\.?0+$/, "") : digits;
}

function plainColumns(columns: Readonly<Record<string, readonly Cell[]>>, decimals: boolean): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, cells.map((cell) => plain(cell, decimals))]));
}

/** The form that a file's name tells. */
function formOf(name: string): string {
  const ending = name.slice(name.lastIndexOf(".") + 1);
  return ending === "feather" ? "arrow" : ending;
}

const refused = (file: string | Buffer, options: Parameters<typeof readBatches>[1] = {}) =>
  (async () => {
    for await (const _ of readBatches([typeof file === "string" ? bytesOf(file) : file], options));
    return "none";
  })().catch((error) => `${error.code} ${error.code ? error.message : error.stack}`);

test("every file is told of", () => {
  expect(
    readdirSync(folder)
      .filter((name) => !/^(make\.py|files\.json|old\.feather|structs.*)$/.test(name))
      .sort(),
  ).toEqual(Object.keys(FILES).sort());
});

describe.each(frames)("%s", (name, { columns, odd, zones, index }) => {
  // what pandas' labels are, too
  const picked = odd || index ? { columns: Object.keys(columns) } : {};

  test.each(["core", "reference"] as const)("has the cells that its writer reads in it (%s)", async (engine) => {
    const text = (await converted(bytesOf(name), { from: formOf(name), to: "mlflow:split", nan: "null", engine, ...picked })).toString();
    expect(plainColumns(columnsOf(text), false)).toEqual(plainColumns(columns, false));
  });

  test("has them cut into batches of any size", async () => {
    const rows = Object.values(columns)[0]?.length ?? 0;
    for (const batchRows of [1, 2, 7]) {
      let count = 0;
      for await (const batch of readBatches([bytesOf(name)], { batchRows, ...picked })) {
        expect(batch.columns.map((column) => column.name)).toEqual(Object.keys(columns));
        expect(batch.rowCount).toBeLessThanOrEqual(batchRows);
        count += batch.rowCount;
        for (const column of batch.columns) expect(column.timezone).toBe(zones?.[column.name] ?? column.timezone);
      }
      expect(count).toBe(rows);
    }
  });

  test.each(["parquet", "arrow", "arrows"] as const)("keeps them in a file of ours (%s)", async (to) => {
    const ours = await converted(bytesOf(name), { from: formOf(name), to, ...picked });
    const text = (await converted(ours, { from: to, to: "mlflow:split", nan: "null" })).toString();
    expect(plainColumns(columnsOf(text), true)).toEqual(plainColumns(columns, true));
  });
});

test.each(frames.filter(([name]) => name.startsWith("index")))("%s has the row labels that pandas has", async (name, { index }) => {
  const text = (await converted(bytesOf(name), { from: formOf(name), to: "mlflow:split" })).toString();
  const { index: found, columns } = (JSON.parse(text) as { dataframe_split: { index?: Cell[]; columns: string[] } }).dataframe_split;
  expect(found).toEqual(index);
  expect(columns).toEqual(name === "index.parquet" ? ["a"] : ["a", "b"]);
});

test.each(["little.npy", "big.npy"])("%s has the cells that numpy reads in it", async (name) => {
  const text = (await converted(bytesOf(name), { from: formOf(name), to: "mlflow" })).toString();
  expect(JSON.parse(text)).toEqual({ inputs: FILES[name]?.tensor });
});

describe("what is no cell", () => {
  test.each(Object.entries(FILES["odd.arrow"]?.odd ?? {}))("is refused by its name, where it is wanted: %s", async (column, type) => {
    expect(await refused("odd.arrow", { columns: [column] })).toContain(`E_DTYPE column "${column}" holds ${type}, which is no cell here`);
  });

  test("does not keep the other columns from being read", async () => {
    expect(await refused("odd.arrow", { columns: ["n"] })).toBe("none");
  });

  test("is a Feather file of old, which is called so", async () => {
    expect(await refused("old.feather")).toMatch(/^E_FORM the file is Feather version 1/);
    expect(await refused("old.feather", { from: "arrow" })).toMatch(/^E_FORM the file is Feather version 1/);
  });
});

describe("damaged anywhere", () => {
  test.each([
    "types.arrow",
    "types-lz4.arrows",
    "zstd.arrows",
    "polars.arrow",
    "tensors.arrow",
    "odd.arrow",
    "types-v2.parquet",
    "duckdb.parquet",
  ])(
    "%s is refused or read, and never hangs",
    async (name) => {
      const bytes = bytesOf(name);
      const picked = name === "odd.arrow" ? { columns: ["n"] } : {};
      const step = Math.ceil(bytes.length / 1500);
      for (const bits of [0xff, 0x01])
        for (let at = bits % step; at < bytes.length; at += step) {
          const bad = Buffer.from(bytes);
          bad[at] = (bad[at] as number) ^ bits;
          expect(await refused(bad, { from: formOf(name), ...picked }), `${at}`).toMatch(/^(none$|E_)/);
        }
    },
    60_000,
  );

  test.each(["types.arrow", "types-lz4.arrows", "polars.arrows"])("%s cut short is refused, or ends with a batch", async (name) => {
    const bytes = bytesOf(name);
    for (let length = 1; length < bytes.length; length += 97) {
      const found = await refused(bytes.subarray(0, length), { from: formOf(name) });
      expect(found, `${length}`).toMatch(name.endsWith(".arrow") ? /^E_(TRUNCATED|SYNTAX)/ : /^(none$|E_(TRUNCATED|SYNTAX))/);
    }
  });
});
