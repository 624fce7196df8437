// Times and bytes: strings in text, typed in arrays, by both engines.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTime, timeText } from "../../src/columns/time.js";
import {
  Batch,
  type ConvertOptions,
  convert,
  split as pieces,
  type ReadOptions,
  readBatches,
  TransloadError,
  writeBatches,
} from "../../src/index.js";
import { written as fileOf, frame as frameOf } from "../support/binary-samples.js";
import { crumbs, feed, whole } from "../support/feed.js";

const NAT = -(2n ** 63n);

async function columnsOf(input: string | Iterable<Uint8Array>, options: ReadOptions): Promise<[string, unknown[], number[] | undefined][]> {
  const found: [string, unknown[], number[] | undefined][] = [];
  for await (const { columns } of readBatches(typeof input === "string" ? whole(input) : input, options))
    for (const { dtype, values, valid } of columns) found.push([dtype, [...values], valid && [...valid]]);
  return found;
}

async function refusal(input: string, options: ReadOptions): Promise<string> {
  try {
    await columnsOf(input, options);
  } catch (error) {
    if (error instanceof TransloadError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "none";
}

describe("times", () => {
  test("are what Date.parse makes of them", () => {
    const two = (n: number) => `${n}`.padStart(2, "0");
    fc.assert(
      fc.property(fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }), fc.gen(), (date, g) => {
        const iso = date.toISOString();
        const zone = g(fc.constantFrom, "", "Z", "+02:00", "-0530", "+14");
        const text = iso.replace("Z", zone).replace("T", g(fc.constantFrom, "T", " "));
        const hours = Number(zone.slice(1, 3)) || 0;
        const minutes = Number(zone.slice(3).replace(":", "")) || 0;
        const away = zone === "Z" || zone === "" ? "Z" : `${zone[0]}${two(hours)}:${two(minutes)}`;
        expect(parseTime(text, "ms")).toBe(BigInt(Date.parse(iso.replace("Z", away))));
        expect(parseTime(iso.slice(0, 10), "D")).toBe(BigInt(Date.parse(iso.slice(0, 10)) / 86_400_000));
      }),
      { numRuns: 2000 },
    );
  });

  test("read what they were written as, in every unit", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("D", "s", "ms", "us", "ns"),
        fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
        fc.nat(999_999_999),
        (unit, s, f) => {
          const value =
            unit === "D"
              ? BigInt(Math.floor(s / 86_400))
              : unit === "ns"
                ? BigInt(s % 9_000_000_000) * 10n ** 9n + BigInt(f)
                : BigInt(s) * { s: 1n, ms: 1000n, us: 1_000_000n }[unit] + BigInt(f % { s: 1, ms: 1000, us: 1_000_000 }[unit]);
          expect(parseTime(timeText(value, unit) as string, unit)).toBe(value);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("that are none, or finer than their unit, are told", () => {
    for (const text of [
      "",
      "2020",
      "2020-13-01",
      "2020-02-30",
      "2020-01-01T24:00",
      "2020-01-01T00:60",
      "01.01.2020",
      "2020-01-01Z",
      " 2020-01-01",
      "2020-01-01T00:00:00.",
    ])
      expect(parseTime(text, "ns"), text).toBe("none");
    expect(parseTime("2020-01-01T00:00:00.001", "s")).toBe("finer");
    expect(parseTime("2020-01-01T00:00:00.000", "s")).toBe(1577836800n);
    expect(parseTime("2020-01-01T12:00", "D")).toBe("finer");
    expect(parseTime("2300-01-01", "ns")).toBe("finer");
  });

  const split = '{"dataframe_split":{"columns":["id","at","day"],"data":[[1,"2020-01-31T12:00:00.5","2020-01-31"],[2,null,"1969-12-31"]]}}';
  const csv = "id,at,day\n1,2020-01-31 12:00:00.5,2020-01-31\n2,,1969-12-31\n";
  const records = '[{"id":1,"at":"2020-01-31T13:00:00.500+01:00","day":"2020-01-31"},{"id":2,"at":null,"day":"1969-12-31"}]';
  const expected = [
    ["float64", [1, 2], undefined],
    ["datetime64[ms]", [1580472000500n, NAT], [1, 0]],
    ["datetime64[D]", [18292n, -1n], undefined],
  ];
  test.each([
    ["split", "mlflow", split],
    ["csv", "csv", csv],
    ["records", "mlflow1:records", records],
  ])("of %s are read by column, wherever it is cut, by both engines", async (_, from, input) => {
    const dtype = { at: "datetime64[ms]", day: "datetime64[D]" } as const;
    for (const engine of ["core", "reference"] as const) {
      expect(await columnsOf(input, { from, dtype, engine })).toEqual(expected);
      expect(await columnsOf(crumbs(input), { from, dtype, engine })).toEqual(expected);
    }
  });

  test("are written as ISO 8601 again", async () => {
    for (const engine of ["core", "reference"] as const) {
      const dtype = { id: "int64", at: "datetime64[us]", day: "datetime64[D]" } as const;
      const { text, error } = await feed(whole(split), { to: "mlflow", dtype, engine });
      expect(error).toBeUndefined();
      expect(text).toBe(split.replace("12:00:00.5", "12:00:00.500000"));
      // a zone becomes UTC
      const zoned = await feed(whole('{"dataframe_split":{"columns":["at"],"data":[["2020-01-31T13:00:00+01:00"]]}}'), {
        to: "mlflow",
        dtype: { at: "datetime64[s]" },
        engine,
      });
      expect(zoned.text).toBe('{"dataframe_split":{"columns":["at"],"data":[["2020-01-31T12:00:00"]]}}');
    }
  });

  test("that cannot be are refused with their row and column", async () => {
    for (const engine of ["core", "reference"] as const) {
      const at = (text: string) => split.replace('"2020-01-31T12:00:00.5"', text);
      const dtype = { at: "datetime64[ms]" } as const;
      expect(await refusal(at('"soon"'), { dtype, engine })).toMatch(/^E_DTYPE row 0, column "at": "soon" is no date or time in ISO 8601/);
      expect(await refusal(at('"2020-01-31T12:00:00.0005"'), { dtype, engine })).toMatch(
        /^E_RANGE row 0, column "at": .* does not fit datetime64\[ms\]/,
      );
      expect(await refusal(at("7"), { dtype, engine })).toMatch(/^E_DTYPE row 0, .*"at"/);
    }
  });

  test("take other units where these hold them, and one tensor where they are alike", async () => {
    const values = BigInt64Array.of(1_000n, -86_400_000n);
    const batch = new Batch({
      rowOffset: 0,
      rowCount: 2,
      kind: "frame",
      columns: [{ name: "at", dtype: "datetime64[ms]", values, shape: [] }],
    });
    expect([...(batch.tensor().data as BigInt64Array)]).toEqual([1_000n, -86_400_000n]);
    expect(() => batch.tensor("float64")).toThrow(/holds datetime64\[ms\], which a tensor of float64 cannot/);
    const npy: Buffer[] = [];
    const stream = writeBatches({ to: "npy" });
    stream.end(batch);
    for await (const part of stream) npy.push(part as Buffer);
    expect(Buffer.concat(npy).toString("latin1")).toContain("'descr': '<M8[ms]'");
    expect(await columnsOf(npy, { from: "npy" })).toEqual([["datetime64[ms]", [1000n, -86400000n], undefined]]);
    expect(await columnsOf(npy, { from: "npy", dtype: "datetime64[s]" })).toEqual([["datetime64[s]", [1n, -86400n], undefined]]);
    expect(await refusal("", {})).toMatch(/^E_EMPTY/);
    await expect(columnsOf(npy, { from: "npy", dtype: "datetime64[D]" })).rejects.toThrow(
      /1970-01-01T00:00:01.000 does not fit datetime64\[D\]/,
    );
  });
});

describe("times that are written", () => {
  const frame = (dtype: "datetime64[s]" | "datetime64[D]", ...times: bigint[]) =>
    new Batch({
      rowOffset: 5,
      rowCount: times.length,
      kind: "frame",
      columns: [{ name: "at", dtype, values: BigInt64Array.from(times), shape: [] }],
    });
  const written = async (batch: Batch, to: string) => {
    const stream = writeBatches({ to });
    stream.end(batch);
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts).toString("latin1");
  };

  test("are of the years that ISO 8601 has, and NaT is a null", async () => {
    expect(await written(frame("datetime64[s]", 253_402_300_799n, NAT, -62_167_219_200n), "jsonl:lists")).toBe(
      '["9999-12-31T23:59:59"]\n[null]\n["0000-01-01T00:00:00"]\n',
    );
    for (const time of [253_402_300_800n, -62_167_219_201n, 9n * 10n ** 15n])
      await expect(written(frame("datetime64[s]", 0n, time), "mlflow")).rejects.toThrow(
        /^row 6, column "at": -?\d+ in datetime64\[s\] is not of the years/,
      );
    await expect(written(frame("datetime64[s]", 9_223_372_036_854_777n), "parquet")).rejects.toThrow(/do not fit parquet's milliseconds/);
    await expect(written(frame("datetime64[D]", 2n ** 40n), "parquet")).rejects.toThrow(/does not fit 32 bits/);
    expect(parseTime("2020-01-01T00:00:00+99:99", "s")).toBe("none");
  });
});

/** What pandas writes of these times, and what MLflow's server gives the model of that (record-times.py). */
interface Fact {
  readonly unit: "s" | "ms" | "us" | "ns";
  readonly values: readonly string[];
  readonly texts: readonly string[];
  readonly split: readonly string[] | null;
  readonly records: readonly string[] | null;
}

const FACTS = JSON.parse(readFileSync(new URL("times.json", import.meta.url), "utf8")) as readonly Fact[];

describe.each(FACTS)("times in $unit", ({ unit, values, texts, split, records }) => {
  const dtype = `datetime64[${unit}]` as const;
  const column = { name: "at", dtype, values: BigInt64Array.from(values, BigInt), shape: [] };
  const file = (to: string, more: object = {}) => fileOf([frameOf([{ ...column, ...more }])], { to });
  const converted = async (bytes: Buffer, options: ConvertOptions) =>
    Buffer.concat(await Readable.from([bytes]).pipe(convert(options)).toArray()).toString();
  /** Parquet has no seconds. */
  const inFile = (from: string) => (from === "parquet" && unit === "s" ? texts.map((text) => `${text}.000`) : texts);
  const [asSplit, asRecords] = [
    (own: readonly string[]) => JSON.stringify({ dataframe_split: { columns: ["at"], data: own.map((text) => [text]) } }),
    (own: readonly string[]) => JSON.stringify({ dataframe_records: own.map((at) => ({ at })) }),
  ];

  test("are texts that MLflow's server takes, as they are", () => {
    const nanoseconds = values.map((value) => String(BigInt(value) * { s: 10n ** 9n, ms: 10n ** 6n, us: 1000n, ns: 1n }[unit]));
    expect([split, records]).toEqual([nanoseconds, nanoseconds]);
  });

  test.each(["core", "reference"] as const)(
    "have the digits of their unit out of every file, as pandas writes them (%s)",
    async (engine) => {
      for (const from of ["parquet", "arrow", "arrows", "npz"]) {
        const own = inFile(from);
        for (const more of [{}, { timezone: "Europe/Oslo" }].slice(0, from === "npz" ? 1 : 2)) {
          const bytes = await file(from, more);
          expect(await converted(bytes, { from, to: "mlflow:split", engine }), from).toBe(asSplit(own));
          expect(await converted(bytes, { from, to: "mlflow:records", engine }), from).toBe(asRecords(own));
          expect(await converted(bytes, { from, to: "csv", engine, batchRows: 2 })).toBe(["at", ...own, ""].join("\n"));
          expect(await converted(bytes, { from, to: "jsonl:lists", engine })).toBe(own.map((text) => `["${text}"]\n`).join(""));
        }
      }
    },
  );

  test("have them in every piece", async () => {
    for (const from of ["parquet", "arrows"]) {
      const found: string[] = [];
      for await (const piece of pieces([await file(from)], { from, to: "mlflow:records", maxRows: 1 }))
        found.push(Buffer.concat(await Readable.from(piece).toArray()).toString());
      expect(found).toEqual(inFile(from).map((text) => asRecords([text])));
    }
  });

  test("have them in lists, and in text whose dtype is asked for", async () => {
    const list = frameOf([{ ...column, values: column.values.slice(0, 6), shape: [3] }]);
    const lists = [texts.slice(0, 3), texts.slice(3, 6)].map((row) => `[${JSON.stringify(row)}]\n`).join("");
    for (const engine of ["core", "reference"] as const) {
      expect((await fileOf([list], { to: "jsonl:lists", engine })).toString()).toBe(lists);
      const short = texts.map((text) => text.replace(/\.0+$/, ""));
      expect(await converted(Buffer.from(asSplit(short)), { to: "mlflow:split", dtype: { at: dtype }, engine })).toBe(asSplit(texts));
    }
  });

  test("are the same text again behind a Parquet file", async () => {
    const text = await converted(await file("parquet"), { from: "parquet", to: "mlflow:split" });
    const parquet = Buffer.concat(
      await Readable.from([Buffer.from(text)])
        .pipe(convert({ to: "parquet", dtype: { at: dtype } }))
        .toArray(),
    );
    expect(await converted(parquet, { from: "parquet", to: "mlflow:split" })).toBe(text);
  });
});

describe("bytes", () => {
  const split = '{"dataframe_split":{"columns":["id","raw"],"data":[[1,"aGk="],[2,"AP+A"],[3,null]]}}';
  test("are base64 in text", async () => {
    for (const engine of ["core", "reference"] as const) {
      expect(await columnsOf(split, { dtype: { raw: "bytes" }, columns: ["raw"], engine })).toEqual([
        ["bytes", [Uint8Array.of(104, 105), Uint8Array.of(0, 255, 128), new Uint8Array()], [1, 1, 0]],
      ]);
      expect((await feed(whole(split), { to: "mlflow", dtype: { id: "int64", raw: "bytes" }, engine })).text).toBe(split);
      for (const bad of ["aGk", "aG=k", "a", "aGk=\\n", "aGk==="].filter((text) => text !== "aGk"))
        expect(await refusal(split.replace("aGk=", bad), { dtype: { raw: "bytes" }, engine }), bad).toMatch(
          /^E_DTYPE row 0, column "raw": .* is no base64/,
        );
      expect(await refusal(split, { dtype: { id: "bytes" }, engine })).toMatch(/^E_DTYPE row 0/);
    }
  });
});
