import { digits, type Finish, ratio, times } from "./race.js";
import type { Table } from "./section.js";

/** A row for every contender: its best and its median run, and how many times as fast as each baseline it was. */
export function raceTable(title: string, unit: string, finishes: readonly Finish[], baselines: readonly Finish[] = []): Table {
  return {
    title,
    head: ["", `best, ${unit}`, `median, ${unit}`, "runs", ...baselines.map(({ name }) => `× ${name}`)],
    rows: finishes.map((finish) => [
      finish.name,
      digits(finish.best),
      digits(finish.median),
      `${finish.seconds.length}`,
      ...baselines.map((baseline) => (baseline === finish ? "1" : times(ratio(finish, baseline)))),
    ]),
  };
}
