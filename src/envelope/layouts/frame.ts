import { decode } from "../../columns/bytes.js";
import { type Form, FRAME_KEYS } from "../../dialects/index.js";
import { optionText } from "../../errors.js";

import type { Payload } from "../payload.js";
import type { Scope } from "./scope.js";

const LIST = 0x5b; /* [ */
const NULL = 0x6e; /* n */
const ZERO = 0x30; /* 0 */

/** pandas' split: `columns`, `index` and `data`, in any order. Written as a split again, or as the tensor in `data`. */
export class Frame implements Scope {
  current: string | undefined;
  readonly #to: Payload;
  /** The target is a frame too: members are kept. */
  readonly #kept: boolean;
  readonly #closed: (() => void) | undefined;
  readonly #seen = new Set<string>();
  #written = 0;
  /** White space and key of a member whose value has not begun. */
  #held: readonly Uint8Array[] | undefined;
  /** The source's columns were written. */
  #named = false;
  #first = 0;
  #labels: number | undefined;
  #index: number | undefined;
  #rows = 0;

  /** `closed` is called after the closing brace. */
  constructor(to: Payload, closed?: () => void) {
    this.#to = to;
    this.#kept = to.target?.layout !== "tensor";
    this.#closed = closed;
    if (this.#kept) to.write("{");
  }

  key(name: string, gap: Uint8Array, raw: Uint8Array): void {
    this.current = name;
    if (!FRAME_KEYS.includes(name))
      throw this.#to.error(
        "E_KEY",
        `${JSON.stringify(name)} may not stand beside columns, index and data; servers refuse the whole split${this.#to.named ? ` (for named tensors say ${optionText("from", this.#to.named.id)})` : ""}`,
      );
    if (this.#seen.has(name)) throw this.#to.error("E_DUPLICATE", `${JSON.stringify(name)} occurs twice`);
    this.#seen.add(name);
    this.#to.members.push(name);
    const keep = this.#kept && (name === "data" || !this.#to.renames) && !(name === "index" && this.#indexAnew);
    this.#held = keep ? [gap, raw] : undefined;
    this.#to.tape.mode = keep ? "hold" : "drop";
  }

  value(first: number): void {
    this.#first = first;
    const tape = this.#to.tape;
    if (this.#held) this.#keep(this.#held, first);
    if (this.current === "data") {
      if (first !== LIST) throw this.#to.error("E_FORM", "data must be a list of rows");
      if (!this.#kept) tape.mode = "copy";
      this.#to.cargo({ layout: "rows", scalar: false, name: undefined, as: this.#kept ? "rows" : "tensor" });
      return;
    }
    if (first !== LIST && first !== NULL) throw this.#to.error("E_FORM", `${this.current} must be a list`);
    if (this.current === "columns") tape.capture();
    else if (first === LIST) {
      // where nothing is written, somebody wants to know
      if (!this.#to.options.to) this.#to.peek();
      this.#to.labelsBegin();
    }
  }

  element(first: number): void {
    this.#to.countsFromZero = first === ZERO;
  }

  /** Writes a member's key, now that its value begins. Null for columns is none, where the target needs them. */
  #keep(held: readonly Uint8Array[], first: number): void {
    const { tape, target, given } = this.#to;
    const colon = tape.release();
    this.#held = undefined;
    const absent = this.current === "columns" && first === NULL && (given || target?.form.needsColumns);
    tape.mode = absent ? "drop" : "copy";
    if (absent) return;
    if (this.current === "columns") this.#named = true;
    this.#separate();
    for (const bytes of [...held, colon]) this.#to.write(bytes);
  }

  ended(members: number): void {
    const list = this.#first === LIST;
    if (this.current === "columns") {
      const text = this.#to.tape.captured();
      if (list) {
        this.#labels = members;
        if (this.#seen.has("data") && !this.#to.given) this.#to.namesCameLate();
        const names = labels(text);
        this.#to.oddLabel = names?.odd;
        this.#to.nameColumns(names?.texts, members);
        this.#checkWidth();
      }
    } else if (this.current === "index") {
      this.#index = list ? members : undefined;
      if (list) this.#to.labelsEnded(members);
    } else {
      this.#rows = members;
      this.#to.cargoEnded();
      this.#checkWidth();
      const form = this.#to.target?.form;
      if (form?.refusesEmpty && members === 0) throw this.#to.error("E_TARGET", `${form.id} needs at least one row`);
      // Seldon's rows may be of any rank, a frame's are a table
      const rank = this.#to.options.origin?.layout === "ndarray" ? undefined : this.#to.innerRank;
      if (!this.#kept && rank !== undefined && rank !== 1)
        throw this.#to.error("E_FORM", `a split whose ${rank === 0 ? "data is a bare list" : "cells are lists"} is no tensor of rows`);
      if (!this.#kept) this.#to.tape.mode = "drop";
    }
    this.current = undefined;
  }

  close(): void {
    const to = this.#to;
    if (!this.#seen.has("data")) throw to.error("E_FORM", "a split needs data");
    if (this.#index !== undefined && this.#index !== this.#rows && !to.options.partial)
      throw to.error("E_INDEX", `index has ${this.#index} labels for ${this.#rows} rows`);
    if (to.lane === "table") {
      if (this.#seen.has("index") && !this.#indexAnew && !to.indexWanted)
        to.warn(
          "W_INDEX",
          `the index of the split is dropped; ${optionText("index", "drop")} says so, ${optionText("index", "column:NAME")} keeps it as a column`,
        );
    } else if (!this.#kept) {
      const lost = ["columns", "index"].filter((name) => this.#seen.has(name));
      if (lost.length > 0)
        to.warn(
          "W_NAMES",
          `${to.target?.form.id} is a tensor: ${lost.join(" and ")} of the split ${lost.length > 1 ? "are" : "is"} dropped`,
        );
    } else {
      if (to.target) this.#complete(to.target.form);
      to.write("}");
    }
    this.#closed?.();
  }

  /** Adds what the target's servers need and the source does not have, or what functions on batches made anew. */
  #complete(form: Form): void {
    const to = this.#to;
    if (!this.#named && to.columns !== undefined) {
      this.#separate();
      to.write(`"columns":${JSON.stringify(to.columns)}`);
    } else if (!this.#named && form.needsColumns)
      throw to.error(
        "E_COLUMNS",
        `${form.id} needs column names and the split has none; give them with ${optionText("columns", ["a", "b", "c"])}`,
      );
    if (to.renames && this.#seen.has("index"))
      to.warn("W_INDEX", "the index of the split is dropped: functions on batches may have changed the rows");
    if (to.options.index === "drop") return;
    if (to.options.index === "generate" || (form.needsIndex && (to.renames || !this.#seen.has("index")))) {
      this.#separate();
      to.writeIndex(to.rowsWritten ?? this.#rows);
    }
  }

  /** The source's index is not to be kept. */
  get #indexAnew(): boolean {
    const { index } = this.#to.options;
    return index === "drop" || index === "generate";
  }

  #separate(): void {
    if (this.#written++ > 0) this.#to.write(",");
  }

  /** Names and rows may come in either order. */
  #checkWidth(): void {
    const width = this.#to.width;
    // where cells move, names that are given are none of the frame's until all of it has been read
    const given = this.#to.lane === "table" ? undefined : this.#to.options.columns?.length;
    const names = this.#labels ?? given;
    if (names !== undefined && width !== undefined && names !== width)
      throw this.#to.error("E_COLUMNS", `${names} column names for rows of ${width} cells`);
  }
}

/** Labels as text: they may be numbers, null, or lists (of a MultiIndex), too, and are then as JSON has them. */
function labels(text: Uint8Array): { texts: string[]; odd: string | undefined } | undefined {
  let values: unknown[];
  try {
    values = JSON.parse(decode(text)) as unknown[];
  } catch {
    return undefined; // NaN among the labels
  }
  const texts = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return { texts, odd: texts[values.findIndex((value) => typeof value !== "string")] };
}
