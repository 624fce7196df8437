// What passes through a gateway, what does not, and what becomes of those who go away.
import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { closeGateways, gatewayAt, posted } from "../support/gateways.js";
import { type SpeakingServer, speakingServer } from "../support/speaking-server.js";

let upstream: SpeakingServer;
afterEach(async () => {
  await closeGateways();
  upstream?.close();
});

const ONE = '{"inputs":[[1,2]]}';
const MLFLOW = { speaks: "azureml", accepts: "mlflow" } as const;

describe("headers", () => {
  test("pass by their names, and never where they are of one connection", async () => {
    let came: IncomingHttpHeaders = {};
    upstream = await speakingServer("azureml", (request, response) => {
      came = request.headers;
      response.setHeader("x-answer", "1").setHeader("x-secret", "2").setHeader("keep-alive", "timeout=1");
      return false;
    });
    const options = { ...MLFLOW, passHeaders: ["X-Request-Id", "x-answer", "x-hop"], headers: { authorization: "Bearer ours" } };
    const { url } = await gatewayAt({ upstream: upstream.url, ...options });
    const sent = { authorization: "Bearer theirs", "x-request-id": "7", "x-other": "8", "x-hop": "9", te: "trailers", connection: "x-hop" };
    const answered = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const call = httpRequest(`${url}/invocations`, { method: "POST", headers: sent }, (response) => {
        response.resume();
        resolve(response.headers);
      });
      call.on("error", reject).end(ONE);
    });
    expect(came).toMatchObject({ authorization: "Bearer ours", "x-request-id": "7", "content-type": "application/json" });
    expect(came["accept-encoding"]).toBe("identity");
    for (const name of ["x-other", "x-hop", "te"]) expect(came).not.toHaveProperty(name);
    expect(answered["x-answer"]).toBe("1");
    expect(answered).not.toHaveProperty("x-secret");
  });

  test("that never pass are refused as they are named", async () => {
    const options = { upstream: "http://127.0.0.1:1", ...MLFLOW, passHeaders: ["Transfer-Encoding"] };
    await expect(gatewayAt(options)).rejects.toMatchObject({ code: "E_OPTION", message: /never passes/ });
  });
});

describe("limits", () => {
  test("beyond so many requests it is 503, with Retry-After", async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    upstream = await speakingServer("azureml", () => held.then(() => false));
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW, concurrency: 2 });
    const two = [posted(`${url}/invocations`, ONE), posted(`${url}/invocations`, ONE)];
    await sleep(100);
    const third = await posted(`${url}/invocations`, ONE);
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(JSON.parse(third.text)).toMatchObject({ error_code: "TEMPORARILY_UNAVAILABLE" });
    letGo();
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await posted(`${url}/invocations`, ONE)).status).toBe(200);
  });

  test("a body that is too large is 413, whether it says so or not", async () => {
    upstream = await speakingServer("azureml");
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW, maxBodyBytes: 100_000 });
    const large = `{"inputs":[${"[1,2],".repeat(50_000)}[1,2]]}`;
    const told = await posted(`${url}/invocations`, large);
    expect([told.status, JSON.parse(told.text).message]).toEqual([413, expect.stringMatching(/^E_LIMIT: a request may have 100000 bytes/)]);
    const chunked = await fetch(`${url}/invocations`, { method: "POST", body: new Blob([large]).stream(), duplex: "half" } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  test("no answer in time is 504, no request in time 408", async () => {
    upstream = await speakingServer("azureml", () => new Promise(() => {}));
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW, timeout: 0.3 });
    expect((await posted(`${url}/invocations`, ONE)).status).toBe(504);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"inputs":');
    const [said] = (await once(socket, "data")) as [Buffer];
    expect(said.toString()).toMatch(/^HTTP\/1\.1 408 /);
    socket.destroy();
  });

  test("of what streams, a client that stops is told 408, and a server that stops 504", async () => {
    upstream = await speakingServer("azureml", ({ url }) => (url === "/stuck" ? new Promise(() => {}) : false));
    const of = async (path: string, rows: string) => {
      const { url } = await gatewayAt({ upstream: `${upstream.url}${path}`, ...MLFLOW, timeout: 0.5 });
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(`POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 90000000\r\n\r\n{"inputs":[[1,2]${rows}`);
      const [said] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      return said.toString().slice(0, 12);
    };
    expect(await of("/reads", ",[1,2]".repeat(40_000))).toBe("HTTP/1.1 408");
    expect(await of("/stuck", ",[1,2]".repeat(10_000_000))).toBe("HTTP/1.1 504");
  });
});

describe("what breaks off", () => {
  test("a fault behind what has been sent ends the request at the server", async () => {
    let ended: Promise<unknown> = Promise.resolve();
    let bytes = 0;
    upstream = await speakingServer("azureml", (request) => {
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      ended = new Promise((resolve) => request.once("end", () => resolve("whole")).once("error", () => resolve("ended")));
      return new Promise(() => {});
    });
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW });
    const broken = `{"inputs":[${"[1.5,2.5],\n".repeat(100_000)}[1,2]x]}`;
    const { status, text } = await posted(`${url}/invocations`, broken);
    expect(status).toBe(400);
    expect(JSON.parse(text).message).toMatch(/^E_SYNTAX: .*\(line 100001, column 6, byte \d+, \$\.inputs/);
    expect(await ended).toBe("ended");
    expect(bytes).toBeGreaterThan(60_000);
  });

  test("a client that goes away ends the request at the server", async () => {
    let gone: Promise<unknown> | undefined;
    upstream = await speakingServer("azureml", (_, response) => {
      gone = once(response, "close");
      return new Promise(() => {});
    });
    const { url, server } = await gatewayAt({ upstream: upstream.url, ...MLFLOW });
    const ending = new AbortController();
    const call = fetch(`${url}/invocations`, { method: "POST", body: ONE, signal: ending.signal }).catch(() => "gone");
    while (gone === undefined) await sleep(5);
    ending.abort();
    expect(await call).toBe("gone");
    await gone;
    expect((await server.inject("/metrics")).body).toContain("transload_requests_under_way 0");
  });

  test("an answer that breaks off is told as such; one that has been begun ends without its end", async () => {
    const answers = ["[1,2", `[${"1.5,".repeat(100_000)}x]`];
    let number = 0;
    upstream = await speakingServer("azureml", (request, response) => {
      request.resume();
      response.writeHead(200).end(answers[number++]);
      return true;
    });
    const log: string[] = [];
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW }, log);
    const short = await posted(`${url}/invocations`, ONE);
    expect([short.status, JSON.parse(short.text).message]).toEqual([502, expect.stringMatching(/^E_ANSWER: .*E_TRUNCATED/)]);
    await expect(posted(`${url}/invocations`, ONE)).rejects.toThrow();
    expect(log.join("")).toContain("the answer broke off");
  });

  test.each([
    ["fewer bytes than it says", "200 OK\r\ncontent-length: 99\r\n\r\n[1"],
    ["a chunk without its size", "200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[1\r\nx\r\n"],
    ["a body where there is none", "204 No Content\r\ncontent-length: 3\r\n\r\n[1]"],
    ["a status that is none", "999 Odd\r\ncontent-length: 3\r\n\r\n[1]"],
    ["a refusal without its end", "400 Bad Request\r\ncontent-length: 99\r\n\r\n{"],
    ["100 before it", "100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n[1]"],
    ["no HTTP", "200 OK\r\nno header\r\n\r\n[1]"],
  ])("an answer with %s is 502, as the client's dialect says it", async (_, answer) => {
    upstream = await speakingServer("azureml", ({ socket }) => {
      socket.end(`HTTP/1.1 ${answer}`);
      return true;
    });
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW });
    const { status, text } = await posted(`${url}/invocations`, ONE);
    const { error_code, message } = JSON.parse(text);
    expect([status, error_code, message]).toEqual([502, "INTERNAL_ERROR", expect.not.stringContaining("unexpected")]);
  });

  test("requests that wait behind another on their connection leave with their client", async () => {
    const never = new Promise<boolean>(() => {});
    let asked = 0;
    upstream = await speakingServer("azureml", () => {
      asked++;
      return asked > 12 ? false : never;
    });
    const { url, server } = await gatewayAt({ upstream: upstream.url, ...MLFLOW, concurrency: 12 });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write(`POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: ${ONE.length}\r\n\r\n${ONE}`.repeat(12));
    while (asked < 12) await sleep(5);
    expect((await posted(`${url}/invocations`, ONE)).status).toBe(503);
    socket.destroy();
    const underWay = async () => /transload_requests_under_way (\d+)/.exec((await server.inject("/metrics")).body)?.[1];
    await expect.poll(underWay).toBe("0");
    expect((await posted(`${url}/invocations`, ONE)).status).toBe(200);
  });

  test.each([
    ["short", 1],
    ["streamed", 40_000],
  ])("a connection that the server closes as it is taken again costs no answer: %s", async (_, rows) => {
    let requests = 0;
    const seen = new Set<unknown>();
    upstream = await speakingServer("azureml", ({ socket }) => {
      requests++;
      // the second request on a connection meets its end
      if (!seen.has(socket)) {
        seen.add(socket);
        return false;
      }
      socket.destroy();
      return true;
    });
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW });
    const body = JSON.stringify({ inputs: Array.from({ length: rows }, () => [1, 2]) });
    for (let i = 0; i < 4; i++) expect((await posted(`${url}/invocations`, i % 2 === 0 ? ONE : body)).status).toBe(200);
    expect(requests).toBeGreaterThanOrEqual(4);
    // one that always closes is not asked for ever
    const asked = requests;
    upstream.server.on("connection", (socket) => seen.add(socket));
    expect((await posted(`${url}/invocations`, ONE)).status).toBe(502);
    expect(requests - asked).toBeLessThanOrEqual(2);
  });

  test("a server is ready where it closes the connections that wait, and where all that there may be are busy", async () => {
    const seen = new Set<unknown>();
    const never = new Promise<boolean>(() => {});
    let busy = 0;
    upstream = await speakingServer("azureml", ({ socket, url: path }) => {
      if (busy > 0 && path !== "/") {
        busy++;
        return never;
      }
      const again = seen.has(socket);
      if (again) socket.destroy();
      seen.add(socket);
      return again;
    });
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW, concurrency: 2 });
    for (let i = 0; i < 3; i++) {
      expect((await posted(`${url}/invocations`, ONE)).status).toBe(200);
      expect((await fetch(`${url}/ping`)).status).toBe(200);
    }
    busy = 1;
    const ending = new AbortController();
    const calls = [1, 2].map(() => fetch(`${url}/invocations`, { method: "POST", body: ONE, signal: ending.signal }).catch(() => {}));
    while (busy < 3) await sleep(5);
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    ending.abort();
    await Promise.all(calls);
  });

  test("nobody there is 502, and not ready", async () => {
    upstream = await speakingServer("azureml");
    const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW });
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    upstream.close();
    expect((await fetch(`${url}/ping`)).status).toBe(503);
    const { status, text } = await posted(`${url}/invocations`, ONE);
    expect([status, JSON.parse(text).message]).toEqual([502, expect.stringMatching(/^E_READ: .*nobody listens there/)]);
  });
});

test("each of 200 clients at a time gets its own answer", async () => {
  upstream = await speakingServer("azureml", async () => {
    await sleep(Math.random() * 20);
    return false;
  });
  const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW });
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const rows = i % 10 === 0 ? Array.from({ length: 20_000 }, () => [0, i]) : [[0, i]];
      return JSON.parse((await posted(`${url}/invocations`, JSON.stringify({ inputs: rows }))).text).predictions as number[];
    }),
  );
  for (const [i, values] of answers.entries()) {
    expect(values).toHaveLength(i % 10 === 0 ? 20_000 : 1);
    expect(values.every((value) => value === i)).toBe(true);
  }
});

test("the log has no cells, and each fault's code and place", async () => {
  upstream = await speakingServer("azureml", (request, response) => {
    if (request.method !== "POST") return false;
    request.resume();
    response.writeHead(400).end('{"message":"secret-cell is wrong"}');
    return true;
  });
  const log: string[] = [];
  const { url } = await gatewayAt({ upstream: upstream.url, ...MLFLOW, headers: { authorization: "Bearer secret-token" } }, log);
  const said = await posted(`${url}/invocations`, '{"inputs":[["secret-cell"]]}');
  expect(JSON.parse(said.text)).toEqual({ error_code: "BAD_REQUEST", message: "secret-cell is wrong" });
  await posted(`${url}/invocations`, '{"dataframe_split":{"columns":["a"],"data":[["secret-cell"],["x",1]]}}');
  await posted(`${url}/invocations`, '{"inputs":[["secret-cell",]]}');
  expect(log.join("")).toMatch(/"code":"E_SYNTAX".*"offset":\d+/);
  expect(log.join("")).not.toContain("secret");
});

describe("models", () => {
  test("by their names, each at its server; clients of dialects without names say them in the path", async () => {
    upstream = await speakingServer("azureml");
    const other = await speakingServer("seldon");
    const models = {
      a: { upstream: upstream.url, speaks: "azureml", accepts: ["mlflow", "oip"] },
      b: { upstream: other.url, speaks: "seldon", accepts: "tfserving" },
    };
    const { url } = await gatewayAt({ models });
    expect((await posted(`${url}/a/invocations`, ONE)).text).toBe('{"predictions":[2]}');
    expect((await posted(`${url}/v1/models/b:predict`, '{"instances":[[1,2]]}')).text).toBe('{"predictions":[[2]]}');
    expect((await posted(`${url}/v1/models/a:predict`, '{"instances":[[1,2]]}')).status).toBe(404);
    expect((await posted(`${url}/invocations`, ONE)).status).toBe(404);
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    other.close();
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(503);
  });

  test("with an MLmodel: metadata, the columns' names, and the verdict's warnings", async () => {
    upstream = await speakingServer("azureml");
    const { url } = await gatewayAt({
      upstream: upstream.url,
      speaks: "azureml",
      accepts: ["oip", "mlflow", "azureml"],
      model: "data/heart-model",
    });
    const metadata = (await (await fetch(`${url}/v2/models/heart`)).json()) as { name: string; inputs: object[] };
    expect(metadata.name).toBe("heart");
    expect(metadata.inputs).toHaveLength(12);
    expect(metadata.inputs[0]).toEqual({ name: "age", datatype: "INT64", shape: [-1, 1] });
    const swagger = (await (await fetch(`${url}/swagger.json`)).json()) as { definitions: { ServiceInput: { properties: object } } };
    expect(JSON.stringify(swagger.definitions.ServiceInput.properties)).toContain('"enum":["age","sex"');
    const named = await posted(`${url}/invocations`, `{"inputs":[[${Array.from({ length: 12 }, (_, i) => i)}]]}`);
    expect([named.status, named.text, named.headers.get("warning")]).toEqual([200, '{"predictions":[11]}', null]);
    const extra = await posted(`${url}/invocations`, '{"dataframe_split":{"columns":["a"],"data":[[1]]},"more":1}');
    expect(extra.headers.get("warning")).toMatch(/^199 transload "W_DROPPED: .*more.*", 199 transload "F_COLUMN: /);
  });

  test("what cannot be is refused as it is registered", async () => {
    const served = { upstream: "http://127.0.0.1:1", ...MLFLOW };
    await expect(gatewayAt({ ...served, speeks: "mlflow" } as never)).rejects.toThrow(/no option speeks; did you mean speaks\?/);
    await expect(gatewayAt({ ...served, accepts: ["mlflow", "sagemaker"] })).rejects.toThrow(/same route, \/invocations/);
    await expect(gatewayAt({ ...served, accepts: "vertex" })).rejects.toThrow(/no route of Vertex AI is known/);
    await expect(gatewayAt({ ...served, speaks: "oip" })).rejects.toThrow(/modelName/);
    await expect(gatewayAt({ speaks: "oip", accepts: "mlflow" })).rejects.toThrow(/needs upstream/);
    await expect(gatewayAt({ ...served, headers: { Expect: "100-continue" } })).rejects.toThrow(/the header Expect is of one connection/);
  });
});

test("content that is not converted is 415, and gzip is read", async () => {
  upstream = await speakingServer("azureml");
  const { gzipSync } = await import("node:zlib");
  const { url } = await gatewayAt({ upstream: upstream.url, speaks: "azureml", accepts: ["mlflow", "oip"] });
  expect((await posted(`${url}/invocations`, "{}", { "inference-header-content-length": "2" })).status).toBe(415);
  expect((await posted(`${url}/invocations`, ONE, { "content-encoding": "br" })).status).toBe(415);
  const packed = new Uint8Array(gzipSync(ONE));
  for (const encoding of ["gzip", "GZIP", "x-gzip"])
    expect((await posted(`${url}/invocations`, packed, { "content-encoding": encoding })).text).toBe('{"predictions":[2]}');
  expect((await posted(`${url}/invocations`, ONE, { "content-encoding": "Identity" })).text).toBe('{"predictions":[2]}');
  const odd = await posted(`${url}/invocations`, ONE, { "content-type": "json" });
  expect([odd.status, JSON.parse(odd.text)]).toEqual([
    415,
    { error_code: "BAD_REQUEST", message: expect.stringContaining("Content-Type") },
  ]);
  expect((await posted(`${url}/invocations`, "a,b\n1,2\n", { "content-type": "text/csv" })).text).toBe('{"predictions":[2]}');
});

test.each([
  ["short", 3],
  ["streamed", 40_000],
])("a server of several content types is told that of what it gets: %s", async (_, rows) => {
  let type: string | undefined;
  upstream = await speakingServer("sagemaker", (request) => {
    type = request.headers["content-type"];
    return false;
  });
  const { url } = await gatewayAt({ upstream: upstream.url, speaks: "sagemaker", accepts: "mlflow" });
  const body = JSON.stringify({ inputs: Array.from({ length: rows }, (_, i) => [i, i / 2]) });
  expect((await posted(`${url}/invocations`, body)).status).toBe(200);
  expect(type).toBe("application/json");
});
