// oip-answers.json holds what MLServer 1.7.1 and KServe 0.21.0 made of every kind of cell in every datatype and content type, and of
// every shape of request (record_oip.py asked them): r refused, s given to the model as sent, c changed, a accepted. No verdict may call
// accepted what was refused, or pass over what was changed; where it warns and nothing came of it, a table below says why.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/api/inspect.js";
import { TransloadError } from "../../src/index.js";
import { verdictOfFault } from "../../src/model/fault.js";
import { type Verdict, verdict } from "../../src/model/verdict.js";

interface Server {
  cells: Record<string, Record<string, string>>;
  requests: Record<string, string>;
}
interface Answers {
  cells: Record<string, string[]>;
  mlserver: Server;
  kserve: Server & { v1: { cells: Record<string, string>; requests: Record<string, string> } };
}

const answers = JSON.parse(readFileSync(new URL("oip-answers.json", import.meta.url), "utf8")) as Answers;
const kinds = Object.entries(answers.cells);

/** Undefined where transload refuses the payload and does not know what the server would do. */
async function ask(body: string, server: "oip" | "kserve1"): Promise<Verdict | undefined> {
  try {
    return verdict(await inspect(Buffer.from(body), { from: server }), { for: server });
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return verdictOfFault(error, { for: server });
  }
}

/** Findings about MLServer's cells that are not about cells: another server's ways, and what the model tells. */
const ASIDE = /^(?:"a": )?(?:KServe|without a content type)/;

/** The verdict in one letter; what depends on more than is known may be anything. */
function letter({ accepted, findings }: Verdict): string {
  if (!accepted) return "r";
  if (findings.some(({ severity }) => severity === "changed")) return "c";
  return findings.length > 0 ? "?" : "s";
}

const ofCells = (found: Verdict): Verdict => ({ ...found, findings: found.findings.filter(({ message }) => !ASIDE.test(message)) });

/** Whether what was said is right, or errs on the side of care for a reason. */
function judge(found: Verdict, truth: string, where: string, careful: boolean): string[] {
  const is = letter(found);
  const right = is === truth || is === "?" || (truth === "a" && is !== "r");
  if (right || (careful && truth !== "r" && is !== "s")) return [];
  return [`${where}: ${truth} is said to be ${is}: ${found.findings.map(({ message }) => message).join("; ")}`];
}

type Careful = readonly (readonly [contents: RegExp, datatypes: RegExp, kinds: readonly string[], why: string])[];

const NUMBERS = /^FP/;
const MLSERVER: Careful = [
  [/./, NUMBERS, ["64 bits, round"], "a whole number beyond what is exact may be a power of two all the same"],
  [/./, /^INT64$/, ["65 bits, negative"], "orjson makes a float of it, which is just -2^63"],
  [
    /^\/str$/,
    /INT/,
    ["int and null", "float and null", "null", "text and null", "date and null", "base64 and null", "bool and null"],
    "transload refuses null among whole numbers whatever the content type",
  ],
];

/** Of whole requests: the body, or how it begins. */
const REQUESTS: readonly (readonly [body: string, why: string])[] = [
  ['{"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":5}]}', "transload reads lists alone for data"],
  ['{"stray": 1,', "the stray key is dropped, and the model does not miss it"],
  ['{"instances":[1],"stray":1}', "the same"],
  ['{"inputs":[2],"instances":[1]}', "instances are dropped, and the model does not miss them"],
  [
    '{"parameters": {"content_type": "np"}, "inputs": [{"name": "a", "shape": [2, 1], "datatype": "BYTES", "data": [["x"], ["y"]]}]}',
    "texts of one letter are not cut",
  ],
  [
    '{"parameters": {"content_type": "pd"}, "inputs": [{"name": "a", "shape": [2], "datatype": "INT64", "data": [1, 2]}, {"name": "a"',
    "one of two equal inputs is dropped",
  ],
];
/** Refused for what transload does not look at. */
const UNSEEN = '{"outputs": [5],'; // members of outputs
const isCareful = (request: string) => REQUESTS.some(([body]) => request.startsWith(body));

/** A null makes numpy an array of objects: the cells are what was sent, and the array is none of numbers. */
const OBJECTS = ["int and null", "float and null", "bool and null"];

const body = (datatype: string, cells: readonly string[], content: string, own: string) => {
  const shape = cells[0] === "[1,2]" ? "[1, 2]" : `[${cells.length}]`;
  const within = own && `,"parameters":{"content_type":"${own}"}`;
  const parameters = content && `,"parameters":{"content_type":"${content}"}`;
  return `{"inputs":[{"name":"a","shape":${shape},"datatype":"${datatype}","data":[${cells}]${within}}]${parameters}}`;
};

describe("cells on MLServer", () => {
  for (const [contents, datatypes] of Object.entries(answers.mlserver.cells)) {
    const [content = "", own = ""] = contents.split("/");
    for (const [datatype, letters] of Object.entries(datatypes))
      test(`${datatype} as ${contents}`, async () => {
        const wrong: string[] = [];
        for (const [i, [kind, cells]] of kinds.entries()) {
          const found = await ask(body(datatype, cells, content, own), "oip");
          if (!found) continue;
          const careful = MLSERVER.some(([c, d, k]) => c.test(contents) && d.test(datatype) && k.includes(kind));
          wrong.push(...judge(ofCells(found), letters[i] as string, `${contents} ${datatype} ${kind}`, careful));
        }
        expect(wrong).toEqual([]);
      });
  }
});

describe("requests on MLServer", () => {
  for (const [request, truth] of Object.entries(answers.mlserver.requests))
    test(request, async () => {
      const found = await ask(request, "oip");
      if (found && !request.startsWith(UNSEEN)) expect(judge(found, truth, request, isCareful(request))).toEqual([]);
    });
});

/** What MLServer takes and KServe's own servers do not must at least be said to depend on that. */
describe("the same on KServe", () => {
  for (const [contents, datatypes] of Object.entries(answers.kserve.cells))
    for (const [datatype, letters] of Object.entries(datatypes))
      test(`${datatype} as ${contents}`, async () => {
        const [content = "", own = ""] = contents.split("/");
        const missed: string[] = [];
        for (const [i, [kind, cells]] of kinds.entries()) {
          const found = await ask(body(datatype, cells, content, own), "oip");
          if (!found) continue;
          if (letters[i] !== "s" && found.accepted && found.findings.length === 0) missed.push(`${kind}: ${letters[i]}`);
        }
        expect(missed).toEqual([]);
      });
  for (const [request, truth] of Object.entries(answers.kserve.requests))
    test(request, async () => {
      const found = await ask(request, "oip");
      if (found && "rc".includes(truth)) expect(found.findings).not.toEqual([]);
    });
});

const V1: Record<string, (cells: readonly string[]) => string> = {
  instances: (cells) => `{"instances":[${cells}]}`,
  inputs: (cells) => `{"inputs":[${cells}]}`,
  rows: (cells) => `{"instances":[${cells.map((cell) => `[${cell}]`)}]}`,
  records: (cells) => `{"instances":[${cells.map((cell) => `{"a":${cell}}`)}]}`,
  lists: (cells) => `{"instances":[${cells.map((cell) => `{"a":[${cell}]}`)}]}`,
};

describe("cells on KServe v1", () => {
  for (const [form, letters] of Object.entries(answers.kserve.v1.cells))
    test(form, async () => {
      const wrong: string[] = [];
      for (const [i, [kind, cells]] of kinds.entries()) {
        const found = await ask(V1[form]?.(cells) as string, "kserve1");
        if (found) wrong.push(...judge(found, letters[i] as string, `${form} ${kind}`, OBJECTS.includes(kind)));
      }
      expect(wrong).toEqual([]);
    });
});

describe("requests on KServe v1", () => {
  for (const [request, truth] of Object.entries(answers.kserve.v1.requests))
    test(request, async () => {
      const found = await ask(request, "kserve1");
      if (found) expect(judge(found, truth, request, isCareful(request))).toEqual([]);
    });
});

test("there are thousands of questions", () => {
  const { mlserver, kserve } = answers;
  const cells = [mlserver.cells, kserve.cells, { v1: kserve.v1.cells }].flatMap((contents) =>
    Object.values(contents).flatMap(Object.values),
  );
  const letters = cells.reduce((sum, row: string) => sum + row.length, 0);
  expect(letters).toBeGreaterThan(11000);
  for (const row of cells) expect(row).toHaveLength(kinds.length);
});
