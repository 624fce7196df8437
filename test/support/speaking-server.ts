// Each dialect as its clients and its servers speak it, written out here by hand; and a model's server of any of them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Rows = readonly (readonly number[])[];
// biome-ignore lint/suspicious/noExplicitAny: what a body is, is told by its dialect
type Body = any;

/** Lists, records, or columns by their names. */
const rowsOf = (cargo: Body): Rows => {
  if (Array.isArray(cargo)) return cargo.map((row) => (Array.isArray(row) ? row : (Object.values(row) as number[])));
  const all = Object.values(cargo) as Body[][];
  return (all[0] ?? []).map((_, i) => all.flatMap((column) => column[i]));
};

/** A dialect, from both ends. */
export interface Speech {
  /** Where clients post, of the model `m`. */
  readonly path: string;
  readonly type?: string;
  request(rows: Rows): string;
  /** What the server reads. */
  rows(body: string): Rows;
  answer(values: readonly number[]): object;
  /** What the client reads. */
  values(answer: Body): readonly number[];
  error(answer: Body): string;
}

const columns = (inputs: Body[]): Rows => {
  if (inputs.length > 1) return inputs[0].data.map((_: unknown, i: number) => inputs.map(({ data }) => data[i]));
  const { data, shape } = inputs[0] as { data: Body; shape: number[] };
  const flat = data.flat(9) as number[];
  const width = shape[1] ?? 1;
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => flat.slice(i * width, (i + 1) * width));
};
const mlflow = {
  request: (rows: Rows) => JSON.stringify({ inputs: rows }),
  rows: (body: string): Rows => {
    const { inputs, instances, dataframe_split: split } = JSON.parse(body);
    return rowsOf(split?.data ?? inputs ?? instances);
  },
  answer: (values: readonly number[]) => ({ predictions: values }),
  values: ({ predictions }: Body): number[] =>
    rowsOf(Array.isArray(predictions) ? predictions.map((each) => [each].flat()) : predictions).flatMap((row) =>
      row.flatMap((cell) => (typeof cell === "object" ? (Object.values(cell) as number[]) : cell)),
    ),
  error: ({ message }: Body) => message,
};
const instances = { ...mlflow, request: (rows: Rows) => JSON.stringify({ instances: rows }), error: ({ error }: Body) => error };
const oip: Speech = {
  path: "/v2/models/m/infer",
  request: (rows) =>
    JSON.stringify({
      inputs: ["a", "b"].map((name, i) => ({ name, shape: [rows.length], datatype: "FP64", data: rows.map((row) => row[i]) })),
    }),
  rows: (body) => columns(JSON.parse(body).inputs),
  answer: (values) => ({
    model_name: "m",
    parameters: { content_type: "np" },
    outputs: [{ name: "output-1", shape: [values.length], datatype: "FP64", data: values }],
  }),
  values: ({ model_name, outputs }) => (model_name === "m" ? columns(outputs).flat() : []),
  error: ({ error }) => error,
};

/** By their names. */
export const SPEECHES: Readonly<Record<string, Speech>> = {
  mlflow: { ...mlflow, path: "/invocations" },
  databricks: { ...mlflow, path: "/serving-endpoints/m/invocations" },
  azureml: {
    path: "/score",
    request: (rows) => JSON.stringify({ input_data: rows }),
    rows: (body) => {
      const { input_data: data } = JSON.parse(body);
      return rowsOf(data.data ?? data);
    },
    answer: (values) => values,
    values: (answer) => mlflow.values({ predictions: answer }),
    error: ({ message }) => message,
  },
  tfserving: { ...instances, path: "/v1/models/m:predict" },
  kserve1: { ...instances, path: "/v1/models/m:predict" },
  oip,
  triton: oip,
  seldon: {
    path: "/api/v1.0/predictions",
    request: (rows) => JSON.stringify({ data: { ndarray: rows } }),
    rows: (body) => {
      const { ndarray, tensor } = JSON.parse(body).data;
      return ndarray ?? columns([{ data: tensor.values, shape: tensor.shape }]);
    },
    answer: (values) => ({ data: { names: [], ndarray: values.map((value) => [value]) }, meta: {} }),
    values: ({ data: { ndarray } }) => ndarray.flat(),
    error: ({ status }) => status.info,
  },
  sagemaker: {
    path: "/invocations",
    type: "text/csv",
    request: (rows) => `${rows.map((row) => row.join(",")).join("\n")}\n`,
    rows: (body) =>
      body.startsWith("{")
        ? JSON.parse(body).instances.map(({ features }: Body) => features)
        : body
            .trim()
            .split("\n")
            .map((line) => line.split(",").map(Number)),
    answer: (values) => ({ predictions: values.map((value) => ({ score: value })) }),
    values: mlflow.values,
    error: ({ message }) => message,
  },
};

export interface SpeakingServer {
  readonly url: string;
  readonly server: Server;
  close(): void;
}

/** A model's server: it predicts the last cell of each row. `instead` answers in a way of its own. */
export async function speakingServer(
  dialect: string,
  instead: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean> = () => false,
): Promise<SpeakingServer> {
  const speech = SPEECHES[dialect] as Speech;
  const server = createServer(async (request, response) => {
    if (await instead(request, response)) return;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // it was ended on its way
    }
    if (request.method === "GET") return void response.end("ok");
    const rows = speech.rows(Buffer.concat(chunks).toString());
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(speech.answer(rows.map((row) => row.at(-1) as number))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
