// What a model was given, as reporter.py tells it, and as the tests expect it.
import type { Arrival, Column, Way } from "./table.js";

export type Given = Frame | Tensor | Members;

interface Frame {
  type: "DataFrame";
  rows: number;
  index: string[];
  columns: { name: string; dtype: string; cells: string[] }[];
}

interface Tensor {
  type: "ndarray";
  dtype: string;
  shape: number[];
  cells: string[];
}

interface Members {
  type: "dict";
  members: Record<string, Given>;
}

/** The frame that arrives on this way. */
export function frame(columns: readonly Column[], index: readonly string[], way: Way): Frame {
  const arriving = way.endsWith("Signed") ? columns.filter((column) => column.signed) : columns;
  return {
    type: "DataFrame",
    rows: index.length,
    index: index.map((label) => cell(label, "object")),
    columns: arriving.map((column) => {
      const [dtype, ...cells] = arrival(column, way);
      return { name: `str ${column.name}`, dtype, cells: cells.map((text) => cell(text, dtype)) };
    }),
  };
}

/** The same columns, of these rows alone. */
export function rowsOf(columns: readonly Column[], from: number, to: number): Column[] {
  const cut = ([dtype, ...cells]: Arrival): Arrival => [dtype, ...cells.slice(from, to)];
  return columns.map((column) => ({
    ...column,
    cells: column.cells.slice(from, to),
    arrives: Object.fromEntries(Object.entries(column.arrives ?? {}).map(([way, arrival]) => [way, cut(arrival)])),
  }));
}

/** An array of this dtype; the cells of every level in order. */
export function tensor(dtype: string, shape: readonly number[], cells: readonly string[]): Tensor {
  return { type: "ndarray", dtype, shape: [...shape], cells: cells.map((text) => cell(text, dtype)) };
}

/** What numpy makes of a list for each column. */
export function arrays(columns: readonly Column[]): Members {
  return members(
    Object.fromEntries(
      columns.map(({ name, dtype, cells }) => {
        const longest = Math.max(...cells.map((text) => (text.startsWith('"') ? [...JSON.parse(text)].length : 0)));
        return [name, tensor(dtype === "object" ? `<U${longest}` : dtype, [cells.length], cells)];
      }),
    ),
  );
}

export function members(of: Record<string, Given>): Members {
  return { type: "dict", members: of };
}

function arrival({ arrives = {}, dtype, cells }: Column, way: Way): Arrival {
  const unsigned = way.replace("Signed", "") as Way;
  return arrives[way] ?? (unsigned === way ? undefined : arrives.jsonSigned) ?? arrives[unsigned] ?? [dtype, ...cells];
}

/** A cell as reporter.py writes it, from what JSON spells and the dtype it arrives in. */
function cell(text: string, dtype: string): string {
  if (text.startsWith("@")) return text === "@NaT" ? "NaTType NaT" : `time ${text.slice(1)}`;
  // -0 is a whole number to Python, and its zero has no sign
  if (dtype.startsWith("float")) return float(text === "null" ? Number.NaN : text === "-0" ? 0 : Number(text), dtype);
  if (/^u?int/.test(dtype)) return `int ${BigInt(text)}`;
  if (text === "null") return "None";
  if (text === "true" || text === "false") return text === "true" ? "bool True" : "bool False";
  if (text.startsWith('"')) return `str ${JSON.parse(text)}`;
  return /^-?\d+$/.test(text) ? `int ${BigInt(text)}` : float(Number(text), "float64");
}

/** A float by its bits, so that -0.0 and the last digit count. */
function float(value: number, dtype: string): string {
  if (Number.isNaN(value)) return "float nan";
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(dtype === "float32" ? Math.fround(value) : value);
  return `float ${bits.toString("hex")}`;
}

/** Where two reports differ, a line each; nothing when they agree. */
export function differences(got: unknown, expected: unknown, path = ""): string[] {
  if (typeof got === "object" && got !== null && typeof expected === "object" && expected !== null) {
    const [a, b] = [got as Record<string, unknown>, expected as Record<string, unknown>];
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    // a column is better told by its name than by its number
    return [...keys].flatMap((key) => differences(a[key], b[key], `${path}.${(b[key] as { name?: string } | undefined)?.name ?? key}`));
  }
  return got === expected ? [] : [`${path.slice(1)}: ${show(got)} arrived, ${show(expected)} was expected`];
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const bits = /^float ([0-9a-f]{16})$/.exec(text ?? "")?.[1];
  if (!bits) return text ?? "nothing";
  const number = Buffer.from(bits, "hex").readDoubleBE();
  return `float ${Object.is(number, -0) ? "-0" : number} (${bits})`;
}
