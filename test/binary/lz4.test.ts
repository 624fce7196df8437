// LZ4 as we write it, read by our own reader and by what hyparquet has; and the frames that Arrow's buffers are.
import fc from "fast-check";
import { compressors } from "hyparquet-compressors";
import { describe, expect, test } from "vitest";
import { expandLz4Block, expandLz4Frame } from "../../src/binary/lz4.js";
import { compressLz4Block, compressLz4Frame } from "../../src/binary/lz4-write.js";

/** Bytes without a pattern. */
function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 24);
}

const RANDOM = noise(70_000);
const MADE: readonly (readonly [string, Uint8Array])[] = [
  ["nothing", new Uint8Array()],
  ...[1, 4, 5, 12, 13, 14, 20, 255, 270, 271, 300].map((size) => [`${size} equal bytes`, new Uint8Array(size).fill(7)] as const),
  ["what does not become smaller", RANDOM],
  ["the same again, from farther than a match reaches", Uint8Array.from([...RANDOM, ...RANDOM])],
  ["numbers", new Uint8Array(Float64Array.from({ length: 20_000 }, (_, i) => (i % 97) / 8).buffer)],
  ["long literals, and a match", Uint8Array.from([...RANDOM.subarray(0, 1000), ...new Uint8Array(1000), ...RANDOM.subarray(0, 1000)])],
];

describe("a block, and a frame, of", () => {
  test.each(MADE)("%s are expanded to it", (_, bytes) => {
    const block = compressLz4Block(bytes);
    expect(expandLz4Block(block, bytes.length)).toEqual(bytes);
    if (bytes.length > 0) expect(compressors.LZ4_RAW?.(block, bytes.length)).toEqual(bytes);
    expect(expandLz4Frame(compressLz4Frame(bytes), bytes.length)).toEqual(bytes);
  });

  test("anything are expanded to it", () => {
    const runs = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 60 })), { maxLength: 40 });
    fc.assert(
      fc.property(runs, (parts) => {
        const bytes = Uint8Array.from(parts.flatMap(([piece, times]) => Array.from({ length: times }, () => [...piece]).flat()));
        expect(expandLz4Block(compressLz4Block(bytes), bytes.length)).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });
});

test("a frame of more than a block has several, of which those that do not become smaller are stored", () => {
  const bytes = new Uint8Array((1 << 22) + 100_000);
  bytes.set(noise(1 << 22));
  const frame = compressLz4Frame(bytes);
  expect(new DataView(frame.buffer).getUint32(15, true) >>> 0).toBe(0x80000000 + (1 << 22));
  expect(frame.length).toBeLessThan((1 << 22) + 1000);
  expect(Buffer.from(expandLz4Frame(frame, bytes.length)).equals(bytes)).toBe(true);
});

test("a frame begins as lz4 writes it", () => {
  // python: lz4.frame.compress(b"a" * 5_000_000, block_size=7, content_checksum=False, store_size=True, block_linked=False)
  expect(Buffer.from(compressLz4Frame(Buffer.alloc(5_000_000, "a"))).toString("hex", 0, 15)).toBe("04224d186870404b4c00000000002e");
});
