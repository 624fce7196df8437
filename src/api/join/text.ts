// Several inputs as one text. Each is converted by itself, with all its checks, into one layout whose rows can stand one behind the other: lines of
// a csv where all are delimited files, records where all are records, and otherwise a split, or a tensor. What stands between the rows of two inputs
// is left out. The one text then goes through the ordinary conversion, which knows of nothing.
import { encode } from "../../columns/bytes.js";
import { withoutPlace } from "../../engine/fault.js";
import { optionText, TransloadError } from "../../errors.js";
import { abortable } from "../../io/abort.js";
import { DiskSpill } from "../../io/disk.js";
import { blocksOf, type Spill } from "../../io/store.js";
import { type Before, documentsIn } from "../../lanes/documents.js";
import type { Request } from "../../options/request.js";
import { Apart, type Shape } from "./apart.js";
import { type Columns, inOrder, linesInOrder, namesIn, type Ordering, pickedWith, rowsInOrder, takenName } from "./columns.js";
import {
  type Bytes,
  type Converted,
  converted,
  isTensor,
  type Joining,
  type Middle,
  middleFor,
  namesFirst,
  onward,
  quiet,
} from "./converted.js";
import { fieldsOf, fieldText, firstRecord, withField } from "./fields.js";
import type { Looked } from "./look.js";
import { checkRows } from "./manifest.js";
import { withMember } from "./records.js";

const NO_BYTES = new Uint8Array();
const COMMA = encode(",");
const SHAPES: Readonly<Record<Shape, string>> = {
  split: "rows with names",
  records: "records",
  tensor: "a tensor",
  scalar: "a single value",
};

/** Rows of an input, in the text. */
interface Segment {
  readonly input: string;
  readonly first: number;
  /** Rows of the input before them. */
  readonly own: number;
}

export class JoinedText {
  readonly middle: Middle;
  readonly #inputs: readonly Looked[];
  readonly #joining: Joining;
  readonly #labels: Spill;
  /** Of the first input. */
  #columns: Columns | undefined;
  #shape: Shape | undefined;
  /** Which input said what of labels, and what stands beside its rows. */
  #labelled: { readonly has: boolean; readonly input: string } | undefined;
  #beside: { readonly members: ReadonlyMap<string, string>; readonly input: string } | undefined;
  readonly #segments: Segment[] = [];
  #rows = 0;
  #begun = false;
  /** Some rows have been written. */
  #any = false;
  #used = 0;

  constructor(inputs: readonly Looked[], joining: Joining) {
    this.middle = middleFor(inputs, joining.fileColumn);
    this.#inputs = inputs;
    this.#joining = { ...joining, tensors: inputs.some(isTensor) };
    this.#labels = new DiskSpill(joining.run.spillDir);
  }

  /** What the text is to be read as. */
  get from(): string {
    if (this.middle !== "csv") return "mlflow";
    // one that has no line of names must not be read as if it had
    return this.#inputs.find(({ found }) => found?.form.headless)?.found?.form.id ?? "csv";
  }

  /** How its rows are to be read: as they were to be, as far as that has not been done. */
  rows(): Request["rows"] {
    const { rows, fileColumn } = this.#joining;
    const { renamed, drop, picked, choice, header, na, text, typing } = rows;
    const own = fileColumn === undefined ? [] : [fileColumn];
    const wanted = pickedWith(fileColumn, rows);
    const lined = header !== undefined && { header };
    const kept = {
      ...lined,
      ...(wanted && !namesFirst(this.middle, this.#joining) && { columns: wanted.names }),
      ...(wanted && renamed && { renamed: wanted.renamed }),
      ...(drop && { drop }),
      ...(picked && { picked }),
      ...(choice && { choice }),
    };
    if (this.middle !== "csv") return kept;
    const texts = [...(text ?? []), ...own];
    return { ...kept, ...(na && { na }), ...(texts.length > 0 && { text: texts }), ...(typing && { typing }) };
  }

  /** How the target is to be written. */
  target(): Request["target"] {
    const { nan, ...others } = this.#joining.target;
    // what was refused, or made null, is gone; a gap may have become NaN since
    const done = this.middle !== "csv" && (nan === "error" || nan === "null");
    return { ...others, ...(nan !== undefined && !done && { nan }) };
  }

  /** What runs its conversion, which is told nothing of its bytes: these are nobody's. */
  run(): Request["run"] {
    return onward(this.#joining.run);
  }

  /** The text. Errors of an input name it, and have their places in it. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (const input of this.#inputs) yield* this.#input(input);
      yield* this.#tail();
    } finally {
      this.#labels.close();
    }
  }

  /** What was refused in the text that nobody has seen, as an error of the input whose row it is. */
  blame(error: unknown): unknown {
    const { row } = error instanceof TransloadError ? error : {};
    if (!(error instanceof TransloadError) || error.file !== undefined) return error;
    const segment = row === undefined ? undefined : this.#segments.findLast(({ first }) => first <= row);
    if (row === undefined || !segment) return withoutPlace(error);
    const own = row - segment.first + segment.own;
    const detail = error.detail.replace(new RegExp(`\\brow ${row}\\b`), `row ${own}`);
    const place = { row: own, ...(error.cell !== undefined && { cell: error.cell }) };
    return new TransloadError(error.code, detail, place, { cause: error }).inFile(segment.input);
  }

  async *#input(input: Looked): AsyncGenerator<Uint8Array, void, undefined> {
    const { operand, binary } = input;
    const { encoding, run } = this.#joining;
    let rows = 0;
    let before: Before | undefined;
    try {
      const opened = await input.open(this.#read);
      const chunks = abortable(opened.chunks, run.signal) as AsyncIterable<Uint8Array>;
      if (binary || isLines(input) || encoding !== undefined) rows = yield* this.#payload(input, { ...opened, chunks }, rows);
      else
        for await (const document of documentsIn(chunks, this.#joining.what)) {
          ({ before } = document);
          rows += yield* this.#payload(input, { chunks: document.chunks, file: undefined }, rows);
        }
      if (operand.piece) checkRows(operand.piece, rows);
    } catch (error) {
      throw placed(error, operand.name, before);
    }
  }

  /** One payload of an input; its rows. */
  async *#payload(input: Looked, opened: Bytes, own: number): AsyncGenerator<Uint8Array, number, undefined> {
    this.#segments.push({ input: input.operand.name, first: this.#rows, own });
    const moved = await converted(input, opened, this.middle, this.#joining);
    if (this.middle === "csv") yield* this.#lines(input, moved.chunks);
    else if (this.#joining.fileColumn !== undefined) yield* this.#keyed(input, moved.chunks, this.#joining.fileColumn);
    else yield* this.#list(input, moved);
    const rows = moved.rows();
    this.#rows += rows;
    return rows;
  }

  // ---- lines

  async *#lines(input: Looked, chunks: AsyncIterableIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const { rows, fileColumn } = this.#joining;
    const file = input.operand.name;
    let lines: AsyncIterable<Uint8Array> = chunks;
    const headed = rows.header !== false && !input.found?.form.headless;
    if (!headed && this.#columns) inOrder(this.#columns, undefined, false);
    if (headed && this.#begun && !this.#columns)
      throw new TransloadError("E_COLUMNS", `its columns have names, and those of ${this.#inputs[0]?.operand.name} have none`);
    this.#begun = true;
    if (headed) {
      const { record, rest } = await firstRecord(chunks);
      lines = rest;
      const names = fieldsOf(record);
      if (!this.#columns) {
        this.#columns = { names, input: file };
        if (fileColumn !== undefined && names.includes(fileColumn)) throw takenName(fileColumn);
        yield fileColumn === undefined ? record : encode(`${fieldText(fileColumn)},`);
        if (fileColumn !== undefined) yield record;
      } else if (!inOrder(this.#columns, names, this.#ordering.missing !== undefined)) {
        const ordered = linesInOrder(rest, record, names, this.#columns.names, this.#ordering);
        lines = (await firstRecord(ordered)).rest;
      }
    }
    yield* fileColumn === undefined ? lines : withField(lines, file);
  }

  // ---- records with the name of their file

  async *#keyed(input: Looked, chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#head("records", undefined);
    yield* this.#separated(withMember(chunks, name, input.operand.name));
  }

  // ---- rows in brackets

  async *#list(input: Looked, { chunks }: Converted): AsyncGenerator<Uint8Array, void, undefined> {
    const file = input.operand.name;
    let labelled = false;
    const apart = new Apart(chunks, (bytes) => {
      const own = labelled ? bytes : withoutSpace(bytes);
      if (own.length === 0) return;
      if (!labelled && this.#labelled?.has) this.#labels.append(COMMA);
      labelled = true;
      this.#labels.append(own);
    });
    try {
      await apart.begin();
      const shape = this.#checkShape(apart.shape);
      const rows = this.#ordered(apart, shape, file);
      yield* this.#head(shape, apart.names);
      const any = yield* this.#separated(rows);
      if (any && shape === "split") this.#checkLabels(labelled, file);
      this.#checkBeside(apart.beside, file);
    } finally {
      await apart.close();
    }
  }

  #checkShape(shape: Shape | undefined): Shape {
    if (shape === undefined || shape === "scalar")
      throw new TransloadError("E_FORM", "it holds a single value, which has no rows that could stand behind others");
    if (this.#shape !== undefined && shape !== this.#shape)
      throw new TransloadError(
        "E_FORM",
        `it holds ${SHAPES[shape]}, and ${this.#inputs[0]?.operand.name} holds ${SHAPES[this.#shape]}; ${optionText("columns", ["a", "b", "c"])} gives names to the columns of a tensor`,
      );
    this.#shape = shape;
    return shape;
  }

  /** The rows, their cells in the order of the first input's columns. */
  #ordered(apart: Apart, shape: Shape, input: string): AsyncIterable<Uint8Array> {
    const names = apart.names === undefined ? undefined : namesIn(apart.names);
    if (shape !== "split") return apart.rows();
    if (!this.#begun) {
      this.#columns = names && { names, input };
      return apart.rows();
    }
    if (!this.#columns) {
      if (names) throw new TransloadError("E_COLUMNS", `its columns have names, and those of ${this.#inputs[0]?.operand.name} have none`);
      return apart.rows();
    }
    if (inOrder(this.#columns, names, this.#ordering.missing !== undefined)) return apart.rows();
    return rowsInOrder(apart.rows(), apart.names as string, this.#columns.names, this.#ordering);
  }

  get #ordering(): Ordering {
    const { limits, run, target } = this.#joining;
    const missing = target.missing === "error" ? undefined : target.missing;
    return { missing, limits, run: quiet(run) };
  }

  *#head(shape: Shape, names: string | undefined): Generator<Uint8Array, void, undefined> {
    if (this.#begun) return;
    this.#begun = true;
    this.#shape = shape;
    if (shape === "split") yield encode(`{"dataframe_split":{${names === undefined ? "" : `"columns":${names},`}"data":[`);
    else yield encode(shape === "records" ? '{"dataframe_records":[' : '{"inputs":[');
  }

  /** The rows, behind those that were written before; whether there are any. */
  async *#separated(rows: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, boolean, undefined> {
    let any = false;
    for await (const bytes of rows) {
      const own = any ? bytes : withoutSpace(bytes);
      if (own.length === 0) continue;
      if (!any && this.#any) yield COMMA;
      any = true;
      yield own;
    }
    this.#any ||= any;
    return any;
  }

  *#tail(): Generator<Uint8Array, void, undefined> {
    if (this.middle === "csv") return;
    yield encode("]");
    if (this.#labelled?.has) {
      yield encode(',"index":[');
      yield* blocksOf(this.#labels);
      yield encode("]");
    }
    if (this.#shape === "split") yield encode("}");
    for (const [name, text] of this.#beside?.members ?? []) yield encode(`,${JSON.stringify(name)}:${text}`);
    yield encode("}");
  }

  // ---- what stands beside the rows

  #checkLabels(has: boolean, input: string): void {
    this.#labelled ??= { has, input };
    if (this.#labelled.has === has) return;
    const [one, other] = has ? [input, this.#labelled.input] : [this.#labelled.input, input];
    throw new TransloadError(
      "E_INDEX",
      `${one} has labels for its rows, and ${other} has none; ${optionText("index", "drop")} leaves them out`,
    );
  }

  #checkBeside(members: ReadonlyMap<string, string>, input: string): void {
    this.#beside ??= { members: new Map(members), input };
    const { members: first, input: other } = this.#beside;
    for (const name of new Set([...first.keys(), ...members.keys()]))
      if (first.get(name)?.trim() !== members.get(name)?.trim())
        throw new TransloadError(
          "E_AMBIGUOUS",
          `its ${JSON.stringify(name)} are not those of ${other}, and one payload has the same for all of its rows; take them out, or convert the two one by one`,
        );
  }

  readonly #read = (bytes: number): void => {
    this.#used += bytes;
    this.#joining.run.onProgress?.(this.#used);
  };
}

/** Fields or records of its own stand on each line. */
function isLines({ found }: Looked): boolean {
  return found?.layout === "lines" || found?.layout === "delimited";
}

function withoutSpace(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte > 0x20);
  return first < 0 ? NO_BYTES : bytes.subarray(first);
}

/** An error of an input's payload, as one of the input. */
function placed(error: unknown, file: string, before: Before | undefined): unknown {
  if (!(error instanceof TransloadError)) return error;
  if (!before || before.bytes === 0) return error.inFile(file);
  const { code, detail, offset, line, column, path, row, cell } = error;
  const place = {
    ...(offset !== undefined && { offset: offset + before.bytes }),
    ...(line !== undefined && { line: line + before.lines }),
    ...(column !== undefined && { column: line === 1 ? column + before.columns : column }),
    ...(path !== undefined && { path }),
    ...(row !== undefined && { row }),
    ...(cell !== undefined && { cell }),
  };
  return new TransloadError(code, detail, place, { cause: error }).inFile(file);
}
