// Instances of the core serve one conversion after another. Each must find one as it was when it was new.
import { describe, expect, test } from "vitest";
import { CoreMemory } from "../../src/engine/wasm/memory.js";
import { CoreScanner } from "../../src/engine/wasm/scanner.js";

const PAYLOAD = Buffer.from('{"k":[["a",1.5,"\\u00e9"],["b",0.1234567890123456789,null]],"m":{"n":[NaN,-12e3]}}');

/** Goes through a payload as far as it is sound; what it met. */
function scan(scanner: CoreScanner, bytes: Uint8Array): string[] {
  const events: string[] = [];
  scanner.push(bytes);
  try {
    for (let event = scanner.next(); event !== "more"; event = scanner.next()) events.push(`${event} ${scanner.offset}`);
  } catch (error) {
    events.push(String(error));
  }
  return events;
}

/** Leaves something of everything: rules, a broken text, and bytes all over the memory. */
function use(memory: CoreMemory): void {
  const scanner = new CoreScanner(() => ["k"], 7, memory);
  scanner.watch(3);
  scanner.nan("tell");
  scanner.refuseNull(true);
  scanner.stopAfter(1);
  scan(scanner, PAYLOAD.subarray(0, 30));
  const at = memory.area("mine", 1000);
  memory.bytes.fill(0xff, at, at + 1000 + 64);
}

describe("an instance that was given back", () => {
  test("is as it was when it was new, its memory and all that can be asked of it", () => {
    const used = new CoreMemory(100);
    const { core } = used;
    use(used);
    used.close();
    const again = new CoreMemory();
    expect(again.core).toBe(core);
    // the same begins both, and zeros follow it
    const [bytes, others] = [again.bytes, new CoreMemory().bytes].sort((a, b) => a.length - b.length) as [Uint8Array, Uint8Array];
    expect(Buffer.compare(others.subarray(0, bytes.length), bytes)).toBe(0);
    expect(others.subarray(bytes.length).some((byte) => byte !== 0)).toBe(false);
    expect(bytes.subarray(core.heap()).some((byte) => byte !== 0)).toBe(false);
    const numbers = (own: CoreMemory) =>
      Object.entries(own.core as unknown as Record<string, unknown>).flatMap(([name, found]) =>
        typeof found === "object" && found !== null && "value" in found ? [`${name} ${found.value}`] : [],
      );
    expect(numbers(again).length).toBeGreaterThan(20);
    expect(numbers(again)).toEqual(numbers(new CoreMemory()));
  });

  test("tells the next conversion's story, and takes no more from the last one", () => {
    const story = scan(new CoreScanner(() => [], 0), PAYLOAD);
    expect(story.length).toBeGreaterThan(5);
    const memory = new CoreMemory();
    const first = new CoreScanner(() => [], 0, memory);
    first.watch(2);
    scan(first, PAYLOAD.subarray(0, 20));
    const { core } = memory;
    first.close();
    first.close();
    const later = new CoreMemory();
    expect(later.core).toBe(core);
    const second = new CoreScanner(() => [], 0, later);
    expect(() => first.push(PAYLOAD)).not.toThrow();
    expect(() => first.next()).toThrow();
    expect(() => first.watch(5)).toThrow(/closed was asked for more/);
    expect(scan(second, PAYLOAD)).toEqual(story);
    // and it was given back but once
    expect(new CoreMemory().core).not.toBe(core);
  });

  test("is kept only where there is room for its memory, and only so many are", () => {
    const large = new CoreMemory();
    const { core } = large;
    large.allocate(40 << 20);
    large.close();
    expect(new CoreMemory().core).not.toBe(core);
    const all = Array.from({ length: 20 }, () => new CoreMemory());
    const cores = new Set(all.map((memory) => memory.core));
    expect(cores.size).toBe(20);
    for (const memory of all) memory.close();
    const again = Array.from({ length: 20 }, () => new CoreMemory());
    expect(again.filter((memory) => cores.has(memory.core))).toHaveLength(8);
  });
});
