// A file through convert() in a worker: timed, or to a hash; from the file, or from memory, where it was read to before.
import { convert, loadCore } from "../../dist/web/index.js";

const CHUNK = 1 << 20;

/** The file's bytes, which are in memory. */
function chunksOf(bytes) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + CHUNK));
      at += CHUNK;
    },
  });
}

const tasks = {
  async hash(file) {
    const out = await new Response(file.stream().pipeThrough(convert({ to: "mlflow" }))).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", out));
    return { check: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  },
  async memory(file) {
    return seconds(chunksOf(new Uint8Array(await file.arrayBuffer())));
  },
  async file(file) {
    return seconds(file.stream());
  },
  async read(file) {
    const started = performance.now();
    await file.stream().pipeTo(new WritableStream());
    return { seconds: (performance.now() - started) / 1000 };
  },
};

async function seconds(chunks) {
  await loadCore();
  const started = performance.now();
  await chunks.pipeThrough(convert({ to: "mlflow" })).pipeTo(new WritableStream());
  return { seconds: (performance.now() - started) / 1000 };
}

addEventListener("message", async ({ data: { task, file } }) => postMessage(await tasks[task](file)));
