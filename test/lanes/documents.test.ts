// Payloads one behind the other in one input, cut apart wherever its chunks end.
import fc from "fast-check";
import { expect, test } from "vitest";
import { documentsIn, isPayloadLine, isSeveral } from "../../src/lanes/documents.js";

async function documents(chunks: readonly Uint8Array[]): Promise<{ text: string; before: unknown }[]> {
  const all: { text: string; before: unknown }[] = [];
  for await (const { chunks: own, before } of documentsIn(chunks, "request")) {
    const parts: Uint8Array[] = [];
    for await (const chunk of own) parts.push(chunk);
    all.push({ text: Buffer.concat(parts).toString(), before });
  }
  return all;
}

const PAYLOADS = [
  '{"dataframe_split":{"columns":["a"],"data":[[1]]}}\n',
  ' { "params" : {"x": {}} , "inputs":[[1]]}',
  '{"dataframe_records":[{"inputs":1},{"inputs":"} {\\"inputs\\":"}]}\r\n\r\n',
  '{"input_data":[["} {", "instances", ": 1"]]}',
  '{"columns":["} {"],"data":[["inputs"],[":"]]}\n\n',
  '{"data":{"ndarray":[[1]]}}',
];

/** Where a text stands in another, by the rule and not by our counting. */
function beforeOf(text: string): unknown {
  const lines = text.split("\n");
  return { bytes: text.length, lines: lines.length - 1, columns: (lines.at(-1) as string).length };
}

test("are cut where they begin, at every place that a chunk may end", async () => {
  const text = PAYLOADS.join("");
  const whole = await documents([Buffer.from(text)]);
  expect(whole.map((own) => own.text).join("")).toBe(text);
  expect(whole.map((own) => own.text.trim())).toEqual(PAYLOADS.map((own) => own.trim()));
  let before = "";
  for (const own of whole) {
    expect(own.before).toEqual(beforeOf(before));
    before += own.text;
  }
  for (let at = 0; at <= text.length; at++) {
    const bytes = Buffer.from(text);
    expect(await documents([bytes.subarray(0, at), bytes.subarray(at)]), `${at}`).toEqual(whole);
  }
  expect(await documents([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
});

test("any JSON under a payload's key is one document, whatever is in its strings", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json(), { minLength: 1, maxLength: 4 }), fc.nat(40), async (values, size) => {
      const texts = values.map((value) => `{"inputs":${value}}`);
      const bytes = Buffer.from(texts.join("\n"));
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size + 1) chunks.push(bytes.subarray(at, at + size + 1));
      expect((await documents(chunks)).map(({ text }) => text.trim())).toEqual(texts);
    }),
  );
});

test("what is left of one is passed over", async () => {
  let count = 0;
  for await (const _ of documentsIn([Buffer.from(PAYLOADS.join(""))], "request")) count++;
  expect(count).toBe(PAYLOADS.length);
});

test("objects without a comma between them are none", async () => {
  const bad = '[{"a":1} {"a":2}]';
  expect(await documents([Buffer.from(bad)])).toMatchObject([{ text: bad }]);
});

test.each([
  ['{"dataframe_split":{"columns":["a"],"data":[[1]]}}\n', true],
  ['{"inputs":[[1]],"params":{}}\n', true],
  ['{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1]}],"id":"x"}\n', true],
  [`{"dataframe_split":{"data":[[${"1,".repeat(100)}`, true],
  ['{"columns":["a"],"data":[[1]]}\n', true],
  ['{"data":{"ndarray":[[1]]}}\n', true],
  ['{"inputs":5}\n', false],
  ['{"inputs":[1],"id2":"x"}\n', false],
  ['{"data":[1]}\n', false],
  ['{"a":1}\n', false],
  ["[1,2]\n", false],
])("a line %j is a payload: %s", (line, expected) => {
  expect(isPayloadLine(Buffer.from(line), "request")).toBe(expected);
});

test("several are told from the first bytes, where these reach so far", () => {
  const [one, other] = PAYLOADS as [string, string];
  expect(isSeveral("auto", Buffer.from(one + other), "request", false)).toBe(true);
  expect(isSeveral("auto", Buffer.from(one), "request", false)).toBe(false);
  expect(isSeveral("mlflow", Buffer.from(one + one), "request", true)).toBe(true);
  expect(isSeveral("jsonl", Buffer.from(one + other), "request", false)).toBe(true);
  expect(isSeveral("jsonl", Buffer.from(one + other), "request", true)).toBe(false);
  expect(isSeveral("csv", Buffer.from(one + other), "request", false)).toBe(false);
});
