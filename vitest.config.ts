import { defineConfig } from "vitest/config";

// generous: a machine that does other work besides must not make a test fail, and none of them asserts a time
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, setupFiles: "test/setup.ts" } });
