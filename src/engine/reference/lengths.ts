import { Err, Mode } from "../codes.js";

/** What the lists at one depth must measure: a number, learned or given, or nothing. */
type Length = number | "learn" | "free";

/** The shape of the cargo: what may stand at each depth, and how long the lists there are. */
export class Lengths {
  mode: Mode = Mode.Free;
  /** Depth inside the cargo's outermost list; 0 without a cargo. */
  base = 0;
  /** Depth of the lists that hold scalars; -1 until there is a scalar. */
  #leaf = -1;
  /** Depth of the deepest list that was seen to hold lists, if only empty ones. */
  #listed = -1;
  /** Containers deeper than this are not checked. */
  #freeAbove = Number.POSITIVE_INFINITY;
  #lengths = new Map<number, Length>();

  /** The list whose inside is at this depth is the cargo. `width`: cells of a row, when known. */
  start(mode: Mode, base: number, width: number | undefined): void {
    this.mode = mode;
    this.base = base;
    this.#leaf = -1;
    this.#listed = -1;
    this.#freeAbove = Number.POSITIVE_INFINITY;
    this.#lengths = new Map([[base, "free"]]);
    if (this.#isMeasured) this.#lengths.set(base + 1, width ?? "learn");
  }

  end(): void {
    this.mode = Mode.Free;
    this.base = 0;
    this.#leaf = -1;
  }

  /** Rows are read, whose cells stand at this depth, in the cargo's own list when it is `flat`. `length`: that of a row, where it is known. */
  readRows(cellDepth: number, flat: boolean, length: number | "free" | undefined): void {
    if (this.#isMeasured || flat) this.#leaf = cellDepth;
    if (this.#isMeasured && length !== undefined) this.#lengths.set(this.base + 1, length);
  }

  get #isMeasured(): boolean {
    return this.mode === Mode.Rows || this.mode === Mode.Tensor;
  }

  /** Length of the lists at this level of the cargo, 1 for its rows; undefined where it is not known. */
  at(level: number): number | undefined {
    const length = this.#lengths.get(this.base + level);
    return typeof length === "number" ? length : undefined;
  }

  /** Dimensions inside the cargo's outermost list; undefined before the first scalar or empty list. */
  get innerRank(): number | undefined {
    if (this.#leaf >= 0) return this.#leaf - this.base;
    let rank = 0;
    while (this.at(rank + 1) !== undefined) rank++;
    return rank > 0 ? rank : undefined;
  }

  /**
   * An Err for a value among the members at this depth: 0 a scalar, 1 a list, 2 an object. A list of numbers may hold numbers only, a list of
   * lists lists only; a frame's cell may be anything.
   */
  admit(kind: 0 | 1 | 2, depth: number): number {
    if (this.mode === Mode.Free || depth < this.base || this.#freeAbove !== Number.POSITIVE_INFINITY) return Err.None;
    if (this.mode === Mode.Tensor) {
      if (kind === 2) return Err.Object;
      if (kind === 1) {
        this.#listed = Math.max(this.#listed, depth);
        return this.#leaf >= 0 && depth >= this.#leaf ? Err.Mixed : Err.None;
      }
      if (this.#leaf < 0 && depth > this.#listed) this.#leaf = depth;
      return this.#leaf === depth ? Err.None : Err.Mixed;
    }
    if (this.mode === Mode.Records && depth === this.base) return kind === 2 ? Err.None : Err.Record;
    if (depth === this.base) {
      if (kind === 2) return Err.Object;
      if (this.#leaf < 0) this.#leaf = this.base + kind;
      return this.#leaf === this.base + kind ? Err.None : Err.Mixed;
    }
    if (kind !== 0) this.#freeAbove = depth;
    return Err.None;
  }

  /** A container closes whose members are at this depth: the length that it should have, where it has another. */
  close(depth: number, members: number): number | undefined {
    if (this.mode !== Mode.Free && depth >= this.base && depth <= this.#freeAbove) {
      const length = this.#lengths.get(depth) ?? (this.mode === Mode.Tensor ? "learn" : "free");
      if (length === "learn") this.#lengths.set(depth, members);
      else if (length !== "free" && length !== members) return length;
    }
    if (depth - 1 === this.#freeAbove) this.#freeAbove = Number.POSITIVE_INFINITY;
    return undefined;
  }
}
