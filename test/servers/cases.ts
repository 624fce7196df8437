// What is sent where, and what must arrive.
import { arrays, frame, type Given, members, rowsOf, tensor } from "./given.js";
import { azureSplit, csv, jsonl, mlflowSplit, oipColumns, records } from "./sources.js";
import { COLUMNS, type Column, INDEX, RANGE } from "./table.js";

type ServerName = "mlflow" | "azureml" | "mlserver";

/** The models of reporter.py: without a signature, with column specs, with one tensor spec, with named ones. */
type Model = "plain" | "columns" | "tensor" | "named";

export interface Case {
  readonly server: ServerName;
  readonly model: Model;
  readonly from: string;
  readonly to: string;
  readonly args?: readonly string[];
  readonly source: string;
  /** What is special about it, for the title. */
  readonly note?: string;
  /** What a model must be given; one for each line of the output, where it is cut into pieces. */
  readonly expected: readonly Given[];
  readonly params?: Record<string, unknown>;
}

/** Dialects that are sent nothing, and why. */
export const NEVER: readonly string[] = [
  "tfserving: TensorFlow Serving is not on the Python package index; MLflow reads its forms and is sent them",
  "mlflow1: MLflow 1.x needs pandas and numpy of its day, and its server does not share a body with MLflow 2 and later",
  "triton, seldon, vertex, sagemaker: containers, or services",
];

const only = (...names: string[]): Column[] => COLUMNS.filter(({ name }) => names.includes(name));
const without = (...names: string[]): Column[] => COLUMNS.filter(({ name }) => !names.includes(name));

const AZURE = azureSplit(COLUMNS, INDEX);
const THRESHOLD = '{"threshold": 0.25}';

// 2^64 fits no integer dtype: MLflow has it as Python's int, Azure ML refuses the whole payload ("Value is too big!")
const HUGE: Column = { name: "huge", cells: ["18446744073709551616", "1", "2", "3", "4", "5"], dtype: "object", signed: false };

const frames: Case[] = [
  { server: "mlflow", model: "plain", from: "azureml:split", to: "mlflow:split", source: AZURE, expected: [frame(COLUMNS, INDEX, "json")] },
  {
    server: "mlflow",
    model: "plain",
    from: "azureml:split",
    to: "mlflow:split",
    note: "beyond 64 bits",
    source: azureSplit([HUGE], INDEX),
    expected: [frame([HUGE], INDEX, "json")],
  },
  {
    server: "mlflow",
    model: "columns",
    from: "azureml:split",
    to: "mlflow:split",
    note: "with params",
    source: azureSplit(COLUMNS, INDEX, THRESHOLD),
    expected: [frame(COLUMNS, INDEX, "jsonSigned")],
    params: { threshold: 0.25 },
  },
  {
    server: "azureml",
    model: "plain",
    from: "mlflow:split",
    to: "azureml:split",
    source: mlflowSplit(COLUMNS, INDEX),
    expected: [frame(COLUMNS, INDEX, "ujson")],
  },
  {
    // without an index Azure ML would take it for named tensors, so transload makes one
    server: "azureml",
    model: "plain",
    from: "mlflow:split",
    to: "azureml:split",
    note: "without an index",
    source: mlflowSplit(COLUMNS),
    expected: [frame(COLUMNS, RANGE, "ujson")],
  },
  {
    server: "azureml",
    model: "columns",
    from: "mlflow1:split",
    to: "azureml:split",
    source: AZURE.slice(AZURE.indexOf("{", 1), -1),
    expected: [frame(COLUMNS, INDEX, "ujsonSigned")],
    params: { threshold: 0.5 },
  },
];

const FLOATS = "[[1.0, 0.1, -0.0], [0.30000000000000004, 1e3, 5e-324]]";
const floats = tensor("float64", [2, 3], ["1.0", "0.1", "-0.0", "0.30000000000000004", "1e3", "5e-324"]);
const WHOLE = "[[1, 2, 3], [4, 9007199254740993, 9223372036854775807]]";
const whole = tensor("int64", [2, 3], ["1", "2", "3", "4", "9007199254740993", "9223372036854775807"]);
const DEEP = "[[[1.5, 2], [3, 4]], [[5, NaN], [Infinity, -0.0]]]";
const deep = tensor("float64", [2, 2, 2], ["1.5", "2", "3", "4", "5", "NaN", "Infinity", "-0.0"]);
const TEXTS = '[["a", "\\u00e9😀"], ["", "1.0"]]';
const texts = tensor("<U3", [2, 2], ['"a"', '"é😀"', '""', '"1.0"']);
const GAPS = "[[1.5, null, 2.5]]";
const gaps = tensor("object", [1, 3], ["1.5", "null", "2.5"]);
const NAMED = '{"ids": [1, 9007199254740993], "points": [[0.1, 1.0], [2.5, -0.0]]}';
const named = members({
  ids: tensor("int64", [2], ["1", "9007199254740993"]),
  points: tensor("float64", [2, 2], ["0.1", "1.0", "2.5", "-0.0"]),
});
const namedCast = members({
  ids: tensor("int64", [2], ["1", "9007199254740993"]),
  points: tensor("float32", [2, 2], ["0.1", "1.0", "2.5", "-0.0"]),
});

const SHAPES: readonly [note: string, body: string, given: Given][] = [
  ["floats", FLOATS, floats],
  ["integers", WHOLE, whole],
  ["three levels", DEEP, deep],
  ["strings", TEXTS, texts],
  ["words", '[["abc", "d"], ["", "1.0"]]', tensor("<U3", [2, 2], ['"abc"', '"d"', '""', '"1.0"'])],
  ["booleans", "[true, false]", tensor("bool", [2], ["true", "false"])],
  ["null", GAPS, gaps],
];

const tensors: Case[] = [
  ...SHAPES.flatMap(([note, body, given]): Case[] => [
    ...["mlflow:inputs", "mlflow:instances"].map(
      (to): Case => ({
        server: "mlflow",
        model: "plain",
        from: "azureml:tensor",
        to,
        note,
        source: `{"input_data": ${body}}`,
        expected: [given],
      }),
    ),
    // numpy on both servers, so exact there, too
    {
      server: "azureml",
      model: "plain",
      from: "mlflow:inputs",
      to: "azureml:tensor",
      note,
      source: `{"inputs": ${body}}`,
      expected: [given],
    },
  ]),
  ...["tfserving:instances", "tfserving:inputs"].map(
    (to): Case => ({ server: "mlflow", model: "plain", from: "azureml:tensor", to, source: `{"input_data": ${WHOLE}}`, expected: [whole] }),
  ),
  ...(["mlflow", "azureml"] as const).flatMap((server): Case[] => [
    {
      server,
      model: "tensor",
      from: "mlflow:instances",
      to: server === "mlflow" ? "mlflow:inputs" : "azureml:tensor",
      note: "integers cast",
      source: '{"instances": [[1, 2, 3], [4.5, 5, 6]]}',
      expected: [tensor("float64", [2, 3], ["1", "2", "3", "4.5", "5", "6"])],
    },
    {
      server,
      model: "tensor",
      from: "tfserving:instances",
      to: server === "mlflow" ? "mlflow:instances" : "azureml:tensor",
      source: `{"instances": ${FLOATS}}`,
      expected: [floats],
    },
    {
      server,
      model: "plain",
      from: server === "mlflow" ? "azureml:named" : "mlflow:inputs",
      to: server === "mlflow" ? "mlflow:inputs" : "azureml:named",
      source: `{"${server === "mlflow" ? "input_data" : "inputs"}": ${NAMED}}`,
      expected: [named],
    },
    {
      server,
      model: "named",
      from: "tfserving:inputs",
      to: server === "mlflow" ? "mlflow:inputs" : "azureml:named",
      source: `{"inputs": ${NAMED}}`,
      expected: [namedCast],
    },
  ]),
];

// a frame's rows are a tensor's, with names and index dropped, and the other way round with names given
const NUMBERS = only("whole", "point", "digits");
const numbers = tensor(
  "float64",
  [INDEX.length, NUMBERS.length],
  INDEX.flatMap((_, row) => NUMBERS.map(({ cells }) => cells[row] as string)),
);
const across: Case[] = [
  ...(["mlflow:inputs", "mlflow:instances", "tfserving:instances"] as const).map(
    (to): Case => ({
      server: "mlflow",
      model: "plain",
      from: "azureml:split",
      to,
      note: "rows of a frame",
      source: azureSplit(NUMBERS, INDEX),
      expected: [numbers],
    }),
  ),
  {
    // the way into Azure ML that keeps every digit
    server: "azureml",
    model: "tensor",
    from: "mlflow:split",
    to: "azureml:tensor",
    note: "rows of a frame",
    source: mlflowSplit(NUMBERS, INDEX),
    expected: [numbers],
  },
  ...(["mlflow", "azureml"] as const).map(
    (server): Case => ({
      server,
      model: "plain",
      from: "tfserving:instances",
      to: `${server}:split`,
      args: ["--columns", "a,b,c"],
      note: "names given",
      source: '{"instances": [[1, 1.0, -0.0], [9007199254740993, 2.5, 0.25]]}',
      expected: [
        frame(
          [
            { name: "a", cells: ["1", "9007199254740993"], dtype: "int64", signed: false },
            { name: "b", cells: ["1.0", "2.5"], dtype: "float64", signed: false },
            { name: "c", cells: ["-0.0", "0.25"], dtype: "float64", signed: false },
          ],
          ["0", "1"],
          "json",
        ),
      ],
    }),
  ),
];

// numbers read and printed anew: the dtype asked for is the dtype that arrives
const typed: Case[] = [
  {
    server: "mlflow",
    model: "plain",
    from: "azureml:split",
    to: "mlflow:split",
    args: ["--dtype", "whole=float64,point=float64,digits=float64,wide=int64,unsigned=uint64"],
    note: "typed",
    source: azureSplit(only("whole", "point", "digits", "wide", "unsigned", "text", "flag"), INDEX),
    expected: [
      frame(
        only("whole", "point", "digits", "wide", "unsigned", "text", "flag").map((column) =>
          // a zero with a sign keeps it when it is printed as a float
          column.name === "whole"
            ? { ...column, dtype: "float64", cells: column.cells.map((cell) => (cell === "-0" ? "-0.0" : cell)) }
            : column,
        ),
        INDEX,
        "json",
      ),
    ],
  },
  {
    // printed as float32's shortest text, which no double needs to be widened for: the model's own cast gives the same bits
    server: "mlflow",
    model: "named",
    from: "azureml:named",
    to: "mlflow:inputs",
    args: ["--dtype", "points=float32,ids=int64"],
    note: "typed",
    source: `{"input_data": ${NAMED}}`,
    expected: [namedCast],
  },
  {
    server: "azureml",
    model: "plain",
    from: "mlflow:inputs",
    to: "azureml:tensor",
    args: ["--dtype", "float64"],
    note: "typed",
    source: `{"inputs": ${FLOATS}}`,
    expected: [floats],
  },
];

// forms whose cells move: rows to rows of another kind, columns to rows and back
const SMALL = only("whole", "point", "digits", "wide", "look", "flag");
const moved: Case[] = [
  ...(["mlflow:records", "databricks:records", "mlflow:split", "databricks:split"] as const).map(
    (to): Case => ({
      server: "mlflow",
      model: "plain",
      from: to.endsWith("split") ? "mlflow:records" : "azureml:split",
      to,
      source: to.endsWith("split") ? `{"dataframe_records": ${records(COLUMNS)}}` : AZURE,
      expected: [frame(COLUMNS, RANGE, "json")],
    }),
  ),
  {
    server: "mlflow",
    model: "columns",
    from: "azureml:split",
    to: "mlflow:records",
    note: "with params",
    source: azureSplit(COLUMNS, INDEX, THRESHOLD),
    expected: [frame(COLUMNS, RANGE, "jsonSigned")],
    params: { threshold: 0.25 },
  },
  {
    server: "mlflow",
    model: "plain",
    from: "mlflow:split",
    to: "mlflow:records",
    note: "names after the rows",
    source: '{"dataframe_split": {"data": [[1, "x"], [2, null]], "columns": ["a", "t"]}}',
    expected: [
      frame(
        [
          { name: "a", cells: ["1", "2"], dtype: "int64", signed: false },
          { name: "t", cells: ['"x"', "null"], dtype: "object", signed: false },
        ],
        ["0", "1"],
        "json",
      ),
    ],
  },
  {
    // a key that is missing is NaN, a null is None; and the last row has a column more
    server: "mlflow",
    model: "plain",
    from: "mlflow:records",
    to: "mlflow:split",
    note: "missing keys",
    source: '{"dataframe_records": [{"a": 1, "t": "x"}, {"a": 2}, {"a": 3, "t": null, "z": 1.0}]}',
    expected: [
      frame(
        [
          { name: "a", cells: ["1", "2", "3"], dtype: "int64", signed: false },
          { name: "t", cells: ['"x"', "NaN", "null"], dtype: "object", signed: false },
          { name: "z", cells: ["NaN", "NaN", "1.0"], dtype: "float64", signed: false },
        ],
        ["0", "1", "2"],
        "json",
      ),
    ],
  },
  {
    server: "azureml",
    model: "plain",
    from: "mlflow:records",
    to: "azureml:split",
    source: `{"dataframe_records": ${records(COLUMNS)}}`,
    expected: [frame(COLUMNS, RANGE, "ujson")],
  },
  { server: "mlflow", model: "plain", from: "azureml:split", to: "csv", source: AZURE, expected: [frame(COLUMNS, RANGE, "csv")] },
  { server: "mlflow", model: "columns", from: "azureml:split", to: "csv", source: AZURE, expected: [frame(COLUMNS, RANGE, "csvSigned")] },
  ...(["mlflow", "azureml"] as const).flatMap((server): Case[] => {
    const way = server === "mlflow" ? "json" : "ujson";
    // blanks among words are a policy's business
    const columns = without("text", "look", "text_gap", "flag_gap", "float_nan", "mixed");
    // JSON Lines has no NaN
    const lines = without("float_nan");
    return [
      { server, model: "plain", from: "csv", to: `${server}:split`, source: csv(columns), expected: [frame(columns, RANGE, way)] },
      { server, model: "plain", from: "jsonl:records", to: `${server}:split`, source: jsonl(lines), expected: [frame(lines, RANGE, way)] },
      {
        server,
        model: "plain",
        from: server === "mlflow" ? "oip:columns" : "mlflow:split",
        to: server === "mlflow" ? "mlflow:inputs" : "azureml:named",
        note: "columns",
        source: server === "mlflow" ? oipColumns(SMALL) : mlflowSplit(SMALL),
        expected: [arrays(SMALL)],
      },
    ];
  }),
  {
    server: "mlflow",
    model: "plain",
    from: "mlflow:records",
    to: "mlflow:instances",
    source: `{"dataframe_records": ${records(SMALL)}}`,
    expected: [arrays(SMALL)],
  },
  {
    server: "mlflow",
    model: "plain",
    from: "jsonl:records",
    to: "tfserving:records",
    source: jsonl(SMALL),
    expected: [arrays(SMALL)],
  },
  {
    server: "mlflow",
    model: "columns",
    from: "mlflow:records",
    to: "mlflow:instances",
    source: `{"dataframe_records": ${records(COLUMNS)}}`,
    expected: [frame(COLUMNS, RANGE, "numpySigned")],
  },
  {
    server: "mlflow",
    model: "plain",
    from: "mlflow:instances",
    to: "mlflow:split",
    note: "objects",
    source: `{"instances": ${records(COLUMNS)}}`,
    expected: [frame(COLUMNS, RANGE, "json")],
  },
];

// Open Inference Protocol: MLServer's orjson takes no NaN and no Infinity; a null in a column of floats is NaN
const FINITE = without("float_nan", "flag_gap", "mixed");
const GAP = only("float_gap")[0] as Column;
const SIGNED = COLUMNS.filter(({ signed }) => signed).map((column) =>
  column.name === "float_nan" ? { ...column, cells: GAP.cells } : column,
);
const DTYPES = "whole=int64,point=float64,digits=float64,single=float32,wide=int64,float_gap=float64,whole_gap=float64,float_nan=float64";
const oip: Case[] = [
  {
    server: "mlserver",
    model: "plain",
    from: "azureml:split",
    to: "oip:columns",
    source: azureSplit(FINITE, INDEX),
    expected: [frame(FINITE, RANGE, "json")],
  },
  {
    // MLflow casts JSON's doubles to the signature's float, but refuses a column that comes as FP64
    server: "mlserver",
    model: "columns",
    from: "azureml:split",
    to: "oip:columns",
    args: ["--dtype", DTYPES],
    note: "typed, with params",
    source: azureSplit(SIGNED, INDEX, THRESHOLD),
    expected: [frame(SIGNED, RANGE, "jsonSigned")],
    params: { threshold: 0.25 },
  },
  ...SHAPES.filter(([note]) => note !== "three levels").map(
    ([note, body, given]): Case => ({
      server: "mlserver",
      model: "plain",
      from: "azureml:tensor",
      to: "oip:tensor",
      note,
      source: `{"input_data": ${body}}`,
      // the datatype is FP64, so null is NaN and no object
      expected: [note === "null" ? tensor("float64", [1, 3], ["1.5", "NaN", "2.5"]) : given],
    }),
  ),
  {
    server: "mlserver",
    model: "tensor",
    from: "mlflow:inputs",
    to: "oip:tensor",
    source: `{"inputs": ${FLOATS}}`,
    expected: [floats],
  },
  {
    server: "mlserver",
    model: "named",
    from: "mlflow:inputs",
    to: "oip:columns",
    args: ["--dtype", "points=float32,ids=int64"],
    // arrays, not columns: content type dict, since the request's own goes before the model's
    note: "named tensors",
    source: `{"inputs": ${NAMED}}`,
    expected: [namedCast],
  },
  {
    server: "mlflow",
    model: "plain",
    from: "oip:columns",
    to: "mlflow:split",
    source: oipColumns(FINITE),
    expected: [frame(FINITE, RANGE, "json")],
  },
  {
    server: "mlflow",
    model: "plain",
    from: "oip:tensor",
    to: "mlflow:inputs",
    note: "flat data before its shape",
    source: '{"inputs": [{"name": "x", "datatype": "FP64", "data": [1.0, 0.1, -0.0, 0.30000000000000004, 1e3, 5e-324], "shape": [2, 3]}]}',
    expected: [floats],
  },
];

// every piece is a payload of its own: its rows, their labels, and the params of the whole
const pieces: Case[] = (["mlflow:split", "mlflow:records", "azureml:split"] as const).map((to): Case => {
  const server = to === "azureml:split" ? "azureml" : "mlflow";
  const way = server === "mlflow" ? "jsonSigned" : "ujsonSigned";
  const index = to === "mlflow:records" ? RANGE : INDEX;
  return {
    server,
    model: "columns",
    from: "azureml:split",
    to,
    args: ["--max-rows", "4", "--lines"],
    note: "in pieces",
    source: azureSplit(COLUMNS, INDEX, THRESHOLD),
    expected: [
      frame(rowsOf(COLUMNS, 0, 4), index.slice(0, 4), way),
      frame(rowsOf(COLUMNS, 4, 6), to === "mlflow:records" ? RANGE.slice(0, 2) : index.slice(4, 6), way),
    ],
    params: { threshold: 0.25 },
  };
});

export const CASES: readonly Case[] = [...frames, ...tensors, ...across, ...typed, ...moved, ...oip, ...pieces];
