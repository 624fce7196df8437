// The source's cells, and what each server makes of them. A cell is what JSON spells: 1.0 is not 1.

/** What a model saw in a column: its dtype and cells, spelled as JSON does; @… is a timestamp. */
export type Arrival = readonly [dtype: string, ...cells: string[]];

/**
 * The ways in whose results differ: json is json.loads and pandas (MLflow, and MLServer with content type pd), csv is
 * pandas.read_csv, ujson is pandas.read_json (split on Azure ML). numpy: a column's array first, then a frame because the
 * signature wants one. Signed: under reporter.py's ColSpec signature.
 */
export type Way = "json" | "csv" | "ujson" | "jsonSigned" | "csvSigned" | "ujsonSigned" | "numpySigned";

export interface Column {
  readonly name: string;
  readonly cells: readonly string[];
  /** The dtype that pandas infers from these cells. */
  readonly dtype: string;
  /** Where something else arrives. A signed way without an entry takes jsonSigned's, then its unsigned one's. */
  readonly arrives?: Partial<Record<Way, Arrival>>;
  /** True where the signature has it; others are dropped there. */
  readonly signed: boolean;
}

const ROWS = 6;

export const INDEX = ["30", "10", "20", "0", "-1", "7"] as const;

/** The index a frame without one gets. */
export const RANGE = Array.from({ length: ROWS }, (_, row) => String(row));

const TIMES = [
  "@2024-01-02T03:04:05",
  "@2024-12-31T00:00:00",
  "@2024-01-02T00:00:00",
  "@1999-12-31T23:59:59",
  "@2024-01-02T00:00:00",
  "@2024-02-29T00:00:00",
] as const;

export const COLUMNS: readonly Column[] = [
  { name: "whole", cells: ["1", "2", "-3", "0", "-0", "40"], dtype: "int64", signed: true },
  { name: "point", cells: ["1.0", "1e3", "-0.0", "0.5", "1E-2", "100.0"], dtype: "float64", signed: true },
  {
    name: "digits",
    cells: ["0.1", "0.30000000000000004", "0.12345678901234568", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324"],
    dtype: "float64",
    signed: true,
    arrives: {
      // read_csv's default float_precision
      csv: ["float64", "0.1", "0.3", "0.1234567890123456", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324"],
      // ujson with precise_float=False: fifteen digits, then arithmetic
      ujson: ["float64", "0.1", "0.30000000000000004", "0.12345678901234501", "1.7976931348623151e308", "2.225073858507201e-308", "0.0"],
    },
  },
  {
    name: "single",
    cells: ["0.1", "0.2", "3.4028234663852886e38", "1.401298464324817e-45", "16777217.0", "-0.0"],
    dtype: "float64",
    signed: true,
    arrives: {
      csv: ["float64", "0.1", "0.2", "3.402823466385289e38", "1.401298464324817e-45", "16777217.0", "-0.0"],
      ujson: ["float64", "0.1", "0.2", "3.402823466385288e38", "1.4012984643248169e-45", "16777217.0", "-0.0"],
      // the signature's float; what csv and ujson did to the last digits is gone
      jsonSigned: ["float32", "0.1", "0.2", "3.4028234663852886e38", "1.401298464324817e-45", "16777216.0", "-0.0"],
    },
  },
  {
    name: "wide",
    cells: ["9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808", "1", "0"],
    dtype: "int64",
    signed: true,
  },
  {
    name: "unsigned",
    cells: ["18446744073709551615", "9223372036854775808", "9007199254740993", "1", "2", "3"],
    dtype: "uint64",
    signed: false,
  },
  {
    name: "text",
    cells: ['"say \\"hi\\""', '"two\\nlines\\r\\n"', '"naïve 😀 日本"', '"\\u00e9\\ud83d\\ude00\\t\\\\\\/"', '""', '"  a, b;c  "'],
    dtype: "object",
    signed: true,
    // an empty field is a missing one, quoted or not
    arrives: {
      csv: [
        "object",
        '"say \\"hi\\""',
        '"two\\nlines\\r\\n"',
        '"naïve 😀 日本"',
        '"\\u00e9\\ud83d\\ude00\\t\\\\\\/"',
        "NaN",
        '"  a, b;c  "',
      ],
    },
  },
  {
    name: "look",
    cells: ['"1.0"', '"true"', '"null"', '"NaN"', '"2020-01-01"', '"01234"'],
    dtype: "object",
    signed: true,
    // null and NaN are words for what is missing; the date keeps the column from being numbers
    arrives: { csv: ["object", '"1.0"', '"true"', "NaN", "NaN", '"2020-01-01"', '"01234"'] },
  },
  {
    name: "created_at",
    cells: ['"2024-01-02T03:04:05"', '"2024-12-31"', '"2024-01-02"', '"1999-12-31T23:59:59"', '"2024-01-02"', '"2024-02-29"'],
    dtype: "object",
    signed: true,
    arrives: {
      // convert_dates: the column's name alone makes it one of dates ...
      ujson: ["datetime64[ns]", ...TIMES],
      // ... and the signature's string makes objects of them, not texts
      ujsonSigned: ["object", ...TIMES],
    },
  },
  { name: "flag", cells: ["true", "false", "true", "true", "false", "false"], dtype: "bool", signed: true },
  {
    name: "text_gap",
    cells: ['"a"', "null", '""', "null", '"b"', '"c"'],
    dtype: "object",
    signed: true,
    arrives: {
      // read_csv and read_json have no None
      csv: ["object", '"a"', "NaN", "NaN", "NaN", '"b"', '"c"'],
      ujson: ["object", '"a"', "NaN", '""', "NaN", '"b"', '"c"'],
      // the array is cast to text, None included
      numpySigned: ["object", '"a"', '"None"', '""', '"None"', '"b"', '"c"'],
    },
  },
  { name: "float_gap", cells: ["1.5", "null", "null", "2.0", "-1.5", "0.1"], dtype: "float64", signed: true },
  { name: "float_nan", cells: ["NaN", "Infinity", "-Infinity", "1.0", "2.5", "-0.0"], dtype: "float64", signed: true },
  { name: "whole_gap", cells: ["1", "null", "3", "4", "5", "9007199254740993"], dtype: "float64", signed: true },
  {
    name: "flag_gap",
    cells: ["true", "null", "false", "null", "true", "true"],
    dtype: "object",
    signed: false,
    arrives: {
      csv: ["object", "true", "NaN", "false", "NaN", "true", "true"],
      ujson: ["object", "true", "NaN", "false", "NaN", "true", "true"],
    },
  },
  {
    name: "mixed",
    cells: ["1", '"a"', "true", "null", "1.5", "9007199254740993"],
    dtype: "object",
    signed: false,
    arrives: {
      csv: ["object", '"1"', '"a"', '"true"', "NaN", '"1.5"', '"9007199254740993"'],
      ujson: ["object", "1", '"a"', "true", "NaN", "1.5", "9007199254740993"],
    },
  },
];
