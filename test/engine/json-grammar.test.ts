// What JSON's grammar takes is taken, and what it refuses is refused, by both engines, wherever the text stands and is cut.
// JSON.parse behind a strict decoder is the judge. By choice we take NaN, Infinity and -Infinity, as Python writes them, and refuse
// what is deeper than 512 and what a form has no place for (a second value of one key, an object among numbers). The kinds are those of the public JSONTestSuite; the cases are our own.
import { describe, expect, test } from "vitest";
import { CODES, type ConvertOptions, type ErrorCode } from "../../src/index.js";
import { crumbs, feed, halves, type Outcome, whole } from "../support/feed.js";
import { same } from "../support/same.js";

/** Texts of one kind. Each is written as it is, a byte a letter where it says `bytes`. */
// biome-ignore format: a case a line would fill ten screens
const KINDS: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  literals: [
    ...[
      "true", "false", "null", " true", "false ", "tru", "truee", "True", "TRUE", "t", "fals", "falsy", "nul", "nulll", "nil",
      "undefined",
    ],
    ...["true false", "truefalse", "true,false", "nulltrue", "none", "yes"],
  ],
  // taken by choice, because Python writes them; in this spelling alone
  infinities: [
    ...["NaN", "Infinity", "-Infinity", "[NaN,-Infinity]", "nan", "NAN", "inf", "Inf", "-Inf", "infinity", "+Infinity", "-NaN", "+NaN"],
    ...[
      "NaN1", "1NaN", "NaNNaN", "Infinityy", "Infinit", "Na", "- Infinity", "--Infinity", "-infinity", "1Infinity", "NaN.0",
      "Infinitye1",
    ],
  ],
  numbers: [
    ...[
      "0", "-0", "1", "-1", "10", "1234567890", "0.5", "-0.5", "1.0", "0.0", "1e1", "1E1", "1e+1", "1e-1", "0e0", "0e+1", "0E-1",
      "1.5e10",
    ],
    ...[
      "20e001", "1e00", "-1e-00", "123.456e78", "1e400", "-1e400", "1e-400", "5e-324", "2.2250738585072011e-308",
      "1.7976931348623157e308",
    ],
    ...["9007199254740993", "18446744073709551616", "-9223372036854775809", `1${"0".repeat(400)}`, `0.${"0".repeat(400)}1`],
    ...[`-${"9".repeat(63)}`, "0.1234567890123456789012345678901234567890123456789012345678901234567890", "1e0000000000000000001"],
  ],
  "numbers that are none": [
    ...[
      "-", "+1", "+0", "--1", "-+1", "++1", "1-", "1+", "1-1", "01", "-01", "00", "-00", "012", "007", "0123.4", "1.", "-1.", "0.",
      ".5", "-.5",
    ],
    ...[
      ".", "-.", "1..2", "1.2.3", "1.e1", "1.-1", "1.+1", ".e1", "e1", "E1", "1e", "1E", "1e+", "1e-", "1ee1", "1e1e1", "1e1.5", "1e1.",
      "1e++1",
    ],
    ...[
      "1e+-1", "0x1", "0xFF", "-0x1", "0b1", "0o7", "1_000", "1,000", "1 000", "1 .5", "1. 5", "1 e5", "1e 5", "- 1", "-\n1", "1f",
      "1d", "1n",
    ],
    ...[
      "1L", "1a", "a1", "1e5x", "$1", "1%", "1/2", "(1)", "1:2", "1;", "1'", '1"', "0 1", "1 1", "0e", "0e+", "-0.", "-0.e1", "\uff11",
      "١", "∞",
    ],
    ...["-a", "-true", "1true", "0true", "2.", "2.e3", "2.e-3", "2.e+3", "9.e", "1\u00002", "\u00001", "1\u0000"],
  ],
  strings: [
    ...['""', '"a"', '" "', '"abc def"', '"/"', '"\u007f"', '"\u0080"', '"é"', '"日本"', '"😀"', '"\u2028\u2029"', '"\ufeff"', '"\uffff"'],
    ...[
      '"[1,2]"', '"{}"', '"a,b"', '"a:b"', '"true"', '"//"', '"/* */"', `"${"a".repeat(63)}"`, `"${"a".repeat(64)}"`,
      `"${"é".repeat(65)}"`,
    ],
    ...[
      '"', '"a', 'a"', "a", "abc", "'a'", "'", "`a`", '"a"b', '"a""b"', '"a" "b"', 'a"b"', '""""', '"""', '"a"1', '1"a"', "“a”",
      "&quot;a&quot;",
    ],
  ],
  escapes: [
    ...[
      '"\\""', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t"', '"\\u0000"', '"\\u0061"', '"\\uABCD"', '"\\uabcd"', '"\\uFFFF"', '"\\\\u0061"',
      '"\\\\\\""',
    ],
    ...[
      '"a\\\\"', `"${"\\\\".repeat(40)}"`, `"${"\\\\".repeat(40)}\\""`, `"${"a".repeat(62)}\\""`, `"${"a".repeat(63)}\\\\"`,
      '"\\u0022"', '"\\u005c"',
    ],
    ...[
      '"\\"', '"\\', '"\\\\\\"', '"\\a"', '"\\v"', '"\\0"', '"\\x41"', '"\\X41"', '"\\1"', '"\\U0061"', '"\\N"', '"\\\'"', '"\\ "',
      '"\\é"', '"\\😀"',
    ],
    ...[
      '"\\u"', '"\\u1"', '"\\u12"', '"\\u123"', '"\\u123', '"\\u', '"\\u12G4"', '"\\u{61}"', '"\\u 061"', '"\\u+061"', '"\\u-061"',
      '"\\u00e"',
    ],
    ...['"\\u00A\\n"', '"\\\n"', '"\\\u0000"', "\\n", "\\u0031", '\\"a"', "1\\n", '"\\u123é"', '"\\u１２３４"'],
  ],
  // halves of a pair are texts of JSON's grammar; what a target makes of them is its own matter
  surrogates: [
    ...[
      '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\ud800"', '"\\udc00"', '"\\ude00\\ud83d"', '"\\ud83d\\ud83d\\ude00"',
      '"\\ud83dx\\ude00"',
    ],
    ...[
      '"\\ud83d\\n"', '"\\ud83d\\u0061"', '"\\ud83d\\\\ude00"', '"\\udbff\\udfff"', '"\\ud83d"', '"\\ud83d\\u"', '"\\ud83d\\"',
      '"\\ud83d\\ude0"',
    ],
    ...['"\\ud83d\\uDE0G"', '"\\uD83D\\'],
  ],
  "control characters": [
    ...Array.from({ length: 32 }, (_, i) => `"a${String.fromCharCode(i)}b"`),
    ...Array.from({ length: 32 }, (_, i) => `${String.fromCharCode(i)}1`),
    ...["\u007f1", "1\u007f", `"${"a".repeat(70)}\u0001"`, `"\n"`, `"a\tb"`, `"a\r\nb"`],
  ],
  "white space": [
    ...[
      " 1", "1 ", "\t1", "\n1\n", "\r1\r", "\r\n1", " \t\r\n1 \t\r\n", " [ 1 , 2 ] ", ' { "a" : 1 } ',
      `${" ".repeat(130)}1${" ".repeat(130)}`,
    ],
    ...[
      "\v1", "\f1", "\u00a01", "1\u00a0", "\u00851", "\u20281", "1\u2029", "\u30001", "\ufeff1", "1\ufeff", "\u200b1", "\u20601",
      "[\ufeff]", "\u180e1",
    ],
    ...["[\f]", "[1,\v2]", '{"a":\f1}', '{\u00a0"a":1}'],
  ],
  "UTF-8": [
    ...[
      "22 c2 80 22", "22 df bf 22", "22 e0 a0 80 22", "22 ed 9f bf 22", "22 ee 80 80 22", "22 ef bf bf 22", "22 f0 90 80 80 22",
      "22 f4 8f bf bf 22",
    ],
    ...["22 80 22", "22 bf 22", "22 c0 80 22", "22 c0 af 22", "22 c1 bf 22", "22 c2 22", "22 c2 41 22", "22 c2 c2 80 22", "22 e0 80 80 22"],
    ...[
      "22 e0 9f bf 22", "22 e2 82 22", "22 e2 22", "22 e2 28 a1 22", "22 e2 82 28 22", "22 ed a0 80 22", "22 ed bf bf 22",
      "22 f0 80 80 80 22",
    ],
    ...[
      "22 f0 8f bf bf 22", "22 f0 9f 98 22", "22 f0 9f 22", "22 f0 22", "22 f0 28 8c bc 22", "22 f4 90 80 80 22", "22 f5 80 80 80 22",
      "22 f8 88 80 80 80 22",
    ],
    ...[
      "22 fc 84 80 80 80 80 22", "22 fe 22", "22 ff 22", "22 ed a0 bd ed b8 80 22", "22 e9 22", "22 c2", "22 e2 82", "22 f0 9f 98",
      "22 5c c3 22",
    ],
    ...["c3 a9", "80", "ff", "31 80", "31 c2 a0", "5b 80 5d", "ef bb bf 31", "ef bb 31", "22 61 c3 28 22", "22 5c 75 30 30 c3 a9 22", "e9"],
  ].map((hex) => Buffer.from(hex.replaceAll(" ", ""), "hex")),
  lists: [
    ...["[]", "[1]", "[1,2]", "[[]]", "[[],[]]", "[1,[2],{}]", '["a",1,null,true]', "[ ]", "[\n]", "[[[1]]]"],
    ...[
      "[", "]", "[1", "1]", "[1,", "[,", "[,]", "[,1]", "[1,]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[1}", "{1]", "[[1]", "[1]]",
      "[][]", "[],[]",
    ],
    ...[
      "[1,2}", '["a"', '["a",', '["a":1]', "[a]", "[1,\n", "(1)", "<1>", "[1]x", "x[1]", "[1],", ",[1]", "[*]", "[#1]", "[1 ,, 2]",
      "[\u0000]", "[true",
    ],
  ],
  objects: [
    ...[
      "{}", "{ }", '{"a":1}', '{"a":1,"b":2}', '{"":0}', '{"a":{"b":{}}}', '{"a":[]}', '{"\\u0061":1}', '{"é":1}', '{"a\\"b":1}',
      '{"\\ud800":1}',
    ],
    ...[
      "{", "}", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a"}', '{"a":}', "{:1}", "{,}", '{,"a":1}', '{"a":1,}', '{"a":1,,"b":2}',
      '{"a" 1}',
    ],
    ...[
      '{"a"::1}', '{"a",1}', '{"a":1 "b":2}', '{"a":1:2}', "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", '{"a":1]', '["a":1}',
      '{"a":a}',
    ],
    ...[
      '{"a":1}}', '{"a":1}{}', '{"a":1};', '{"a":"b}', '{"a\n":1}', '{"\\x":1}', '{"a":1,"b"}', '{"a":1,b:2}', '{"a":/*c*/1}', "{{}}",
      '{"a"=1}',
    ],
    ...['{"a":1#c\n}', '{"a":1//c\n}', '{"a":truex}', '{"a":01}', '{"a":"\\a"}', "{...}", '{"a"\u0000:1}', '{ "a"\v: 1 }'],
  ],
  // one value for each key is JSON's advice, not its grammar
  "equal keys": ['{"a":1,"a":2}', '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"a":{"b":1,"b":2}}', '[{"a":1,"a":2}]', '{"":1,"":2}'],
  depth: [100, 200, 400].flatMap((n) => [
    "[".repeat(n) + "]".repeat(n),
    '{"a":'.repeat(n) + "1" + "}".repeat(n),
    '[{"a":'.repeat(n / 2) + "1" + "}]".repeat(n / 2),
    "[".repeat(n) + "]".repeat(n - 1),
    "[".repeat(n) + "]".repeat(n + 1),
    "[".repeat(n) + "}" + "]".repeat(n - 1),
  ]),
  comments: ["/*c*/1", "1/*c*/", "//c\n1", "1//c", "#c\n1", "1#c", "<!--c-->1", "[1/*c*/]", "[1,//c\n2]", '{/*c*/"a":1}', "/1", "/", "/*1"],
};

interface PlaceOfText {
  before: string;
  after: string;
  options: ConvertOptions;
  /** Why this place may refuse what JSON takes: it stands for something there. */
  refuses: readonly ErrorCode[];
  /** The text's value in the payload that comes, and in the one that leaves; none where the target has another notion of it. */
  came?: (payload: never) => unknown;
  left?: (payload: never) => unknown;
}

/** What lists of lists with gaps are refused for: they are no tensor. */
const TENSORS = ["E_NULL", "E_MIXED", "E_RAGGED", "E_OBJECT"] as const;
/** In a table, what the text says may be a whole other row or key, which then has to fit the others. */
const TABLES = ["E_RAGGED", "E_COLUMNS", "E_DUPLICATE", "E_MIXED"] as const;

const PLACES: Readonly<Record<string, PlaceOfText>> = {
  "a parameter": {
    before: '{"inputs":[[1]],"params":{"p":',
    after: "}}",
    options: { to: "mlflow" },
    refuses: ["E_DUPLICATE"],
    came: (x: { params: unknown }) => x.params,
    left: (x: { params: unknown }) => x.params,
  },
  "a tensor's cell": {
    before: '{"inputs":[',
    after: "]}",
    options: { to: "tfserving:instances" },
    refuses: [...TENSORS, "E_FORM"],
    came: (x: { inputs: unknown }) => x.inputs,
    left: (x: { instances: unknown }) => x.instances,
  },
  "a tensor's cell, typed": {
    before: '{"inputs":[[1,',
    after: "]]}",
    options: { to: "tfserving:instances", dtype: "float64" },
    refuses: [...TENSORS, "E_DTYPE", "E_RANGE", "E_FORM"],
  },
  "a named tensor": {
    before: '{"inputs":{"x":[0,',
    after: "]}}",
    options: { to: "tfserving:inputs" },
    refuses: [...TENSORS, "E_DUPLICATE"],
    came: (x: { inputs: unknown }) => x.inputs,
    left: (x: { inputs: unknown }) => x.inputs,
  },
  "a cell of a split": {
    before: '{"dataframe_split":{"columns":["a","b"],"data":[[0,',
    after: "]]}}",
    options: { to: "azureml:split" },
    refuses: TABLES,
    came: (x: { dataframe_split: { data: unknown } }) => x.dataframe_split.data,
    left: (x: { input_data: { data: unknown } }) => x.input_data.data,
  },
  "a cell of a split that moves": {
    before: '{"dataframe_split":{"columns":["a"],"data":[[',
    after: "]]}}",
    options: { to: "mlflow:records" },
    refuses: TABLES,
    came: (x: { dataframe_split: { data: unknown[][] } }) => x.dataframe_split.data.map(([a]) => ({ a })),
    left: (x: { dataframe_records: unknown }) => x.dataframe_records,
  },
  "a value of a record": {
    before: '{"dataframe_records":[{"a":0,"b":',
    after: "}]}",
    options: { to: "mlflow:split" },
    refuses: TABLES,
    came: (x: { dataframe_records: Record<string, unknown>[] }) => x.dataframe_records.map((record) => Object.values(record)),
    left: (x: { dataframe_split: { data: unknown } }) => x.dataframe_split.data,
  },
  "a value of a record, typed": {
    before: '{"dataframe_records":[{"a":0,"b":',
    after: "}]}",
    options: { to: "mlflow:split", dtype: "float64" },
    refuses: [...TABLES, "E_DTYPE", "E_RANGE", "E_NULL", "E_OBJECT", "E_NESTED", "E_SHAPE"],
  },
  "a key of a record": {
    before: '{"dataframe_records":[{',
    after: ":0}]}",
    options: { to: "mlflow:records" },
    refuses: TABLES,
    came: (x: { dataframe_records: unknown }) => x.dataframe_records,
    left: (x: { dataframe_records: unknown }) => x.dataframe_records,
  },
  "a record": {
    before: '{"dataframe_records":[',
    after: "]}",
    options: { to: "mlflow:records" },
    refuses: [...TABLES, "E_FORM", "E_OBJECT", "E_NESTED"],
  },
  "a line": {
    before: '{"a":0,"b":',
    after: "}",
    options: { from: "jsonl", to: "mlflow:split" },
    refuses: TABLES,
  },
  "a parameter of Open Inference": {
    before: '{"parameters":{"p":',
    after: '},"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1]}]}',
    options: { from: "oip", to: "oip" },
    refuses: ["E_DUPLICATE"],
    came: (x: { parameters: unknown }) => x.parameters,
    left: (x: { parameters: unknown }) => x.parameters,
  },
};

/** NaN and the infinities outside of texts. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs;

/** JSON's value of these bytes, if they have one; NaN and the infinities count as values of their own. */
function judge(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // apart, so that no neighbour joins it, and as what can be no key
    return { value: JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : ` {"${token}":0} `))) };
  } catch {
    return undefined;
  }
}

/** Bytes of the classes that a scanner has; all of them with FUZZ. */
const BYTES = process.env.FUZZ ? Array.from({ length: 256 }, (_, i) => i) : Buffer.from('\0",:]}-0\xc3', "latin1");

/** Refusals of a payload that JSON takes: it is another than its form asks for. */
const OF_PAYLOADS = Object.keys(CODES).filter(
  (code) => !["E_SYNTAX", "E_NUMBER", "E_ESCAPE", "E_CONTROL", "E_BRACKET", "E_UTF8", "E_TRUNCATED", "E_TRAILING"].includes(code),
) as ErrorCode[];

const ENGINES = ["core", "reference"] as const;
/** stream-json is slow by the byte; of typed lanes, whose cells it reads as text before, the core alone is asked. */
const byByte = ({ options }: Checked): readonly string[] => (options.dtype && !process.env.FUZZ ? ["core"] : ENGINES);
const ONCE: readonly string[] = process.env.FUZZ ? ENGINES : [];

type Checked = Omit<PlaceOfText, "before" | "after">;

/** Holds what both engines make of a payload, whole and byte by byte, against what JSON makes of it. */
async function check(bytes: Buffer, place: Checked, byByte: readonly string[] = ENGINES): Promise<Outcome> {
  const { options, refuses, came, left } = place;
  const judged = judge(bytes);
  let first: Outcome | undefined;
  for (const engine of ENGINES)
    for (const chunks of byByte.includes(engine) ? [whole(bytes), crumbs(bytes)] : [whole(bytes)]) {
      const outcome = await feed(chunks, { ...options, engine });
      const { text, error } = outcome;
      const told = () => `${engine}, ${chunks.length} chunks, ${show(bytes)}: ${error?.code ?? text}`;
      if (!judged) {
        if (!error) expect.fail(`${told()}; JSON refuses it`);
      } else if (error) {
        if (!refuses.includes(error.code)) expect(refuses, told()).toContain(error.code);
      } else if (came && left) {
        const moved = judge(Buffer.from(text));
        if (!moved) expect.fail(`${told()}; no JSON came of it`);
        same(left(moved.value as never), came(judged.value as never), told);
      }
      first ??= outcome;
    }
  return first as Outcome;
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.toString("latin1")).slice(0, 300);
}

describe.each(Object.entries(PLACES))("as %s", (_, place) => {
  test.each(Object.entries(KINDS))("%s", async (_, texts) => {
    for (const text of texts)
      await check(Buffer.concat([Buffer.from(place.before), Buffer.from(text as string), Buffer.from(place.after)]), place, byByte(place));
  });
});

/** A payload of every form, as text that is read by other code than its neighbours'. */
const FORMS: Readonly<Record<string, { text: string; options: ConvertOptions }>> = {
  "a tensor": { text: '{"inputs":[[1,2.5],[-3,4e1]]}', options: { to: "tfserving:instances" } },
  "a tensor, typed": { text: '{"inputs":[[1,2.5],[-3,4e1]]}', options: { to: "tfserving:instances", dtype: "float64" } },
  "named tensors": { text: '{"inputs":{"x":[1,2],"y":["é","b"]}}', options: { to: "tfserving:inputs" } },
  "a split": { text: '{"input_data":{"columns":["a"],"index":[0],"data":[["x"]]}}', options: { to: "mlflow:split" } },
  "a split that moves": { text: '{"dataframe_split":{"data":[[1,"x"]],"columns":["a","b"]}}', options: { to: "mlflow:records" } },
  records: { text: '{"dataframe_records":[{"a":1,"b":"x"},{"b":"y","a":2}]}', options: { to: "mlflow:split" } },
  "records, typed": { text: '{"dataframe_records":[{"a":1,"b":2},{"b":3,"a":4}]}', options: { to: "mlflow:split", dtype: "float32" } },
  instances: { text: '{"signature_name":"s","instances":[{"a":[1]},{"a":[2]}]}', options: { to: "tfserving:instances" } },
  "Open Inference": {
    text: '{"id":"1","inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,2]}]}',
    options: { from: "oip", to: "mlflow:inputs" },
  },
  Seldon: { text: '{"data":{"names":["a"],"ndarray":[[1],[2]]}}', options: { to: "mlflow:split" } },
  parameters: { text: '{"params":{"a":[1,{"b":null}]},"inputs":[1]}', options: { to: "mlflow" } },
  "an answer": { text: '{"predictions":[1,2]}', options: { to: "tfserving", what: "response" } },
};

describe.each(Object.entries(FORMS))("a document: %s", (_, { text, options }) => {
  const around = (before: string, after: string) => Buffer.concat([Buffer.from(before), Buffer.from(text), Buffer.from(after)]);
  /** Whatever JSON takes, a form may refuse; what JSON refuses, none may take. */
  const soundly = (bytes: Buffer, byByte?: readonly string[]) => check(bytes, { options, refuses: OF_PAYLOADS }, byByte);

  test("is taken, with white space and a byte-order mark before it", async () => {
    for (const bytes of [around("", ""), around(" \t\r\n", " \t\r\n"), around("\ufeff", ""), around("\ufeff\n", "\n".repeat(200))])
      expect((await soundly(bytes)).error).toBeUndefined();
  });

  test("has nothing else around it", async () => {
    const others = [
      "\ufeff\ufeff",
      "\v",
      "\f",
      "\u00a0",
      "\u0000",
      ",",
      "]",
      "}",
      "[",
      "{",
      '"',
      "x",
      "1",
      "null",
      "#",
      "//c\n",
      "/**/",
      ";",
      "()",
      ")]}'\n",
      "\u2028",
    ];
    for (const other of others)
      for (const bytes of [around(other, ""), around("", other), around("", `\n${other}`), around("", `${other}${text}`)])
        expect((await soundly(bytes)).error, show(bytes)).toBeDefined();
    for (const bytes of [around("", text), around("", `\n${text}`)]) expect((await soundly(bytes)).error?.code).toBe("E_TRAILING");
    for (const hex of ["ef", "efbb", "80", "ff", "c3", "feff", "fffe"])
      for (const bytes of [
        Buffer.concat([Buffer.from(hex, "hex"), around("", "")]),
        Buffer.concat([around("", ""), Buffer.from(hex, "hex")]),
      ])
        expect((await soundly(bytes)).error, show(bytes)).toBeDefined();
  });

  test("is whole", async () => {
    const bytes = around("", "");
    for (let end = 0; end < bytes.length; end++) {
      const { error } = await soundly(bytes.subarray(0, end));
      expect(["E_TRUNCATED", "E_EMPTY", "E_UTF8"], `${end}: ${error?.code}`).toContain(error?.code);
    }
  });

  test("is UTF-8", async () => {
    const utf16 = Buffer.from(text, "utf16le");
    for (const bytes of [
      utf16,
      Buffer.from(utf16).swap16(),
      Buffer.from(`\ufeff${text}`, "utf16le"),
      Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
    ])
      expect((await soundly(bytes)).error?.code).toMatch(/E_UTF(16|8)|E_CONTROL|E_SYNTAX/);
  });

  test("cut at any place is the same, and so is every fault", async () => {
    for (const bytes of [around("", ""), around("", "]"), around(" ", "\u0001"), around("", "").subarray(0, -1)])
      for (const engine of ENGINES) {
        const { text, error } = await feed(whole(bytes), { ...options, engine });
        for (let at = 0; at <= bytes.length; at++) {
          const other = await feed(halves(bytes, at), { ...options, engine });
          same({ at, text: other.text, code: other.error?.code }, { at, text: error ? other.text : text, code: error?.code });
        }
      }
  });

  test("with one byte more, less or changed is what JSON takes it for", async () => {
    const bytes = around("", "");
    for (let at = 0; at <= bytes.length; at++) {
      const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
      await soundly(Buffer.concat([head, tail.subarray(1)]), ONCE);
      for (const byte of BYTES) {
        const other = Buffer.from([byte]);
        await soundly(Buffer.concat([head, other, tail]), ONCE);
        await soundly(Buffer.concat([head, other, tail.subarray(1)]), ONCE);
      }
    }
  }, 600_000);
});

test("nothing is deeper than 512 lists and objects", async () => {
  for (const [open, inner, close] of [
    ["[", "", "]"],
    ['{"a":', "1", "}"],
  ] as const)
    for (const depth of [510, 511, 512, 513, 5000, 100_000]) {
      // two of them are the payload's own
      const bytes = Buffer.from(`{"inputs":[1],"params":{"p":${open.repeat(depth - 2)}${inner}${close.repeat(depth - 2)}}}`);
      for (const engine of ENGINES) {
        const { error } = await feed(whole(bytes), { to: "mlflow", engine });
        expect({ engine, open, depth, code: error?.code }).toEqual({ engine, open, depth, code: depth > 512 ? "E_DEPTH" : undefined });
      }
    }
});
