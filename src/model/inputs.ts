// A payload as Open Inference Protocol's inputs: what a conversion writes of it, as far as its columns tell.
import { dialectOf, type Form } from "../dialects/index.js";
import { datatypeFor } from "./datatype.js";
import type { InspectedColumn, InspectedInput, Inspection } from "./inspection.js";

type Inputs = Pick<Inspection, "columns" | "request">;

/** Undefined where the conversion is refused: some column has no datatype, or there are several where one is wanted. */
export function asInputs({ columns, request, layout }: Pick<Inspection, "columns" | "request" | "layout">, form: Form): Inputs | undefined {
  const lists = columns.some((column) => column.shape.length > 0 || column.cells.nested);
  const single = form.content === "np" || layout === "tensor";
  // several tensors are not one, as the columns of a table are
  if (form.content === "np" && columns.length > 1 && (layout === "named" || (request && request.content !== "pd"))) return undefined;
  // tensors beside each other are arrays by themselves, and so are the lists in a table's cells
  const arrays = !single && !request && (layout === "named" || lists);
  const content = arrays ? "dict" : single ? "np" : "pd";
  const written = columns.map((column) => inputFor(column, arrays ? "np" : undefined));
  if (written.some((input) => input === undefined)) return undefined;
  const gaps = dialectOf(form).nan === "null";
  return {
    columns: columns.map((column, i) => ({ ...(gaps ? withoutNan(column) : column), input: written[i] as InspectedInput })),
    request: { content, odd: [], nested: request?.nested ?? [] },
  };
}

function inputFor(column: InspectedColumn, content: string | undefined): InspectedInput | undefined {
  const { rows, shape, input } = column;
  const datatype = input?.datatype ?? datatypeFor(column);
  if (datatype === undefined) return undefined;
  // nested texts are written flat
  const nested = input?.nested ?? (shape.length > 0 && datatype !== "BYTES");
  return { datatype, shape: input?.shape ?? [rows, ...shape], nested, ...(content !== undefined && { content }) };
}

function withoutNan(column: InspectedColumn): InspectedColumn {
  return { ...column, nulls: column.nulls + column.nans, nans: 0 };
}

/** The columns as they are in any other form. */
export function withoutInputs<T extends Inputs>({ request: _, ...payload }: T): Omit<T, "request"> {
  return { ...payload, columns: payload.columns.map(({ input: _, ...column }) => column) };
}
