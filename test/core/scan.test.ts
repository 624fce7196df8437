// The scanner has two machines over the same state: one takes 64 bytes at a time, the other judges byte by byte. Fed
// in single bytes only the second one runs, so the same text whole and in crumbs must tell the same story.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Mode } from "../../src/engine/codes.js";
import type { Scanner } from "../../src/engine/scanner.js";
import { CoreScanner } from "../../src/engine/wasm/scanner.js";
import { TransloadError } from "../../src/index.js";
import { bytesOf, crumbs, cut, placeOf, whole } from "../support/feed.js";
import { same } from "../support/same.js";

interface Rules {
  watch?: number;
  cargo?: { mode: Mode; width?: number };
  refuseNull?: boolean;
  nan?: "error" | "pass" | "tell";
}

/** Every event with its offset and what the scanner knows then; the last entry is the end or the error. */
function scan(chunks: readonly Uint8Array[], { watch = 1, cargo, refuseNull = false, nan = "pass" }: Rules): unknown[] {
  const story: unknown[] = [];
  const scanner: Scanner = new CoreScanner(() => [], 0);
  scanner.watch(watch);
  scanner.nan(nan);
  let started = false;
  try {
    for (const chunk of chunks) {
      scanner.push(chunk);
      for (let event = scanner.next(); event !== "more"; event = scanner.next()) {
        story.push([event, scanner.offset, event === "end" ? [scanner.members, scanner.width, scanner.innerRank] : undefined]);
        if (event === "value" && cargo && !started && scanner.slice(scanner.offset - 1, scanner.offset)[0] === 0x5b) {
          started = true;
          scanner.refuseNull(refuseNull);
          scanner.startCargo(cargo.mode, cargo.width);
        }
      }
    }
    scanner.end();
    story.push("done");
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    // a list's members after an error are nobody's business, but the place is
    story.push({ ...placeOf(error), message: error.message });
  } finally {
    scanner.close();
  }
  return story;
}

function machinesAgree(text: string | Uint8Array, rules: Rules, cuts: readonly number[] = []): unknown[] {
  const slow = scan(crumbs(text), rules);
  const fast = [scan(whole(text), rules), ...(cuts.length > 0 ? [scan(cut(text, cuts), rules)] : [])];
  for (const story of fast) same(story, slow);
  return slow;
}

const runs = (numRuns: number) => ({ numRuns });

const space = fc.constantFrom("", "", "", "", " ", "\n", "\r\n", "\t", "   ", "\n      ");
const numberText = fc.oneof(
  fc.integer({ min: -999, max: 99999 }).map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((n) => (Object.is(n, -0) ? "-0.0" : String(n))),
  fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -400, max: 400 })).map(([m, e]) => `${m}e${e}`),
  fc.constantFrom("0", "-0", "0.0", "1E+5", "1e-05", "-1.5E3", "0e0", "123456789.123456789"),
);
const stringText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((s) => JSON.stringify(s)),
  fc
    .array(fc.constantFrom('\\"', "\\\\", "\\u00e9", "\\ud83d\\ude00", "\\/", "é", "😀", "]", "[", ",", "a", "{", "\\n"), { maxLength: 70 })
    .map((parts) => `"${parts.join("")}"`),
);
const literal = fc.constantFrom("true", "false", "null");
const scalar = fc.oneof({ weight: 6, arbitrary: numberText }, { weight: 2, arbitrary: stringText }, { weight: 1, arbitrary: literal });

/** JSON text of any shape, with white space. */
const { json } = fc.letrec<{ json: string; list: string; object: string }>((tie) => ({
  json: fc.oneof({ depthSize: "medium", withCrossShrink: true }, scalar, tie("list"), tie("object")),
  list: fc
    .array(fc.tuple(space, tie("json"), space), { maxLength: 12 })
    .chain((members) => space.map((gap) => `[${members.length > 0 ? members.map((m) => m.join("")).join(",") : gap}]`)),
  object: fc
    .array(fc.tuple(space, stringText, space, tie("json"), space), { maxLength: 4 })
    .map((members) => `{${members.map(([a, k, b, v, c]) => `${a}${k}${b}:${v}${c}`).join(",")}}`),
}));

/** Rows of one width, or nearly: what a payload's cargo looks like. */
const rows = fc
  .record({
    width: fc.integer({ min: 0, max: 9 }),
    rows: fc.integer({ min: 0, max: 40 }),
    cell: fc.constantFrom(numberText, scalar),
    spread: fc.boolean(),
  })
  .chain(({ width, rows: count, cell, spread }) =>
    fc
      .array(fc.array(spread ? fc.tuple(space, cell, space).map((c) => c.join("")) : cell, { minLength: width, maxLength: width }), {
        minLength: count,
        maxLength: count,
      })
      .map((table) => `[${table.map((row) => `[${row.join(",")}]`).join(spread ? " ,\n" : ",")}]`),
  );

/** A tensor of a given shape. */
const tensor = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), fc.infiniteStream(numberText))
  .map(([shape, cells]) => {
    const make = (d: number): string =>
      d === shape.length ? String(cells.next().value) : `[${Array.from({ length: shape[d] as number }, () => make(d + 1)).join(",")}]`;
    return make(0);
  });

/** A text, harmed in a place or two. */
function harmed(source: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const harm = fc.tuple(
    fc.constantFrom("insert", "delete", "replace", "double", "truncate"),
    fc.nat(),
    fc.oneof(
      fc.constantFrom(...'[]{},:"\\ 0123456789.+-eEtfnNI\n\tx_u\u007f').map((c) => c.charCodeAt(0)),
      fc.integer({ min: 0, max: 255 }),
    ),
  );
  return fc.tuple(source, fc.array(harm, { minLength: 1, maxLength: 2 })).map(([text, harms]) => {
    let bytes = [...Buffer.from(text)];
    for (const [how, where, byte] of harms) {
      const at = where % (bytes.length + 1);
      if (how === "insert") bytes.splice(at, 0, byte);
      else if (how === "delete") bytes.splice(at, 1);
      else if (how === "replace") bytes.splice(at, 1, byte);
      else if (how === "double") bytes.splice(at, 0, ...bytes.slice(at, at + (byte % 5) + 1));
      else bytes = bytes.slice(0, at);
    }
    return Uint8Array.from(bytes);
  });
}

const padding = fc.integer({ min: 0, max: 63 });
const cuts = fc.array(fc.nat(4000), { maxLength: 4 });
const rules = fc.record({
  watch: fc.constantFrom(1, 1, 2, 3),
  nan: fc.constantFrom("error", "pass", "tell") as fc.Arbitrary<"error" | "pass" | "tell">,
  refuseNull: fc.boolean(),
  cargo: fc.option(
    fc.record({
      mode: fc.constantFrom(Mode.Rows, Mode.Tensor),
      width: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 5 }),
    }),
    { nil: undefined, freq: 4 },
  ),
}) as fc.Arbitrary<Rules>;

/** Padding of so many bytes before the text moves it to any place in its block. */
function padded(pad: number, text: string | Uint8Array, deep: number): Uint8Array {
  const open = '{"k":'.repeat(deep);
  return Buffer.concat([Buffer.from(" ".repeat(pad) + open), bytesOf(text), Buffer.from("}".repeat(deep))]);
}

describe("the block machine and the byte machine tell the same", () => {
  test("of JSON of any shape", () => {
    fc.assert(
      fc.property(json, padding, rules, cuts, (text, pad, rule, at) => {
        machinesAgree(padded(pad, text, 1), { watch: rule.watch ?? 1, nan: rule.nan ?? "pass" }, at);
      }),
      runs(400),
    );
  });

  test("of rows and tensors, and their lengths", () => {
    fc.assert(
      fc.property(fc.oneof(rows, tensor), padding, rules, cuts, (text, pad, rule, at) => {
        machinesAgree(padded(pad, text, 1), rule, at);
      }),
      runs(500),
    );
  });

  test("of rows, tensors and any JSON with faults in them", () => {
    fc.assert(
      fc.property(
        harmed(fc.oneof(rows, tensor, json)),
        padding,
        rules,
        fc.integer({ min: 0, max: 2 }),
        cuts,
        (text, pad, rule, deep, at) => {
          machinesAgree(padded(pad, text, deep), rule, at);
        },
      ),
      runs(1500),
    );
  }, 30_000);

  test("of a matrix of plain numbers with another byte at any place", () => {
    for (const gap of ["", " "]) {
      const period = ["1", "-2.5", "0],[0.25", "10", "-0],[-0.75", "3", "123456.07"].join(",");
      const text = `[[${`${period}],[`.repeat(10)}4,5,6]]`.replaceAll(",", `,${gap}`);
      const first = text.length >> 1;
      for (let at = first; at < first + 64 + period.length; at++)
        for (const byte of Buffer.from('[],.-+0159eE "\\{}:;/n\n\x00\x1a\x80\xba\xef', "latin1")) {
          const bytes = Buffer.from(text);
          bytes[at] = byte;
          machinesAgree(bytes, { watch: 0, cargo: { mode: at % 2 ? Mode.Rows : Mode.Tensor } });
        }
    }
  }, 30_000);

  const tokens = [
    "[1,2],[3,4]",
    "[1,2],[3]",
    "[1,2],[3,4,5]",
    "[],[]",
    "[[1],[2]],[[3],[4]]",
    "[1.5e3,-0.25],[0,-1E+2]",
    '["a","b\\""],["\\u00e9","é"]',
    "[true,null],[false,NaN]",
    "[-Infinity,Infinity],[1,2]",
    "[01,2],[3,4]",
    "[1.,2],[3,4]",
    "[.5,2]",
    "[1e,2]",
    "[+1]",
    "[1 2]",
    "[1,,2]",
    "[1,]",
    "[,1]",
    "[1}",
    '["\\x"]',
    '["\\u12g4"]',
    '["a\u0001"]',
    "[tru]",
    "[nul1]",
    "[NaN1]",
    "[1.2.3]",
    "[1e5.2]",
    "[--1]",
    "[1-2]",
    "[0x1]",
    "[1,2] ,[3 ,4]",
    "[-]",
    "[-,1]",
    "[1e+]",
    "[00]",
    "[-01]",
    "[truefalse]",
    '["a""b"]',
    '["a"1]',
    '[1"a"]',
    "[1[2]]",
    "[[1]2]",
    "[[1],2]",
    "[1,[2]]",
    "[1,{}]",
    "[{},1]",
    "[1]]",
    '[1,2],\n[3,4],\n["]","["]',
    "[nullx]",
    "[1e400,1e-400]",
    "[\n]",
    "[1\n,\n2]",
  ];
  for (const token of tokens)
    test(`of ${JSON.stringify(token)} at every place in a block`, () => {
      for (let before = 0; before < 64; before++)
        for (const cargo of [undefined, { mode: Mode.Rows }, { mode: Mode.Tensor }]) {
          // cells before it bring the scanner to its block machine and know the width; cells after it fill the block
          const rest = ",[1,2]".repeat(12);
          machinesAgree(`{"k":[[1,2],${" ".repeat(before)}${token}${rest}]}`, { ...(cargo && { cargo }) });
        }
    });
});

test("a fault is found where JSON.parse finds one, and nowhere else", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const accepts = (bytes: Uint8Array): boolean => {
    try {
      JSON.parse(decoder.decode(bytes));
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = 0;
  fc.assert(
    fc.property(fc.oneof(harmed(json), harmed(rows), json.map(bytesOf)), padding, (text, pad) => {
      const bytes = Buffer.concat([Buffer.from(" ".repeat(pad)), text]);
      if (/NaN|Infinity/.test(bytes.toString("latin1"))) return;
      const ours = scan(whole(bytes), {}).at(-1) === "done";
      expect(ours, bytes.toString("latin1")).toBe(accepts(bytes));
      if (ours) good++;
      else bad++;
    }),
    runs(1500),
  );
  expect(good).toBeGreaterThan(200);
  expect(bad).toBeGreaterThan(200);
});

test("UTF-8 is checked as TextDecoder checks it, wherever it is cut", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const accepts = (bytes: Uint8Array): boolean => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const lead = [0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff];
  const next = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2];
  for (const a of lead)
    for (const b of next)
      for (const c of next)
        for (const d of [0x41, 0x80, 0xbf, 0xf0]) {
          const bytes = Uint8Array.from([a, b, c, d, 0x20]);
          const text = Buffer.concat([Buffer.from(`[${" ".repeat((a + b) % 64)}"`), bytes, Buffer.from('"]')]);
          const story = scan(whole(text), {});
          if ((story.at(-1) === "done") !== accepts(bytes)) expect.fail(`${bytes.join()}: ${JSON.stringify(story.at(-1))}`);
          if (d === 0x80 && b >= 0x80) expect(scan(crumbs(text), {}), bytes.join()).toEqual(story);
        }
}, 30_000);

test("nesting to 512 is read and 513 refused, at the bracket", () => {
  const nest = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  expect(machinesAgree(nest(512), {}).at(-1)).toBe("done");
  expect(machinesAgree(nest(513), {}).at(-1)).toMatchObject({ code: "E_DEPTH", offset: 512 });
  expect(machinesAgree(`[${'{"a":['.repeat(256)}`, {}).at(-1)).toMatchObject({ code: "E_DEPTH", offset: 1 + 6 * 256 - 1 });
});

test("lines and columns count through blocks of line feeds", () => {
  for (let lines = 0; lines < 140; lines++)
    expect(machinesAgree(`{"k":[1,${"\n".repeat(lines)}  x${",1".repeat(80)}]}`, {}).at(-1)).toMatchObject({
      code: "E_SYNTAX",
      line: lines + 1,
      column: lines === 0 ? 11 : 3,
      offset: 10 + lines,
    });
});
