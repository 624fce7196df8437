// Every form into every other, by every lane and both engines. What a payload stands for is one tensor, rows, or tensors with
// names; a small model says what each target must then hold, or why it refuses. Neither may depend on the road that the bytes take.
import { describe, expect, test } from "vitest";
import { FORMS, type Form, type Layout } from "../../src/dialects/index.js";
import { type SplitOptions, split, TransloadError } from "../../src/index.js";
import { crumbs, feed, whole } from "../support/feed.js";
import { layoutFor } from "../support/forms.js";

/** A cell: a number, or lists of them. */
type Cell = number | readonly Cell[];

/** What a payload stands for. */
type Content =
  | { kind: "tensor"; value: Cell; name?: string; names?: readonly string[] }
  | { kind: "rows"; names: readonly string[] | undefined; rows: readonly (readonly Cell[])[] }
  | { kind: "named"; tensors: Readonly<Record<string, Cell>> };

interface Source {
  readonly form: Form;
  readonly layout: Layout;
  readonly content: Content;
  readonly text: string;
}

const TENSORS: Readonly<Record<number, Cell>> = {
  0: 7,
  1: [1, 2, 3],
  2: [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  3: [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ],
};
const ROWS = TENSORS[2] as readonly (readonly Cell[])[];
const AB = ["a", "b"];
const NAMED: Readonly<Record<string, Readonly<Record<string, Cell>>>> = {
  equal: { a: [1, 3, 5], b: [2, 4, 6] },
  unequal: { a: [1, 3, 5], b: [2, 4] },
  nested: {
    a: [
      [1, 2],
      [3, 4],
    ],
    b: [
      [5, 6],
      [7, 8],
    ],
  },
  scalars: { a: 1, b: 2 },
};

const json = JSON.stringify;
const shapeOf = (value: Cell): number[] => (typeof value === "number" ? [] : [value.length, ...shapeOf(value[0] ?? 0)]);
const cellsOf = (value: Cell): number[] => (typeof value === "number" ? [value] : value.flatMap(cellsOf));
const under = ({ key }: Form, value: unknown) => json(key === undefined ? value : { [key]: value });
const input = (name: string, value: Cell, flat: boolean) => ({
  name,
  shape: shapeOf(value),
  datatype: "FP64",
  data: flat ? cellsOf(value) : value,
});

/** What this form can say, each in its own text. */
function sourcesOf(form: Form): Source[] {
  return form.layouts.flatMap((layout): Source[] => {
    const source = (content: Content, text: string): Source => ({ form, layout, content, text });
    const tensors = (ranks: number[]) => ranks.map((rank) => TENSORS[rank] as Cell);
    const rows = (names: readonly string[] | undefined, text: string) => source({ kind: "rows", names, rows: ROWS }, text);
    const record = (row: readonly Cell[]) => Object.fromEntries(AB.map((name, i) => [name, row[i]]));
    switch (layout) {
      case "tensor":
        // a document that is a number is no payload of anybody's
        return tensors(form.key === undefined ? [1, 2, 3] : [0, 1, 2, 3]).map((value) =>
          source({ kind: "tensor", value }, under(form, value)),
        );
      case "named":
        return Object.values(NAMED).map((own) => source({ kind: "named", tensors: own }, under(form, own)));
      case "inputs":
        if (form.content === "np")
          return [false, true].flatMap((flat) =>
            tensors([1, 2, 3]).map((value) => source({ kind: "tensor", value, name: "x" }, json({ inputs: [input("x", value, flat)] }))),
          );
        return [NAMED.equal, NAMED.unequal, NAMED.nested].map((own) => {
          const inputs = Object.entries(own as object).map(([name, value]) => input(name, value as Cell, false));
          return source({ kind: "named", tensors: own as Record<string, Cell> }, json({ inputs }));
        });
      case "values": {
        const text = (value: Cell, names?: string[]) =>
          json({ data: { names, tensor: { shape: shapeOf(value), values: cellsOf(value) } } });
        return [
          ...tensors([1, 2, 3]).map((value) => source({ kind: "tensor", value, name: "" }, text(value))),
          source({ kind: "tensor", value: TENSORS[2] as Cell, name: "", names: AB }, text(TENSORS[2] as Cell, AB)),
        ];
      }
      case "ndarray":
        return [rows(AB, json({ data: { names: AB, ndarray: ROWS } })), rows(undefined, json({ data: { ndarray: ROWS } }))];
      case "frame":
        return [
          rows(AB, under(form, { columns: AB, data: ROWS })),
          rows(AB, under(form, { data: ROWS, columns: AB })),
          rows(undefined, under(form, { data: ROWS })),
        ];
      case "records":
        return [rows(AB, under(form, ROWS.map(record)))];
      case "features":
        return [rows(undefined, json({ instances: ROWS.map((features) => ({ features })) }))];
      case "lines":
        if (form.id === "jsonl:lists") return [rows(undefined, ROWS.map((row) => `${json(row)}\n`).join(""))];
        return [rows(AB, ROWS.map((row) => `${json(record(row))}\n`).join(""))];
      default: {
        const lines = [...(form.headless ? [] : [AB]), ...ROWS].map((row) => `${row.join(form.delimiter)}\n`);
        return [rows(form.headless ? undefined : AB, lines.join(""))];
      }
    }
  });
}

// ---- what the target must hold

interface Outcome {
  code?: string;
  content?: unknown;
}

const refused = (code: string): Outcome => ({ code });
const isTable = (layout: Layout) => !["tensor", "named", "inputs"].includes(layout);

/** Rows as the target writes them. */
function rowsIn(to: Form, layout: Layout, names: readonly string[] | undefined, rows: readonly (readonly Cell[])[]): Outcome {
  const nested = rows.some((row) => row.some((cell) => typeof cell !== "number"));
  const keyed =
    layout === "records" ||
    to.id === "jsonl:records" ||
    (layout === "delimited" && !to.headless) ||
    (layout === "frame" && to.needsColumns);
  if (keyed && !names) return refused("E_COLUMNS");
  if (layout === "delimited" && nested) return refused("E_NESTED");
  if (layout === "values" && nested) return refused("E_TARGET");
  const told = ["frame", "ndarray", "values"].includes(layout) || keyed;
  return { content: { names: told ? names : undefined, rows } };
}

function columnsIn(names: readonly string[] | undefined, rows: readonly (readonly Cell[])[], cut: boolean): Outcome {
  if (cut) return refused("E_OPTION");
  if (!names) return refused("E_COLUMNS");
  return { content: Object.fromEntries(names.map((name, i) => [name, rows.map((row) => row[i])])) };
}

function ofTensor({ form, layout: own, content }: Source, to: Form, layout: Layout, cut: boolean): Outcome {
  const { value, name, names } = content as Content & { kind: "tensor" };
  const rank = shapeOf(value).length;
  const plain = own === "tensor";
  const list = value as readonly Cell[];
  if (rank === 0) {
    if (layout === "frame") return refused("E_COLUMNS");
    if (layout !== "tensor") return refused("E_FORM");
    return to.refusesScalar ? refused("E_TARGET") : cut ? refused("E_OPTION") : { content: value };
  }
  if (layout === "tensor") return { content: value };
  if (to.content === "np") return { content: { [name || "input"]: value } };
  if (!isTable(layout)) {
    if (cut) return refused("E_OPTION");
    if (plain) return refused("E_COLUMNS");
    return names ? columnsIn(names, list as Cell[][], cut) : { content: { [name || "input"]: value } };
  }
  if (plain && layout === "frame") return refused("E_COLUMNS");
  if (plain) return rowsIn(to, layout, undefined, rank === 1 ? list.map((cell) => [cell]) : (list as Cell[][]));
  if (rank === 2) return rowsIn(to, layout, names, list as Cell[][]);
  return rowsIn(
    to,
    layout,
    [name || (form.dialect === "seldon" ? "0" : "input")],
    list.map((cell) => [cell]),
  );
}

/** `own`: they are no inputs of Open Inference Protocol's, which say together what they are. */
function ofNamed(tensors: Readonly<Record<string, Cell>>, to: Form, layout: Layout, cut: boolean, own: boolean): Outcome {
  const values = Object.values(tensors);
  const lengths = new Set(values.map((value) => shapeOf(value)[0]));
  const scalars = values.some((value) => typeof value === "number");
  if (scalars && layout !== "named") return refused(to.refusesScalar ? "E_TARGET" : "E_FORM");
  if (layout === "named" || layout === "inputs") {
    if (cut) return refused("E_OPTION");
    if (to.content === "np") return refused("E_TARGET");
    const served = to.equalRows && lengths.size > 1 && !(own && layout === "inputs");
    return served ? refused("E_TARGET") : { content: tensors };
  }
  if (lengths.size > 1) return refused("E_RAGGED");
  const rows = (values[0] as Cell[]).map((_, r) => values.map((value) => (value as Cell[])[r] as Cell));
  return layout === "tensor" ? { content: rows } : rowsIn(to, layout, Object.keys(tensors), rows);
}

function expectedOf(source: Source, to: Form, cut: boolean): Outcome {
  const layout = layoutFor(source.form, source.layout, to);
  const { content } = source;
  if (content.kind === "tensor") return ofTensor(source, to, layout, cut);
  if (content.kind === "named") return ofNamed(content.tensors, to, layout, cut, source.layout === "named");
  if (layout === "tensor") return { content: content.rows };
  if (to.content === "np") return { content: { input: content.rows } };
  return isTable(layout) ? rowsIn(to, layout, content.names, content.rows) : columnsIn(content.names, content.rows, cut);
}

// ---- what it holds

function shaped(cells: readonly number[], [length, ...inner]: readonly number[]): Cell {
  if (length === undefined) return cells[0] as number;
  const size = inner.reduce((a, b) => a * b, 1);
  return Array.from({ length }, (_, i) => shaped(cells.slice(i * size, (i + 1) * size), inner));
}

function contentIn(to: Form, layout: Layout, text: string): unknown {
  const records = (list: Record<string, Cell>[]) => ({
    names: Object.keys(list[0] ?? {}),
    rows: list.map((record) => Object.values(record)),
  });
  if (layout === "delimited") {
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(to.delimiter as string));
    const names = to.headless ? undefined : lines.shift();
    return { names, rows: lines.map((line) => line.map(Number)) };
  }
  if (layout === "lines") {
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    return to.id === "jsonl:lists" ? { names: undefined, rows: lines } : records(lines);
  }
  const whole = JSON.parse(text);
  const value = to.key === undefined ? whole : whole[to.key];
  switch (layout) {
    case "frame":
      return { names: value.columns, rows: value.data };
    case "ndarray":
      return { names: value.names, rows: value.ndarray };
    case "values":
      return { names: value.names, rows: shaped(value.tensor.values, value.tensor.shape) };
    case "features":
      return { names: undefined, rows: value.map(({ features }: { features: Cell[] }) => features) };
    case "records":
      return records(value);
    case "inputs":
      return Object.fromEntries(
        value.map(({ name, shape, data }: { name: string; shape: number[]; data: Cell }) => [name, shaped(cellsOf(data), shape)]),
      );
    default:
      return value;
  }
}

const LANES: Readonly<Record<string, Omit<SplitOptions, "to">>> = {
  plain: {},
  fixed: { fixed: true },
  "max rows": { maxRows: 1000 },
  "max bytes": { maxBytes: 100_000 },
  pad: { ragged: "pad" },
  missing: { missing: "null" },
  dtype: { dtype: "float64" },
  through: { through: [(batch: unknown) => batch] },
};

const ALL = process.env.FUZZ !== undefined;

/** Dialects whose forms are those of others under another name. */
const LIKE_OTHERS: readonly string[] = ["databricks", "triton", "kserve1", "tsv", "mlflow1", "vertex"];
const OWN = FORMS.filter(({ dialect }) => !LIKE_OTHERS.includes(dialect));

describe("values and shapes, or the refusal, whatever the lane and the engine", () => {
  const lanes = Object.entries(LANES);
  for (const from of OWN)
    test(from.id, async () => {
      const wrong: string[] = [];
      for (const [s, source] of sourcesOf(from).entries())
        for (const [t, to] of OWN.entries())
          for (const [l, [lane, options]] of lanes.entries()) {
            const cut = options.maxRows !== undefined || options.maxBytes !== undefined;
            const expected = expectedOf(source, to, cut);
            const layout = layoutFor(from, source.layout, to);
            // all of them with npm run fuzz; otherwise each takes its turn, the slow engine at fewer
            const turn = s + t + l;
            if (!ALL && turn % 3 !== 0) continue;
            const engines = ALL || turn % 9 === 0 ? (["core", "reference"] as const) : (["core"] as const);
            for (const engine of engines) {
              const { text, error } = await feed(whole(source.text), { from: from.id, to: to.id, engine, ...options });
              const got = error ? { code: error.code } : { content: contentIn(to, layout, text) };
              if (json(got) !== json(expected))
                wrong.push(`${source.text} to ${to.id}, ${lane}, ${engine}: ${error?.message ?? text}, and not ${json(expected)}`);
            }
          }
      expect(wrong).toEqual([]);
    });
});

// ---- pieces

/** Pieces as texts, and the code of what ended them. */
async function piecesOf(
  chunks: Uint8Array[],
  options: SplitOptions,
): Promise<{ texts: string[]; rows: number[]; code: string | undefined }> {
  const texts: string[] = [];
  const rows: number[] = [];
  try {
    for await (const piece of split(chunks, options)) {
      let text = "";
      for await (const bytes of piece) text += Buffer.from(bytes).toString();
      texts.push(text);
      rows.push(piece.rows);
    }
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    return { texts, rows, code: error.code };
  }
  return { texts, rows, code: undefined };
}

const formNamed = (id: string) => FORMS.find((form) => form.id === id) as Form;

describe("a tensor of any rank is cut between its elements", () => {
  const LONG: Readonly<Record<number, readonly Cell[]>> = {
    1: [1, 2, 3, 4, 5],
    2: [1, 2, 3, 4, 5].map((n) => [n, -n]),
    3: [1, 2, 3, 4, 5].map((n) => [
      [n, 10 * n],
      [-n, 0],
      [1, n],
    ]),
  };
  const texts: Readonly<Record<string, (value: Cell) => string>> = {
    "mlflow:inputs": (value) => json({ inputs: value }).replaceAll(",[", " , [ ").replaceAll("[[", " [ [ "),
    "tfserving:instances": (value) => json({ instances: value }),
    "seldon:tensor": (value) => json({ data: { tensor: { values: cellsOf(value), shape: shapeOf(value) } } }),
    "oip:tensor": (value) => json({ inputs: [input("x", value, false)] }),
    "oip:tensor, flat": (value) => json({ inputs: [input("x", value, true)] }),
  };
  for (const [from, text] of Object.entries(texts))
    for (const rank of [1, 2, 3])
      test(`${from}, rank ${rank}`, async () => {
        const value = LONG[rank] as readonly Cell[];
        for (const to of ["mlflow:inputs", "azureml:tensor", "oip:tensor"])
          for (const limit of [{ maxRows: 2 }, { maxBytes: to === "oip:tensor" ? 220 : 110 }])
            for (const engine of ["core", "reference"] as const) {
              const options = { from: from.replace(", flat", ""), to, engine, ...limit };
              const { texts, rows, code } = await piecesOf(whole(text(value)), options);
              expect(code).toBeUndefined();
              expect(await piecesOf(crumbs(text(value)), options)).toEqual({ texts, rows, code });
              const form = formNamed(to);
              const parts = texts.map((piece) => contentIn(form, form.layouts[0] as Layout, piece));
              const lists = parts.map((part) => (to === "oip:tensor" ? Object.values(part as object)[0] : part) as Cell[]);
              expect(lists.flat()).toEqual(value);
              expect(lists.map((list) => list.length)).toEqual(rows);
              if (limit.maxRows) expect(rows).toEqual([2, 2, 1]);
              else for (const piece of texts) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(limit.maxBytes ?? 0);
            }
      });

  test("what is no tensor is refused as it is when it is not cut", async () => {
    const faults: Readonly<Record<string, string>> = {
      "[[1,2],[3,[4]]]": "E_MIXED",
      '[[1,2],[3,{"a":1}]]': "E_OBJECT",
      "[1,[2]]": "E_MIXED",
      "[[1],2]": "E_MIXED",
      "[[1,2],[3]]": "E_RAGGED",
      "[[[1,2],[3]]]": "E_RAGGED",
      "[[[1],[2]],[[3],4]]": "E_MIXED",
      '[[["a"]],[[{}]]]': "E_OBJECT",
      "7": "E_OPTION",
    };
    for (const [value, code] of Object.entries(faults))
      for (const limit of [{ maxRows: 1 }, { maxRows: 9 }, { maxBytes: 99 }])
        for (const engine of ["core", "reference"] as const)
          for (const chunks of [whole(`{"inputs":${value}}`), crumbs(`{"inputs":${value}}`)]) {
            const cut = await piecesOf(chunks, { to: "mlflow:inputs", engine, ...limit });
            expect(cut.code, `${value}, ${engine}, ${json(limit)}`).toBe(code);
            if (code !== "E_OPTION") expect((await feed(chunks, { to: "mlflow:inputs", engine })).error?.code, value).toBe(code);
          }
  });

  test("tensors with names, and columns, are not", async () => {
    for (const [text, to] of [
      ['{"inputs":{"a":[1,2],"b":[3,4]}}', "mlflow:inputs"],
      ['{"inputs":{"a":[1,2],"b":[3,4]}}', "oip:columns"],
      ['{"dataframe_split":{"columns":["a"],"data":[[1],[2]]}}', "azureml:named"],
    ] as const)
      expect((await piecesOf(whole(text), { to, maxRows: 1 })).code).toBe("E_OPTION");
  });
});

describe("short rows", () => {
  test("are filled in where a tensor has rank 2, and not in one of lists of lists", async () => {
    const outcome = async (value: string, options: object) => {
      const { text, error } = await feed(whole(`{"inputs":${value}}`), { to: "mlflow:inputs", ragged: "pad", ...options });
      return error?.code ?? text.replaceAll(".0", "");
    };
    for (const engine of ["core", "reference"] as const)
      for (const options of [{}, { dtype: "float64" as const }, { maxRows: 9 }]) {
        expect(await outcome("[[1,2],[3]]", { engine, ...options })).toMatch(/^\{"inputs":\[\[1,2\],\[3,(NaN|null)\]\]\}$/);
        expect(await outcome("[[[1],[2]],[[3]]]", { engine, ...options })).toBe("E_RAGGED");
        expect(await outcome("[1,2]", { engine, ...options })).toBe('{"inputs":[1,2]}');
        expect(await outcome("[[1,2],[[3]]]", { engine, ...options })).toBe("E_MIXED");
      }
  });
});

test("one tensor among inputs becomes Seldon's, though nobody said that it is one", async () => {
  const text = (data: string) => `{"inputs":[{"name":"x","shape":[2,2],"datatype":"INT64","data":${data}}]}`;
  for (const data of ["[[1,2],[3,4]]", "[1,2,3,4]"])
    for (const lane of Object.values(LANES)) {
      const outcome = await feed(whole(text(data)), { to: "seldon:tensor", ...lane });
      expect(outcome.error?.code ?? contentIn(formNamed("seldon:tensor"), "values", outcome.text)).toEqual({
        names: undefined,
        rows: [
          [1, 2],
          [3, 4],
        ],
      });
    }
});

test("records stay records where numbers are read anew", async () => {
  const text = '{"instances":[{"a":1,"b":2},{"a":3,"b":4}]}';
  for (const to of ["mlflow:instances", "tfserving", "vertex"]) {
    const outcome = await feed(whole(text), { from: "mlflow", to, dtype: "int64" });
    expect(outcome.text).toBe(text);
  }
});
