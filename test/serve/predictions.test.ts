// Predictions of every kind, as servers of each dialect send them, to clients of each: the same cells under the same names, or a refusal
// that says why.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { closeGateways, gatewayAt, posted } from "../support/gateways.js";
import { SPEECHES, type Speech } from "../support/speaking-server.js";

type Cell = unknown;
/** Names where the payload has some, and rows of cells; a row's lists are flat. */
interface Cells {
  readonly names: readonly string[] | undefined;
  readonly rows: readonly (readonly Cell[])[];
}

/** By the name of a kind: the predictions as lists and records have them. */
const KINDS: Readonly<Record<string, string>> = {
  list: "[1.5,2]",
  "lists of a row": "[[1,2],[3,4]]",
  "lists of lists": "[[[1,2]],[[3,4]]]",
  records: '[{"a":1,"b":"x"},{"a":2,"b":"y"}]',
  "records with a gap": '[{"a":1.5},{"a":null}]',
  "records with NaN": '[{"a":1.5},{"a":NaN}]',
  "records with lists": '[{"a":[1,2]},{"a":[3,4]}]',
  "records with objects": '[{"a":{"b":1}},{"a":{"b":2}}]',
  "named outputs": '{"a":[1,2],"b":["x","y"]}',
  "named tensors": '{"a":[1,2],"b":[[1,2],[3,4]]}',
  scalar: "3.5",
  text: '"x"',
  "null alone": "null",
  texts: '["x","é\\n\\"\\u0000"]',
  "texts and numbers": '["x",1]',
  nulls: "[1.5,null]",
  "nothing but nulls": "[null,null]",
  NaN: "[1.5,NaN]",
  Infinity: "[1.5,-Infinity]",
  booleans: "[true,false]",
  "whole numbers beyond doubles": "[9007199254740993,1]",
  none: "[]",
};

/** Text in which each number stands for itself, also where JavaScript has no such number. */
const parsed = (text: string) =>
  JSON.parse(text.replace(/-?Infinity|NaN|\d{16,}/g, (token) => JSON.stringify(token))) as Record<string, Cell>;
const flat = (cell: Cell): Cell[] => (Array.isArray(cell) ? cell.flatMap(flat) : [cell]);
const isRecord = (cell: Cell): cell is Record<string, Cell> => typeof cell === "object" && cell !== null && !Array.isArray(cell);

function cellsOf(cargo: Cell): Cells {
  if (isRecord(cargo)) {
    const columns = Object.values(cargo) as Cell[][];
    return { names: Object.keys(cargo), rows: (columns[0] ?? []).map((_, i) => columns.flatMap((column) => flat(column[i]))) };
  }
  const rows = Array.isArray(cargo) ? cargo : [cargo];
  if (isRecord(rows[0])) return { names: Object.keys(rows[0]), rows: rows.map((row) => flat(Object.values(row))) };
  return { names: undefined, rows: rows.map(flat) };
}

/** What a client of this dialect reads in an answer. */
function read(dialect: string, text: string): Cells {
  const answer = parsed(text);
  if (dialect === "azureml") return cellsOf(answer);
  if (dialect === "seldon") {
    const { names = [], ndarray } = answer.data as { names?: string[]; ndarray: Cell[] };
    return { names: names.length > 0 ? names : undefined, rows: ndarray.map(flat) };
  }
  const outputs = answer.outputs as { name: string; shape: number[]; data: Cell }[];
  if (dialect !== "oip" && dialect !== "triton") return cellsOf("predictions" in answer ? answer.predictions : outputs);
  const columns = outputs.map(({ data, shape: [rows = 0] }) => {
    const cells = flat(data);
    return Array.from({ length: rows }, (_, i) => cells.slice((i * cells.length) / rows, ((i + 1) * cells.length) / rows));
  });
  const names = outputs.map(({ name }) => name);
  return {
    names: `${names}` === "output-1" ? undefined : names,
    rows: (columns[0] ?? []).map((_, i) => columns.flatMap((c) => c[i] ?? [])),
  };
}

const datatype = (cells: readonly Cell[]): string => {
  const [cell] = cells.filter((each) => each !== null);
  return typeof cell === "string" && !/^\d{16}/.test(cell) ? "BYTES" : typeof cell === "boolean" ? "BOOL" : "FP64";
};

/** The body that a server of this dialect answers with; undefined where it cannot answer so. */
function answerOf(dialect: string, cargo: string): string | undefined {
  const value = parsed(cargo) as Cell;
  const named = isRecord(value);
  if (dialect === "azureml") return named ? undefined : cargo;
  if (dialect === "tfserving" && named) return `{"outputs":${cargo}}`;
  if (dialect !== "oip" && dialect !== "triton" && dialect !== "seldon")
    return named && dialect === "sagemaker" ? undefined : `{"predictions":${cargo}}`;
  const records = Array.isArray(value) && isRecord(value[0]);
  if (!Array.isArray(value) && !named) return undefined;
  if (dialect === "seldon") {
    if (named || records) return undefined;
    return `{"data":{"names":[],"ndarray":${Array.isArray(value[0]) ? cargo : cargo.replace(/[^[\],]+/g, "[$&]")}},"meta":{}}`;
  }
  // there is no NaN in the protocol's JSON, no object, and nothing of several kinds in a tensor
  if (/NaN|Infinity|"b":1}|"x",1/.test(cargo)) return undefined;
  const lists: Record<string, Cell[]> = named
    ? (value as Record<string, Cell[]>)
    : records
      ? Object.fromEntries(Object.keys(value[0] as object).map((key) => [key, value.map((row) => (row as Record<string, Cell>)[key])]))
      : { "output-1": value };
  const shapeOf = (cell: Cell): number[] => (Array.isArray(cell) ? [cell.length, ...(cell.length > 0 ? shapeOf(cell[0]) : [])] : []);
  const content = named || records ? (cargo.includes(":[{") || /\[[^"[{]*\[/.test(cargo) ? "dict" : "pd") : "np";
  const outputs = Object.entries(lists).map(([name, data]) => ({
    name,
    datatype: datatype(flat(data)),
    shape: shapeOf(data),
    data: flat(data),
  }));
  return JSON.stringify({ model_name: "m", parameters: { content_type: content }, outputs }).replace(/"(\d{16,})"/g, "$1");
}

const OIP = ["oip", "triton"];
/** What a dialect's answers have no place for, and how it is told. */
function refusalOf(kind: string, speaks: string, accepts: string): RegExp | undefined {
  const alone = kind === "scalar" || kind === "text" || kind === "null alone";
  // there the answer is the predictions themselves, and a document is no single value
  if (alone && speaks === "azureml") return /E_ANSWER: .*E_FORM: a payload is a JSON object, but this document is/;
  if (alone && [...OIP, "seldon"].includes(accepts)) return /E_ANSWER: .*E_FORM: a single value cannot become/;
  if (kind === "texts and numbers" && OIP.includes(accepts)) return /E_ANSWER: .*E_DTYPE: .*no datatype in common/;
  if (kind === "records with objects" && OIP.includes(accepts)) return /E_ANSWER: .*E_NESTED: .*objects/;
  if (kind === "Infinity" && OIP.includes(accepts)) return /E_ANSWER: .*E_NAN: /;
  if (kind === "lists of lists" && speaks === "seldon" && OIP.includes(accepts)) return /E_ANSWER: .*E_NESTED/;
  return undefined;
}

const names = Object.keys(SPEECHES);
afterAll(closeGateways);

test.each(names)(
  "of servers of %s",
  async (speaks) => {
    let body = "";
    const upstream = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    let kinds = 0;
    for (const accepts of names) {
      // no request of theirs gets there (pairs.test.ts)
      if (speaks === "kserve1" && ["seldon", "sagemaker"].includes(accepts)) continue;
      const gateway = await gatewayAt({ upstream: url, speaks: speaks as "oip", accepts: accepts as "oip", modelName: "m" });
      const client = SPEECHES[accepts] as Speech;
      for (const [kind, cargo] of Object.entries(KINDS)) {
        const own = answerOf(speaks, cargo);
        if (own === undefined) continue;
        body = own;
        kinds++;
        const title = `${kind}, ${own}, to ${accepts}`;
        const { status, text } = await posted(gateway.url + client.path, client.request([[1, 2]]), {
          "content-type": client.type ?? "application/json",
        });
        const refusal = refusalOf(kind, speaks, accepts);
        if (refusal) {
          expect(status, title).toBe(502);
          expect(client.error(JSON.parse(text)), title).toMatch(refusal);
          continue;
        }
        expect(status, `${title}: ${text}`).toBe(200);
        const wanted = read(speaks, own);
        const rows = OIP.includes(accepts) ? wanted.rows.map((row) => row.map((cell) => (cell === "NaN" ? null : cell))) : wanted.rows;
        const got = read(accepts, text);
        expect(got.rows, `${title}: ${text}`).toEqual(rows);
        // the protocol has no NaN, and its servers write null
        // names are kept where there are some
        if (wanted.names) expect(got.names, `${title}: ${text}`).toEqual(wanted.names);
      }
    }
    expect(kinds).toBeGreaterThan(50);
    upstream.close();
    upstream.closeAllConnections();
  },
  60_000,
);

test("clients of TensorFlow Serving are answered in the format that they asked in", async () => {
  let body = "";
  const upstream = createServer((request, response) => {
    request.resume();
    response.writeHead(200).end(body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => upstream.once("listening", resolve));
  const { url } = await gatewayAt({
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    speaks: "mlflow",
    accepts: "tfserving",
  });
  const asked = async (request: string, answer: string) => {
    body = answer;
    return (await posted(`${url}/v1/models/m:predict`, request)).text;
  };
  expect(await asked('{"instances":[[1,2]]}', '{"predictions":[3]}')).toBe('{"predictions":[3]}');
  expect(await asked('{"inputs":[[1,2]]}', '{"predictions":[3]}')).toBe('{"outputs":[3]}');
  expect(await asked('{"instances":[{"a":1}]}', '{"predictions":{"a":[1],"b":[2]}}')).toBe('{"predictions":[{"a":1,"b":2}]}');
  expect(await asked('{"inputs":{"a":[1]}}', '{"predictions":[{"a":1,"b":2}]}')).toBe('{"outputs":{"a":[1],"b":[2]}}');
  upstream.close();
});
