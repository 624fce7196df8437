// What drawn payloads have found (test/servers/verdicts.py, verdicts_oip.py): each kind was answered so by mlflow 3.17.2, by MLServer 1.7.1 or by
// KServe 0.21.0, and the verdict said otherwise.
import { describe, expect, test } from "vitest";
import { convert } from "../../src/api/convert.js";
import { inspect } from "../../src/api/inspect.js";
import { TransloadError } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { parseSignature } from "../../src/model/signature.js";
import { type Verdict, type VerdictOptions, verdict } from "../../src/model/verdict.js";

interface Asked extends Omit<VerdictOptions, "model"> {
  inputs?: readonly object[];
  params?: readonly object[];
  from?: string;
}

async function ask(body: string, { inputs, params, from, ...rest }: Asked): Promise<Verdict | undefined> {
  const signature = inputs || params ? parseSignature({ ...(inputs && { inputs }), ...(params && { params }) }) : undefined;
  const options: VerdictOptions = { ...rest, ...(signature && { model: { signature, example: undefined } }) };
  try {
    return verdict(await inspect(Buffer.from(body), { from: from ?? (rest.for as string) }), options);
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, options);
  }
}

const codes = async (body: string, asked: Asked) =>
  (await ask(body, asked))?.findings.filter(({ message }) => !/KServe/.test(message)).map(({ code, severity }) => `${code} ${severity}`);

const column = (type: string, name = "c", more = {}) => [{ name, type, ...more }];
const tensor = (dtype: string, shape: readonly number[], name?: string) => [
  { type: "tensor", "tensor-spec": { dtype, shape }, ...(name && { name }) },
];
const split = (cell: string, more = "") => `{"dataframe_split":{"columns":["c"],${more}"data":[[${cell}]]}}`;

describe("MLflow", () => {
  const mlflow = { for: "mlflow" } as const;

  test("refuses numbers beyond a double's in whole columns", async () => {
    for (const type of ["integer", "long"])
      for (const cell of ["1e400", "-1e400"])
        expect(await codes(split(cell), { ...mlflow, inputs: column(type) })).toEqual(["F_RANGE refused"]);
    expect(await codes(split("1e300"), { ...mlflow, inputs: column("long") })).toEqual(["F_RANGE changed"]);
  });

  test("takes params by the very kind of their values", async () => {
    const params = [
      { name: "k", type: "long", default: 1 },
      { name: "x", type: "double", default: 1 },
      { name: "t", type: "string", default: "" },
      { name: "b", type: "boolean", default: true },
      { name: "n", type: "double", default: [1], shape: [-1] },
    ];
    const given = (text: string) => codes(split("1").replace(/}$/, `,"params":${text}}`), { ...mlflow, inputs: column("long"), params });
    for (const fine of ['{"k":5,"x":1,"t":"a","b":false,"n":[1,2.5,null]}', '{"k":null}', "{}", "null", '{"n":[]}'])
      expect(await given(fine)).toEqual([]);
    for (const wrong of [
      '{"k":"5"}',
      '{"k":1.5}',
      '{"k":true}',
      '{"k":[1]}',
      '{"t":5}',
      '{"b":1}',
      '{"n":1.5}',
      '{"n":["a"]}',
      '{"n":[[1]]}',
      '{"n":null}',
      "[]",
      "5",
      '"x"',
    ])
      expect(await given(wrong), wrong).toEqual(["F_PARAMS refused"]);
    expect(await given('{"z":1}')).toEqual(["F_PARAMS changed"]);
  });

  test("reads no file for a signature of tensors, or of lists", async () => {
    for (const inputs of [
      tensor("int64", [-1]),
      tensor("int64", [-1], "c"),
      column("any"),
      [{ name: "c", type: "array", items: { type: "long" } }],
    ])
      expect(await codes("c\n1\n", { ...mlflow, from: "csv", inputs })).toEqual(["F_MODEL refused"]);
    expect(await codes("c\n1\n", { ...mlflow, from: "csv", inputs: column("long") })).toEqual([]);
  });

  test("looks at the row of label 0 where a column is a tensor", async () => {
    const labelled = (label: string) => codes(split("1", `"index":[${label}],`), { ...mlflow, inputs: tensor("int64", [-1], "c") });
    expect(await labelled("0")).toEqual([]);
    for (const label of ["5", '"a"']) expect(await labelled(label)).toEqual(["F_INDEX depends"]);
  });

  test("casts nothing of a list of objects where columns have no names", async () => {
    const instances = (cell: string, type: string) => codes(`{"instances":[{"a":${cell}}]}`, { ...mlflow, inputs: [{ type }] });
    expect(await instances("5", "long")).toEqual([]);
    for (const [cell, type] of [
      ["true", "long"],
      ['"a"', "boolean"],
      ["1e39", "binary"],
    ] as const)
      expect(await instances(cell, type)).toEqual(["F_TYPE refused"]);
  });

  test("makes doubles of whole numbers on both sides of 2^63", async () => {
    expect(await codes('{"inputs":[1,9223372036854775808]}', { ...mlflow, model: undefined } as Asked)).toContain("F_RANGE changed");
    expect(await codes('{"inputs":[9223372036854775808]}', mlflow)).toEqual([]);
  });
});

test("Azure ML: columns whose labels become dates are found, and not cast; those that become numbers are not found", async () => {
  const labelled = (name: string, type: string) =>
    codes(`{"input_data":{"columns":["${name}"],"index":[0],"data":[[5]]}}`, {
      for: "azureml",
      inputs: column(type, name, { required: false }),
    });
  expect(await labelled("1", "integer")).toEqual(["F_LABEL changed"]);
  expect(await labelled("2020-01-01", "integer")).toEqual(["F_LABEL changed", "F_TYPE refused"]);
  expect(await labelled("2020-01-01", "string")).toContain("F_LABEL changed");
});

describe("MLServer", () => {
  const body = (datatype: string, shape: string, data: string, content: string, own = "", more = "") =>
    `{"inputs":[{"name":"a","shape":${shape},"datatype":"${datatype}","data":${data}${own && `,"parameters":{"content_type":"${own}"}`}}],"parameters":{"content_type":"${content}"}${more}}`;
  const oip = (text: string, more: Partial<Asked> = {}) => codes(text, { for: "oip", ...more });

  test("makes empty texts of numbers where the request's content type is str", async () => {
    expect(await oip(body("INT64", "[2]", "[1,2]", "str"))).toEqual(["F_CAST changed"]);
    expect(await oip(body("BYTES", "[2]", '["a","b"]', "str"))).toEqual([]);
  });

  test("makes an array of nested cells first, which may be refused", async () => {
    expect(await oip(body("UINT8", "[2,1]", "[[-1],[2]]", "pd"))).toEqual(["F_RANGE refused"]);
    expect(await oip(body("INT8", "[1,1]", "[[1.5]]", "pd"))).toEqual(["F_CAST refused"]);
    expect(await oip(body("FP64", "[1,1]", '[["a"]]', "pd"))).toEqual(["F_TYPE refused"]);
    expect(await oip(body("INT8", "[1,1]", "[[1]]", "pd"))).toEqual(["F_SHAPE changed"]);
    // several a row are not looked at
    expect(await oip(body("INT8", "[1,2]", "[[1,2]]", "pd"))).toEqual(["F_TYPE depends", "F_SHAPE changed"]);
    expect(await oip(body("INT8", "[0,2]", "[]", "pd"))).toEqual([]);
  });

  test("refuses outputs without a name", async () => {
    for (const outputs of ["[5]", "[{}]", '[{"name":5}]', "{}"])
      expect(await oip(body("INT8", "[1]", "[1]", "np", "", `,"outputs":${outputs}`)), outputs).toEqual(["F_MEMBER refused"]);
    expect(await oip(body("INT8", "[1]", "[1]", "np", "", ',"outputs":[{"name":"x"}]'))).toEqual([]);
  });

  test("reads far dates, and takes no notice of the shape of texts", async () => {
    expect(await oip(body("BYTES", "[1]", '["9999-12-31"]', "pd", "datetime"))).toEqual([]);
    expect(await oip(body("BYTES", "[1,2]", '["a","b"]', "np", "str"))).toEqual(["F_SHAPE changed"]);
    expect(await oip(body("BYTES", "[1]", '["9999-12-31"]', "pd", "datetime"), { inputs: column("datetime", "a") })).toEqual([
      "F_DATE refused",
    ]);
  });

  test("makes bytes of nested texts, which are ASCII", async () => {
    expect(await oip(body("BYTES", "[1,2]", '[["é","a"]]', "np"))).toEqual(["F_ENCODING refused"]);
    expect(await oip(body("BYTES", "[1,2]", '[["e","a"]]', "np"))).toEqual(["F_CAST changed"]);
  });

  test("null beside texts is NaN with pandas 3, and None before", async () => {
    const gap = (pandas: string) => oip(body("BYTES", "[2]", '["a",null]', "pd"), { serverVersion: { pandas } });
    expect(await gap("3.1")).toEqual(["F_NULL changed"]);
    expect(await gap("2.3")).toEqual([]);
  });

  test("holds arrays of texts against the signature, too", async () => {
    const texts = body("BYTES", "[1]", '["a"]', "np");
    expect(await oip(texts, { inputs: tensor("uint32", [-1]) })).toEqual(["F_TYPE refused"]);
    expect(await oip(texts, { inputs: tensor("str", [-1]) })).toEqual([]);
    expect(await oip(body("BYTES", "[1,2]", '[["a","b"]]', "np"), { inputs: tensor("str", [-1, 2]) })).toContain("F_TYPE refused");
    expect(await oip(body("INT16", "[1]", "[5]", "pd"), { inputs: column("float", "a") })).toEqual(["F_TYPE refused"]);
    expect(await oip(body("UINT32", "[1]", "[5]", "pd"), { inputs: column("double", "a") })).toEqual([]);
  });
});

test("KServe takes inputs where there are instances, too, and both sides of 2^63 as doubles", async () => {
  const said = async (body: string) => (await ask(body, { for: "kserve1" }))?.findings.map(({ code, severity }) => `${code} ${severity}`);
  expect(await said('{"instances":[1],"inputs":[2]}')).toContain("F_FAULT changed");
  expect(await said('{"instances":[1,9223372036854775808]}')).toEqual(["F_RANGE changed"]);
  const outputs =
    '{"inputs":[{"name":"a","shape":[1],"datatype":"INT8","data":[1]}],"parameters":{"content_type":"pd"},"outputs":[{"name":"x"}]}';
  expect((await ask(outputs, { for: "oip" }))?.findings).toMatchObject([
    { code: "F_MEMBER", severity: "depends", message: expect.stringMatching(/^KServe/) },
  ]);
});

describe("mlflow:parquet", () => {
  const file = async (text: string) => {
    const stream = convert({ to: "mlflow:parquet", from: "mlflow", dtype: { c: "int32" } });
    stream.end(text);
    return Buffer.concat(await stream.toArray());
  };
  const inputs = parseSignature({ inputs: column("integer") });
  const model = { signature: inputs, example: undefined };

  test("is a Parquet file, which its name alone tells from others", async () => {
    const bytes = await file(split("5"));
    expect(await inspect(bytes)).toMatchObject({ form: "parquet" });
    const found = await inspect(bytes, { from: "mlflow:parquet" });
    expect(found).toMatchObject({ form: "mlflow:parquet", dialect: "mlflow", columns: [{ stored: "int32" }] });
    for (const server of ["mlflow", "mlflow:parquet"]) expect(verdict(found, { for: server, model }).accepted).toBe(true);
    expect(verdict(await inspect(bytes), { for: "mlflow:parquet", model }).accepted).toBe(true);
    expect(verdict(found, { for: "mlflow:split", model }).accepted).toBe(false);
    expect(verdict(found, { for: "databricks", model }).accepted).toBe(false);
    expect(verdict(found, { for: "mlflow", model, serverVersion: { mlflow: "3.6" } }).accepted).toBe(false);
  });

  test("is what a payload in text is told to become", async () => {
    const found = verdict(await inspect(Buffer.from(split("5"))), { for: "mlflow:parquet", model, file: "x.json", modelPath: "m" });
    expect(found).toMatchObject({
      accepted: false,
      remedy: { to: "mlflow:parquet", command: "transload convert x.json -t mlflow:parquet --model m -o x.parquet" },
    });
  });
});
