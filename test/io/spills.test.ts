// What must be read again, where the input is no file: little is held, and more goes to a file without a name.
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DiskSpill } from "../../src/io/disk.js";
import { spillRandom } from "../../src/io/random.js";
import { HELD } from "../../src/io/spill-folder.js";

const folder = mkdtempSync(join(tmpdir(), "transload-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LENGTHS = [1, 10, 1000, HELD - 1, HELD, HELD + 1, 3 * HELD];
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7) % 251);

/** Files of the folder that are open; undefined where the system does not tell. */
function open(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
      } catch {
        return false;
      }
    }).length;
  } catch {
    return undefined;
  }
}

describe.each([1, 7, 4096, 100_000])("in steps of %i", (step) => {
  test.each(LENGTHS.filter((length) => length / step < 100_000))("%i bytes are read as they were written", (length) => {
    const bytes = bytesOf(length);
    const spill = new DiskSpill(folder);
    for (let at = 0; at < length; at += step) expect(spill.append(bytes.subarray(at, at + step))).toBe(at);
    expect(open() ?? Number(length > HELD)).toBe(Number(length > HELD));
    for (const [from, count] of [
      [0, length],
      [length >> 1, length],
      [length - 1, 1],
      [Math.max(0, length - 5), 9],
      [length, 3],
    ] as const) {
      const target = new Uint8Array(count);
      const expected = bytes.subarray(from, from + count);
      expect(spill.read(from, target)).toBe(expected.length);
      expect(Buffer.compare(target.subarray(0, expected.length), expected)).toBe(0);
    }
    spill.close();
    expect(spill.read(0, new Uint8Array(4))).toBe(0);
    expect(open() ?? 0).toBe(0);
  });
});

test("what passes but once is read here and there, its chunks no longer asked for", async () => {
  for (const length of LENGTHS) {
    const bytes = bytesOf(length);
    async function* lent() {
      const buffer = new Uint8Array(1000);
      for (let at = 0; at < length; at += 1000) {
        const part = bytes.subarray(at, at + 1000);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
      }
      buffer.fill(0);
    }
    const access = await spillRandom(lent(), folder);
    expect(access.size).toBe(length);
    expect(open() ?? Number(length > HELD)).toBe(Number(length > HELD));
    expect(Buffer.compare(await access.read(0, length), bytes)).toBe(0);
    expect(Buffer.compare(await access.read(length >> 1, length + 5), bytes.subarray(length >> 1))).toBe(0);
    await access.close();
    expect(open() ?? 0).toBe(0);
  }
});

test("a folder that is not there is told, however little there is", async () => {
  const none = join(folder, "none");
  expect(() => new DiskSpill(none).append(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: "E_SPILL" }));
  await expect(spillRandom([Uint8Array.of(1)], none)).rejects.toMatchObject({ code: "E_SPILL" });
});
