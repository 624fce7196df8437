import { defineConfig } from "vitest/config";

// generous: a machine that does other work besides must not make a test fail, and none of them asserts a time
const test = { testTimeout: 60_000, hookTimeout: 60_000, setupFiles: "test/support/seed.ts" };

export default defineConfig({
  test: {
    projects: [
      { test: { ...test, name: "node", include: ["test/**/*.test.ts"], exclude: ["test/web/**"] } },
      { test: { ...test, name: "browser", include: ["test/web/*.test.ts"] } },
    ],
  },
});
