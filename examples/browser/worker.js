// The worker: the conversion runs here, so that the page goes on, and what must be read twice is read from the file again.
import { convert, detect } from "../../dist/web/index.js"; // in a project of yours: "transload/web"

const ROWS = 10;

/** A file's text, unpacked; the Blob to read again, where the text is its own. */
function open(file) {
  const [, extension, packed] = /(?:\.(csv|tsv|jsonl|parquet|arrows?|npy))?(\.gz)?$/i.exec(file.name) ?? [];
  const stream = packed ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  return { stream, from: extension?.toLowerCase() ?? "auto", ...(!packed && { blob: file }) };
}

const tasks = {
  async preview({ file }) {
    const { stream, ...input } = open(file);
    const lines = stream
      .pipeThrough(convert({ ...input, to: "jsonl", nan: "null" }))
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    for (let next = await lines.read(); !next.done && text.split("\n").length <= ROWS; next = await lines.read()) text += next.value;
    await lines.cancel(); // and nothing more is read of the file
    const form = detect(new Uint8Array(await file.slice(0, 1 << 16).arrayBuffer())) ?? (input.from === "auto" ? undefined : input.from);
    const rows = text.split("\n").filter(Boolean).slice(0, ROWS);
    return { form, rows: rows.map((row) => JSON.parse(row)) };
  },

  async convert({ file, to, handle }) {
    const { stream, ...input } = open(file);
    const warnings = [];
    let told = 0;
    const conversion = convert({
      ...input,
      to,
      onWarning: ({ message }) => warnings.push(message),
      onProgress: (used) => {
        if (performance.now() - told < 100) return;
        told = performance.now();
        postMessage({ used });
      },
    });
    // what was there before stays until all is written; a refused payload leaves nothing
    await stream.pipeThrough(conversion).pipeTo(await handle.createWritable());
    return { bytes: (await handle.getFile()).size, warnings };
  },
};

addEventListener("message", async ({ data: { task, ...given } }) => {
  try {
    postMessage({ done: true, ...(await tasks[task](given)) });
  } catch (error) {
    postMessage({ error: error.code ? `${error.code}: ${error.message}` : error.message });
  }
});
