// What the values of a column are like, from one pass over them, in memory that does not grow with them.
import { type Bins, Histogram } from "./histogram.js";

/** How often a value occurs. */
export interface Frequency {
  /** As it stands in the column. */
  value: string | number | boolean;
  /** Cells that have it. */
  count: number;
}

/** What the values of a column, or of a tensor, are like. */
export interface ColumnSummary {
  /** Of its numbers, NaN and the infinities aside; left out where it has none. */
  numbers?: {
    /** How many there are. */
    count: number;
    /** The smallest, as a double. */
    least: number;
    /** The largest, as a double. */
    greatest: number;
    /** The arithmetic mean. */
    mean: number;
    /** The standard deviation of a sample (n - 1); left out where there is but one. */
    deviation?: number;
    /** How they are spread: bins of one width, which is a power of two. `from` is where the first begins. */
    histogram: Bins;
  };
  /** Of its texts; left out where it has none. */
  texts?: {
    /** How many there are. */
    count: number;
    /** The first by its UTF-16 units. */
    least: string;
    /** The last by its UTF-16 units. */
    greatest: string;
  };
  /** Different values, null and NaN aside; of a column with lists or objects, left out. */
  distinct?: {
    /** How many there are, or have been counted. */
    count: number;
    /** There are more than that, and nobody knows how many. */
    more?: true;
  };
  /** The most frequent values, most frequent first, of several with one count those that came first; left out where not all different ones are known. */
  frequent?: Frequency[];
}

/** Values that are counted one by one: of a column, and of all together. */
const DISTINCT = { column: 10_000, all: 1_000_000, least: 100 };
/** Characters that texts of a column may have which are counted one by one. */
const CHARACTERS = 1 << 22;
const FREQUENT = 5;

/** Takes the values of a column, one by one. */
export class Summing {
  readonly #histogram = new Histogram();
  readonly #most: number;
  #numbers = 0;
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  /** The mean so far, and the squares of what is off it (Welford, 1962). */
  #mean = 0;
  #squares = 0;
  #texts: { count: number; least: string; greatest: string } | undefined;
  #counts: Map<unknown, number> | undefined = new Map();
  #characters = 0;
  #nested = false;

  /** `columns`: how many there are beside each other. */
  constructor(columns: number) {
    this.#most = Math.min(DISTINCT.column, Math.max(DISTINCT.least, Math.floor(DISTINCT.all / Math.max(1, columns))));
  }

  /** A cell as parseCells() has it. */
  add(value: unknown): void {
    if (value === null || value === undefined) return;
    switch (typeof value) {
      case "number":
        if (Number.isFinite(value)) this.#addNumber(value);
        break;
      case "bigint":
        this.#addNumber(Number(value));
        break;
      case "string":
        this.#addText(value);
        break;
      case "object":
        this.#nested = true;
        return;
    }
    this.#count(value);
  }

  get summary(): ColumnSummary {
    const counts = this.#counts;
    const frequent = counts && [...counts].sort(([, a], [, b]) => b - a).slice(0, FREQUENT);
    return {
      ...(this.#numbers > 0 && { numbers: this.#ofNumbers }),
      ...(this.#texts && { texts: this.#texts }),
      ...(!this.#nested && { distinct: counts ? { count: counts.size } : { count: this.#most, more: true as const } }),
      ...(!this.#nested &&
        frequent &&
        frequent.length > 0 && { frequent: frequent.map(([value, count]) => ({ value: plain(value), count })) }),
    };
  }

  get #ofNumbers(): NonNullable<ColumnSummary["numbers"]> {
    const count = this.#numbers;
    return {
      count,
      least: this.#least,
      greatest: this.#greatest,
      mean: this.#mean,
      ...(count > 1 && { deviation: Math.sqrt(this.#squares / (count - 1)) }),
      histogram: this.#histogram.bins as Bins,
    };
  }

  #addNumber(value: number): void {
    this.#numbers++;
    if (value < this.#least) this.#least = value;
    if (value > this.#greatest) this.#greatest = value;
    const off = value - this.#mean;
    this.#mean += off / this.#numbers;
    this.#squares += off * (value - this.#mean);
    this.#histogram.add(value);
  }

  #addText(value: string): void {
    const texts = this.#texts;
    if (!texts) this.#texts = { count: 1, least: value, greatest: value };
    else {
      texts.count++;
      if (value < texts.least) texts.least = value;
      if (value > texts.greatest) texts.greatest = value;
    }
  }

  #count(value: unknown): void {
    const counts = this.#counts;
    if (!counts) return;
    const known = counts.get(value);
    counts.set(value, (known ?? 0) + 1);
    if (known !== undefined) return;
    if (typeof value === "string") this.#characters += value.length;
    if (counts.size > this.#most || this.#characters > CHARACTERS) this.#counts = undefined;
  }
}

/** A whole number of many digits is told by its text. */
function plain(value: unknown): Frequency["value"] {
  return typeof value === "bigint" ? `${value}` : (value as Frequency["value"]);
}
