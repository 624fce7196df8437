// Reading and printing numbers, against Number(), String() and exact arithmetic on BigInt.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DType, TypedArray } from "../../src/index.js";
import { cellsOf, collect, crumbs, feed, tryRead, whole } from "../support/feed.js";

const CHUNK = 100_000;

const WIDTH = 5;

/** These texts, read as cells of one tensor. `rows`: in rows, where doubles are read in another way; nulls fill the last one. */
async function read(texts: readonly string[], dtype: DType, rows = false): Promise<TypedArray> {
  const cells: string[] = [];
  if (rows)
    for (let at = 0; at < texts.length; at += WIDTH)
      cells.push(`[${Array.from({ length: WIDTH }, (_, i) => texts[at + i] ?? "null").join(",")}]`);
  const bytes = Buffer.from(`{"inputs":[${(rows ? cells : texts).join(",")}]}`);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK));
  const batches = await collect(chunks, { dtype, batchRows: Math.max(1, texts.length) });
  return cellsOf<TypedArray>(batches[0]);
}

async function same(texts: readonly string[]): Promise<void> {
  for (const rows of [false, true]) {
    const values = await read(texts, "float64", rows);
    expect(values.length).toBe(rows ? Math.ceil(texts.length / WIDTH) * WIDTH : texts.length);
    texts.forEach((text, i) => {
      if (!Object.is(values[i], Number(text))) expect({ text, value: values[i] }).toEqual({ text, value: Number(text) });
    });
  }
}

const view = new DataView(new ArrayBuffer(8));

function float64(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

function bitsOf64(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

function float32(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** A generator with a seed, so that every run reads the same numbers. */
function* random(seed: bigint): Generator<bigint, never> {
  let state = seed;
  for (;;) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    yield z ^ (z >> 31n);
  }
}

function randomDoubles(count: number, seed = 1n): number[] {
  const bits = random(seed);
  const values: number[] = [];
  while (values.length < count) {
    const value = float64(bits.next().value);
    if (Number.isFinite(value)) values.push(value);
  }
  return values;
}

/** mantissa * 2^power as decimal text, every digit. */
function decimal(mantissa: bigint, power: number): string {
  if (power >= 0) return `${mantissa << BigInt(power)}`;
  const digits = `${mantissa * 5n ** BigInt(-power)}`.padStart(1 - power, "0");
  return `${digits.slice(0, power)}.${digits.slice(power)}`;
}

/** A double's mantissa and exponent: value = mantissa * 2^power. */
function parts(value: number): { mantissa: bigint; power: number } {
  const bits = bitsOf64(value);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0 ? { mantissa: fraction, power: -1074 } : { mantissa: fraction | (1n << 52n), power: exponent - 1075 };
}

/** The decimal exactly between this double and the next, and its neighbours in the last place. */
function midpoints(value: number): string[] {
  const { mantissa, power } = parts(Math.abs(value));
  const middle = decimal(2n * mantissa + 1n, power - 1);
  const [whole = "", fraction] = middle.split(".");
  const below = `${BigInt(whole + (fraction ?? "")) * 10n - 1n}`.padStart((fraction?.length ?? 0) + 2, "0");
  const places = (fraction?.length ?? 0) + 1;
  return [middle, fraction === undefined ? `${middle}.0000000001` : `${middle}00001`, `${below.slice(0, -places)}.${below.slice(-places)}`];
}

describe("reading float64 is Number()", () => {
  test("random bit patterns, in several spellings", async () => {
    const values = randomDoubles(30_000);
    await same(values.map(String).map((text) => text.replace("+", "")));
    await same(values.map((v) => v.toExponential(16)));
    await same(values.map((v) => v.toPrecision(17)));
    await same(values.map((v) => v.toPrecision(21).replace("e", "E")));
  });

  test("numbers as people write them", async () => {
    const bits = random(2n);
    const texts: string[] = [];
    for (let i = 0; i < 60_000; i++) {
      const whole = bits.next().value >> BigInt(10 + (i % 54));
      const fraction = `${bits.next().value}`.slice(0, i % 21);
      texts.push(`${i % 3 === 0 ? "-" : ""}${whole}${fraction === "" ? "" : `.${i % 5 === 0 ? "000" : ""}${fraction}`}`);
    }
    await same(texts);
  });

  test("every length of whole part and fraction", async () => {
    const texts: string[] = [];
    for (let whole = 1; whole <= 30; whole++)
      for (let fraction = 0; fraction <= 30; fraction++)
        for (const digits of [
          "9".repeat(60),
          "1".repeat(60),
          "123456789012345678901234567890123456789012345678901234567890",
          "5".repeat(60),
        ]) {
          const text = digits.slice(0, whole) + (fraction > 0 ? `.${digits.slice(whole, whole + fraction)}` : "");
          texts.push(text, `-${text}e-7`, `${text}E22`, `0.${"0".repeat(whole)}${digits.slice(0, fraction + 1)}`);
        }
    await same(texts);
  });

  test("midpoints between doubles, and just beside them", async () => {
    const texts: string[] = [];
    for (const value of [
      ...randomDoubles(250, 3n),
      1,
      2 ** 52,
      2 ** 53,
      2 ** 53 + 2,
      2 ** 60,
      1 / 3,
      5e-324,
      2.2250738585072014e-308,
      1e22,
      1e23,
      2 ** 53 + 4,
    ])
      texts.push(...midpoints(value));
    await same(texts);
  });

  test("subnormals and the edges of the range", async () => {
    const texts = [
      "4.9e-324",
      "2.4703282292062327e-324",
      "2.4703282292062328e-324",
      "2.5e-324",
      "1e-400",
      "0.0",
      "-0.0",
      "0e999",
      "0e-999",
      "-0",
    ];
    texts.push(
      "1.7976931348623157e308",
      "1.7976931348623158e308",
      "2.2250738585072011e-308",
      "2.2250738585072014e-308",
      "9007199254740993.0",
    );
    texts.push("1e-99999", "1e-999999999999", "0e999999999999");
    const bits = random(4n);
    for (let i = 0; i < 3000; i++) texts.push(String(float64(bits.next().value & 0xfffffffffffffn)));
    for (let i = 0; i < 60; i++) texts.push(...midpoints(float64(bits.next().value & 0xfffffffffffffn)));
    await same(texts);
  });

  test("17 to 800 digits", async () => {
    const bits = random(5n);
    const texts: string[] = [];
    for (let length = 17; length <= 800; length++) {
      let digits = "";
      while (digits.length < length) digits += bits.next().value;
      digits = digits.slice(0, length).replace(/^0/, "1");
      const at = Number(bits.next().value % BigInt(length));
      texts.push(`${at === 0 ? "0" : digits.slice(0, at)}.${digits.slice(at)}e${Number(bits.next().value % 600n) - 300 - at}`);
      texts.push(`0.${"0".repeat(length % 330)}${digits}`);
      texts.push(`1${"0".repeat(length - 17)}.${"0".repeat(length)}1e${-length}`);
    }
    await same(texts);
  });

  test("a fraction with a million zeros and an exponent that takes them back", async () => {
    await same([`0.${"0".repeat(1_000_000)}1e1000001`, `1${"0".repeat(1_000_000)}e-1000000`]);
  });

  test("what is too large is refused, and infinite with clip", async () => {
    for (const text of ["1.7976931348623159e308", "1e309", "-1e400", "9".repeat(309)]) {
      const { error } = await tryRead(whole(`{"inputs":[0, ${text}]}`), { dtype: "float64" });
      expect(error).toMatchObject({ code: "E_RANGE", offset: 14, path: "$.inputs[1]", row: 1 });
      const [batch] = await collect(whole(`{"inputs":[${text}]}`), { dtype: "float64", cast: "clip" });
      expect(Array.from(cellsOf(batch))).toEqual([text.startsWith("-") ? -Infinity : Infinity]);
    }
  });

  test("wherever the number is cut", async () => {
    const texts = ["123456789.12345678901e-5", "0.30000000000000004", "-0.0", "12345678", "5e-324", "1", "-17", "1234567.8"];
    const bytes = Buffer.from(`{"inputs":[${texts.join(",")}]}`);
    for (let at = 0; at < bytes.length; at++) {
      const [batch] = await collect([bytes.subarray(0, at), bytes.subarray(at)], { dtype: "float64" });
      expect(Array.from(cellsOf(batch))).toEqual(texts.map(Number));
    }
  });
});

// ---- float32, exactly

/** The float32 nearest to digits * 10^tens, ties to even, from whole numbers alone. */
function nearest32(text: string): number {
  const [, minus = "", whole = "", fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) as RegExpExecArray;
  const tens = Number(power) - fraction.length;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return minus ? -0 : 0;
  const top = tens >= 0 ? digits * 10n ** BigInt(tens) : digits;
  const bottom = tens >= 0 ? 1n : 10n ** BigInt(-tens);
  // scale so that the quotient has 24 bits, or fewer for subnormals
  let two = top.toString(2).length - bottom.toString(2).length - 24;
  const quotient = (p: number): { q: bigint; rest: bigint; unit: bigint } => {
    const t = p < 0 ? top << BigInt(-p) : top;
    const u = p > 0 ? bottom << BigInt(p) : bottom;
    return { q: t / u, rest: t % u, unit: u };
  };
  while (quotient(two).q >= 1n << 24n) two++;
  while (quotient(two).q < 1n << 23n) two--;
  two = Math.max(two, -149);
  const { q, rest, unit } = quotient(two);
  const up = 2n * rest > unit || (2n * rest === unit && (q & 1n) === 1n);
  const value = Number(q + (up ? 1n : 0n)) * 2 ** two;
  return (minus ? -1 : 1) * (value >= 2 ** 128 ? Infinity : value);
}

describe("reading float32 rounds once, from the text", () => {
  async function check(texts: readonly string[]): Promise<void> {
    const values = await read(texts, "float32");
    texts.forEach((text, i) => {
      if (!Object.is(values[i], nearest32(text))) expect({ text, value: values[i] }).toEqual({ text, value: nearest32(text) });
    });
  }

  test("random values and spellings", async () => {
    const bits = random(6n);
    const texts: string[] = [];
    while (texts.length < 6000) {
      const value = float32(Number(bits.next().value & 0xffffffffn));
      if (!Number.isFinite(value)) continue;
      texts.push(String(value).replace("+", ""), value.toPrecision(7), value.toExponential(12), value.toExponential(18));
    }
    await check(texts.filter((text) => Number.isFinite(nearest32(text))));
  });

  test("midpoints between floats, which a double on the way would round wrongly", async () => {
    const bits = random(7n);
    const texts: string[] = [];
    for (let i = 0; i < 400; i++) {
      const value = Math.abs(float32(Number(bits.next().value & 0x7f7fffffn)));
      if (!Number.isFinite(value)) continue;
      const fraction = BigInt(new Uint32Array(new Float32Array([value]).buffer)[0] as number);
      const exponent = Number(fraction >> 23n);
      const mantissa = exponent === 0 ? fraction : (fraction & 0x7fffffn) | 0x800000n;
      const middle = decimal(2n * mantissa + 1n, Math.max(exponent, 1) - 150 - 1);
      const dotted = middle.includes(".") ? middle : `${middle}.0`;
      texts.push(middle, `${dotted}${"0".repeat(30)}1`, `-${dotted}${"0".repeat(300)}1`);
      const digits = dotted.replace(".", "");
      const less = `${BigInt(digits) * 1000n - 1n}`.padStart(digits.length + 3, "0");
      const places = dotted.length - dotted.indexOf(".") - 1 + 3;
      texts.push(`${less.slice(0, -places)}.${less.slice(-places)}`);
    }
    await check(texts.filter((text) => Number.isFinite(nearest32(text))));
  });

  test("ties that fit nineteen digits", async () => {
    const texts: string[] = [];
    for (let i = 0; i < 200; i++)
      texts.push(`${16777217 + 2 * i}`, `${8388608.5 + i}`, `${(16777217 + 2 * i) * 8}e-3`, `${16777217 + 2 * i}e10`);
    texts.push("7.006492321624085e-46", "7.0064923216240854e-46", "1.4e-45", "1e-46", "1.1754943508222875e-38", "1.17549428e-38");
    texts.push("3.4028235677973366e38", "340282356779733661637539395458142568447.9999999", "3.4028234663852886e38");
    await check(texts.filter((text) => Number.isFinite(nearest32(text))));
  });

  test("what rounds to infinity is refused", async () => {
    for (const text of ["3.4028235677973367e38", "340282356779733661637539395458142568448", "1e39", "-1e100", "1e400"]) {
      expect(nearest32(text)).toBe(text.startsWith("-") ? -Infinity : Infinity);
      expect((await tryRead(whole(`{"inputs":[${text}]}`), { dtype: "float32" })).error?.code, text).toBe("E_RANGE");
    }
  });
});

// ---- integers

const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  bool: [0n, 1n],
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 2n ** 64n - 1n],
};

for (const [name, [low, high]] of Object.entries(INTEGERS)) {
  const dtype = name as DType;
  describe(`reading ${name}`, () => {
    const first = async (text: string, options = {}) => {
      const { batches, error } = await tryRead(whole(`{"inputs":[${text}]}`), { dtype, ...options });
      return error ? error.code : BigInt(cellsOf<TypedArray>(batches[0])[0] as number | bigint);
    };

    test("takes whole numbers to its limits, in any spelling", async () => {
      for (const value of new Set([low, low + 1n, 0n, 1n, high - 1n, high])) {
        if (value < low) continue;
        const digits = `${value}`;
        const spellings = [digits, `${digits}.0`, `${digits}.000000000000000000000000`, `${digits}e0`, `${digits}E+00`, `${digits}.00e-0`];
        if (value !== 0n) spellings.push(`${digits}0e-1`, `${digits}00.0e-2`, `${digits}${"0".repeat(30)}e-30`);
        if (digits.replace("-", "").length > 1)
          spellings.push(
            `${digits.slice(0, -1)}.${digits.slice(-1)}e1`,
            `${digits.slice(0, -1)}.${digits.slice(-1)}0000000000000000000000E1`,
          );
        for (const spelling of spellings) expect(await first(spelling), spelling).toBe(value);
      }
      expect(await first("-0")).toBe(0n);
      expect(await first("-0.0e5")).toBe(0n);
      expect(await first("0e99999")).toBe(0n);
      if (high >= 1000n) {
        expect(await first("1e3")).toBe(1000n);
        expect(await first("100e-2")).toBe(1n);
        expect(await first("0.001e6")).toBe(1000n);
      }
    });

    test("refuses what does not fit, with clip takes the nearest that does", async () => {
      for (const [text, clipped] of [
        [`${high + 1n}`, high],
        [`${low - 1n}`, low],
        [`${high}0`, high],
        [`${high}.0e1`, high],
        ["1e400", high],
        ["-1e400", low],
        [`${"9".repeat(40)}`, high],
        [`-${"9".repeat(40)}.5`, low],
        ["0.5", 0n],
        ["-0.5", 0n],
        ["1.0000000000000000000000000001", 1n],
        ["1e-5", 0n],
        ["1e-99999", 0n],
        [`${high - 1n}.75`, high - 1n],
      ] as const) {
        expect(await first(text), text).toBe("E_RANGE");
        expect(await first(text, { cast: "clip" }), `${text} clipped`).toBe(clipped);
      }
    });

    test("refuses NaN and Infinity", async () => {
      for (const token of ["NaN", "Infinity", "-Infinity"]) expect(await first(token), token).toBe("E_RANGE");
    });
  });
}

test("integers of every length, at random", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }),
      fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1 }),
      async (signed, unsigned) => {
        expect([...((await read(signed.map(String), "int64")) as BigInt64Array)]).toEqual(signed);
        expect([...((await read(unsigned.map(String), "uint64")) as BigUint64Array)]).toEqual(unsigned);
      },
    ),
    { numRuns: 200 },
  );
});

describe("float64 that nobody asked for", () => {
  const code = async (text: string, options = {}) => (await tryRead(whole(`{"inputs":[${text}]}`), options)).error?.code;

  test("refuses whole numbers it would round", async () => {
    for (const text of [
      "9007199254740993",
      "-9007199254740993",
      "18446744073709551615",
      "18446744073709551617",
      "123456789012345678900",
      "100000000000000000000000",
      "12345678901234567890123456789",
    ]) {
      expect(BigInt(Number(text)), text).not.toBe(BigInt(text));
      expect(await code(text), text).toBe("E_RANGE");
      expect(await code(text, { dtype: "float64" }), `${text}, asked for`).toBeUndefined();
    }
  });

  test("takes those it can hold, and fractions, which are rounded by nature", async () => {
    for (const text of [
      "9007199254740992",
      "9007199254740994",
      "-18014398509481984",
      "18446744073709551616",
      "100000000000000000000",
      "10000000000000000000000",
      "0.1",
      "1e23",
      "9007199254740993.5",
    ])
      expect(await code(text), text).toBeUndefined();
  });
});

// ---- printing

/** These values through the typed lane, as text. */
async function print(values: Float64Array | Float32Array, dtype: DType): Promise<string[]> {
  const { Batch } = await import("../../src/index.js");
  const batch = new Batch({
    rowOffset: 0,
    rowCount: values.length,
    kind: "tensor",
    columns: [{ name: "", dtype, values: values as TypedArray, shape: [] }],
  });
  const { text, error } = await feed(whole('{"inputs":[0]}'), { to: "mlflow", through: [() => batch] });
  expect(error).toBeUndefined();
  return text.slice('{"inputs":['.length, -2).split(",");
}

/** What transload writes for a double: String(x), but a float stays one and keeps its sign. */
function ours(text: string): string {
  const plain = text.replace("e+", "e");
  return /[.e]/.test(plain) ? plain : `${plain}.0`;
}

describe("printing float64", () => {
  async function check(values: Float64Array): Promise<void> {
    const texts = await print(values, "float64");
    values.forEach((value, i) => {
      const expected = Object.is(value, -0) ? "-0.0" : ours(String(value));
      if (texts[i] !== expected || !Object.is(Number(texts[i]), value))
        expect({ value, text: texts[i] }).toEqual({ value, text: expected });
    });
  }

  test("is the shortest text, as String() has it", async () => {
    await check(Float64Array.from(randomDoubles(60_000, 8n)));
  });

  test("at powers of two and ten, and beside them", async () => {
    const values = [
      0,
      -0,
      5e-324,
      1.7976931348623157e308,
      1e21,
      1e22,
      1e23,
      123456789012345680000,
      1e-6,
      1e-7,
      0.000001234,
      2 ** 53 + 4,
      2 ** 53,
      2 ** 64,
    ];
    for (let e = -1074; e < 1024; e++) {
      const bits = bitsOf64(2 ** e);
      values.push(2 ** e, float64(bits + 1n), ...(bits > 0n ? [float64(bits - 1n)] : []));
    }
    for (let e = -323; e <= 308; e++) {
      const bits = bitsOf64(Number(`1e${e}`));
      values.push(float64(bits), float64(bits + 1n), float64(bits - 1n), -float64(bits), Number(`9.5e${e}`));
    }
    await check(Float64Array.from(values.filter(Number.isFinite)));
  });

  test("of whole numbers, halves, hundredths and small subnormals", async () => {
    const values: number[] = [];
    for (let i = 0; i < 20_000; i++) values.push(i, i / 2, i / 100, -i / 1000, i * 1e15, float64(BigInt(i)), 2 ** 53 - i, 2 ** 53 + 2 * i);
    await check(Float64Array.from(values));
  });
});

describe("printing float32", () => {
  test("is the shortest text that reads back to the same float", async () => {
    const bits = random(9n);
    const values: number[] = [0, -0, 1.401298464324817e-45, 3.4028234663852886e38, 16777216, 16777218, 33554432, 0.1, 0.3];
    for (let e = 0; e < 255; e++) for (const step of [0, 1, -1]) values.push(float32(Math.max(0, (e << 23) + step)));
    for (let i = 0; i < 3000; i++) values.push(i, i / 4, i / 10, float32(i));
    while (values.length < 45_000) values.push(float32(Number(bits.next().value & 0xffffffffn)));
    const floats = Float32Array.from(values.filter(Number.isFinite));
    const texts = await print(floats, "float32");
    floats.forEach((value, i) => {
      const text = texts[i] as string;
      if (!Object.is(Math.fround(Number(text)), value)) expect({ text, read: Math.fround(Number(text)) }).toEqual({ text, read: value });
      if (value === 0) {
        expect(text).toBe(Object.is(value, -0) ? "-0.0" : "0.0");
        return;
      }
      let digits = 1;
      while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
      const shortest = ours(String(Number(value.toPrecision(digits))));
      // at a power of two the float below is nearer, and a text on the wide side may do with fewer digits
      const power = Math.log2(Math.abs(value)) % 1 === 0;
      // of two texts equally near toPrecision takes the larger, the core the even one
      const tie = text.length === shortest.length && Math.abs(Number(text) - value) <= Math.abs(Number(shortest) - value);
      if (power ? text.length > shortest.length : text !== shortest && !tie) expect({ value, text }).toEqual({ value, text: shortest });
    });
  });

  test("of a cast shrinks the payload and nothing else", async () => {
    const { text } = await feed(whole('{"inputs":[0.30000000000000004, 1, -0.0, 1e10, 16777217]}'), { to: "mlflow", dtype: "float32" });
    expect(text).toBe('{"inputs":[0.3,1.0,-0.0,10000000000.0,16777216.0]}');
  });
});

test("integers are printed as integers, to their limits", async () => {
  for (const [name, [low, high]] of Object.entries(INTEGERS)) {
    if (name === "bool") continue;
    const input = `{"inputs":[${low},${high},0,1,10,99,100]}`;
    for (const chunks of [whole(input), crumbs(input)])
      expect((await feed(chunks, { to: "mlflow", dtype: name as DType })).text).toBe(input);
  }
  expect((await feed(whole('{"inputs":[0,1,true,false,1.0]}'), { to: "mlflow", dtype: "bool" })).text).toBe(
    '{"inputs":[false,true,true,false,true]}',
  );
});
