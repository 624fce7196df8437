// The typed lane reads frames, tensors and named tensors, and writes them. From any other form, and to it, the cells move
// first or afterwards: conversions in a row, which hand each other payloads of MLflow's.

import type { ConvertOptions } from "../api/convert.js";
import { concat } from "../columns/bytes.js";
import { type DType, dtypeNamed } from "../columns/dtype.js";
import { choose, FORMS, type Form, type Layout, target } from "../dialects/index.js";
import { type End, hasColumns, isCut, isTensor, keepsShape } from "../dialects/needs.js";
import { formOf } from "../envelope/detect.js";
import { TransloadError } from "../errors.js";
import { SpillStore } from "../io/store.js";
import { Conversion, checkConversion, type Outlet, type Route } from "./conversion.js";
import type { Host } from "./host.js";

/** Bytes that may wait between two conversions. */
const WAITING = 1 << 20;
/** The key that tells the form is in the first so many bytes, or the payload is taken for what the typed lane reads. */
const HEAD = 1 << 22;

/** Open Inference Protocol's names of numpy's. */
const DATATYPES: Readonly<Partial<Record<DType, string>>> = {
  bool: "BOOL",
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  uint8: "UINT8",
  uint16: "UINT16",
  uint32: "UINT32",
  uint64: "UINT64",
  float32: "FP32",
  float64: "FP64",
};

/** The datatype of all numbers, or of the columns that were named. */
function datatypeFor(dtype: NonNullable<ConvertOptions["dtype"]>): ConvertOptions["datatype"] {
  if (typeof dtype === "string") return DATATYPES[dtype];
  return Object.fromEntries(
    Object.keys(dtype).flatMap((name) => {
      const datatype = DATATYPES[dtypeNamed(dtype, name) as DType];
      return datatype ? [[name, datatype]] : [];
    }),
  );
}

/** What takes chunks: a conversion, or several. */
export interface Stage {
  push(chunk: Uint8Array): void | Promise<void>;
  end(): Promise<void>;
  close(): void;
}

/** The conversion, or the chain of them, for these options. */
export function createStage(options: ConvertOptions, host: Host, write: (bytes: Uint8Array) => void, outlet?: Outlet): Stage {
  const typed = options.dtype !== undefined || (options.through?.length ?? 0) > 0;
  return typed ? new Chain(options, host, write, outlet) : new Conversion(options, host, write, outlet);
}

/** The form that the typed lane reads a cargo of this layout in; undefined where that is its own. */
export function readableForm(layout: Layout): string | undefined {
  if (layout === "frame" || layout === "tensor" || layout === "named") return undefined;
  return layout === "inputs" || layout === "values" ? "mlflow:inputs" : "mlflow:split";
}

/** A conversion of the chain's, and where it is on the way. */
type Plan = ConvertOptions & { route?: Route };

const SPLIT = "mlflow:split";
const INPUTS = "mlflow:inputs";

/** What the typed lane reads in the place of the payload, so that nothing of it is lost on the way to this layout. */
function middleOf({ form, layout }: End, goal: End): "frame" | "tensor" | "named" {
  if (layout === "named" || layout === "tensor" || layout === "frame") return layout;
  const tensors = layout === "values" || layout === "inputs";
  if (!tensors) return "frame";
  if (layout === "inputs" && form.content !== "np") return "named";
  // one tensor: its name goes where the target has one, its columns' names where there are rows
  if (keepsShape(goal)) return goal.layout === "tensor" || layout === "values" ? "tensor" : "named";
  return hasColumns(goal) ? "named" : "frame";
}

/** The conversions in a row: cells move to a form that the typed lane reads, are read and printed, and move on. */
function plansFor(options: ConvertOptions, found: End | undefined): Plan[] {
  const { dtype, cast, through, batchRows, from, to, engine, onWarning, columns, nan, maxRowBytes, ...moving } = options;
  const shared = { ...(engine && { engine }), ...(onWarning && { onWarning }), ...(maxRowBytes && { maxRowBytes }) };
  const typed = { ...shared, ...(dtype && { dtype }), ...(cast && { cast }), ...(through && { through }), ...(batchRows && { batchRows }) };
  const given = columns && { columns };
  if (!found) return [{ ...typed, ...given, ...(nan && { nan }), from: from ?? "auto", to }];
  const goal = target(choose(to, false, options.what), found.layout, found.form, columns !== undefined);
  const middle = middleOf(found, goal);
  // a tensor that stays one has no use for names
  const named = isTensor(found) && keepsShape(goal) ? undefined : given;
  const form = formOfLayout(middle);
  // pieces, and labels that are asked for, are the last one's
  const { maxRows, maxBytes, index, ...reading } = moving;
  const cuts = isCut(moving) || (index !== undefined && index !== "keep");
  const pads = moving.ragged === "pad" && (middle === "frame" || middle === "tensor");
  const first = middle !== found.layout || pads;
  const alike =
    goal.layout === middle || (middle === "frame" && goal.layout === "tensor") || (middle === "tensor" && goal.layout === "frame");
  const plans: Plan[] = [];
  const middleEnd = { form, layout: middle };
  if (first)
    plans.push({
      ...shared,
      ...reading,
      ...named,
      from: found.form.id,
      to: form.id,
      missing: "null",
      route: { origin: found, goal: middleEnd },
    });
  const source = first ? form.id : (from ?? "auto");
  // names for a tensor are its columns', once it has some
  const frames = middle === "frame" || goal.layout === "frame";
  const own = !first || middle === "tensor" ? named : undefined;
  if (alike && !cuts)
    return [...plans, { ...typed, ...(frames && own), ...(nan && { nan }), from: source, to, route: { origin: found, goal } }];
  const datatype = moving.datatype ?? (dtype && datatypeFor(dtype));
  plans.push({ ...typed, ...(middle === "frame" && own), from: source, to: form.id, route: { origin: found, goal: middleEnd } });
  plans.push({
    ...shared,
    ...moving,
    ...(datatype && { datatype }),
    ...(middle !== "frame" && named),
    ...(nan && { nan }),
    from: form.id,
    to,
    route: { origin: found, goal },
  });
  return plans;
}

function formOfLayout(layout: "frame" | "tensor" | "named"): Form {
  return FORMS.find(({ id }) => id === (layout === "frame" ? SPLIT : INPUTS)) as Form;
}

class Chain implements Stage {
  readonly #options: ConvertOptions;
  readonly #host: Host;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #outlet: Outlet | undefined;
  #head: Uint8Array[] = [];
  #held = 0;
  #enough = 0;
  #links: Link[] | undefined;

  constructor(options: ConvertOptions, host: Host, write: (bytes: Uint8Array) => void, outlet: Outlet | undefined) {
    this.#options = options;
    this.#host = host;
    this.#write = write;
    this.#outlet = outlet;
    checkConversion(options);
  }

  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#links) return this.#feed(this.#links, chunk);
    this.#head.push(Uint8Array.from(chunk));
    this.#held += chunk.length;
    return this.#begin(false);
  }

  async end(): Promise<void> {
    if (!this.#links) await this.#begin(true);
    const links = this.#links as unknown as Link[];
    for (const [i, link] of links.entries()) {
      await (i === 0 ? link.stage.end() : placeless(() => link.stage.end()));
      await this.#forward(links, i);
    }
  }

  close(): void {
    for (const { stage } of this.#links ?? []) stage.close();
  }

  /** Builds the chain once the form is known, and feeds it what was held. */
  #begin(last: boolean): void | Promise<void> {
    // looked at again when twice as much is there
    if (!last && this.#held < this.#enough) return;
    this.#enough = 2 * this.#held;
    const head = this.#head.length === 1 ? (this.#head[0] as Uint8Array) : concat(this.#head);
    const found = formOf(choose(this.#options.from ?? "auto", true, this.#options.what), head);
    if (!found && !last && this.#held < HEAD) {
      this.#head = [head];
      return;
    }
    this.#links = this.#build(found);
    this.#head = [];
    return this.#feed(this.#links, head);
  }

  #build(found: ReturnType<typeof formOf>): Link[] {
    const plans = plansFor(this.#options, found);
    const links: Link[] = [];
    plans.forEach(({ route, ...plan }, i) => {
      const last = i === plans.length - 1;
      const queue: Uint8Array[] = [];
      const outlet: Outlet = {
        get full() {
          return queue.reduce((sum, bytes) => sum + bytes.length, 0) > WAITING;
        },
        drained: () => this.#forward(links, i),
        endPiece: () => {},
      };
      // the later ones read what nobody has in a file
      const host = i === 0 ? this.#host : { ...this.#host, input: () => new SpillStore(this.#host.spill()) };
      const stage = last
        ? new Conversion(plan, host, this.#write, this.#outlet, route)
        : new Conversion(plan, host, (bytes) => queue.push(bytes), outlet, route);
      links.push({ stage, queue });
    });
    return links;
  }

  #feed(links: readonly Link[], chunk: Uint8Array): void | Promise<void> {
    const first = (links[0] as Link).stage.push(chunk);
    if (links.length === 1) return first;
    return Promise.resolve(first).then(() => this.#forward(links, 0));
  }

  /** Hands on what this link has written. */
  async #forward(links: readonly Link[], i: number): Promise<void> {
    const next = links[i + 1];
    if (!next) return;
    const { queue } = links[i] as Link;
    for (let bytes = queue.shift(); bytes; bytes = queue.shift()) {
      const link = next.stage;
      const taken = bytes;
      await placeless(() => link.push(taken));
      await this.#forward(links, i + 1);
    }
  }
}

/** What a later conversion refuses stands in a text that nobody has seen: its row and cell are told, its offset is not. */
async function placeless(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TransloadError)) throw error;
    const { row, cell } = error;
    throw new TransloadError(
      error.code,
      error.detail,
      { ...(row !== undefined && { row }), ...(cell !== undefined && { cell }) },
      { cause: error },
    );
  }
}

interface Link {
  readonly stage: Conversion;
  /** What it has written and the next has not taken. */
  readonly queue: Uint8Array[];
}
