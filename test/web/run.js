import { convert, inspect, readBatches, readModel, split, verdict } from "../../dist/web/index.js";
import { runJobs } from "./jobs.js";

const worker = new Worker("worker.js", { type: "module" });

window.page = runJobs;
window.worker = (jobs) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(jobs);
  });

window.throughBatches = async () => {
  const shapes = [];
  const cells = [];
  const arrow = [];
  const addOne = async (batch) => {
    const tensor = batch.tensor();
    shapes.push(tensor.shape);
    for (let r = 0; r < tensor.shape[0]; r++) for (let c = 0; c < tensor.shape[1]; c++) cells.push(tensor.get(r, c));
    const recordBatch = await batch.toArrow();
    for (const field of recordBatch.schema.fields) arrow.push([...recordBatch.getChild(field.name)]);
    for (const { values } of batch.columns) for (let i = 0; i < values.length; i++) values[i] += 1;
    return batch;
  };
  const body = new Response('{"input_data":{"columns":["a","b"],"data":[[1,2],[5,6]]}}').body;
  const output = await new Response(body.pipeThrough(convert({ to: "mlflow", through: [addOne] }))).text();
  return { output, shapes, cells, arrow };
};

/** Of a Blob, of a stream that passes but once, of a file that this page has written. */
window.batches = async () => {
  const csv = new Blob(["a,b\n1,x\n2,y\n3,x\n"]);
  const parquet = await new Response(csv.stream().pipeThrough(convert({ from: "csv", to: "parquet" }))).blob();
  const found = [];
  for (const [source, options] of [
    [csv, { from: "csv" }],
    [csv.stream(), { from: "csv", columns: ["b"], batchRows: 2 }],
    [parquet, { dtype: "float32" }],
    [parquet.stream(), { columns: { text: "b" } }],
  ]) {
    const cells = [];
    for await (const { columns } of readBatches(source, options))
      cells.push(columns.map(({ name, dtype, values }) => `${name} ${dtype} ${[...values]}`));
    found.push(cells);
  }
  let closed = false;
  const endless = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("a\n")),
    pull: (controller) => controller.enqueue(new TextEncoder().encode("1\n".repeat(100_000))),
    cancel: () => {
      closed = true;
    },
  });
  for await (const _ of readBatches(endless, { from: "csv" })) break;
  return { found, closed };
};

/** Pieces, an inspection and a verdict of each payload, of a Blob and of a stream that passes but once; or why there are none. */
window.judged = async (payloads) => {
  const answers = [];
  for (const { input, from, to } of payloads) {
    const blob = new Blob([Uint8Array.from(atob(input), (c) => c.charCodeAt(0))]);
    for (const source of [() => blob, () => blob.stream()]) {
      try {
        const pieces = [];
        for await (const piece of split(source(), { from, to, maxRows: 2 })) {
          const parts = [];
          for await (const bytes of piece) parts.push(bytes);
          pieces.push([piece.firstRow, piece.rows, await new Blob(parts).text()]);
        }
        const inspection = await inspect(source(), { from });
        answers.push({ pieces, inspection, verdict: verdict(inspection, { for: "azureml" }) });
      } catch (error) {
        answers.push({ error: error.code ?? String(error), message: error.message });
      }
    }
  }
  return answers;
};

/** What is read of these MLmodel files, or why none is. */
window.models = async (texts) => {
  const answers = [];
  for (const text of texts) {
    try {
      answers.push(await readModel(new File([text], "MLmodel")));
    } catch (error) {
      answers.push({ error: error.code, message: error.message });
    }
  }
  return answers;
};

/** During a replay the conversion writes without being given a chunk: whoever stops it then is told why. */
window.stopReplay = async () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i},text ${i}`).join("\n");
  const told = [];
  for (const how of ["cancel", "abort"]) {
    const controller = new AbortController();
    const stream = new Blob([`a,b\n${rows}\n`]).stream();
    const conversion = convert({ from: "csv", to: "oip", signal: controller.signal });
    const piped = stream.pipeTo(conversion.writable).then(
      () => "ended",
      (error) => error.cause?.message ?? error.message,
    );
    const reader = conversion.readable.getReader();
    await reader.read();
    if (how === "cancel") await reader.cancel(new Error("no more"));
    else controller.abort(new Error("no more"));
    told.push(await piped);
  }
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given) => {
    listeners++;
    add(...given);
  };
  signal.removeEventListener = (...given) => {
    listeners--;
    remove(...given);
  };
  await new Response(new Blob(['{"inputs":[1]}']).stream().pipeThrough(convert({ to: "tfserving", signal }))).text();
  return { told, listeners };
};

window.stopEarly = async () => {
  let pulled = 0;
  let closed = false;
  const row = new TextEncoder().encode(`${"[1,2,3],".repeat(8192)}`);
  const endless = () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"dataframe_split":{"columns":["a","b","c"],"data":[')),
      pull: (controller) => {
        pulled++;
        controller.enqueue(row);
      },
      cancel: () => {
        closed = true;
      },
    });
  const reader = endless()
    .pipeThrough(convert({ to: "azureml" }))
    .getReader();
  for (let i = 0; i < 5; i++) await reader.read();
  await reader.cancel();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const few = pulled < 100;
  const controller = new AbortController();
  const { readable, writable } = convert({ to: "azureml", signal: controller.signal });
  const reading = readable.getReader().read();
  const writing = writable.getWriter();
  controller.abort();
  const names = await Promise.all(
    [reading, writing.write(row)].map((promise) =>
      promise.then(
        () => "none",
        (error) => error.code,
      ),
    ),
  );
  return { closed, pulled, few, aborted: names };
};
