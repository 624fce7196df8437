// The conversions between a client's dialect and a server's, there and back. Each is made once: a request of a few rows takes as long as
// making it.
import { decode } from "../columns/bytes.js";
import { choose, type Dialect, type Form, type Layout } from "../dialects/index.js";
import { formOf } from "../envelope/detect.js";
import { columnsOf, textColumns } from "../model/signature.js";
import { type Request, requestOf } from "../options/request.js";
import { SHORT } from "./body.js";
import type { Served } from "./plan.js";

/** A payload that has no names for its columns. */
interface Nameless {
  /** It is rows, and no tensor already. */
  readonly rows: boolean;
}

export class Conversions {
  readonly #served: Served;
  readonly #dialect: Dialect;
  readonly #requests = new Map<string, Request>();
  readonly #answers = new Map<string, Request>();
  /** The key of a client's by which it tells an answer, where the server knows none. */
  readonly idKey: string | undefined;

  constructor(served: Served, dialect: Dialect) {
    this.#served = served;
    this.#dialect = dialect;
    this.idKey = served.speaks.idKey === undefined ? dialect.idKey : undefined;
  }

  /** What a client sends in this form, or one of this dialect's, and begins so: to what the server takes. */
  request(from: string, head: Uint8Array): Request {
    const nameless = this.#mindsNames(from) ? namelessIn(from, head) : undefined;
    const key = `${from} ${nameless?.rows}`;
    return held(this.#requests, key, () => {
      const request = requestFor(this.#served, from, nameless);
      return this.idKey === undefined ? request : { ...request, rows: { ...request.rows, kept: [this.idKey] } };
    });
  }

  /** What the server answers, to what the client's dialect has for a request of this form. */
  answer(asked: Form | undefined): Request {
    const { speaks } = this.#served;
    const to = answeringIn(this.#dialect, asked);
    return held(this.#answers, to, () => {
      const request = requestOf("convert", { from: speaks.name, to, what: "response" });
      // members of the server's protocol, which are no part of the predictions: nobody need be told that they are gone
      return { ...request, rows: { ...request.rows, kept: choose(speaks.name, false, "response").dialect?.siblings ?? [] } };
    });
  }

  /** Whether what the server gets is decided by names that the columns have, or have not. */
  #mindsNames(from: string): boolean {
    if (this.#served.model?.signature?.inputs?.kind === "columns") return true;
    return choose(from, true).forms.some(({ layouts, headless }) => headless || layouts.includes("ndarray"));
  }
}

function held(all: Map<string, Request>, key: string, made: () => Request): Request {
  const known = all.get(key) ?? made();
  all.set(key, known);
  return known;
}

/** The form that a dialect's servers answer in who were asked in that form; the dialect where each is answered alike. */
function answeringIn({ name }: Dialect, asked: Form | undefined): string {
  const own = asked?.id.split(":")[1] ?? "";
  return choose(name, false, "response").forms.find(({ answers }) => answers?.includes(own))?.id ?? name;
}

/** Whether columns have no names, as far as the first bytes tell. */
function namelessIn(from: string, first: Uint8Array): Nameless | undefined {
  const found = formOf(choose(from, true), first);
  if (found === undefined) return undefined;
  const { layout, form } = found;
  if (layout === "tensor" || layout === "values" || layout === "features") return { rows: false };
  if (layout === "ndarray" && /"names"\s*:\s*\[\s*"/.test(decode(first.subarray(0, SHORT)))) return undefined;
  return layout === "ndarray" || (layout === "delimited" && form.headless) ? { rows: true } : undefined;
}

/** Columns without names get those of the model's, and without a model they are a tensor. */
function requestFor({ form, model }: Served, from: string, nameless: Nameless | undefined): Request {
  const signature = model?.signature;
  const kind = signature?.inputs?.kind;
  const columns = nameless && signature && kind === "columns" ? columnsOf(signature) : undefined;
  const text = signature ? textColumns(signature) : [];
  const { forms } = choose(form);
  const needsNames = !forms.some(({ layouts }) => layouts.some((layout) => NEEDS_NONE.includes(layout)));
  const to = nameless?.rows && !columns && needsNames ? (tensorOf(forms) ?? form) : form;
  return requestOf("convert", {
    // one input without a name is no matter of the client's protocol, which has names for all
    from: kind === "tensor" ? (tensorOf(choose(from, true).forms, "inputs") ?? from) : from,
    to,
    ...(columns && { columns }),
    ...(text.length > 0 && { text }),
  });
}

/** Layouts of rows whose columns need no names. */
const NEEDS_NONE: readonly Layout[] = ["ndarray", "values", "features", "delimited"];

/** The form for one tensor. */
function tensorOf(forms: readonly Form[], layout: Layout = "tensor"): string | undefined {
  const inputs = forms.find(({ layouts, content }) => layouts.includes("inputs") && content === "np");
  return (inputs ?? (layout === "tensor" ? forms.find(({ layouts }) => layouts.includes("tensor")) : undefined))?.id;
}
