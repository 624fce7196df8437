// Servers that answer as the real ones do, on a loopback port: what each route says is from their source.
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | object;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server answers, by `GET /path`; nothing at all for "silence". */
export type Routes = Readonly<Record<string, Said | ((call: Call) => Said)>>;

type Said = Reply | "silence";

export interface StandIn {
  readonly url: string;
  /** What it was asked, in the order it came. */
  readonly calls: Call[];
}

/** Starts a server that goes when the tests do. */
export async function standIn(routes: Routes, missing: Reply = { status: 404, body: { detail: "Not Found" } }): Promise<StandIn> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const call = { method, path, headers, body: Buffer.concat(chunks).toString() };
    calls.push(call);
    const route = routes[`${method} ${path}`] ?? missing;
    const said = typeof route === "function" ? route(call) : route;
    if (said === "silence") return;
    const { status = 200, headers: more = {}, body = "" } = said;
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json", ...more });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** A port of the loopback interface where nobody listens. */
export async function deafPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** MLflow's scoring server (mlflow/pyfunc/scoring_server/__init__.py); `fault` says what is wrong with a body. */
export function mlflow(version: string, fault: (body: string) => string | undefined = () => undefined): Routes {
  const json = { "content-type": "application/json" };
  return {
    "GET /ping": { headers: json, body: "\n" },
    "GET /health": { headers: json, body: "\n" },
    "GET /version": { headers: json, body: version },
    "POST /invocations": ({ body }) => {
      const message = fault(body);
      return message === undefined
        ? { body: { predictions: rowsOf(body).map(() => 0) } }
        : { status: 400, body: { error_code: "BAD_REQUEST", message } };
    },
  };
}

/** The rows of a split; of what has none, one. */
function rowsOf(body: string): readonly unknown[] {
  try {
    return (JSON.parse(body) as { dataframe_split?: { data: unknown[] } }).dataframe_split?.data ?? [0];
  } catch {
    return [0];
  }
}

/** MLflow's words for null in a long column. */
export const NO_NULL =
  "Invalid input. Data is not compatible with model signature. Failed to convert column age to type 'int64'. Error: 'TypeError(\"int() argument must be a string, a bytes-like object or a real number, not 'NoneType'\")'";

/** What pages and helps ask: MLflow with data/heart-model, which refuses null. */
export const ASKED: Routes = {
  ...mlflow("3.17.2", (body) => (body.includes("null") ? NO_NULL : undefined)),
  "GET /data/iris.csv": { body: readFileSync("data/iris.csv", "utf8") },
};
/** Where they ask it. */
export const PLACE = "http://127.0.0.1:5000";

const metadata = (name: string, version: string, extensions: readonly string[] = []): Routes => ({
  "GET /v2": { body: { name, version, extensions } },
  "GET /v2/health/ready": { body: "" },
});

/** MLServer 1.7.1 (handlers/dataplane.py). */
export const MLSERVER = metadata("mlserver", "1.7.1");
/** Triton's server metadata (docs/protocol of triton-inference-server/server). */
export const TRITON = metadata("triton", "2.60.0", ["classification", "sequence", "model_repository"]);
/** KServe 0.21 (protocol/rest/v1_endpoints.py, protocol/dataplane.py). */
export const KSERVE: Routes = {
  ...metadata("kserve", "0.21.0", ["model_repository_extension"]),
  "GET /v1/models": { body: { models: ["m"] } },
  "GET /": { body: '"alive"' },
};
/** azureml-inference-server-http (server/routes.py, swagger2_template.json). */
export const AZUREML: Routes = {
  "GET /": { body: "Healthy", headers: { "x-ms-server-version": "azmlinfsrv/1.4.1" } },
  "GET /swagger.json": {
    body: {
      swagger: "2.0",
      info: { title: "ML service", description: "API specification for the Azure Machine Learning service ML service" },
    },
  },
};
/** TensorFlow Serving with a model called m (http_rest_api_handler.cc). */
export const TENSORFLOW: Routes = {
  "GET /v1/models": { status: 400, body: { error: "Missing model name in request." } },
  "GET /v1/models/m": {
    body: { model_version_status: [{ version: "1", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } }] },
  },
};
/** Seldon Core's Python wrapper (seldon_core/wrapper.py). */
export const SELDON: Routes = {
  "GET /health/ping": { body: "pong" },
  "GET /health/status": { body: { data: { names: [], tensor: { shape: [0], values: [] } }, meta: {} } },
};
