import { Batch } from "./batch.js";
import { CargoReader } from "./cargo.js";
import type { ConvertOptions } from "./convert.js";
import { type Choice, choose } from "./dialects/index.js";
import type { Printer } from "./engine/cells.js";
import { type CreateScanner, coreScanner, scannerOf } from "./engine/index.js";
import { TransloadError } from "./errors.js";
import { Opening } from "./opening.js";
import { checkOptions } from "./options.js";
import { Rewriter } from "./rewriter.js";

/** A function on batches, as stream-chain takes them: returns a batch, none, many, a promise or a generator of them. */
export type BatchFunction = (batch: Batch) => unknown;

type Through = (batch: Batch) => AsyncIterable<unknown>;

/** A conversion without streams: chunks in, chunks out through `write`. */
export class Conversion {
  readonly #from: Choice;
  readonly #to: Choice;
  readonly #options: ConvertOptions;
  readonly #write: (bytes: Uint8Array) => void;
  #through: Through | undefined;
  readonly #opening = new Opening();
  #rewriter: Rewriter | undefined;
  #cargo: CargoReader | undefined;
  #printer: Printer | undefined;
  #rowsOfCargo = 0;
  /** The cargo is a single cell. */
  #scalar = false;

  /** @throws TransloadError for options that cannot be used. */
  constructor(options: ConvertOptions, write: (bytes: Uint8Array) => void) {
    this.#from = choose(options.from ?? "auto", true);
    this.#to = choose(options.to);
    this.#options = options;
    this.#write = write;
    checkOptions(options);
  }

  /** Takes the next bytes of the input; a promise when something is to be waited for. */
  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#rewriter) return this.#take(this.#rewriter, chunk);
    const opened = this.#opening.push(chunk);
    if (opened) return this.#start(opened);
  }

  async end(): Promise<void> {
    if (!this.#rewriter) {
      const opened = this.#opening.push(new Uint8Array(), true);
      if (opened) await this.#start(opened);
    }
    this.#rewriter?.end();
  }

  #start(opened: { chunk: Uint8Array; start: number }): void | Promise<void> {
    const { engine, through } = this.#options;
    if (engine !== "reference" && !through?.length) return this.#open(opened, coreScanner);
    return this.#load().then((createScanner) => this.#open(opened, createScanner));
  }

  /** What a plain conversion does without. */
  async #load(): Promise<CreateScanner> {
    const { engine, through } = this.#options;
    if (through?.length) {
      const { gen } = await import("stream-chain/core");
      this.#through = gen(...(through as [])) as Through;
    }
    return scannerOf(engine);
  }

  #open({ chunk, start }: { chunk: Uint8Array; start: number }, createScanner: CreateScanner): void | Promise<void> {
    const { columns, nan, onWarning, dtype, cast = "error", batchRows } = this.#options;
    const typed = dtype !== undefined || this.#through !== undefined;
    this.#rewriter = new Rewriter(
      {
        from: this.#from,
        to: this.#to,
        columns,
        nan,
        typed: typed ? { dtype, cast, batchRows, reuse: this.#through === undefined } : undefined,
        renames: this.#through !== undefined,
        createScanner,
        write: this.#write,
        warn: (warning) => onWarning?.(warning),
      },
      start,
    );
    if (typed) this.#cargo = new CargoReader(this.#rewriter);
    return this.#take(this.#rewriter, chunk);
  }

  #take(rewriter: Rewriter, chunk: Uint8Array): void | Promise<void> {
    rewriter.scanner.push(chunk);
    if (this.#cargo) return this.#drive(rewriter, this.#cargo);
    rewriter.run();
  }

  /** The typed lane: as far as the input goes. Synchronous until a function on batches is to be waited for. */
  #drive(rewriter: Rewriter, cargo: CargoReader): void | Promise<void> {
    for (let step = cargo.next(); step; step = cargo.next()) {
      switch (step.type) {
        case "start":
          this.#rowsOfCargo = 0;
          this.#scalar = step.scalar;
          if (this.#through) rewriter.rowsWritten ??= 0;
          this.#printer ??= rewriter.scanner.printer({ nan: nanPolicy(this.#options.nan), nulls: !rewriter.target?.form.refusesNull });
          if (!step.scalar) rewriter.write("[");
          break;
        case "batch":
          if (this.#through) return this.#pass(rewriter, step.batch).then(() => this.#drive(rewriter, cargo));
          this.#print(rewriter, step.batch);
          break;
        case "end":
          if (!this.#scalar) rewriter.write("]");
          else if (this.#rowsOfCargo !== 1) throw new TransloadError("E_OPTION", "functions in `through` must make one scalar of a scalar");
      }
    }
  }

  async #pass(rewriter: Rewriter, batch: Batch): Promise<void> {
    for await (const result of (this.#through as Through)(batch)) {
      if (result === undefined || result === null) continue;
      if (!(result instanceof Batch)) throw new TransloadError("E_OPTION", "a function in `through` returned something else than a Batch");
      if (result.kind === "frame") rewriter.columns = result.columns.map((column) => column.name);
      rewriter.rowsWritten = (rewriter.rowsWritten ?? 0) + result.rowCount;
      this.#print(rewriter, result);
    }
  }

  #print(rewriter: Rewriter, batch: Batch): void {
    if ((batch.kind === "scalar") !== this.#scalar)
      throw new TransloadError("E_OPTION", "a function in `through` made a scalar of rows, or rows of a scalar");
    for (const bytes of (this.#printer as Printer).print(batch, this.#rowsOfCargo > 0)) rewriter.write(bytes);
    this.#rowsOfCargo += batch.rowCount;
  }
}

function nanPolicy(nan: ConvertOptions["nan"]): "error" | "pass" | "tell" {
  return nan === "error" ? "error" : nan === "null" ? "tell" : "pass";
}
