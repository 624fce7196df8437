// What is compressed in a way that is not expanded here is told by name, wherever text is expected.
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type ConvertOptions, convert, inspect, readBatches } from "../../src/index.js";

/** What xz, bzip2, lz4, zip and zstd made of "a,b\n1,2\n", or its beginning; of 7-Zip the signature that its format's description has. */
const SAMPLES = {
  xz: "fd377a585a000004e6d6b4460200210116000000742fe5a3010007612c620a312c320a00be9cbd49b5122afe00012008bb19d9bb",
  bzip2: "425a6839314159265359bf87407f00000359000010000430003000200030c00869b28823278bb9229c28485fc3a03f80",
  lz4: "04224d186440a708000080612c620a312c320a",
  "7-Zip": "377abcaf271c0004d0e3a1f7",
  "a zip": "504b03041400080008008b247e5d00000000000000000800000006001c0072722e637376",
  gzip: gzipSync("a,b\n1,2\n").toString("hex"),
  zstd: "28b52ffd2408410000612c620a312c320a35e7cace",
};

async function converted(chunks: readonly Uint8Array[], options: ConvertOptions): Promise<Buffer> {
  const stream = convert(options);
  stream.on("error", () => {});
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return buffer(stream);
}

/** What is expanded, and refused where it was compressed twice. */
const EXPANDED: readonly string[] = ["gzip", "zstd"];

test.each(Object.entries(SAMPLES))("%s, at every cut", async (name, hex) => {
  const sample = Buffer.from(hex, "hex");
  const bytes = EXPANDED.includes(name) ? gzipSync(sample) : sample;
  const refused = { code: "E_FORM", detail: expect.stringContaining(`the input is ${name}, and no text; expand it first: `) };
  for (const from of ["csv", "jsonl", "mlflow"] as const)
    for (let at = 1; at < 12; at++)
      await expect(converted([bytes.subarray(0, at), bytes.subarray(at)], { from, to: "mlflow:records" }), `${at}`).rejects.toMatchObject(
        refused,
      );
});

test.each(EXPANDED)("%s is expanded, at every cut", async (name) => {
  const bytes = Buffer.from(SAMPLES[name as keyof typeof SAMPLES], "hex");
  for (let at = 1; at < bytes.length; at++)
    expect((await converted([bytes.subarray(0, at), bytes.subarray(at)], { from: "csv", to: "jsonl" })).toString()).toBe('{"a":1,"b":2}\n');
});

test("a text that begins like one is a text", async () => {
  for (const name of ["BZh9", "PK", "7z", "BZ", "B"])
    expect((await converted([Buffer.from(name), Buffer.from("\n1\n")], { from: "csv", to: "jsonl" })).toString()).toBe(`{"${name}":1}\n`);
});

test("so in batches, in an inspection, and behind what was expanded", async () => {
  const bytes = Buffer.from(SAMPLES.xz, "hex");
  const read = async (source: Uint8Array) => {
    for await (const _ of readBatches(source));
  };
  await expect(read(bytes)).rejects.toMatchObject({ code: "E_FORM" });
  await expect(inspect(bytes)).rejects.toMatchObject({ code: "E_FORM" });
  await expect(read(gzipSync(gzipSync("{}")))).rejects.toMatchObject({ code: "E_FORM", detail: expect.stringContaining("gzip") });
});

test("an encoding does not make a text of it", async () => {
  const bytes = Buffer.from(SAMPLES.xz, "hex");
  await expect(converted([bytes], { from: "csv", to: "jsonl", encoding: "latin1" })).rejects.toMatchObject({
    code: "E_ENCODING",
    detail: expect.stringContaining("xz"),
  });
});
