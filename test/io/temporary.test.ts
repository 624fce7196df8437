// What is written before it takes its name goes again, whoever is still busy with it.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { removeFolder } from "../../src/io/temporary.js";

const dir = mkdtempSync(join(tmpdir(), "transload-temporary-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Puts a few hundred files into the folder, as fast as it can, or as many as it can before the folder is gone. */
const FILLING = `
const { openSync, closeSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
try {
  for (let i = 0; i < 400; i++) {
    closeSync(openSync(workerData + i, "w"));
    if (i === 20) parentPort.postMessage("begun");
  }
} catch {}
`;

test("a folder that threads put files into meanwhile", async () => {
  for (let round = 0; round < 2; round++) {
    const folder = join(dir, `${round}`);
    mkdirSync(folder);
    const workers = Array.from({ length: 4 }, (_, i) => new Worker(FILLING, { eval: true, workerData: join(folder, `${i}-`) }));
    const ended = Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve))));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))));
    removeFolder(folder);
    expect(existsSync(folder)).toBe(false);
    await ended;
  }
});
