import { Mode } from "../engine/codes.js";
import type { RowReader, RowRequest, RowStyle, RowSyntax } from "../engine/rows.js";
import { placesAmong, TransloadError } from "../errors.js";
import type { Columns } from "./columns.js";
import type { TableJob, Wait } from "./job.js";
import type { Output } from "./output.js";
import { PickedRows } from "./picked.js";
import { type Range, reread } from "./ranges.js";
import { LOOK, type Rules } from "./rules.js";

/** Rows that have been gone through; `stopped`: and others are left. */
interface Surveyed {
  readonly reader: RowReader;
  readonly stopped: boolean;
}

/** @throws TransloadError E_COLUMNS for a column that no record has had. */
function refuseUnseen({ rows, keys }: RowReader): void {
  if (rows === 0 || keys.unseen.length === 0) return;
  const unseen = new Set(keys.unseen);
  placesAmong(
    keys.known.filter((name) => !unseen.has(name)),
    keys.unseen,
  );
}

/** Moves rows from a reader to the output, or into columns: at once, or once they have been read before. */
export class RowMover {
  readonly #job: TableJob;
  readonly #rules: Rules;
  readonly #output: Output;
  readonly #columns: Columns;

  constructor(job: TableJob, rules: Rules, output: Output, columns: Columns) {
    this.#job = job;
    this.#rules = rules;
    this.#output = output;
    this.#columns = columns;
  }

  /** Writes rows to their end; those that are picked, where some are. True where rows are left, which may be when `stops`. */
  *write(reader: RowReader, replayed = false, stops = replayed): Generator<Wait, boolean, void> {
    const own = this.#picked(reader, stops);
    if (this.#rules.writer) yield* this.#output.write(own, replayed);
    else yield* this.#columns.scatter(own);
    if (!this.#job.options.mayLack) refuseUnseen(own);
    return own instanceof PickedRows && own.stopped;
  }

  #picked(reader: RowReader, stops: boolean): RowReader {
    const { picked } = this.#job.options;
    return picked ? new PickedRows(reader, picked, stops) : reader;
  }

  style(syntax: RowSyntax, names?: readonly string[]): RowStyle {
    return this.#rules.writer ? this.#rules.style(syntax, names, this.#output.labels) : this.#columns.style(syntax);
  }

  /** Goes through rows without writing them, and keeps them to be read again. */
  *survey(range: Range, request: RowRequest, stops: boolean): Generator<Wait, Surveyed, void> {
    const { scanner, store } = this.#job;
    store.keep(range.from);
    const reader = this.#picked(scanner.rows(request, LOOK), stops);
    while (!reader.done) {
      reader.next();
      if (!reader.done) yield "more";
    }
    range.to = scanner.offset;
    range.rows = reader.rows;
    store.rest();
    if (!this.#job.options.mayLack) refuseUnseen(reader);
    return { reader, stopped: reader instanceof PickedRows && reader.stopped };
  }

  /** `mode`: how the scanner is to judge what it has not judged yet. */
  *reread(range: Range, request: RowRequest, style: RowStyle, mode?: Mode): Generator<Wait, void, void> {
    const { reader, feed, close } = reread(this.#job, range, request, style, mode === Mode.Tensor ? mode : undefined);
    const rows = this.write(reader, true);
    try {
      for (let step = rows.next(); !step.done; step = rows.next())
        if (step.value === "pause") yield "pause";
        else if (!feed()) throw new Error("transload: a store ended too early");
    } catch (error) {
      if (!(error instanceof TransloadError)) throw error;
      // lines were not counted from the beginning
      const { offset, path, row, cell } = error;
      const place = Object.fromEntries(Object.entries({ offset, path, row, cell }).filter(([, value]) => value !== undefined));
      throw new TransloadError(error.code, error.detail, place, { cause: error });
    } finally {
      close();
    }
  }
}
