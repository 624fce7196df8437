// Text that is not UTF-8, and exotic lines. --encoding: every command that reads a payload has it, and messages spell it as it is given here.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { folder, ROOT, transload } from "../support/command-line.js";

const dir = folder();
const TEXT = "city,n\nZürich,1\nGenève,2\n";
const LATIN = Buffer.from(TEXT, "latin1");
const RECORDS = '{"dataframe_records":[{"city":"Zürich","n":1},{"city":"Genève","n":2}]}';

function file(name: string, bytes: Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

test("convert reads a file, a pipe, and what is compressed", async () => {
  const asked = ["-t", "mlflow:records", "--encoding", "latin1"];
  const plain = file("rows.csv", LATIN);
  for (const path of [plain, file("rows.csv.gz", gzipSync(LATIN))])
    expect(await transload(["convert", path, ...asked])).toEqual({ code: 0, out: RECORDS, err: "" });
  expect(await transload(["convert", "-f", "csv", ...asked], LATIN)).toEqual({ code: 0, out: RECORDS, err: "" });
  const pieces = await transload(["convert", plain, ...asked, "--max-rows", "1", "--lines"]);
  expect(pieces.out).toContain('{"dataframe_records":[{"city":"Genève","n":2}]}\n');
});

test("a binary file is made of it, and is none that has an encoding", async () => {
  const path = file("misled.csv", Buffer.from(`a\n${"1\n".repeat(50_000)}é\n`, "latin1"));
  const parquet = join(dir, "rows.parquet");
  expect(await transload(["convert", path, "--encoding", "latin1", "-o", parquet])).toEqual({ code: 0, out: "", err: "" });
  expect((await transload(["convert", parquet, "-t", "csv"])).out.slice(-4)).toBe("1\né\n");
  const renamed = file("rows.bin", readFileSync(parquet));
  for (const call of [
    ["convert", "-t", "csv"],
    ["inspect"],
    ["validate"],
    ["convert", "-t", "csv", "--max-rows", "1", "-o", join(dir, "p-{0}")],
  ])
    for (const input of [parquet, renamed]) {
      const { code, out, err } = await transload([...call, input, "--encoding", "latin1"]);
      expect({ code, out, err }).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringMatching(/Apache Parquet is no text.*leave out --encoding windows-1252/),
      });
    }
});

test("inspect and validate read it, and a server is said to refuse it", async () => {
  const path = file("rows.utf16.csv", Buffer.from(`\ufeff${TEXT}`, "utf16le"));
  const inspected = await transload(["inspect", path, "--encoding", "utf-16le", "--json"]);
  expect(JSON.parse(inspected.out)).toMatchObject({ rows: 2, encoding: "utf-16le", bytes: 2 * TEXT.length + 2 });
  expect((await transload(["validate", path, "--encoding", "utf-16le"])).out).toBe("valid: csv, 2 rows x 2 columns\n");
  const { code, out } = await transload(["validate", path, "--encoding", "utf-16le", "--for", "azureml"]);
  expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining("Azure ML reads UTF-8, and this is utf-16le\n") });
  expect(out).toContain(` ${path} --encoding utf-16le -t azureml:split -o `);
});

test("a model's form is told of what the first bytes become", async () => {
  const { columns, data } = JSON.parse(readFileSync(join(ROOT, "data/heart.mlflow.json"), "utf8")).dataframe_split;
  const text = JSON.stringify({ inputs: data.map((row: unknown[]) => row.slice(0, columns.length)) });
  const model = ["-t", "mlflow", "--model", "data/heart-model"];
  const plain = await transload(["convert", file("tensor.json", Buffer.from(text)), ...model]);
  const wide = await transload(["convert", file("wide.json", Buffer.from(text, "utf16le")), ...model, "--encoding", "utf-16le"]);
  expect(wide).toEqual(plain);
  expect(plain).toMatchObject({ code: 0, out: expect.stringContaining('"columns"') });
});

test("a csv may have lines before its header, comments and escapes", async () => {
  const text = '"\na,b\n# none\n1,"\\"é"\n';
  const asked = ["convert", "-f", "csv", "-t", "jsonl", "--skip-lines", "1", "--comment", "#", "--escape", "\\"];
  expect(await transload(asked, text)).toEqual({ code: 0, out: '{"a":1,"b":"\\"é"}\n', err: "" });
  const wide = await transload([...asked, "--encoding", "utf-16be"], Buffer.from(text, "utf16le").swap16());
  expect(wide.out).toBe('{"a":1,"b":"\\"é"}\n');
  const { code, err } = await transload(["convert", "-t", "csv", "--comment", "#"], "[]");
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--comment is for delimited files; name such a form: --from csv/),
  });
  expect(await transload([...asked, "--skip-lines", "x"], text)).toMatchObject({
    code: 2,
    err: expect.stringContaining("--skip-lines is NaN"),
  });
});

test("messages name the option as it is spelled here, and no byte of what was recoded", async () => {
  const path = file("latin.csv", LATIN);
  const refused = await transload(["convert", path, "-t", "csv"]);
  expect(refused.err).toMatch(/E_UTF8: .*; if the text is Windows-1252, --encoding windows-1252 reads it \(line 2, column 2, byte 8\)$/m);
  const wide = file("wide.csv", Buffer.from(`\ufeff${TEXT}`, "utf16le"));
  expect((await transload(["convert", wide, "-t", "csv"])).err).toMatch(/E_UTF16: .*; --encoding utf-16le reads it/);
  expect(await transload(["inspect", path, "--encoding", "latin-1"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean latin1?"),
  });
  const ragged = file("ragged.csv", Buffer.from("ä,b\n\xe9,1,2\n", "latin1"));
  const { code, err } = await transload(["convert", ragged, "-t", "csv", "--encoding", "latin1"]);
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/E_RAGGED: .*ragged\.csv: row 0 .* \(line 2, column 1\)\n$/) });
});
