// What the values of a payload's columns are like: it is converted to lines on the way, whose cells are looked at.
import { isTensor } from "../dialects/needs.js";
import type { EngineName } from "../engine/index.js";
import { TransloadError } from "../errors.js";
import { stageFor } from "../lanes/chain.js";
import type { Host } from "../lanes/host.js";
import { Lines, parseCells } from "../lanes/line-cells.js";
import type { Stage } from "../lanes/stage.js";
import { NOTHING } from "../options/request.js";
import { type ColumnSummary, Summing } from "./summary.js";

/** As those of inspect(). */
interface SummaryOptions {
  readonly engine?: EngineName;
  readonly maxRowBytes?: number;
}

/** The cells of lists in lists. */
function addAll(column: Summing, cell: unknown): void {
  if (Array.isArray(cell)) for (const inner of cell) addAll(column, inner);
  else column.add(cell);
}

/** Takes what an inspection reads, and gives summaries of its columns. */
export class Summarizer {
  readonly #stage: Stage;
  readonly #lines = new Lines();
  #columns: Summing[] | undefined;
  /** What the payload is, once its first row has come: of one tensor all cells are looked at together, of several those of each. */
  #kind: "frame" | "tensor" | "tensors" = "frame";
  /** The payload is no rows, which the inspection tells as well, or it is broken, which the inspection says. */
  #over = false;

  /** `from`: dialect or form of what is given; `host`: what a conversion of it finds, which is of no file. */
  constructor(from: string, { engine, maxRowBytes }: SummaryOptions, host: Host) {
    const limits = maxRowBytes === undefined ? {} : { maxRowBytes };
    const run = { ...(engine && { engine }) };
    const request = { ...NOTHING, from, what: "request", to: "jsonl:lists", target: { nan: "token" }, limits, run } as const;
    this.#stage = stageFor(request, host, (bytes) => this.#take(bytes));
  }

  async push(chunk: Uint8Array): Promise<void> {
    await this.#guarded(async () => this.#stage.push(chunk));
  }

  async end(): Promise<void> {
    await this.#guarded(() => this.#stage.end());
    this.#stage.close();
  }

  close(): void {
    this.#stage.close();
  }

  /** Of so many columns, or tensors, in their order; undefined where they have no rows in common. */
  columns(count: number): readonly ColumnSummary[] | undefined {
    const columns = this.#columns ?? Array.from({ length: count }, () => new Summing(count));
    return this.#over || columns.length !== count ? undefined : columns.map((column) => column.summary);
  }

  async #guarded(work: () => void | Promise<void>): Promise<void> {
    if (this.#over) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TransloadError) || error.code === "E_SPILL") throw error;
      this.#over = true;
    }
  }

  #take(bytes: Uint8Array): void {
    const lines = this.#lines.push(bytes);
    if (lines.length === 0) return;
    for (const row of parseCells(`[${lines.join(",")}]`) as (readonly unknown[])[]) {
      const columns = this.#columns ?? this.#begin(row.length);
      if (this.#kind === "tensor") addAll(columns[0] as Summing, row);
      else
        row.forEach((cell, i) => {
          if (this.#kind === "tensors") addAll(columns[i] as Summing, cell);
          else columns[i]?.add(cell);
        });
    }
  }

  #begin(width: number): Summing[] {
    const { form, layout } = this.#stage.told ?? {};
    if (form && layout && isTensor({ form, layout })) this.#kind = "tensor";
    else if (layout === "named" || layout === "inputs") this.#kind = "tensors";
    const count = this.#kind === "tensor" ? 1 : width;
    this.#columns = Array.from({ length: count }, () => new Summing(count));
    return this.#columns;
  }
}
