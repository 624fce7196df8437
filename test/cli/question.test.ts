import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { finish, folder, ROOT, shell, start, transload } from "../support/command-line.js";
import { ASKED, deafPort, mlflow, NO_NULL, standIn } from "../support/stand-in.js";

const dir = folder();
const MODEL = join(ROOT, "data/heart-model");
const HEART = join(ROOT, "data/heart.mlflow.json");
const described = new Ajv2020().compile(JSON.parse(readFileSync(join(ROOT, "schema/verdict.schema.json"), "utf8")) as object);

/** Rows of the heart's columns, one of them without an age. */
function rows(count: number, without?: number): string {
  const payload = JSON.parse(readFileSync(HEART, "utf8")) as { dataframe_split: { index?: number[]; data: unknown[][] } };
  const [row = []] = payload.dataframe_split.data;
  delete payload.dataframe_split.index;
  payload.dataframe_split.data = Array.from({ length: count }, (_, i) => (i === without ? [null, ...row.slice(1)] : row));
  const path = join(dir, `rows-${count}-${without}.json`);
  writeFileSync(path, JSON.stringify(payload));
  return path;
}

const ask = async (file: string, ...args: string[]) => {
  const { url, calls } = await standIn(ASKED);
  return { calls, ...(await transload(["validate", file, "--ask", `${url}/invocations`, ...args])) };
};

test("what the server says stands below the verdict, and the exit code is its own", async () => {
  const taken = await ask(HEART, "--model", MODEL);
  expect(taken).toMatchObject({ code: 0, err: "" });
  expect(taken.out).toMatch(/^accepted by MLflow: .*\n.*\n.*\n\nasked {2}200, 1 request\nthe verdict agrees\n$/);
  const refused = await ask(rows(40, 17), "--model", MODEL);
  expect(refused).toMatchObject({ code: 1, err: "" });
  expect(refused.out).toMatch(/^refused by MLflow: /);
  expect(refused.out).toContain(`\n\nasked  400 for row 17: ${NO_NULL}\nthe verdict agrees\n`);
});

test("a server that disagrees is told, with what may be the reason", async () => {
  const { code, out } = await ask(rows(3, 1));
  expect(code).toBe(1);
  expect(out).toMatch(/the verdict says otherwise, but it does not know the model: name it with --model\n$/);
  const anything = await standIn(mlflow("3.17.2"));
  const taken = await transload(["validate", rows(3, 1), "--model", MODEL, "--ask", `${anything.url}/invocations`]);
  expect(taken.code).toBe(0);
  expect(taken.out).toMatch(/^refused by MLflow/);
  expect(taken.out).toMatch(/\nasked {2}200, 1 request\nthe verdict says otherwise: please report it\n$/);
});

test("a large payload's first rows are asked for, and so many requests made", async () => {
  const some = await ask(rows(2000), "--model", MODEL, "--ask-bytes", "10KB");
  expect(some.out).toMatch(/\nasked {2}200 for the first \d+ rows, 1 request\nthe verdict agrees\n$/);
  const few = await ask(rows(2000, 1500), "--model", MODEL, "--ask-requests", "4");
  expect(few.out).toMatch(/\nasked {2}400 for rows \d+ to \d+: Invalid input/);
  expect(few.calls).toHaveLength(4);
});

test("--json has the answer under asked", async () => {
  const { code, out } = await ask(rows(40, 17), "--model", MODEL, "--json");
  expect(code).toBe(1);
  const answer = JSON.parse(out) as object;
  expect(answer).toMatchObject({
    server: "MLflow",
    accepted: false,
    asked: { requests: expect.any(Number), accepted: false, status: 400, row: 17, said: NO_NULL, agrees: true },
  });
  expect(described(answer), JSON.stringify(described.errors)).toBe(true);
  const part = await ask(rows(2000), "--ask-bytes", "10KB", "--json");
  expect(described(JSON.parse(part.out)), JSON.stringify(described.errors)).toBe(true);
  expect(part.out).toContain('"rows"');
});

test("who asks is told to the server alone", async () => {
  const { url, calls } = await standIn(ASKED);
  const args = [
    "validate",
    HEART,
    "--ask",
    `${url}/invocations`,
    "--header",
    "X-Key: k:e y",
    "--header",
    "x-other: 2",
    "--token-env",
    "TOKEN",
  ];
  const child = start(args, { TOKEN: "a-secret" });
  child.stdin.end();
  const { code, out, err } = await finish(child);
  expect(code).toBe(0);
  expect(calls[0]?.headers).toMatchObject({ authorization: "Bearer a-secret", "x-key": "k:e y", "x-other": "2" });
  expect(out + err).not.toContain("secret");
});

test("no answer is E_READ, behind the verdict", async () => {
  const deaf = await deafPort();
  const { code, out, err } = await transload(["validate", HEART, "--ask", `${deaf}/invocations`]);
  expect(code).toBe(3);
  expect(out).toMatch(/^accepted by MLflow: .*\n/);
  expect(out).not.toContain("asked");
  expect(err).toBe(`transload: E_READ: cannot ask ${deaf}/invocations: nobody listens there; start the server, or look at host and port\n`);
  const json = await transload(["validate", HEART, "--json", "--ask", deaf]);
  expect(json.code).toBe(3);
  expect(JSON.parse(json.out)).toEqual({ error: { code: "E_READ", message: expect.stringContaining("nobody listens") } });
  const silent = await standIn({ "POST /": "silence" });
  const late = await transload(["validate", HEART, "--ask", silent.url, "--ask-timeout", "0.3"]);
  expect(late).toMatchObject({ code: 3, err: expect.stringContaining("no answer in 0.3 s; give it more time with --ask-timeout") });
  const locked = await standIn({}, { status: 401, body: "" });
  const unknown = await transload(["validate", HEART, "--ask", locked.url]);
  expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining("hand over a token with --token-env VARIABLE") });
});

test("a wrong call is told before anything is sent", async () => {
  const { url, calls } = await standIn(ASKED);
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [[HEART, "--ask", "nowhere"], "a server's URL begins with http://"],
    [[HEART, "--ask", url, "--header", "secret"], "a header is written as --header 'Name: value'"],
    [[HEART, "--ask", url, "--token-env", "NO_SUCH_TOKEN"], "--token-env NO_SUCH_TOKEN: the environment has no such variable"],
    [[HEART, "--ask", url, "--ask-timeout", "never"], "--ask-timeout is a number of seconds"],
    [[HEART, "--ask", url, "--ask-requests", "0"], "--ask-requests is a whole number from 1"],
    [["--ask", url], "--ask reads its payload several times, so it takes a file and no pipe"],
    [["/dev/null", "--ask", url], "--ask reads its payload several times"],
  ];
  for (const [args, message] of wrong) {
    const run = await transload(["validate", ...args]);
    expect(run, args.join(" ")).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
    expect(run.err).not.toContain("secret");
  }
  expect(await transload(["validate", "nowhere.json", "--ask", url])).toMatchObject({ code: 3, err: expect.stringContaining("E_READ") });
  expect(calls).toHaveLength(0);
});

test("a payload of another encoding, and one that is compressed, are asked for", async () => {
  const { url, calls } = await standIn(ASKED);
  await shell(`gzip -c '${HEART}' > heart.mlflow.json.gz`, dir);
  const { code, out } = await transload(["validate", join(dir, "heart.mlflow.json.gz"), "--ask", `${url}/invocations`]);
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("asked  200") });
  expect(calls[0]?.body).toBe(readFileSync(HEART, "utf8"));
  writeFileSync(join(dir, "city.csv"), Buffer.from("city\nZ\xfcrich\n", "latin1"));
  const latin = await transload([
    "validate",
    join(dir, "city.csv"),
    "--for",
    "mlflow",
    "--encoding",
    "windows-1252",
    "--ask",
    `${url}/invocations`,
  ]);
  expect(latin.out).toMatch(/\nasked {2}200, 1 request\n/);
  expect(calls[1]?.headers["content-type"]).toBe("text/csv");
});
