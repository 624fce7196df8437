import { defineConfig } from "vitest/config";

// generous: a machine that does other work besides must not make a test fail, and none of them asserts a time
const test = { testTimeout: 60_000, hookTimeout: 60_000, setupFiles: "test/setup.ts" };

export default defineConfig({
  test: {
    projects: [
      { test: { ...test, name: "node", include: ["test/**/*.test.ts"], exclude: ["test/browser/**"] } },
      { test: { ...test, name: "browser", include: ["test/browser/*.test.ts"] } },
    ],
  },
});
