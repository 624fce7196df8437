import { expect, test } from "vitest";
import { diagnose } from "../../src/api/diagnosis.js";
import { Endpoint } from "../../src/api/endpoint.js";
import { AZUREML, deafPort, KSERVE, MLSERVER, mlflow, type Routes, SELDON, standIn, TENSORFLOW, TRITON } from "../support/stand-in.js";

const all = (routes: Routes, path = "", model?: string) =>
  standIn(routes).then(async ({ url, calls }) => ({ calls, ...(await diagnose(new Endpoint(`${url}${path}`), model)) }));

/** Name and version, and what validate is to be called with. */
async function told(routes: Routes, path?: string, model?: string): Promise<string[]> {
  const { servers } = await all(routes, path, model);
  return servers.map(({ name, version = "", unsure, verdicts }) =>
    [unsure ? "maybe" : "", name, version, ...verdicts.map(({ options }) => options.join(" "))].filter(Boolean).join(" "),
  );
}

const KNOWN: readonly (readonly [string, Routes, string])[] = [
  ["MLflow", mlflow("3.17.2"), "mlflow 3.17.2 --for mlflow --server-version mlflow=3.17.2"],
  ["a development version of MLflow", mlflow("3.18.0.dev0"), "mlflow 3.18.0.dev0 --for mlflow --server-version mlflow=3.18.0.dev0"],
  ["Azure ML's inference server", AZUREML, "azmlinfsrv 1.4.1 --for azureml"],
  ["MLServer", MLSERVER, "mlserver 1.7.1 --for oip --server-version mlserver=1.7.1"],
  ["Triton", TRITON, "triton 2.60.0 --for triton"],
  ["KServe", KSERVE, "kserve 0.21.0 --for kserve1 --for oip"],
  ["KServe's first protocol alone", { "GET /v1/models": { body: { models: [] } } }, "kserve --for kserve1"],
  ["TensorFlow Serving", TENSORFLOW, "tfserving --for tfserving"],
  ["Seldon Core", SELDON, "seldon --for seldon"],
  [
    "another server of the Open Inference Protocol",
    { "GET /v2": { body: { name: "OpenVINO Model Server" } } },
    "OpenVINO Model Server --for oip",
  ],
  ["what may be SageMaker's container", { "GET /ping": {} }, "maybe sagemaker --for sagemaker"],
  ["MLflow's tracking server", { "GET /health": { body: "OK" }, "GET /version": { body: "3.17.2" } }, "mlflow's tracking server 3.17.2"],
];

test.each(KNOWN)("%s is told by its routes", async (_, routes, expected) => {
  expect(await told(routes)).toEqual([expected]);
});

test("of two, the one that the URL calls comes first", async () => {
  const both = { ...MLSERVER, ...mlflow("3.1.0") };
  expect((await told(both, "/v2/models/m/infer")).map((name) => name.split(" ")[0])).toEqual(["mlserver", "mlflow"]);
  expect((await told(both, "/invocations")).map((name) => name.split(" ")[0])).toEqual(["mlflow", "mlserver"]);
});

test("routes are asked by GET, once, where the server begins", async () => {
  const paths = ["", "/", "/invocations", "/score", "/api/v1.0/predictions", "/v2", "/v2/models/m/infer", "/v1/models/m:predict"];
  for (const path of paths) {
    const { url, calls } = await all(MLSERVER, path);
    expect(new Set(calls.map((call) => call.method))).toEqual(new Set(["GET"]));
    expect(new Set(calls.map((call) => call.path)).size).toBe(calls.length);
    expect(
      calls.map((call) => call.path),
      path,
    ).toContain("/v2/health/ready");
    expect(url).not.toMatch(/\/$/);
  }
  const { calls } = await all({ "GET /behind/a/gate/v2?key=1": { body: { name: "mlserver" } } }, "/behind/a/gate/v2/models/m/infer?key=1");
  expect(calls.every(({ path }) => path.startsWith("/behind/a/gate/") && path.endsWith("?key=1"))).toBe(true);
});

test("a model is asked for where its name is known", async () => {
  const silent = { "GET /v1/models/m": TENSORFLOW["GET /v1/models/m"] as object };
  expect(await told(silent, "", "m")).toEqual(["tfserving --for tfserving"]);
  expect(await told(silent, "/v1/models/m:predict")).toEqual(["tfserving --for tfserving"]);
  expect(await told(silent)).toEqual([]);
  const { calls } = await all({}, "", "a b/c");
  expect(calls.map(({ path }) => path)).toContain("/v1/models/a%20b%2Fc");
});

test("what a verdict assumes is told", async () => {
  const { servers } = await all(mlflow("3.6.0"));
  expect(servers[0]?.verdicts).toEqual([
    {
      dialect: "mlflow",
      title: "MLflow",
      options: ["--for", "mlflow", "--server-version", "mlflow=3.6.0"],
      releases: { mlflow: "3.6.0", pandas: "2.3" },
      untold: ["pandas"],
    },
  ]);
  const azure = (await all(AZUREML)).servers[0]?.verdicts[0];
  expect(azure).toMatchObject({ maxBytes: 25e6, untold: ["mlflow", "pandas"] });
});

test("a route that keeps silent is one of many; a server that does not answer is E_READ", async () => {
  const { url } = await standIn({ ...mlflow("3.17.2"), "GET /v2": "silence" });
  const { routes, servers } = await diagnose(new Endpoint(url, { timeout: 0.5 }));
  expect(servers[0]?.name).toBe("mlflow");
  expect(routes.find(({ route }) => route === "/v2")).toEqual({ route: "/v2", said: expect.stringContaining("no answer in 0.5 s") });
  await expect(diagnose(new Endpoint(await deafPort()))).rejects.toMatchObject({
    code: "E_READ",
    message: expect.stringContaining("nobody listens there"),
  });
});
