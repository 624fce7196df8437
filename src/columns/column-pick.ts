// Which columns are wanted, by their names, and what these become.
import { listed, placesAmong, TransloadError } from "../errors.js";

/** Some of the columns of rows. Those of a keyed source are known as they come. */
export interface ColumnPick {
  /** Columns that a keyed source is known to have. */
  readonly first: readonly string[];
  /** Any other column that a keyed source turns out to have is wanted, too. */
  readonly open: boolean;
  /**
   * Of these columns the places of those that are wanted, in their order.
   * @throws TransloadError E_COLUMNS for one that is not among them.
   */
  places(names: readonly string[]): readonly number[];
  /** What those are called that are wanted. */
  names(names: readonly string[]): readonly string[];
  /** The same once all columns of a keyed source are known, by the names that these have then. */
  settled(names: readonly string[]): ColumnPick;
}

/** Columns of these names, in this order, under new names. */
export class Chosen implements ColumnPick {
  readonly open = false;
  readonly first: readonly string[];
  readonly #wanted: readonly string[];
  readonly #renamed: readonly string[];

  constructor(wanted: readonly string[], renamed: readonly string[] = wanted) {
    this.first = [...new Set(wanted)];
    this.#wanted = wanted;
    this.#renamed = renamed;
  }

  places(names: readonly string[]): readonly number[] {
    return placesAmong(names, this.#wanted);
  }

  names(): readonly string[] {
    return this.#renamed;
  }

  settled(): ColumnPick {
    return this;
  }
}

/** All columns but these. */
export class Dropped implements ColumnPick {
  readonly open = true;
  readonly first: readonly string[];
  readonly #unwanted: ReadonlySet<string>;

  constructor(unwanted: readonly string[]) {
    this.#unwanted = new Set(unwanted);
    this.first = [...this.#unwanted];
  }

  places(names: readonly string[]): readonly number[] {
    placesAmong(names, this.first);
    return names.flatMap((name, i) => (this.#unwanted.has(name) ? [] : [i]));
  }

  names(names: readonly string[]): readonly string[] {
    return names.filter((name) => !this.#unwanted.has(name));
  }

  settled(names: readonly string[]): ColumnPick {
    return new Chosen(names);
  }
}

export function nothingLeft(what: "columns" | "tensors", names: readonly string[]): TransloadError {
  return new TransloadError("E_COLUMNS", `each of the ${what} is left out (${listed(names)}), so there are no rows to write`);
}

/** The pick that leaves the first column, which is none of the rows', where it is. */
export function behindFirst(pick: ColumnPick): ColumnPick {
  return {
    first: pick.first,
    open: pick.open,
    places: ([, ...names]) => [0, ...pick.places(names).map((place) => place + 1)],
    names: ([first = "", ...names]) => [first, ...pick.names(names)],
    settled: (names) => pick.settled(names),
  };
}
