export interface Contender {
  name: string;
  /** What one run handles: bytes of input, or numbers. */
  work: number;
  /** One run in a process of its own; its seconds. */
  run(): number;
  /** It takes minutes and is steady: two rounds are enough. */
  slow?: true;
}

const FEW = 2;

export interface Finish {
  name: string;
  work: number;
  /** Seconds of every run, in order. */
  seconds: readonly number[];
  /** Millions a second, of bytes or of numbers, in the fastest run and in the median one. */
  best: number;
  median: number;
}

/** Runs every contender once a round, so that whatever else the machine does meets all of them. */
export function race(title: string, contenders: readonly Contender[], rounds: number): Finish[] {
  const seconds = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, contender] of contenders.entries()) if (round < FEW || !contender.slow) seconds[i]?.push(contender.run());
  return contenders.map(({ name, work }, i) => {
    const all = seconds[i] ?? [];
    const finish = { name, work, seconds: all, best: work / 1e6 / Math.min(...all), median: work / 1e6 / median(all) };
    process.stderr.write(`  ${title}: ${name}: ${digits(finish.best)} M/s best, ${digits(finish.median)} M/s median\n`);
    return finish;
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How many times as fast as the other one, by their median runs. */
export function ratio(one: Finish, other: Finish): number {
  return one.median / other.median;
}

export function times(ratio: number): string {
  return `${digits(ratio)} ×`;
}

/** Three digits: 2,340, 86.1, 6.31. */
export function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
