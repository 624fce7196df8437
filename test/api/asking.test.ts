import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type Asked, ask, type Question } from "../../src/api/asking.js";
import { Endpoint, type EndpointOptions } from "../../src/api/endpoint.js";
import { inspect, TransloadError, type VerdictOptions, verdict } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { parseSignature } from "../../src/model/signature.js";
import { deafPort, mlflow, standIn } from "../support/stand-in.js";

const dir = mkdtempSync(join(tmpdir(), "transload-asking-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;

type More = Partial<Pick<Question, "maxBytes" | "maxRequests" | "reading">> & { endpoint?: EndpointOptions; from?: string; name?: string };

async function question(
  payload: string | Uint8Array,
  options: VerdictOptions,
  { from = "auto", name = "json", ...more }: More = {},
): Promise<Question> {
  const file = join(dir, `${files++}.${name}`);
  writeFileSync(file, payload);
  const { endpoint: _, ...limits } = more;
  const base = { file, options, reading: {}, ...limits };
  try {
    const inspection = await inspect(name.endsWith("gz") ? Buffer.from(PLAIN) : file, { from });
    return { ...base, inspection, judged: verdict(inspection, options) };
  } catch (error) {
    const judged = verdictOfFault(error as TransloadError, options);
    if (!judged) throw error;
    return { ...base, inspection: undefined, judged };
  }
}

async function asking(
  url: string,
  payload: string | Uint8Array,
  options: VerdictOptions = { for: "mlflow" },
  more: More = {},
): Promise<Asked> {
  return ask(new Endpoint(url, more.endpoint), await question(payload, options, more));
}

const columns = (type: string) => ({
  signature: parseSignature({ inputs: JSON.stringify([{ name: "a", type, required: true }]) }),
  example: undefined,
});
const split = (cells: readonly unknown[]) => JSON.stringify({ dataframe_split: { columns: ["a"], data: cells.map((cell) => [cell]) } });
const PLAIN = split([1, 2, 3]);
const cellsOf = (body: string) =>
  (JSON.parse(body) as { dataframe_split: { data: unknown[][] } }).dataframe_split.data.map(([cell]) => cell);
const count = (cells: number, except: Record<number, unknown> = {}) => split(Array.from({ length: cells }, (_, i) => except[i] ?? i));

/** MLflow's server, and where it is asked. */
async function server(fault?: (body: string) => string | undefined) {
  const { url, calls } = await standIn(mlflow("3.17.2", fault));
  return { url: `${url}/invocations`, calls };
}

describe("a payload that is taken", () => {
  test("is sent once, as it stands", async () => {
    const { url, calls } = await server();
    expect(await asking(url, ` ${PLAIN}\n`)).toEqual({ requests: 1, accepted: true, status: 200, agrees: true });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ method: "POST", path: "/invocations", body: ` ${PLAIN}\n` });
    expect(calls[0]?.headers["content-type"]).toBe("application/json");
  });

  test("is expanded where it was compressed", async () => {
    const { url, calls } = await server();
    expect(await asking(url, gzipSync(PLAIN), { for: "mlflow" }, { name: "json.gz" })).toMatchObject({ accepted: true });
    expect(calls[0]?.body).toBe(PLAIN);
  });

  test("of a file of fields is text/csv, unless a header says otherwise", async () => {
    const { url, calls } = await server();
    await asking(url, "a\n1\n", { for: "mlflow" }, { from: "csv", name: "csv" });
    await asking(url, "a\n1\n", { for: "mlflow" }, { from: "csv", name: "csv", endpoint: { headers: { "Content-Type": "text/x" } } });
    expect(calls.map(({ headers }) => headers["content-type"])).toEqual(["text/csv", "text/x"]);
  });

  test("is sent in its first rows where it is large", async () => {
    const { url, calls } = await server();
    const asked = await asking(url, count(1000), { for: "mlflow" }, { maxBytes: 500 });
    expect(asked).toEqual({ requests: 1, accepted: true, status: 200, rows: { first: 0, count: expect.any(Number) }, agrees: true });
    expect(cellsOf(calls[0]?.body as string)).toEqual(Array.from({ length: asked.rows?.count as number }, (_, i) => i));
    expect(calls[0]?.body.length).toBeLessThanOrEqual(500);
  });

  test("in its first rows alone is judged by these", async () => {
    const { url } = await server();
    const options = { for: "mlflow", model: columns("long") };
    const payload = count(1000, { 999: "x" });
    expect(await asking(url, payload, options, { maxBytes: 500 })).toMatchObject({ accepted: true, agrees: true });
    expect(await asking(url, payload, options)).toMatchObject({ accepted: true, agrees: false });
  });
});

describe("a payload that is refused", () => {
  const noNull = (body: string) => (body.includes("null") ? "no null\nhere" : undefined);

  test.each([0, 1, 317, 498, 499])("is halved until row %i is found", async (row) => {
    const { url, calls } = await server(noNull);
    const asked = await asking(url, count(500).replace(`[${row}]`, "[null]"));
    expect(asked).toEqual({ requests: calls.length, accepted: false, status: 400, row, said: "no null here", agrees: false });
    expect(calls.length).toBeLessThanOrEqual(11);
  });

  test("agrees with a verdict that refuses it, and with one that says that it depends", async () => {
    const { url } = await server((body) => (body.includes('"x"') ? "no text" : undefined));
    const options = { for: "mlflow", model: columns("long") };
    expect(await asking(url, count(9, { 4: "x" }), options)).toMatchObject({ accepted: false, row: 4, agrees: true });
    const depends = { ...(await question(PLAIN, { for: "mlflow" })), options };
    const judged = { ...depends.judged, findings: [{ code: "F_NULL", severity: "depends", message: "" }] } as const;
    const no = await server(() => "no");
    expect(await ask(new Endpoint(no.url), { ...depends, judged })).toMatchObject({ accepted: false, agrees: true });
  });

  test("is asked for no more often than it may be", async () => {
    const { url, calls } = await server(noNull);
    const asked = await asking(url, count(500).replace("[300]", "[null]"), { for: "mlflow" }, { maxRequests: 3 });
    expect(asked).toMatchObject({ requests: 3, accepted: false, said: "no null here" });
    expect(asked.row).toBeUndefined();
    expect(calls).toHaveLength(3);
  });

  test("for its rows together has no row", async () => {
    const { url } = await server((body) => (cellsOf(body).length > 2 ? "too many" : undefined));
    expect(await asking(url, count(8))).toMatchObject({ accepted: false, status: 400, rows: { first: 0, count: 4 }, said: "too many" });
  });

  test("in every row has none", async () => {
    const { url, calls } = await server(() => "no such model");
    expect(await asking(url, count(8))).toEqual({ requests: 5, accepted: false, status: 400, said: "no such model", agrees: false });
    expect(cellsOf(calls.at(-1)?.body as string)).toEqual([4, 5, 6, 7]);
  });

  test("as a whole is not cut: for its form, its size or its type", async () => {
    const { url, calls } = await server(() => "what?");
    expect(await asking(url, '{"input_data":[[1],[2],[3]]}')).toEqual({
      requests: 1,
      accepted: false,
      status: 400,
      said: "what?",
      agrees: true,
    });
    expect(calls).toHaveLength(1);
    for (const status of [413, 415]) {
      const other = await standIn({ "POST /": { status, body: "no" } });
      expect(await asking(other.url, split([1]))).toEqual({ requests: 1, accepted: false, status, said: "no", agrees: false });
    }
  });

  test("cannot be cut where it has no rows, or a fault", async () => {
    const { url } = await server(() => "no");
    for (const payload of ['{"inputs":{"a":[1,2],"b":[3,4]}}', '{"inputs":5}', '{"inputs":[1,2', ""])
      expect(await asking(url, payload)).toMatchObject({ requests: 1, accepted: false, said: "no" });
  });

  test("keeps what was found where the server tires", async () => {
    let calls = 0;
    const { url } = await standIn({ "POST /": () => (++calls > 2 ? { status: 429 } : { status: 500, body: { error: "no" } }) });
    expect(await asking(url, count(8))).toMatchObject({
      requests: 3,
      accepted: false,
      status: 500,
      rows: { first: 0, count: 4 },
      said: "no",
    });
  });

  test("keeps what was found where the server is gone", async () => {
    const { url } = await standIn({
      "POST /": ({ body }) => (cellsOf(body).length < 4 ? "silence" : { status: 500, body: { error: `${cellsOf(body).length} rows` } }),
    });
    const asked = await asking(url, count(8), { for: "mlflow" }, { endpoint: { timeout: 0.3 } });
    expect(asked).toMatchObject({ requests: 3, rows: { first: 0, count: 4 }, said: "4 rows" });
  });

  test("is told in the server's words, on a line of 300 characters", async () => {
    const bodies: readonly (readonly [string | object, string | undefined])[] = [
      [{ error_code: "BAD_REQUEST", message: "of MLflow" }, "of MLflow"],
      [{ error: "of TensorFlow Serving" }, "of TensorFlow Serving"],
      [{ error: { code: 400, message: "of Vertex AI" } }, "of Vertex AI"],
      [{ detail: "of FastAPI" }, "of FastAPI"],
      [{ status: { code: -1, info: "of Seldon", reason: "X" } }, "of Seldon"],
      ["<h1>\n  no\u001b[31m\n</h1>", "<h1> no [31m </h1>"],
      ["", undefined],
      [`Failed${"é".repeat(400)}why`, `Failed${"é".repeat(93)} … ${"é".repeat(195)}why`],
    ];
    for (const [body, said] of bodies) {
      const { url } = await standIn({ "POST /": { status: 400, body } });
      expect((await asking(url, split([1]))).said).toBe(said);
    }
  });
});

describe("no answer", () => {
  const refusal = async (url: string, more: More = {}): Promise<TransloadError> => {
    const error = await asking(url, PLAIN, { for: "mlflow" }, more).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransloadError);
    return error as TransloadError;
  };

  test.each([
    [401, /who asks: hand over a token with tokenEnv/],
    [403, /look at the token/],
    [404, /look at the URL: \/invocations/],
    [405, /look at the URL/],
    [429, /ask again later/],
    [503, /ask again when it is/],
  ])("is %i, which says nothing of the payload", async (status, message) => {
    const { url } = await standIn({ "POST /?key=secret": { status, body: { message: "its words" } } });
    const error = await refusal(`${url}/?key=secret`);
    expect(error.code).toBe("E_READ");
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`answers ${status}`);
    expect(error.message).toMatch(/; it says: its words$/);
    expect(error.message).not.toContain("secret");
  });

  test("is a redirection, which is not followed", async () => {
    const { url, calls } = await standIn({ "POST /": { status: 302, headers: { location: "/login?back=1" } } });
    expect((await refusal(url)).message).toMatch(/it says to ask elsewhere, at \/login; give that URL$/);
    expect(calls).toHaveLength(1);
  });

  test("is a port where nobody listens, a host that is none, and silence", async () => {
    expect(await refusal(await deafPort())).toMatchObject({
      code: "E_READ",
      message: expect.stringMatching(/nobody listens there; start the server/),
    });
    expect(await refusal("http://nowhere.invalid/")).toMatchObject({ code: "E_READ", message: expect.stringContaining("look at the URL") });
    const { url } = await standIn({ "POST /": "silence" });
    expect(await refusal(url, { endpoint: { timeout: 0.2 } })).toMatchObject({
      code: "E_READ",
      message: expect.stringMatching(/no answer in 0\.2 s; give it more time with askTimeout/),
    });
  });

  test("comes of what cannot be sent", async () => {
    for (const url of ["nowhere", "ftp://host/", "file:///etc/passwd"])
      expect(() => new Endpoint(url)).toThrow(/a server's URL begins with http:/);
    expect(() => new Endpoint("http://me:secret@host/")).toThrow(/^(?!.*secret).*hand them over with header or tokenEnv/);
    expect(() => new Endpoint("http://host/", { headers: { a: "secret\n" } })).toThrow(/^(?!.*secret).*header a has a character/);
    expect(() => new Endpoint("http://host/", { headers: { "a b": "" } })).toThrow(/"a b" is no name of a header/);
    const { url, calls } = await server();
    await expect(asking(url, `{"inputs":"${"x".repeat(100)}"}`, { for: "mlflow" }, { maxBytes: 50 })).rejects.toMatchObject({
      code: "E_LIMIT",
      message: expect.stringContaining("askBytes"),
    });
    expect(calls).toHaveLength(0);
  });

  test("comes of a binary file", async () => {
    const file = join(dir, "x.npy");
    writeFileSync(file, Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"));
    const { url } = await server();
    const asked = ask(new Endpoint(url), { ...(await question(PLAIN, { for: "mlflow" })), file });
    await expect(asked).rejects.toMatchObject({ code: "E_FORM", message: expect.stringContaining("this is npy; convert it first") });
  });
});
