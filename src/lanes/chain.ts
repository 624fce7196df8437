// The typed lane reads frames, tensors and named tensors, and writes them. From any other form, and to it, the cells move
// first or afterwards: conversions in a row, which hand each other payloads of MLflow's.

import { concat } from "../columns/bytes.js";
import { datatypeFor } from "../columns/datatype.js";
import { choose, FORMS, type Form, type Gap, type Layout, target } from "../dialects/index.js";
import { type End, hasColumns, isCut, isTensor, keepsShape, missingIn } from "../dialects/needs.js";
import { withoutPlace } from "../engine/fault.js";
import { type Found, formOf } from "../envelope/detect.js";
import type { Told } from "../envelope/payload.js";
import { SpillStore } from "../io/store.js";
import { NOTHING, type Request } from "../options/request.js";
import { ChoosingStage } from "./choosing.js";
import { Conversion, endsOf, type Outlet, type Plan, pickOf, type Route } from "./conversion.js";
import { type Host, spilling } from "./host.js";
import { prepared, RecodedStage } from "./recoding.js";
import type { Stage } from "./stage.js";
import { mindsKinds, Suiting } from "./suiting.js";

/** Bytes that may wait between two conversions. */
const WAITING = 1 << 20;
/** The key that tells the form is in the first so many bytes, or the payload is taken for what the typed lane reads. */
const HEAD = 1 << 22;

/** The conversion, or the chain of them. @throws TransloadError E_DIALECT for ends that there are not. */
export function stageFor(request: Request, host: Host, write: (bytes: Uint8Array) => void, outlet?: Outlet): Stage {
  const { recoding, request: own } = prepared(request);
  // what is read again is the text that it has become
  if (recoding) return new RecodedStage(recoding, stageFor(own, spilling(host), write, outlet));
  const { from, to } = endsOf(request);
  if (request.rows.choice) return new ChoosingStage(request, host, (asked, put, where) => stageFor(asked, host, put, where), write, outlet);
  const stage = (mixed: boolean) => plainStage(mixed ? { ...request, keepsKinds: true } : request, host, write, outlet);
  return mindsKinds(to) ? new Suiting(from, { rows: request.rows.picked, columns: pickOf(request.rows) }, stage) : stage(false);
}

function plainStage(request: Request, host: Host, write: (bytes: Uint8Array) => void, outlet: Outlet | undefined): Stage {
  const { dtype, through = [] } = request.typed;
  const typed = dtype !== undefined || through.length > 0;
  return typed ? new Chain(request, host, write, outlet) : new Conversion({ ...request, ...endsOf(request) }, host, write, outlet);
}

/** The form that the typed lane reads a cargo of this layout in; undefined where that is its own. */
export function readableForm(layout: Layout): string | undefined {
  if (layout === "frame" || layout === "tensor" || layout === "named") return undefined;
  // what inputs are together is told behind them: MLflow has a form for each
  if (layout === "inputs") return "mlflow";
  return layout === "values" ? "mlflow:inputs" : "mlflow:split";
}

/** A conversion of the chain's, and where it is on the way. */
type Link = Plan & { readonly route?: Route };

const SPLIT = "mlflow:split";
const INPUTS = "mlflow:inputs";

/** What the typed lane reads in the place of the payload, so that nothing of it is lost on the way to this layout. */
function middleOf({ form, layout, frame }: End, goal: End): "frame" | "tensor" | "named" {
  if (layout === "named" || layout === "tensor" || layout === "frame") return layout;
  const tensors = layout === "values" || layout === "inputs";
  if (!tensors) return "frame";
  if (layout === "inputs" && form.content !== "np") return frame && !hasColumns(goal) ? "frame" : "named";
  // one tensor: its name goes where the target has one, its columns' names where there are rows
  if (keepsShape(goal)) return goal.layout === "tensor" || layout === "values" ? "tensor" : "named";
  return hasColumns(goal) ? "named" : "frame";
}

/** The conversions in a row: cells move to a form that the typed lane reads, are read and printed, and move on. */
function linksFor(request: Request, found: Found | undefined): Link[] {
  const { typed, pieces, limits, run } = request;
  const { columns, renamed, drop, picked, ...reading } = request.rows;
  const { nan, index, ...writing } = request.target;
  const { from, to } = endsOf(request);
  const bare = { ...NOTHING, limits, run };
  const given = columns ? { columns, ...(renamed && { renamed }) } : {};
  const gaps = nan ? { nan } : {};
  if (!found) return [{ ...bare, typed, rows: given, target: gaps, from, to }];
  const goal = target(to, found.layout, found.form, columns !== undefined, found.frame);
  const middle = middleOf(found, goal);
  // a tensor that stays one has no use for names
  const named = isTensor(found) && keepsShape(goal) ? {} : given;
  const form = formOfLayout(middle);
  const between = choose(form.id, true);
  // pieces, and labels that are asked for, are the last one's
  const cuts = isCut(pieces) || (index !== undefined && index !== "keep");
  const pads = reading.ragged === "pad" && (middle === "frame" || middle === "tensor");
  // a dtype is asked for by a name that may stand behind the rows
  const namesFirst = asksByName(typed) && (found.late === true || found.layout === "ndarray") && columns === undefined;
  // what is picked is picked before anything else is done
  const picks = picked !== undefined || drop !== undefined || (columns !== undefined && ["frame", "named"].includes(found.layout));
  const moves = middle !== found.layout || pads || namesFirst || picks;
  const alike =
    goal.layout === middle || (middle === "frame" && goal.layout === "tensor") || (middle === "tensor" && goal.layout === "frame");
  const links: Link[] = [];
  const middleEnd = { form, layout: middle };
  if (moves)
    links.push({
      ...bare,
      rows: {
        ...reading,
        ...named,
        ...(drop && { drop }),
        ...(picked && { picked }),
        goal,
        ...(typed.dtype && { asked: typed.dtype }),
        namesFirst,
        tellsGaps: mayLackKeys(request, found, goal),
      },
      target: { missing: missingFor(request, found, goal) },
      // a form named by us would hide what only auto finds beside it: a second payload, or others' parameters
      from: found.form.key === undefined ? choose(found.form.id, true, request.what) : from,
      to: between,
      route: { origin: found, goal: middleEnd, onward: goal.form },
    });
  const source = moves ? between : from;
  // names for a tensor are its columns', once it has some
  const frames = middle === "frame" || goal.layout === "frame";
  const own = !moves || middle === "tensor" ? named : {};
  if (alike && !cuts)
    return [...links, { ...bare, typed, rows: frames ? own : {}, target: gaps, from: source, to, route: { origin: found, goal } }];
  const datatype = writing.datatype ?? (typed.dtype && datatypeFor(typed.dtype));
  links.push({ ...bare, typed, rows: middle === "frame" ? own : {}, from: source, to: between, route: { origin: found, goal: middleEnd } });
  links.push({
    ...bare,
    rows: { ...reading, ...(middle === "tensor" && named) },
    target: { ...request.target, ...(datatype && { datatype }) },
    pieces,
    from: between,
    to,
    route: { origin: found, goal },
  });
  return links;
}

/** Records that stay records, of which one may lack a key that another has. */
function mayLackKeys({ target }: Request, source: End, goal: End): boolean {
  const keyed = ({ layout, form }: End) => layout === "records" || (layout === "lines" && !form.lists);
  return target.missing === undefined && keyed(source) && keyed(goal) && !goal.form.equalKeys;
}

/** What the middle has where a row has no cell. NaN is no number to whole ones, nor a text: null is read in every dtype. */
function missingFor(request: Request, source: End, goal: End): Gap {
  const { typed, target } = request;
  if (mayLackKeys(request, source, goal)) return "null";
  const gap = missingIn(goal.form, target.missing);
  const dtypes = typeof typed.dtype === "object" ? Object.values(typed.dtype) : [typed.dtype];
  const floats = !typed.through?.length && dtypes.every((dtype) => dtype?.startsWith("float"));
  return gap === "token" && !floats ? "null" : gap;
}

function asksByName({ dtype }: Request["typed"]): boolean {
  return typeof dtype === "object";
}

function formOfLayout(layout: "frame" | "tensor" | "named"): Form {
  return FORMS.find(({ id }) => id === (layout === "frame" ? SPLIT : INPUTS)) as Form;
}

class Chain implements Stage {
  readonly #request: Request;
  readonly #host: Host;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #outlet: Outlet | undefined;
  #head: Uint8Array[] = [];
  #held = 0;
  #enough = 0;
  #stages: Running[] | undefined;

  /** @throws TransloadError E_DIALECT. */
  constructor(request: Request, host: Host, write: (bytes: Uint8Array) => void, outlet: Outlet | undefined) {
    this.#request = request;
    this.#host = host;
    this.#write = write;
    this.#outlet = outlet;
    endsOf(request);
  }

  get told(): Told | undefined {
    return this.#stages?.[0]?.stage.told;
  }

  get enough(): boolean {
    return this.#stages?.[0]?.stage.enough ?? false;
  }

  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#stages) return this.#feed(this.#stages, chunk);
    this.#head.push(Uint8Array.from(chunk));
    this.#held += chunk.length;
    return this.#begin(false);
  }

  async end(): Promise<void> {
    if (!this.#stages) await this.#begin(true);
    const stages = this.#stages as unknown as Running[];
    for (const [i, { stage }] of stages.entries()) {
      await (i === 0 ? stage.end() : placeless(() => stage.end()));
      await this.#forward(stages, i);
    }
  }

  close(): void {
    for (const { stage } of this.#stages ?? []) stage.close();
  }

  /** Builds the chain once the form is known, and feeds it what was held. */
  #begin(last: boolean): void | Promise<void> {
    // looked at again when twice as much is there
    if (!last && this.#held < this.#enough) return;
    this.#enough = 2 * this.#held;
    const head = this.#head.length === 1 ? (this.#head[0] as Uint8Array) : concat(this.#head);
    const found = formOf(endsOf(this.#request).from, head);
    const told = found && (found.layout !== "frame" || found.late !== undefined || !asksByName(this.#request.typed));
    if (!told && !last && this.#held < HEAD) {
      this.#head = [head];
      return;
    }
    this.#stages = this.#build(found);
    this.#head = [];
    return this.#feed(this.#stages, head);
  }

  #build(found: Found | undefined): Running[] {
    const stages: Running[] = [];
    const links = linksFor(this.#request, found);
    // nothing has gone on to the second conversion then
    const settled = (own: End): End => {
      const [first, ...others] = linksFor(this.#request, own);
      for (const { stage } of stages.splice(1)) stage.close();
      this.#append(stages, others);
      return first?.route?.goal as End;
    };
    const [first, ...others] = links;
    this.#append(stages, [{ ...(first as Link), route: { ...first?.route, settled } }, ...others]);
    return stages;
  }

  /** Behind these conversions the others, of which the last writes the target. */
  #append(stages: Running[], links: readonly Link[]): void {
    const begun = stages.length;
    links.forEach(({ route, ...plan }, n) => {
      const i = begun + n;
      const last = n === links.length - 1;
      const queue: Uint8Array[] = [];
      const outlet: Outlet = {
        get full() {
          return queue.reduce((sum, bytes) => sum + bytes.length, 0) > WAITING;
        },
        drained: () => this.#forward(stages, i),
        endPiece: () => {},
      };
      // the later ones read what nobody has in a file
      const host = i === 0 ? this.#host : { ...this.#host, input: () => new SpillStore(this.#host.spill()) };
      const stage = last
        ? new Conversion(plan, host, this.#write, this.#outlet, route)
        : new Conversion(plan, host, (bytes) => queue.push(bytes), outlet, route);
      stages.push({ stage, queue });
    });
  }

  #feed(stages: readonly Running[], chunk: Uint8Array): void | Promise<void> {
    const first = (stages[0] as Running).stage.push(chunk);
    if (stages.length === 1) return first;
    return Promise.resolve(first).then(() => this.#forward(stages, 0));
  }

  /** Hands on what this link has written. */
  async #forward(stages: readonly Running[], i: number): Promise<void> {
    const next = stages[i + 1];
    if (!next) return;
    const { queue } = stages[i] as Running;
    for (let bytes = queue.shift(); bytes; bytes = queue.shift()) {
      const { stage } = next;
      const taken = bytes;
      await placeless(() => stage.push(taken));
      await this.#forward(stages, i + 1);
    }
  }
}

/** What a later conversion refuses stands in a text that nobody has seen: its row and cell are told, its offset is not. */
async function placeless(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw withoutPlace(error);
  }
}

/** A conversion under way. */
interface Running {
  readonly stage: Conversion;
  /** What it has written and the next has not taken. */
  readonly queue: Uint8Array[];
}
