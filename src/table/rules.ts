import { behindFirst, type ColumnPick, nothingLeft } from "../columns/column-pick.js";
import { areDistinct } from "../columns/distinct.js";
import { dtypeNamed, isNumeric } from "../columns/dtype.js";
import { dialectOf, paramsBeside } from "../dialects/index.js";
import { isCut, isTensor, keepsShape, missingIn, needsNames } from "../dialects/needs.js";
import { refuseLabel } from "../engine/fault.js";
import type { Fields, Gap, RowRequest, RowStyle, RowSyntax, Spelling } from "../engine/rows.js";
import { type ColumnWriter, columnWriter, type RowWriter, rowWriter } from "../envelope/layouts/writer.js";
import type { Payload } from "../envelope/payload.js";
import { listed, nearest, optionText, TransloadError } from "../errors.js";
import { endsInRows } from "./ending.js";
import type { TableJob } from "./job.js";
import type { LabelText } from "./label-spill.js";
import { sourceOf } from "./ranges.js";

/** Rows with the names of their cells. */
export function isKeyed(syntax: RowSyntax): boolean {
  return syntax === "records" || syntax === "recordLines";
}

/** How the option index names a column. */
const COLUMN = "column:";
/** Bytes of a file's end that are looked at. */
const ENDING = 1 << 14;

const NO_TEXTS = { before: () => "", after: "", between: "" };
const FLAT = { before: () => "", after: "", between: "," };
/** Rows are only looked at. */
export const LOOK: RowStyle = { cells: "none", missing: "null", nan: "token", nulls: true, texts: () => NO_TEXTS };

/** How source and target have rows read and written: what the two dialects, and the options, come to. */
export class Rules {
  /** Writes rows; undefined where the target is made of columns. */
  readonly writer: RowWriter | undefined;
  columns: ColumnWriter | undefined;
  /** Columns of a delimited file that are text. */
  readonly texts: Set<string>;
  readonly #job: TableJob;

  constructor(job: TableJob) {
    this.#job = job;
    this.texts = new Set(job.options.text);
    const { source, origin, options, rewriter } = job;
    const { form, layout } = job.target;
    const whole = form.content === "np" && ["tensor", "values", "inputs", "named"].includes(source.layout) && !isCut(options);
    this.writer = whole ? undefined : rowWriter(form, layout, { header: options.header && !form.headless, index: this.indexed });
    if (this.writer) return;
    const content = origin.layout === "named" && form.content === "pd" ? "dict" : form.content;
    this.columns = columnWriter(form, layout, rewriter?.keepsContent ? undefined : content);
  }

  // ---- labels and names

  /** Where the labels of the frame are, once they have been read. */
  get labels(): Payload["labels"] {
    const { indexWanted, labels } = this.#job.rewriter ?? {};
    return indexWanted && labels && labels.rows > 0 ? labels : undefined;
  }

  /** The frame's labels are wanted, and have not come yet. */
  get awaitsLabels(): boolean {
    const { source, rewriter } = this.#job;
    return source.layout === "frame" && (rewriter?.indexWanted ?? false) && this.labels === undefined;
  }

  /** The column of the target's that its labels are made of. */
  get labelColumn(): string | undefined {
    const { options, target } = this.#job;
    return target.layout === "frame" && options.index.startsWith(COLUMN) ? options.index.slice(COLUMN.length) : undefined;
  }

  /** Labels of the source are written as the target's; they stand beside the rows, before the first column. */
  get keepsLabels(): boolean {
    return this.labels !== undefined && this.#job.target.layout === "frame" && this.#job.options.index === "keep";
  }

  /** Row labels are written, 0 to rows - 1. */
  get indexed(): boolean {
    const { index } = this.#job.options;
    return index === "generate" || (index === "keep" && (this.#job.target.form.needsIndex ?? false));
  }

  /** Names of the columns that are written: all but the labels. */
  columnNames(names: readonly string[] | undefined): readonly string[] | undefined {
    if (this.keepsLabels) return names?.slice(1);
    const column = this.labelColumn;
    return column === undefined ? names : names?.filter((name) => name !== column);
  }

  /** Rows are written with the names of their cells. */
  get keyed(): boolean {
    return this.columns !== undefined || this.needsNames;
  }

  /** Nothing can be written before the names are known. */
  get needsNames(): boolean {
    const { source, target, options } = this.#job;
    // those of a frame may come behind its rows
    return target.layout !== "frame" && needsNames(source, target, options.header);
  }

  /** Columns are wanted by names, or given to rows that may have none, and the rows' own have not come yet: they may stand behind them. */
  get awaitsPick(): boolean {
    const { rewriter, source, options } = this.#job;
    return (
      (options.pick !== undefined || options.columns !== undefined) &&
      rewriter !== undefined &&
      ["frame", "ndarray"].includes(source.layout) &&
      !options.fixed &&
      !rewriter.hasOwnNames
    );
  }

  /** Every piece of a frame has the names of its columns, or somebody reads them first, and they may come behind the rows. */
  get awaitsNames(): boolean {
    const { rewriter, source, target, options } = this.#job;
    const named = ["frame", "ndarray"].includes(target.layout) && ["frame", "ndarray"].includes(source.layout);
    return rewriter !== undefined && named && (isCut(options) || options.namesFirst);
  }

  /** Every piece has the parameters, and they may come behind the payload: none have come yet. */
  get awaitsParams(): boolean {
    const { rewriter, source, target, options } = this.#job;
    if (!rewriter || !isCut(options)) return false;
    const goal = dialectOf(target.form).params;
    return goal !== undefined && paramsBeside(source.form, rewriter.options.from).size > 0 && !rewriter.extras.has(goal);
  }

  /** Neither labels nor parameters can stand behind the rows that begin: the caller says so, or a file's last bytes do. */
  nothingBehind(syntax: RowSyntax, names: readonly string[] | undefined): boolean {
    const { options, store } = this.#job;
    return options.fixed || (syntax === "lists" && endsInRows(store.ending(ENDING), names?.length));
  }

  /**
   * Nothing that stands behind the rows goes anywhere: where some rows are picked, reading may end with the last of them. Labels are another
   * matter, as rows wait for those.
   */
  get stops(): boolean {
    const { rewriter, source, target, options } = this.#job;
    if (!rewriter || options.fixed) return true;
    // the names of the columns may
    if (["frame", "ndarray"].includes(source.layout) && ["frame", "ndarray"].includes(target.layout) && !rewriter.hasOwnNames) return false;
    const { onward, noted, from } = rewriter.options;
    const goal = dialectOf(onward ?? target.form);
    const params = goal.params !== undefined && paramsBeside(source.form, from).size > 0;
    return !params && !noted && !goal.siblings.some((name) => dialectOf(source.form).siblings.includes(name));
  }

  /** Columns that a keyed source is asked for, which are then all there are. */
  get chosen(): readonly string[] | undefined {
    const { pick, columns } = this.#job.options;
    return pick && columns;
  }

  /** @throws TransloadError E_COLUMNS where columns are to be left out that have no names. */
  refuseNamelessDrop(names: readonly string[] | undefined): void {
    const { options, origin } = this.#job;
    if (!options.pick || options.columns || names) return;
    throw new TransloadError("E_COLUMNS", `${origin.form.id} has no names for its columns, by which some could be left out`);
  }

  nameless(): TransloadError {
    const { origin, target } = this.#job;
    return new TransloadError(
      "E_COLUMNS",
      `${target.form.id} needs names for the columns, and ${origin.form.id} has none; give them with ${optionText("columns", ["a", "b", "c"])}`,
    );
  }

  /** A label of the source's that is no string, where the target has strings for names. */
  refuseOddLabel(): void {
    const { rewriter, target, options } = this.#job;
    if (rewriter?.oddLabel === undefined || !this.keyed || options.columns) return;
    throw refuseLabel(rewriter.oddLabel, target.form.id);
  }

  // ---- reading

  fields(): Fields {
    const { options, source } = this.#job;
    return {
      delimiter: options.delimiter ?? source.form.delimiter ?? ",",
      quote: options.quote,
      missing: options.na,
      spelling: (name) => this.#spelling(name),
    };
  }

  /** What is asked for by a column's name is read as that; a dtype for all of them takes what are numbers. */
  #spelling(name: string): Spelling {
    const { typing, asked } = this.#job.options;
    if (this.texts.has(name)) return "text";
    if (typing === "pandas") return "pandas";
    const own = dtypeNamed(asked, name);
    if (own) return isNumeric(own) ? "any" : "text";
    return typeof asked === "string" && asked !== "infer" && isNumeric(asked) ? "any" : "json";
  }

  /** `columns`: the source's own, where they are known, or those that the caller gives what has none. */
  request(syntax: RowSyntax, columns: readonly string[] | undefined): RowRequest {
    const { options, source, store } = this.#job;
    const labels = syntax === "lists" && columns ? this.labels : undefined;
    // the labels are the first column, from a list of their own
    const names = labels && columns ? [this.keepsLabels ? "" : options.index.slice(COLUMN.length), ...columns] : columns;
    const pick = this.#pick(syntax, columns);
    const own = pick && labels ? behindFirst(pick) : pick;
    const written = names && (own?.names(names) ?? names);
    const column = this.labelColumn;
    if (column !== undefined && written && !written.includes(column)) throw this.#noColumn(column, written);
    if (written && this.keyed && this.writer?.cells !== "delimited" && !areDistinct(written)) throw this.#twice(written);
    return {
      syntax,
      names,
      ...(own && { pick: own }),
      newKeys: this.omits(syntax) && !options.fixed ? "always" : "first",
      // a scalar that stands for a row is no list that could be short
      ragged: syntax === "cells" || syntax === "grouped" ? "error" : options.ragged,
      nestedTexts: options.nested === "json" && !isTensor(source),
      twice: dialectOf(source.form).firstKeyWins ? "first" : "last",
      fields:
        syntax === "delimited"
          ? this.fields()
          : this.writer?.cells === "delimited"
            ? { ...this.fields(), delimiter: this.#delimiter }
            : undefined,
      ...(labels && { across: [sourceOf(store, labels)] }),
    };
  }

  /** What is picked of these columns; undefined where they are all, and stay what they are. */
  #pick(syntax: RowSyntax, columns: readonly string[] | undefined): ColumnPick | undefined {
    const { pick, columns: given } = this.#job.options;
    if (!pick || syntax === "across") return undefined;
    // of records those are known by now that have been read before
    if (isKeyed(syntax)) return columns === undefined || columns === given ? pick : pick.settled(columns);
    if (columns === undefined || columns === given) return undefined;
    const places = pick.places(columns);
    if (places.length === 0 && columns.length > 0) throw nothingLeft("columns", columns);
    const names = pick.names(columns);
    const same = places.length === columns.length && places.every((place, i) => place === i && names[i] === columns[i]);
    return same ? undefined : pick;
  }

  /** What columns of these names are called that are written. */
  written(syntax: RowSyntax, columns: readonly string[] | undefined): readonly string[] | undefined {
    return columns && (this.#pick(syntax, columns)?.names(columns) ?? columns);
  }

  /** Records become records: a key that is missing stays so, and no union of keys is needed. */
  omits(syntax: RowSyntax): boolean {
    const { layout, form } = this.#job.target;
    return (
      isKeyed(syntax) &&
      this.#job.options.missing === undefined &&
      !form.equalKeys &&
      !this.chosen &&
      (layout === "records" || (layout === "lines" && !form.lists))
    );
  }

  /** A later record may bring a column. */
  grows(syntax: RowSyntax): boolean {
    const { options } = this.#job;
    return isKeyed(syntax) && !this.chosen && !options.fixed && !this.omits(syntax) && this.gap("missing") !== "error";
  }

  /** Rows are only cut: they pass as they stand. */
  passes(syntax: RowSyntax): boolean {
    const { source, target, options } = this.#job;
    const cut = options.maxRows !== undefined && options.maxBytes === undefined;
    const alike =
      syntax === "lists" &&
      source.layout === "frame" &&
      target.layout === "frame" &&
      options.ragged === "error" &&
      options.nested === "keep";
    const labelled = this.keepsLabels || this.labelColumn !== undefined;
    return cut && !options.picked && !options.pick && alike && !labelled && this.gap("nan") === "token" && !target.form.refusesNull;
  }

  // ---- writing

  gap(what: "nan" | "missing"): Gap {
    const { form } = this.#job.target;
    const own = this.#job.options[what];
    if (what === "missing") return missingIn(form, own);
    const { nan } = dialectOf(form);
    // a server that reads null as NaN has nothing for the infinities
    if (own === undefined && nan === "null") return "finite";
    return own ?? nan ?? "token";
  }

  /** How rows of this syntax are written by the row writer; labels go to a text of their own. */
  style(syntax: RowSyntax, names: readonly string[] | undefined, labels: LabelText): RowStyle {
    const writer = this.writer as RowWriter;
    const style = { ...this.#cells(syntax), cells: writer.cells, delimiter: this.#delimiter, texts: this.#texts(syntax) };
    const column = this.labelColumn;
    const written = this.written(syntax, names);
    const routed = this.keepsLabels && syntax === "lists" && names ? 0 : column === undefined ? undefined : written?.indexOf(column);
    if (routed === undefined) return style;
    const texts: RowStyle["texts"] = (own, width) => {
      const { before, ...others } = writer.texts(this.columnNames(own), width - 1);
      return { ...others, before: (i) => (i === routed ? "" : before(i < routed ? i : i - 1)) };
    };
    return { ...style, texts, routed, column: (bytes) => labels.append(bytes) };
  }

  /** A list that stays one has no brackets around its elements. */
  #texts(syntax: RowSyntax): RowStyle["texts"] {
    const { source, target } = this.#job;
    const flat = syntax === "cells" && isTensor(source) && keepsShape(target);
    return flat ? () => FLAT : (this.writer as RowWriter).texts;
  }

  /** The same where the rows become columns, in blocks. */
  scatterStyle(syntax: RowSyntax, block: NonNullable<RowStyle["block"]>): RowStyle {
    return { ...this.#cells(syntax), cells: "columns", texts: () => NO_TEXTS, block };
  }

  #cells(syntax: RowSyntax): Pick<RowStyle, "missing" | "nan" | "nulls" | "sizes"> {
    const { form } = this.#job.target;
    return {
      missing: this.omits(syntax) ? "omit" : this.gap("missing"),
      nan: this.gap("nan"),
      nulls: !form.refusesNull,
      sizes: form.layouts.includes("inputs"),
    };
  }

  get #delimiter(): string {
    return this.#job.target.form.delimiter ?? ",";
  }

  #noColumn(column: string, names: readonly string[]): TransloadError {
    const guess = nearest(column, names);
    return new TransloadError(
      "E_COLUMNS",
      `${optionText("index", `column:${column}`)}: there is no such column${guess ? `; did you mean ${guess}?` : ` among ${listed(names)}`}`,
    );
  }

  #twice(names: readonly string[]): TransloadError {
    const seen = new Set<string>();
    const name = names.find((n) => seen.size === seen.add(n).size);
    const { options, target } = this.#job;
    const why = options.namesOnly ? "rows are chosen by the names of columns" : `${target.form.id} has one cell for a name`;
    return new TransloadError("E_DUPLICATE", `two columns are called ${JSON.stringify(name)}, and ${why}`);
  }
}
