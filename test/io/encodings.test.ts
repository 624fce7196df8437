// Text that is not UTF-8: it becomes that before anything else sees it, wherever it is cut, and errors tell no place that the input has not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { convert, inspect, readBatches, split, TransloadError, verdict, writeBatches } from "../../src/index.js";
import { encodingOf, recoderOf } from "../../src/io/recode.js";
import { loadCore, readBatches as readInPage } from "../../src/web/index.js";
import { bytesOf, collect, columnsOf, crumbs, cut, feed, halves, tryRead, whole } from "../support/feed.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** 0x80 to 0x9f of windows-1252, as the WHATWG's index has them. */
const UPPER = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** What a program that has the whole text makes of it. */
const WHOLE: Record<string, (bytes: Buffer) => string> = {
  "windows-1252": (bytes) => bytes.toString("latin1").replace(/[\x80-\x9f]/g, (c) => UPPER[c.charCodeAt(0) - 0x80] as string),
  "utf-16le": (bytes) => bytes.toString("utf16le"),
  "utf-16be": (bytes) => Buffer.from(bytes).swap16().toString("utf16le"),
};
for (const encoding of ["shift_jis", "gb18030", "euc-jp", "iso-8859-2"])
  WHOLE[encoding] = (bytes) => new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);

/** Bytes of a text that the encoding has. */
function textIn(encoding: string): fc.Arbitrary<Buffer> {
  const text = fc.string({ unit: "binary", maxLength: 40 }).map((drawn) => drawn.replace(/[\ud800-\udfff]/gu, ""));
  if (encoding === "utf-16le") return text.map((drawn) => Buffer.from(drawn, "utf16le"));
  if (encoding === "utf-16be") return text.map((drawn) => Buffer.from(drawn, "utf16le").swap16());
  const any = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  return encoding === "windows-1252" ? any : fc.array(fc.constantFrom(...letters(encoding)), { maxLength: 30 }).map(Buffer.concat);
}

/** Letters of one to four bytes. */
function letters(encoding: string): Buffer[] {
  const known: Record<string, string[]> = {
    shift_jis: ["61", "0a", "8341", "815c", "b1", "e0a1"],
    gb18030: ["61", "2c", "c4e3", "8130a330", "94398130"],
    "euc-jp": ["61", "a4a2", "8eb1", "8fb0a1"],
    "iso-8859-2": ["61", "b1", "e3", "fb"],
  };
  return (known[encoding] as string[]).map((hex) => Buffer.from(hex, "hex"));
}

/** What the recoder makes of chunks. */
function recoded(encoding: string, chunks: Iterable<Uint8Array>): { text: string; error: TransloadError | undefined } {
  const recoder = recoderOf(encoding);
  const out: Uint8Array[] = [];
  let error: TransloadError | undefined;
  try {
    for (const chunk of chunks) for (const piece of recoder.push(chunk)) out.push(Buffer.from(piece));
    recoder.end();
  } catch (thrown) {
    if (!(thrown instanceof TransloadError)) throw thrown;
    error = thrown;
  }
  return { text: Buffer.concat(out).toString(), error };
}

describe("a recoder", () => {
  test.each(Object.keys(WHOLE))("of %s makes of a text cut anywhere what is made of the whole", (encoding) => {
    fc.assert(
      fc.property(textIn(encoding), fc.array(fc.nat(200), { maxLength: 6 }), (bytes, places) => {
        const expected = { text: WHOLE[encoding]?.(bytes), error: undefined };
        for (const chunks of [whole(bytes), crumbs(bytes), cut(bytes, places)]) expect(recoded(encoding, chunks)).toEqual(expected);
      }),
    );
  });

  test.each([
    ["utf-16le", Buffer.concat([Buffer.from("ab", "utf16le"), Buffer.from([0x00, 0xdc]), Buffer.from("cdefg", "utf16le")]), 4, "ab"],
    ["utf-16be", Buffer.from([0, 0x61, 0xd8, 0x3d, 0, 0x62, 0, 0x63, 0, 0x64]), 2, "a"],
    ["utf-16le", Buffer.from([0x61, 0, 0x62]), 2, "a"],
    ["shift_jis", Buffer.from([0x83, 0x41, 0x61, 0x83, 0x0a, 0x61, 0x61, 0x61, 0x61]), 3, "アa"],
    ["euc-jp", Buffer.from([0x61, 0x8f, 0xb0]), 1, "a"],
  ] as const)("of %s tells where a letter is none, behind what stands before it", (encoding, bytes, offset, before) => {
    for (const chunks of [whole(bytes), crumbs(bytes), ...Array.from(bytes, (_, at) => halves(bytes, at))]) {
      const { text, error } = recoded(encoding, chunks);
      expect({ text, code: error?.code, offset: error?.offset }).toEqual({ text: before, code: "E_ENCODING", offset });
      expect(error?.message).toContain(encoding);
    }
  });

  test("finds the letter in a large chunk", () => {
    const bytes = Buffer.from("é,".repeat(300_000), "utf16le");
    bytes.writeUInt16LE(0xdc00, 1_000_000);
    expect(recoded("utf-16le", [bytes]).error?.offset).toBe(1_000_000);
  });

  test("hands on a chunk of ASCII as it is", () => {
    const chunk = Buffer.from("a,b\n1,2\n");
    expect([...recoderOf("windows-1252").push(chunk)][0]).toBe(chunk);
  });
});

test("an encoding has many labels, and what is none is refused with the nearest", () => {
  for (const label of ["latin1", "iso-8859-1", "ISO-8859-1", "windows-1252", "cp1252", " l1 "])
    expect(encodingOf(label)).toBe("windows-1252");
  expect(encodingOf("utf-16")).toBe("utf-16le");
  expect(encodingOf("UTF8")).toBe("utf-8");
  const refused = (encoding: unknown) => () => convert({ to: "csv", encoding: encoding as string });
  expect(refused("latin-1")).toThrow(/encoding: no encoding "latin-1".*did you mean latin1\?/);
  expect(refused("windows1252x")).toThrow(/did you mean windows-1252\?/);
  expect(refused("none of these")).toThrow(/utf-16le, utf-16be and others/);
  expect(refused("iso-2022-jp")).toThrow(/iconv/);
  expect(refused(1)).toThrow(/must be a string/);
});

const TEXT = "city,n\nZürich,1\n“Łódź”,2\n".replace(/[Łź]/g, "é");
const LATIN = Buffer.from("city,n\nZ\xfcrich,1\n\x93\xe9\xf3d\xe9\x94,2\n", "latin1");
const INPUTS: readonly (readonly [string, Buffer])[] = [
  ["windows-1252", LATIN],
  ["latin1", LATIN],
  ["utf-16le", Buffer.from(TEXT, "utf16le")],
  ["utf-16le", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
  ["utf-16be", Buffer.from(`\ufeff${TEXT}`, "utf16le").swap16()],
  ["utf-8", Buffer.from(TEXT)],
];
const RECORDS = '{"dataframe_records":[{"city":"Zürich","n":1},{"city":"“éódé”","n":2}]}';

describe.each(INPUTS)("a file in %s", (encoding, bytes) => {
  test("is converted in every lane and engine, cut anywhere", async () => {
    const asked = { from: "csv", to: "mlflow:records", encoding } as const;
    for (const chunks of [whole(bytes), crumbs(bytes), ...Array.from(bytes, (_, at) => halves(bytes, at))])
      expect(await feed(chunks, asked)).toEqual({ text: RECORDS, warnings: [], error: undefined });
    for (const options of [{ engine: "reference" }, { dtype: { n: "int64" } }, { typing: "pandas" }] as const)
      for (const chunks of [whole(bytes), crumbs(bytes)]) expect((await feed(chunks, { ...asked, ...options })).text).toBe(RECORDS);
  });

  test("is read as batches, inspected and cut into pieces, from a file and from a stream", async () => {
    const path = join(folder, "rows.csv");
    writeFileSync(path, bytes);
    const expected = { city: ["Zürich", "“éódé”"], n: [1n, 2n] };
    for (const typing of ["lexical", "pandas"] as const)
      expect(await columnsOf(crumbs(bytes), { from: "csv", encoding, dtype: "infer", typing })).toEqual(expected);
    const cells: unknown[] = [];
    for await (const { columns } of readBatches(path, { encoding, typing: "pandas" })) cells.push(...(columns[0]?.values ?? []));
    expect(cells).toEqual(expected.city);
    for (const source of [path, crumbs(bytes)]) {
      const pieces: string[] = [];
      for await (const piece of split(source, { from: "csv", to: "jsonl", encoding, maxRows: 1 })) {
        const parts: Uint8Array[] = [];
        for await (const part of piece) parts.push(part);
        pieces.push(Buffer.concat(parts).toString().trimEnd());
      }
      expect(pieces).toEqual(['{"city":"Zürich","n":1}', '{"city":"“éódé”","n":2}']);
    }
    expect(await inspect(Readable.from([bytes]), { from: "csv", encoding })).toMatchObject({ rows: 2, bytes: bytes.length });
  });

  test("becomes a binary file, read again where its first rows misled", async () => {
    const rows = `a\n${"1\n".repeat(50_000)}é\n`;
    const kept = { "utf-16le": Buffer.from(rows, "utf16le"), "utf-16be": Buffer.from(rows, "utf16le").swap16() };
    const misleading = kept[encoding as keyof typeof kept] ?? Buffer.from(rows, encoding === "utf-8" ? "utf8" : "latin1");
    const path = join(folder, "misled.csv");
    writeFileSync(path, misleading);
    for (const file of [{}, { file: path }]) {
      const conversion = convert({ from: "csv", to: "arrows", encoding, ...file });
      conversion.end(misleading);
      const [batch] = (await collect([Buffer.concat(await conversion.toArray())])).slice(-1);
      expect([...(batch?.columns[0]?.values ?? [])].at(-1)).toBe("é");
    }
  });
});

test("JSON is recoded as well, and records whose head comes late are read again from what they have become", async () => {
  const text = '{"dataframe_split":{"data":[["é",1],["ß",2]],"columns":["ä","n"]}}';
  const path = join(folder, "late.json");
  for (const [encoding, bytes] of [
    ["latin1", Buffer.from(text, "latin1")],
    ["utf-16le", Buffer.from(text, "utf16le")],
  ] as const) {
    writeFileSync(path, bytes);
    for (const file of [{}, { file: path }])
      expect((await feed(crumbs(bytes), { to: "mlflow:records", encoding, ...file })).text).toBe(
        '{"dataframe_records":[{"ä":"é","n":1},{"ä":"ß","n":2}]}',
      );
  }
});

test("the browser's side reads it, too", async () => {
  await loadCore(readFileSync(new URL("../../src/core/core.wasm", import.meta.url)));
  const cells: unknown[] = [];
  for await (const { columns } of readInPage(new Blob([LATIN]), { from: "csv", encoding: "windows-1252", typing: "pandas" }))
    cells.push(...(columns[0]?.values ?? []));
  expect(cells).toEqual(["Zürich", "“éódé”"]);
});

describe("errors", () => {
  test("have lines and rows, and no offsets of a text that nobody has seen", async () => {
    const bytes = Buffer.from("ä,b\n1,2\n\xe9,2,3\n", "latin1");
    for (const engine of ["core", "reference"] as const)
      for (const chunks of [whole(bytes), crumbs(bytes)]) {
        const asked = { from: "csv", encoding: "latin1", engine } as const;
        const { error } = await feed(chunks, { ...asked, to: "mlflow" });
        expect(error).toMatchObject({ code: "E_RAGGED", line: 3, row: 1, offset: undefined });
        expect(error?.message).not.toContain("byte");
        expect((await tryRead(chunks, asked)).error).toMatchObject({ code: "E_RAGGED", row: 1, offset: undefined });
        await expect(inspect(chunks, asked)).rejects.toMatchObject({ code: "E_RAGGED", row: 1, offset: undefined });
      }
  });

  test("of the encoding have the offset in the input, and come behind what stands before", async () => {
    const sound = Buffer.from("a,b\n1,2\n", "utf16le");
    const bytes = Buffer.concat([sound, Buffer.from([0x00, 0xdc]), Buffer.from("1,2\n", "utf16le")]);
    const ragged = Buffer.concat([Buffer.from("a,b\n1\n1,2\n", "utf16le"), Buffer.from([0x00, 0xdc]), sound]);
    const asked = { from: "csv", encoding: "utf-16le" } as const;
    for (const chunks of [whole(bytes), crumbs(bytes), halves(bytes, 17)]) {
      expect((await feed(chunks, { ...asked, to: "jsonl" })).error).toMatchObject({ code: "E_ENCODING", offset: sound.length });
      expect((await tryRead(chunks, asked)).error).toMatchObject({ code: "E_ENCODING", offset: sound.length });
      await expect(inspect(chunks, asked)).rejects.toMatchObject({ code: "E_ENCODING", offset: sound.length });
    }
    for (const chunks of [whole(ragged), crumbs(ragged)])
      expect((await feed(chunks, { ...asked, to: "jsonl" })).error).toMatchObject({ code: "E_RAGGED", row: 0 });
  });

  test("name the encoding that would do", async () => {
    const of = async (bytes: Uint8Array | string, encoding?: string) =>
      (await feed(whole(bytesOf(bytes)), { from: "csv", to: "csv", ...(encoding && { encoding }) })).error;
    for (const text of ["a\nZ\xfcrich\n", "a\ncaf\xe9,\n", "a\nO\x92Hara\n", "a\ncaf\xe9"])
      for (const engine of ["core", "reference"] as const)
        expect((await feed(crumbs(Buffer.from(text, "latin1")), { from: "csv", to: "csv", engine })).error?.message).toMatch(
          /; if the text is Windows-1252, encoding: "windows-1252" reads it/,
        );
    const little = Buffer.from("\ufeffa\n1\n", "utf16le");
    const big = Buffer.from(little).swap16();
    for (const [bytes, name] of [
      [little, "le"],
      [little.subarray(2), "le"],
      [big, "be"],
      [big.subarray(2), "be"],
    ] as const)
      expect(await of(bytes)).toMatchObject({ code: "E_UTF16", message: expect.stringContaining(`encoding: "utf-16${name}" reads it`) });
    for (const bytes of [
      [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0],
      [0, 0, 0xfe, 0xff],
      [0x61, 0, 0, 0],
    ])
      expect((await of(Uint8Array.from(bytes)))?.message).toMatch(/UTF-32.*iconv/);
    expect(await of(little, "windows-1252")).toMatchObject({
      code: "E_ENCODING",
      message: expect.stringContaining('encoding: "utf-16le" reads it'),
    });
    expect(await of(big, "utf-16le")).toMatchObject({
      code: "E_ENCODING",
      message: expect.stringContaining('encoding: "utf-16be" reads it'),
    });
    expect(await of("\ufeffa\n1\n", "latin1")).toMatchObject({
      code: "E_ENCODING",
      message: expect.stringContaining("leave out encoding"),
    });
  });

  test("refuse an encoding of what is no text", async () => {
    const writer = writeBatches({ to: "arrows" });
    for (const batch of await collect(whole('{"inputs":[[1,2]]}'))) writer.write(batch);
    writer.end();
    const arrow = Buffer.concat(await writer.toArray());
    const refused = { code: "E_OPTION", message: expect.stringMatching(/no text and has no encoding; leave out encoding: "windows-1252"/) };
    for (const from of [undefined, "arrows"]) {
      const asked = { encoding: "latin1", ...(from && { from }) };
      await expect(collect([arrow], asked)).rejects.toMatchObject(refused);
      await expect(inspect([arrow], asked)).rejects.toMatchObject(refused);
      await expect(split([arrow], { ...asked, to: "mlflow", maxRows: 1 }).next()).rejects.toMatchObject(refused);
    }
    expect(() => convert({ from: "parquet", to: "csv", encoding: "latin1" })).toThrow(expect.objectContaining(refused));
    for (const chunks of [whole(arrow), crumbs(arrow)])
      expect((await feed(chunks, { to: "mlflow", encoding: "latin1" })).error).toMatchObject(refused);
  });
});

test("what is compressed is expanded first, or refused where that is left to the caller", async () => {
  const packed = gzipSync(LATIN);
  expect(await columnsOf([packed], { from: "csv", encoding: "latin1", text: ["n"] })).toMatchObject({ city: ["Zürich", "“éódé”"] });
  for (const chunks of [whole(packed), crumbs(packed)])
    expect((await feed(chunks, { from: "csv", to: "csv", encoding: "latin1" })).error?.message).toMatch(/gzip.*expand it first/);
});

test("a server is said to refuse it, and the command that mends it reads it", async () => {
  const found = await inspect([LATIN], { from: "csv", encoding: "latin1" });
  expect(found.encoding).toBe("windows-1252");
  const { accepted, findings, remedy } = verdict(found, { for: "mlflow", file: "rows.csv" });
  expect({ accepted, codes: findings.map(({ code }) => code) }).toMatchObject({ accepted: false, codes: ["F_ENCODING"] });
  expect(remedy?.command).toBe("transload convert rows.csv --encoding windows-1252 -t mlflow:split -o rows.mlflow.json");
  // UTF-8 as it stands
  const plain = await inspect([Buffer.from("a\n1\n")], { from: "csv", encoding: "latin1" });
  expect(plain.encoding).toBeUndefined();
  expect(verdict(plain, { for: "mlflow" }).accepted).toBe(true);
});
