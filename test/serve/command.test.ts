// transload serve: a process of its own, its file, its end, and its memory.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect, test } from "vitest";
import { posted } from "../support/gateways.js";
import { speakingServer } from "../support/speaking-server.js";

const CLI = fileURLToPath(new URL("../../dist/cli/main.cjs", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "transload-serve-"));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const ONE = '{"inputs":[[1,2]]}';
const MEBIBYTES = 1024;

async function served(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ url: string; child: ChildProcess; log: () => string }> {
  const child = spawn(process.execPath, [CLI, "serve", "--port", "0", ...args], { env: { ...process.env, ...env } });
  running.push(child);
  let said = "";
  child.stderr?.on("data", (text: Buffer) => {
    said += text;
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return { url: line.toString().trim(), child, log: () => said };
}

test("SIGTERM has what is under way answered, takes nothing more, and ends with 0", async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let came = false;
  const upstream = await speakingServer("azureml", async () => {
    came = true;
    await held;
    return false;
  });
  const { url, child, log } = await served(["--upstream", upstream.url, "--speaks", "azureml", "--accepts", "mlflow"]);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const answer = posted(`${url}/invocations?token=hidden`, ONE);
  while (!came) await sleep(5);
  child.kill("SIGTERM");
  await sleep(200);
  await expect(posted(`${url}/invocations`, ONE)).rejects.toThrow();
  letGo();
  expect(await answer).toMatchObject({ status: 200, text: '{"predictions":[2]}' });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(log()).toContain('"statusCode":200');
  expect(log()).toContain('"url":"/invocations?…"');
  expect(log()).not.toContain("hidden");
  upstream.close();
});

test("a connection on which nothing is asked holds up no end", async () => {
  const upstream = await speakingServer("azureml");
  const { url, child } = await served(["--upstream", upstream.url, "--speaks", "azureml", "--accepts", "mlflow", "--log", "none"]);
  const port = Number(new URL(url).port);
  const silent = connect(port, "127.0.0.1");
  const begun = connect(port, "127.0.0.1");
  await Promise.all([once(silent, "connect"), once(begun, "connect")]);
  begun.write("POST /invocations HTTP/1.1\r\n");
  expect((await posted(`${url}/invocations`, ONE)).status).toBe(200);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  expect(await Promise.race([exited, sleep(5000)])).toEqual([0, null]);
  for (const socket of [silent, begun]) socket.destroy();
  upstream.close();
});

test("a path that is no route is told in the clients' dialect, and what stands behind its ? is not in the log", async () => {
  const { url, log } = await served(["--upstream", "http://127.0.0.1:1", "--speaks", "azureml", "--accepts", "mlflow"]);
  const { status, text } = await posted(`${url}/scroe?code=hidden`, ONE);
  expect([status, JSON.parse(text)]).toEqual([404, { error_code: "NOT_FOUND", message: expect.stringContaining("no such route") }]);
  expect(log()).toContain("/scroe");
  expect(log()).not.toContain("hidden");
});

test("a file that takes the URL stays standard output, and gets nothing else", async () => {
  const upstream = await speakingServer("azureml");
  const path = join(dir, "url");
  const file = openSync(path, "w");
  const args = ["serve", "--port", "0", "--upstream", upstream.url, "--speaks", "azureml", "--accepts", "mlflow", "--quiet"];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", file, "inherit"] });
  running.push(child);
  closeSync(file);
  while (!readFileSync(path, "utf8").endsWith("\n")) await sleep(20);
  const url = readFileSync(path, "utf8");
  // so long that it streams, to a server that is asked over a connection of its own
  const long = JSON.stringify({ inputs: Array.from({ length: 40_000 }, (_, i) => [1, i]) });
  for (let i = 0; i < 2; i++) expect((await posted(`${url.trim()}/invocations`, long)).status).toBe(200);
  expect(readlinkSync(`/proc/${child.pid}/fd/1`)).toBe(path);
  expect(readFileSync(path, "utf8")).toBe(url);
  upstream.close();
});

test("a file names several models, each with its token; what is wrong in it has a place", async () => {
  let token: string | undefined;
  const upstream = await speakingServer("azureml", (request) => {
    token = request.headers.authorization;
    return false;
  });
  const config = join(dir, "serve.yaml");
  const text = `concurrency: 5\nmodels:\n  heart:\n    upstream: ${upstream.url}\n    speaks: azureml\n    accepts: [mlflow, oip]\n    tokenEnv: OURS\n`;
  writeFileSync(config, text);
  const { url, log } = await served(["--config", config], { OURS: "secret" });
  expect((await posted(`${url}/heart/invocations`, ONE)).text).toBe('{"predictions":[2]}');
  expect(token).toBe("Bearer secret");
  expect(log()).not.toContain("secret");
  upstream.close();

  writeFileSync(config, text.replace("speaks", "speeks"));
  const wrong = spawnSync(process.execPath, [CLI, "serve", "--config", config], { encoding: "utf8" });
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/E_OPTION: .*serve\.yaml: models\.heart has no key speeks; did you mean speaks\? \(line 5, column 5\)/);
});

test("what cannot be called so is told with exit 2, a port that is taken with 3", async () => {
  const said = (...args: string[]) => spawnSync(process.execPath, [CLI, "serve", ...args], { encoding: "utf8" });
  expect(said("--speaks", "mlflow", "--accepts", "oip")).toMatchObject({ status: 2, stderr: expect.stringContaining("needs upstream") });
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const port = `${(taken.address() as AddressInfo).port}`;
  const refused = said("--upstream", "http://127.0.0.1:1", "--speaks", "azureml", "--accepts", "mlflow", "--port", port);
  expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining("somebody listens there already") });
  taken.close();
});

test("200 MB there and 200 MB back to a client that reads slowly take bounded memory", async () => {
  const size = 200e6;
  let came = 0;
  let sent = 0;
  const upstream = createServer(async (request, response) => {
    for await (const chunk of request) came += (chunk as Buffer).length;
    response.writeHead(200, { "content-type": "application/json" }).write("[1");
    const part = Buffer.from(",1.25".repeat(20_000));
    for (; sent < size; sent += part.length) if (!response.write(part)) await once(response, "drain");
    response.end("]");
  }).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const at = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const { url, child } = await served(["--upstream", at, "--speaks", "azureml", "--accepts", "mlflow", "--log", "none"]);
  const call = httpRequest(`${url}/invocations`, { method: "POST", headers: { "content-type": "application/json" } });
  const answered = once(call, "response") as Promise<[IncomingMessage]>;
  call.write('{"inputs":[[1.5,2.5]');
  const rows = Buffer.from(",[1.5,2.5]".repeat(10_000));
  for (let bytes = 0; bytes < size; bytes += rows.length) if (!call.write(rows)) await once(call, "drain");
  call.end("]}");
  const [response] = await answered;
  // nobody reads: the server behind must be kept waiting
  await sleep(1000);
  expect(came).toBeGreaterThan(size);
  expect(sent).toBeLessThan(30e6);
  let back = 0;
  for await (const chunk of response) back += (chunk as Buffer).length;
  expect(back).toBeGreaterThan(size);
  const [, peak = ""] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
  // what is kept of either way would be there beside a process of 60; how little it can be is the benchmark's affair (bench/sections/serve.ts)
  expect(Number(peak) / MEBIBYTES).toBeLessThan(200);
  upstream.close();
});
