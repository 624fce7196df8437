// Dialects that a program defines: read and written like those that are built in, or refused with the key that is wrong.
import { build, type Metafile } from "esbuild";
import { describe, expect, test } from "vitest";
import { BINARY } from "../../src/binary/form.js";
import { RESERVED, RESERVED_EXTENSIONS } from "../../src/dialects/definition.js";
import { DIALECTS } from "../../src/dialects/index.js";
import {
  type Batch,
  type ConvertOptions,
  type DialectDefinition,
  type DialectName,
  defineDialect,
  type FormName,
  inspect,
  readBatches,
  type SourceName,
  split,
  type TargetName,
  TransloadError,
  verdict,
  writeBatches,
} from "../../src/index.js";
import { compressionOf } from "../../src/io/compression.js";
import { crumbs, feed, halves, whole } from "../support/feed.js";

const ENGINES = ["core", "reference"] as const;

/** The same from every engine, however the input is cut. */
async function converted(text: string, options: ConvertOptions): Promise<string> {
  const { text: out, error } = await feed(whole(text), options);
  for (const engine of ENGINES)
    for (const chunks of [whole(text), crumbs(text), halves(text, text.length >> 1)]) {
      const again = await feed(chunks, { ...options, engine });
      expect(again.error?.code ?? again.text).toBe(error?.code ?? out);
    }
  return error ? `${error.code}: ${error.detail}` : out;
}

function refusal(definition: unknown): string {
  try {
    defineDialect(definition as DialectDefinition);
  } catch (error) {
    if (error instanceof TransloadError && error.code === "E_DIALECT") return error.message;
    throw error;
  }
  return "";
}

test("a key of a language model's is one until a dialect has it", async () => {
  expect(await converted('{"input":[1]}', { to: "mlflow" })).toMatch(/^E_LLM/);
  const name = "litserve";
  expect(
    defineDialect({
      name,
      key: "input",
      layouts: ["tensor", "named"],
      missing: "token",
      response: { key: "output", layouts: ["tensor", "named"] },
    }),
  ).toEqual({ name, forms: [name] });
  expect(await converted('{"input":[1]}', { to: "mlflow" })).toBe('{"inputs":[1]}');
  // and is one still beside a payload of MLflow's, or to its dialect
  expect(await converted('{"inputs":[1],"input":[1]}', { from: "mlflow", to: "azureml" })).toMatch(/^E_LLM/);
  expect(await converted('{"inputs":[1],"input":[1]}', { to: "azureml" })).toMatch(/^E_AMBIGUOUS/);
  expect(await converted('{"prompt":"x","input":[1]}', { to: "azureml" })).toMatch(/^E_LLM/);
});

describe("a defined dialect", () => {
  test("is written, and told by its key", async () => {
    const tensor = '{ "input" : [[1.0, 2], [3, NaN]] }';
    expect(await converted('{ "input_data" : [[1.0, 2], [3, NaN]] }', { to: "litserve" })).toBe(tensor);
    for (const from of ["auto", "litserve"])
      expect(await converted(tensor, { from, to: "azureml" })).toBe('{ "input_data" : [[1.0, 2], [3, NaN]] }');
    expect(await converted('{"input":{"a":[1],"b":[[2]]}}', { to: "tfserving" })).toBe('{"inputs":{"a":[1],"b":[[2]]}}');
    expect(await converted('{"input":4.0}', { to: "litserve" })).toBe('{"input":4.0}');
    // cells move
    expect(await converted("a,b\n1,2\n3,\n", { from: "csv", to: "litserve" })).toBe('{"input":[[1,2],[3,NaN]]}');
    expect(await converted('{"input":[[1,2]]}', { to: "csv", columns: ["a", "b"] })).toBe("a,b\n1,2\n");
    // numbers are read anew
    expect(await converted('{"input":[[1,2]]}', { to: "litserve", dtype: "float32" })).toBe('{"input":[[1.0,2.0]]}');
  });

  test("answers", async () => {
    expect(await converted('{"output":[1,2]}', { what: "response", to: "mlflow" })).toBe('{"predictions":[1,2]}');
    expect(await converted('{"predictions":[1,2]}', { what: "response", from: "mlflow", to: "litserve" })).toBe('{"output":[1,2]}');
    defineDialect({ name: "silent", key: "ask", layouts: ["tensor"] });
    expect(await converted('{"predictions":[1]}', { what: "response", from: "mlflow", to: "silent" })).toMatch(
      /^E_DIALECT: what silent answers is not known/,
    );
  });

  test("is inspected, read as batches, written from batches, cut, and judged", async () => {
    const bytes = Buffer.from('{"input":[[1,2],[3,4],[5,6]]}');
    const found = await inspect(bytes);
    expect(found).toMatchObject({ form: "litserve", dialect: "litserve", layout: "tensor", shape: [3, 2] });
    const batches: Batch[] = [];
    for await (const batch of readBatches([bytes], { from: "litserve" })) batches.push(batch);
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([3]);
    const stream = writeBatches({ to: "litserve" });
    for (const batch of batches) stream.write(batch);
    stream.end();
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('{"input":[[1.0,2.0],[3.0,4.0],[5.0,6.0]]}');
    const pieces: string[] = [];
    for await (const piece of split([bytes], { to: "litserve", maxRows: 2 })) {
      let text = "";
      for await (const chunk of piece) text += Buffer.from(chunk).toString();
      pieces.push(text);
    }
    expect(pieces).toEqual(['{"input":[[1,2],[3,4]]}', '{"input":[[5,6]]}']);
    expect(verdict(found)).toMatchObject({ server: "litserve", accepted: true });
    expect(verdict(found, { for: "mlflow", definitions: ["my dialect.yaml"] }).remedy?.command).toBe(
      "transload convert --dialect 'my dialect.yaml' -t mlflow:inputs",
    );
    expect(verdict(await inspect(Buffer.from('{"inputs":[1]}')), { for: "litserve" })).toMatchObject({
      accepted: false,
      remedy: { to: "litserve" },
    });
  });

  test("has parameters and siblings, forms by name, and what its servers refuse", async () => {
    const { forms } = defineDialect({
      name: "house",
      title: "Our house",
      params: "knobs",
      siblings: ["trace"],
      maxBytes: 40,
      refusesNull: true,
      nan: "error",
      missing: "error",
      forms: {
        table: { key: "table", layouts: ["frame"] },
        rows: { key: "rows", layouts: ["records", "tensor"], maxRank: 2, refusesEmpty: true },
      },
    });
    expect(forms).toEqual(["house:table", "house:rows"]);
    expect(await converted('{"params":{"k":1},"inputs":[[1]]}', { from: "mlflow", to: "house" })).toBe('{"knobs":{"k":1},"rows":[[1]]}');
    expect(await converted('{"trace":7,"rows":[{"a":1}],"knobs":2}', { to: "house:table" })).toBe(
      '{"table":{"columns":["a"],"data":[[1]]},"trace":7,"knobs":2}',
    );
    const dropped = await feed(whole('{"trace":7,"rows":[[1]]}'), { to: "mlflow:inputs" });
    expect(dropped).toMatchObject({ text: '{"inputs":[[1]]}', warnings: [{ code: "W_DROPPED" }] });
    // a frame without columns stays one
    expect(await converted('{"dataframe_split":{"data":[[1]]}}', { to: "house" })).toBe('{"table":{"data":[[1]]}}');
    for (const [cargo, code] of [
      ["[null]", "E_NULL"],
      ["[NaN]", "E_NAN"],
      ["[[[1]]]", "E_TARGET"],
      ["[]", "E_TARGET"],
    ] as const)
      expect(await converted(`{"inputs":${cargo}}`, { to: "house:rows" })).toMatch(new RegExp(`^${code}`));
    const long = await inspect(Buffer.from(`{"rows":[${"1,".repeat(40)}1]}`));
    expect(verdict(long).findings).toMatchObject([
      { code: "F_SIZE", severity: "refused", message: expect.stringContaining("Our house takes 40") },
    ]);
  });

  test("may be like another: its forms, its server's rules, its answers", async () => {
    expect(defineDialect({ name: "ours", like: "mlflow", title: "Ours", maxBytes: 1000, maxRank: 1 }).forms).toEqual([
      "ours:split",
      "ours:records",
      "ours:inputs",
      "ours:instances",
    ]);
    expect(await converted('{"input_data":[1]}', { to: "ours" })).toBe('{"inputs":[1]}');
    expect(await converted('{"input_data":[[1]]}', { to: "ours:inputs" })).toMatch(/^E_TARGET/);
    // auto goes on telling MLflow's keys to be MLflow's
    expect((await inspect(Buffer.from('{"inputs":[1]}'))).form).toBe("mlflow:inputs");
    const mine = await inspect(Buffer.from('{"inputs":[1]}'), { from: "ours" });
    const signature = { inputs: { kind: "columns", columns: [{ name: "a", type: "long", required: true }] }, params: undefined } as never;
    expect(verdict(mine, { model: { signature, example: undefined } }).findings).toEqual(
      verdict(await inspect(Buffer.from('{"inputs":[1]}')), { model: { signature, example: undefined } }).findings.map((finding) => ({
        ...finding,
        message: finding.message.replace("MLflow", "Ours"),
      })),
    );
    expect(await converted('{"output":[1]}', { what: "response", to: "ours" })).toBe('{"predictions":[1]}');
    defineDialect({ name: "tensors", like: "oip", params: "knobs" });
    expect(await converted('{"input_data":[[1,2]]}', { to: "tensors:tensor" })).toContain('"shape":[1,2],"datatype":"INT64"');
    // the base's limits hold for forms of one's own
    defineDialect({ name: "small", like: "vertex", key: "cases", layouts: ["tensor"] });
    expect(DIALECTS.find(({ name }) => name === "small")).toMatchObject({ maxBytes: 1.5e6, doubles: true, params: "parameters" });
    expect(await converted('{"cases":[1]}', { to: "mlflow" })).toBe('{"inputs":[1]}');
  });

  test("may be a file, or a document without an envelope", async () => {
    defineDialect({ name: "piped", layouts: ["delimited"], delimiter: "|", headless: true, extensions: ["psv"] });
    expect(await converted("a,b\n1,x y\n", { from: "csv", to: "piped" })).toBe("1|x y\n");
    expect(await converted("1|2\n", { from: "piped", to: "mlflow:inputs" })).toBe('{"inputs":[[1,2]]}');
    defineDialect({ name: "rows", layouts: ["lines"], lists: true });
    expect(await converted('{"inputs":[[1,2],[3,4]]}', { to: "rows" })).toBe("[1,2]\n[3,4]\n");
    defineDialect({ name: "bare", layouts: ["tensor", "records"] });
    expect(await converted('{"inputs":[[1,2]]}', { to: "bare" })).toBe("[[1,2]]");
    expect(await converted("[[1,2]]", { from: "bare", to: "mlflow:inputs" })).toBe('{"inputs":[[1,2]]}');
    // which auto does not tell: it takes a bare list for one of those that are built in
    expect(await inspect(Buffer.from("[[1,2]]"))).toMatchObject({ form: "sagemaker:tensor", layout: "tensor" });
    expect(await inspect(Buffer.from("[[1,2]]"), { from: "bare" })).toMatchObject({ form: "bare", layout: "tensor" });
  });

  test("that auto is not to tell is named", async () => {
    defineDialect({ name: "gateway", key: "instances", layouts: ["tensor"], detect: false });
    expect((await inspect(Buffer.from('{"instances":[1]}'))).form).toBe("mlflow:instances");
    expect((await inspect(Buffer.from('{"instances":[1]}'), { from: "gateway" })).form).toBe("gateway");
    defineDialect({ name: "hidden", key: "secret", layouts: ["tensor"], detect: false });
    expect(await converted('{"secret":[1]}', { to: "mlflow" })).toMatch(/^E_FORM.*secret belongs to another dialect, try from: "hidden"$/);
  });
});

describe("the same name again", () => {
  const twice = (): DialectDefinition => ({ name: "twice", key: "once", layouts: ["tensor"], forms: { b: {}, a: { maxRank: 2 } } });

  test("with the same content changes nothing, in whatever order it stands", () => {
    const first = defineDialect(twice());
    const known = DIALECTS.length;
    const { name, key, layouts, forms } = twice();
    expect(defineDialect({ forms, layouts, key, name } as DialectDefinition)).toEqual(first);
    expect(DIALECTS).toHaveLength(known);
  });

  test("with another is refused", () => {
    expect(refusal({ ...twice(), maxBytes: 1 })).toBe('a dialect: "twice" is defined otherwise already; give this one another');
    // the first of the forms is the one that a bare name means
    expect(refusal({ ...twice(), forms: { a: { maxRank: 2 }, b: {} } })).toContain("defined otherwise");
    expect(refusal({ name: "mlflow", key: "x", layouts: ["tensor"] })).toContain('"mlflow" is the name of a built-in dialect');
  });

  test("what is defined is the caller's no more", async () => {
    const layouts: ("tensor" | "named")[] = ["tensor"];
    const definition = { name: "kept", key: "kept", layouts };
    defineDialect(definition);
    definition.key = "changed";
    layouts.pop();
    expect(await converted('{"inputs":[1]}', { to: "kept" })).toBe('{"kept":[1]}');
  });
});

test.each<[unknown, RegExp]>([
  [undefined, /a dialect is defined by an object with name, key and layouts, and this is nothing/],
  ["x", /and this is "x"/],
  [[], /and this is a list/],
  [{ key: "k", layouts: ["tensor"] }, /a dialect needs a name/],
  [{ name: "X" }, /"X": name must be a word .* and this is "X"/],
  [{ name: "a:b" }, /name must be a word/],
  [{ name: "auto", key: "k", layouts: ["tensor"] }, /auto is no name for a dialect/],
  [{ name: "parquet", key: "k", layouts: ["tensor"] }, /parquet is no name/],
  [{ name: "n", keys: "k" }, /keys is no part of a definition; did you mean key\?/],
  [{ name: "n", layuots: [] }, /layuots is no part of a definition; did you mean layouts\?/],
  [{ name: "n", zzz: 1 }, /zzz is no part of a definition; there are name, title/],
  [{ name: "n", content: "pd" }, /content is no part of a definition/],
  [{ name: "n", key: 5 }, /key must be a text, and this is 5/],
  [{ name: "n", key: "" }, /key must be a text, and this is ""/],
  [{ name: "n", key: null }, /key must be a text, and this is null/],
  [{ name: "n", key: "k" }, /say which layouts "k" may have: layouts, of frame, records/],
  [{ name: "n" }, /say which layouts the document may have/],
  [{ name: "n", key: "k", layouts: "tensor" }, /layouts must be a list, and this is "tensor"/],
  [{ name: "n", key: "k", layouts: [] }, /layouts must name one layout at least/],
  [{ name: "n", key: "k", layouts: ["tensr"] }, /layouts\[0\] is "tensr"; did you mean tensor\?/],
  [{ name: "n", key: "k", layouts: ["constructor"] }, /layouts\[0\] is "constructor"; there are frame/],
  [{ name: "n", key: "k", layouts: ["ndarray"] }, /layouts\[0\] is ndarray, which seldon alone has; say like: seldon/],
  [{ name: "n", key: "k", layouts: ["delimited"] }, /delimited is a file, which has no key/],
  [{ name: "n", layouts: ["lines", "tensor"] }, /lines is a file, which has no other layout/],
  [{ name: "n", layouts: ["named"] }, /named tensors need a key/],
  [{ name: "n", layouts: ["tensor"], params: "p" }, /it has no key, so that nothing can stand beside it: p/],
  [{ name: "n", layouts: ["tensor"], detect: true }, /auto tells a payload by its key, and there is none/],
  [{ name: "n", key: "k", layouts: ["tensor"], delimiter: ";" }, /delimiter is of delimited files/],
  [{ name: "n", key: "k", layouts: ["tensor"], headless: true }, /headless is of delimited files/],
  [{ name: "n", key: "k", layouts: ["tensor"], lists: true }, /lists is of lines/],
  [{ name: "n", layouts: ["delimited"], delimiter: '"' }, /delimiter must be one character of ASCII/],
  [{ name: "n", key: "k", layouts: ["tensor"], nan: "nul" }, /nan is "nul"; did you mean null\?/],
  [{ name: "n", key: "k", layouts: ["tensor"], maxBytes: "16MB" }, /maxBytes must be a whole number from 1, and this is "16MB"/],
  [{ name: "n", key: "k", layouts: ["tensor"], maxRank: 0 }, /maxRank must be a whole number from 1/],
  [{ name: "n", key: "k", layouts: ["tensor"], refusesNull: "yes" }, /refusesNull must be true or false, and this is "yes"/],
  [{ name: "n", key: "k", layouts: ["tensor"], siblings: ["a", 1] }, /siblings\[1\] must be a text/],
  [{ name: "n", key: "k", layouts: ["tensor"], params: "k" }, /the key "k" stands beside itself/],
  [{ name: "n", forms: {} }, /forms must be an object of forms by their names, and this is empty/],
  [{ name: "n", forms: { "a:b": {} } }, /forms\.a:b must be a word/],
  [{ name: "n", forms: { a: { key: "k", layouts: ["tensor"], detect: false } } }, /forms\.a\.detect is no part of a definition/],
  [{ name: "n", forms: { a: { key: "k" } } }, /say which layouts "k" may have/],
  [
    { name: "n", key: "k", layouts: ["tensor"], response: { key: "o", layout: ["tensor"] } },
    /response\.layout is no part of a definition; did you mean layouts\?/,
  ],
  [{ name: "n", like: "mlfow" }, /like is "mlfow", and no dialect that is known; did you mean mlflow\?/],
  [{ name: "n", like: "mlflow:split" }, /like is "mlflow:split", and no dialect/],
  [{ name: "n", like: "mlflow", detect: true }, /the key "dataframe_split" is mlflow's, too, .* say detect: false/],
  [{ name: "n", key: "inputs", layouts: ["tensor"] }, /the key "inputs" is mlflow's, too/],
  [{ name: "n", key: "data", layouts: ["tensor"] }, /the key "data" is mlflow1's, too/],
  [{ name: "n", key: "signature_name", layouts: ["tensor"] }, /the key "signature_name" is tfserving's, too/],
  [
    { name: "n", key: "k", layouts: ["tensor"], siblings: ["instances"] },
    /beside the payload "instances" may stand, which is mlflow's payload/,
  ],
  [{ name: "n", key: "k", layouts: ["tensor"], params: "prompt" }, /"prompt" may stand, which is a language model's payload/],
  [
    { name: "n", key: "k", layouts: ["tensor"], response: { key: "predictions", layouts: ["tensor"] } },
    /the key "predictions" is mlflow's, too/,
  ],
  [{ name: "n", layouts: ["delimited"], extensions: [".psv"] }, /extensions\[0\] must be an ending/],
  [{ name: "n", layouts: ["delimited"], extensions: ["csv"] }, /the ending csv is csv's already/],
  [{ name: "n", layouts: ["delimited"], extensions: ["gz"] }, /the ending gz is taken already/],
])("a definition that cannot be is refused: %j", (definition, message) => {
  const known = DIALECTS.length;
  expect(refusal(definition)).toMatch(message);
  expect(DIALECTS).toHaveLength(known);
});

test("names and endings that stand for something else are all known", () => {
  for (const { id, extensions } of BINARY) {
    expect(RESERVED).toContain(id);
    for (const extension of extensions) expect(RESERVED_EXTENSIONS).toContain(extension);
  }
  for (const extension of ["gz", "zst", "br"]) {
    expect(compressionOf(`x.${extension}`).compression).toBeDefined();
    expect(RESERVED_EXTENSIONS).toContain(extension);
  }
});

test("TypeScript knows the names of what is built in", () => {
  const names: DialectName[] = ["azureml", "csv", "databricks"];
  const forms: FormName[] = ["azureml:split", "databricks:inputs", "oip:columns", "tfserving:predictions"];
  // and leaves room for others
  const ends: { from: SourceName; to: TargetName } = { from: "auto", to: "parquet" };
  ends.to = "litserve";
  expect(ends).toEqual({ from: "auto", to: "litserve" });
  // @ts-expect-error: no such dialect
  names.push("mlfow");
  // @ts-expect-error: csv has no forms of its own
  forms.push("csv:rows");
  expect([names.pop(), forms.pop()]).toEqual(["mlfow", "csv:rows"]);
});

test("the browser's entry has it, and no YAML", async () => {
  expect((await import("../../src/web/index.js")).defineDialect).toBe(defineDialect);
  const { metafile } = await build({
    entryPoints: ["src/web/index.ts"],
    ...{
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      outdir: "none",
      write: false,
      metafile: true,
    },
    logLevel: "silent",
  });
  const inputs = loadedAtOnce(metafile);
  expect(inputs).toContain("src/dialects/definition.ts");
  expect(inputs.filter((path) => path.includes("node_modules/yaml/") || path.startsWith("src/cli/"))).toEqual([]);
});

/** What is loaded with the entry; what is imported where it is wanted, as YAML for an MLmodel, is not. */
function loadedAtOnce({ outputs }: Metafile): string[] {
  const entries = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint?.endsWith("src/web/index.ts"));
  const files = new Set(entries);
  for (const file of files) for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === "import-statement") files.add(path);
  return [...files].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
}
