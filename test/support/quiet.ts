// What a file's tests began is over when they are: work that goes on behind them takes a processor and memory from all that follow, and a
// test of its own would hardly see it. One window of quiet is enough, on a machine that is busy, too.
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";

const WINDOWS = 100;

afterAll(async () => {
  for (let i = 0; i < WINDOWS; i++) {
    const before = performance.eventLoopUtilization();
    await sleep(20);
    if (performance.eventLoopUtilization(before).utilization < 0.8) return;
  }
  throw new Error("the tests of this file left work behind that does not end");
});
