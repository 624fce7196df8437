// What Open Inference Protocol has besides rows: a request's id, and tensors in binary.
import type { ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { closeGateways, gatewayAt, posted } from "../support/gateways.js";
import { type SpeakingServer, speakingServer } from "../support/speaking-server.js";

let upstream: SpeakingServer;
afterEach(async () => {
  await closeGateways();
  upstream?.close();
});

const LENGTH = "Inference-Header-Content-Length";
const INFER = "/v2/models/m/infer";

/** A body as tritonclient makes it: doubles, two columns of so many rows. */
function binary(rows: number, others: object = {}): { body: Uint8Array<ArrayBuffer>; headers: Record<string, string> } {
  const inputs = ["a", "b"].map((name) => ({ name, shape: [rows, 1], datatype: "FP64", parameters: { binary_data_size: 8 * rows } }));
  const header = Buffer.from(JSON.stringify({ ...others, inputs, parameters: { binary_data_output: true } }));
  const cells = new Float64Array(2 * rows).map((_, i) => (i < rows ? i : (i - rows) / 2));
  const body = new Uint8Array(header.length + cells.byteLength);
  body.set(header);
  body.set(new Uint8Array(cells.buffer), header.length);
  return { body, headers: { [LENGTH]: `${header.length}`, "content-type": "application/octet-stream" } };
}

test.each(["mlflow", "azureml", "seldon"] as const)(
  "binary tensors become what a server of %s takes, and the answer is JSON",
  async (speaks) => {
    upstream = await speakingServer(speaks);
    for (const accepts of ["oip", "triton"] as const) {
      const { url } = await gatewayAt({ upstream: upstream.url, speaks, accepts });
      // beyond what is held to see whether a body is short, too
      for (const rows of [1, 3, 30_000]) {
        const { body, headers } = binary(rows, { id: "seven" });
        const { status, text } = await posted(url + INFER, body, headers);
        expect(status, text.slice(0, 300)).toBe(200);
        const { model_name, id, outputs } = JSON.parse(text);
        expect([model_name, id]).toEqual(["m", "seven"]);
        expect(outputs[0].data.flat()).toEqual(Array.from({ length: rows }, (_, i) => i / 2));
      }
    }
  },
);

test("what is wrong with binary tensors is told as with others", async () => {
  upstream = await speakingServer("mlflow");
  const { url } = await gatewayAt({ upstream: upstream.url, speaks: "mlflow", accepts: ["triton", "azureml"] });
  const { body, headers } = binary(3);
  const said = async (...asked: [Uint8Array<ArrayBuffer>, Record<string, string>, path?: string]) => {
    const { status, text } = await posted(url + (asked[2] ?? INFER), asked[0], asked[1]);
    return [status, JSON.parse(text).error ?? JSON.parse(text).message];
  };
  expect(await said(body.subarray(0, -1), headers)).toEqual([
    400,
    expect.stringMatching(/^E_TRUNCATED: the body ends after 23 of the 24 bytes/),
  ]);
  expect(await said(body, { ...headers, [LENGTH]: "5" })).toEqual([400, expect.stringMatching(/^E_SYNTAX: the JSON ends after/)]);
  expect(await said(body, { ...headers, [LENGTH]: "x" })).toEqual([
    400,
    expect.stringMatching(/^E_\w+: .*Inference-Header-Content-Length/),
  ]);
  expect(await said(body, headers, "/score")).toEqual([415, expect.stringMatching(/takes no binary tensors; send JSON/)]);
});

test("an answer with binary tensors is read: the client is answered in JSON", async () => {
  upstream = await speakingServer("oip", (request, response: ServerResponse) => {
    request.resume();
    const outputs = [{ name: "o", shape: [3], datatype: "FP32", parameters: { binary_data_size: 12 } }];
    const header = Buffer.from(JSON.stringify({ model_name: "m", outputs }));
    response.writeHead(200, { [LENGTH]: `${header.length}`, "content-type": "application/octet-stream" });
    response.end(Buffer.concat([header, new Uint8Array(Float32Array.of(0.1, -2, Number.NaN).buffer)]));
    return true;
  });
  const { url } = await gatewayAt({ upstream: upstream.url, speaks: "oip", accepts: ["oip", "mlflow"], modelName: "m" });
  const request = JSON.stringify({
    parameters: { binary_data_output: true },
    inputs: [{ name: "a", shape: [1], datatype: "FP64", data: [1] }],
  });
  const own = JSON.parse((await posted(url + INFER, request)).text);
  expect(own).toMatchObject({ model_name: "m", outputs: [{ name: "o", shape: [3], datatype: "FP32", data: [0.1, -2, null] }] });
  expect((await posted(`${url}/invocations`, '{"inputs":[[1]]}')).text).toBe('{"predictions":{"o":[0.1,-2.0,NaN]}}');
});

test("a request's id is its answer's, wherever it stands, and none where it has none", async () => {
  upstream = await speakingServer("mlflow");
  const { url } = await gatewayAt({ upstream: upstream.url, speaks: "mlflow", accepts: "oip" });
  const input = (rows: number) => `"inputs":[{"name":"a","shape":[${rows},1],"datatype":"FP64","data":[${"1,".repeat(rows - 1)}1]}]`;
  for (const rows of [1, 100_000])
    for (const id of ['"seven"', '"q\\"é\\u00e9"']) {
      for (const body of [`{"id":${id},${input(rows)}}`, `{${input(rows)},"id":${id}}`]) {
        const { text, headers } = await posted(url + INFER, body);
        expect(JSON.parse(text).id).toBe(JSON.parse(id));
        expect(headers.get("warning")).toBeNull();
      }
    }
  expect(JSON.parse((await posted(url + INFER, `{${input(1)}}`)).text)).not.toHaveProperty("id");
});
