/** Bins of one width, side by side. */
export interface Bins {
  /** Where the first begins. */
  readonly from: number;
  /** How wide each is: a power of two, so that bins begin at its multiples. */
  readonly step: number;
  /** Numbers in each. */
  readonly counts: readonly number[];
}

/** Bins at most: where a number lies beyond them, two become one as often as it takes. */
const MOST = 128;
/** The first number's bin is so many halvings narrower than that number. */
const FINE = 40;
const LEAST_EXPONENT = -1000;

/** How numbers are spread that come one by one, in memory that does not grow. */
export class Histogram {
  #step = 0;
  /** Of the bins that have numbers the first and the last; bin i begins at i steps. */
  #low = 0;
  #high = 0;
  /** Numbers of bin i, at i modulo MOST. */
  #counts = new Float64Array(MOST);

  /** A finite number. */
  add(value: number): void {
    if (this.#step === 0) {
      this.#step = 2 ** (value === 0 ? LEAST_EXPONENT : Math.max(LEAST_EXPONENT, Math.floor(Math.log2(Math.abs(value))) - FINE));
      this.#low = this.#high = binOf(value, this.#step);
    }
    let bin = binOf(value, this.#step);
    if (bin < this.#low || bin > this.#high) {
      this.#reach(value);
      bin = binOf(value, this.#step);
    }
    this.#counts[placeOf(bin)] = (this.#counts[placeOf(bin)] as number) + 1;
  }

  /** Undefined where no number has come. */
  get bins(): Bins | undefined {
    if (this.#step === 0) return undefined;
    const counts = Array.from({ length: this.#high - this.#low + 1 }, (_, i) => this.#counts[placeOf(this.#low + i)] as number);
    return { from: Math.max(-Number.MAX_VALUE, this.#low * this.#step), step: this.#step, counts };
  }

  /** Makes bins wide enough for the number to be in one of them. */
  #reach(value: number): void {
    let step = this.#step;
    let [low, high] = [this.#low, this.#high];
    for (;;) {
      const bin = binOf(value, step);
      const [first, last] = [Math.min(low, bin), Math.max(high, bin)];
      if (last - first < MOST) {
        this.#widen(step);
        this.#low = first;
        this.#high = last;
        return;
      }
      step *= 2;
      low = Math.floor(low / 2);
      high = Math.floor(high / 2);
    }
  }

  #widen(step: number): void {
    if (step === this.#step) return;
    const counts = new Float64Array(MOST);
    const times = step / this.#step;
    for (let bin = this.#low; bin <= this.#high; bin++) {
      const place = placeOf(Math.floor(bin / times));
      counts[place] = (counts[place] as number) + (this.#counts[placeOf(bin)] as number);
    }
    this.#counts = counts;
    this.#step = step;
  }
}

/** A quotient that is too small for a double is 0, also where it is less. */
function binOf(value: number, step: number): number {
  const bin = Math.floor(value / step);
  return bin === 0 && value < 0 ? -1 : bin;
}

function placeOf(bin: number): number {
  return ((bin % MOST) + MOST) % MOST;
}

const BARS = "▁▂▃▄▅▆▇█";

/** The bins as so many bars, as high as their numbers ask for; an empty one is a space. */
export function barsOf({ counts }: Bins, width: number): string {
  const bars = Math.min(width, counts.length);
  const sums = new Array<number>(bars).fill(0);
  counts.forEach((count, i) => {
    const bar = Math.floor((i * bars) / counts.length);
    sums[bar] = (sums[bar] as number) + count;
  });
  const most = sums.reduce((a, b) => Math.max(a, b), 0);
  return sums.map((sum) => (sum === 0 ? " " : BARS[Math.ceil((sum / most) * BARS.length) - 1])).join("");
}
