import { expect, test } from "vitest";
import { transload } from "../support/command-line.js";
import { ASKED, AZUREML, deafPort, standIn } from "../support/stand-in.js";

test("doctor tells what each route said, what the server is, and how to validate for it", async () => {
  const { url } = await standIn(ASKED);
  const { code, out, err } = await transload(["doctor", `${url}/invocations`]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^route +status {2}said\n\/ping +200\n/);
  expect(out).toMatch(/^\/version +200 {2}3\.17\.2$/m);
  expect(out).toMatch(/^\/v2 +404 {2}Not Found$/m);
  expect(out.split("\n\n")[1]?.split("\n")).toEqual([
    "this is mlflow 3.17.2",
    "validate with --for mlflow --server-version mlflow=3.17.2",
    "the verdict assumes mlflow 3.17.2 and pandas 3.1; no route tells pandas: name what it runs with --server-version",
    "no limit to a request of MLflow is known",
    "",
  ]);
});

test("doctor tells the limit of a request", async () => {
  const { url } = await standIn(AZUREML);
  const { out } = await transload(["doctor", url]);
  expect(out).toContain("\nAzure ML takes 25000000 bytes in a request in its default time of 5 s");
});

test("doctor --json is the diagnosis", async () => {
  const { url } = await standIn(ASKED);
  const { out } = await transload(["doctor", url, "--json"]);
  expect(JSON.parse(out)).toMatchObject({
    routes: expect.arrayContaining([{ route: "/version", status: 200, said: "3.17.2" }]),
    servers: [{ name: "mlflow", version: "3.17.2", verdicts: [{ dialect: "mlflow" }] }],
  });
});

test("doctor says what to do where nothing tells, and where nobody answers", async () => {
  const nothing = await standIn({});
  const unknown = await transload(["doctor", nothing.url]);
  expect(unknown).toMatchObject({ code: 1, err: "" });
  expect(unknown.out).toContain(
    "tells what it is\nlook whether the URL is the server's; of TensorFlow Serving name the model with --model-name",
  );
  const locked = await standIn({}, { status: 401 });
  expect(await transload(["doctor", locked.url])).toMatchObject({ code: 1, out: expect.stringContaining("with --token-env VARIABLE") });
  const deaf = await transload(["doctor", await deafPort()]);
  expect(deaf).toMatchObject({ code: 3, out: "", err: expect.stringMatching(/^transload: E_READ: cannot ask .*nobody listens there/) });
  expect(await transload(["doctor"])).toMatchObject({ code: 2, err: expect.stringContaining("missing required argument 'url'") });
  expect(await transload(["doctor", "localhost:5000"])).toMatchObject({ code: 2, err: expect.stringContaining("begins with http://") });
});

test("doctor hands over headers and a token", async () => {
  const { url, calls } = await standIn(ASKED);
  await transload(["doctor", url, "--header", "X-Key: 1"]);
  expect(calls.length).toBeGreaterThan(5);
  for (const { headers } of calls) expect(headers["x-key"]).toBe("1");
});
