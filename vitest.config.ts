import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// generous: a machine that does other work besides must not make a test fail, and none of them asserts a time
const test = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: ["test/support/seed.ts", "test/support/quiet.ts"],
  maxWorkers: "100%",
  chaiConfig: { truncateThreshold: 2000 },
};

/** Tests that change the process they run in, or measure it: each has one of its own. The others share theirs, and what it has loaded. */
const ALONE = ["test/api/streams.test.ts", "test/dialects/definition.test.ts", "test/faults/leaks.test.ts", "test/faults/sinks.test.ts"];

/** What takes longest begins first, on a machine that has not run the tests yet, too. */
const LONG = ["plain-rows", "json-grammar", "texts", "pages", "golden", "damage", "signals", "disk", "engines-agree", "parquet-lists"];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`)) >>> 0;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { ...test, name: "node", include: ["test/**/*.test.ts"], exclude: ["test/web/**", ...ALONE], isolate: false } },
      { test: { ...test, name: "alone", include: ALONE } },
      { test: { ...test, name: "browser", include: ["test/web/*.test.ts"] } },
    ],
  },
});
