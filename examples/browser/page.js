// The page: takes a file, shows its first rows, and has worker.js convert it into a file on the disk.
const TARGETS = {
  mlflow: "MLflow",
  "mlflow:records": "MLflow, records",
  azureml: "Azure ML",
  tfserving: "TensorFlow Serving",
  oip: "Open Inference Protocol v2 (Triton, KServe)",
  csv: "CSV",
  jsonl: "JSON Lines",
  parquet: "Parquet",
  arrow: "Arrow",
  npy: "numpy",
};
/** Forms that are files of their own; the others are JSON. */
const FILES = ["csv", "jsonl", "parquet", "arrow", "npy"];

const element = (id) => document.getElementById(id);
const [drop, input, to, button, stop, progress, status, saved, preview] = [
  "drop",
  "file",
  "to",
  "convert",
  "stop",
  "progress",
  "status",
  "saved",
  "preview",
].map(element);
for (const [id, name] of Object.entries(TARGETS)) to.add(new Option(name, id));

let file;
let worker = new Worker("worker.js", { type: "module" });

/** Asks the worker; `told` gets what it says on the way. */
function ask(message, told = () => {}) {
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not be started"));
    worker.onmessage = ({ data }) => {
      if (data.done) resolve(data);
      else if (data.error) reject(new Error(data.error));
      else told(data);
    };
    worker.postMessage(message);
  });
}

function say(text, refused = false) {
  status.textContent = text;
  status.classList.toggle("refused", refused);
}

async function take(taken) {
  file = taken;
  saved.replaceChildren();
  preview.replaceChildren();
  say(`${file.name}: ${file.size.toLocaleString("en")} bytes`);
  try {
    const { form, rows } = await ask({ task: "preview", file });
    show(rows);
    say(`${file.name}: ${file.size.toLocaleString("en")} bytes${form ? `, ${form}` : ""}; its first rows are below`);
  } catch (error) {
    say(error.message, true);
  }
  button.disabled = false;
}

/** Records have names; rows that are lists have none. */
function show(rows) {
  const names = rows.length > 0 && !Array.isArray(rows[0]) ? Object.keys(rows[0]) : undefined;
  const cell = (tag, value) =>
    Object.assign(document.createElement(tag), { textContent: typeof value === "string" ? value : JSON.stringify(value) });
  const line = (tag, values) => {
    const row = document.createElement("tr");
    row.append(...values.map((value) => cell(tag, value)));
    return row;
  };
  if (names) preview.append(line("th", names));
  for (const row of rows) preview.append(line("td", names ? names.map((name) => row[name]) : [row].flat(1)));
}

/** Where the output goes: the file that the user picks; or, where pages cannot ask for one, a file of this origin's own. */
async function pickTarget(name) {
  if (window.showSaveFilePicker) return { handle: await window.showSaveFilePicker({ suggestedName: name }), picked: true };
  const folder = await navigator.storage.getDirectory();
  return { handle: await folder.getFileHandle(name, { create: true }), picked: false };
}

async function convert() {
  const ending = FILES.includes(to.value) ? to.value : `${to.value.replace(":", ".")}.json`;
  const name = `${file.name.replace(/(\.gz)?$/i, "").replace(/\.[a-z]+$/i, "")}.${ending}`;
  let target;
  try {
    target = await pickTarget(name);
  } catch {
    return; // the user changed their mind
  }
  saved.replaceChildren();
  progress.hidden = stop.hidden = false;
  button.disabled = true;
  const began = performance.now();
  try {
    const { bytes, warnings } = await ask({ task: "convert", file, to: to.value, handle: target.handle }, ({ used }) => {
      progress.value = used / file.size;
      say(
        `${(used / 1e6).toFixed(0)} of ${(file.size / 1e6).toFixed(0)} MB, ${(used / 1e3 / (performance.now() - began)).toFixed(0)} MB/s`,
      );
    });
    if (!target.picked) {
      // the origin's file is on the disk already: the link copies it from there, and nothing of it is in memory
      const href = URL.createObjectURL(await target.handle.getFile());
      saved.append(Object.assign(document.createElement("a"), { href, download: name, textContent: `Save ${name}` }));
    }
    say([`${bytes.toLocaleString("en")} bytes written${target.picked ? "" : "; save them below"}`, ...warnings].join("; "));
  } catch (error) {
    say(error.message, true);
  }
  progress.hidden = stop.hidden = true;
  button.disabled = false;
}

button.onclick = convert;
stop.onclick = () => {
  worker.terminate();
  worker = new Worker("worker.js", { type: "module" });
  progress.hidden = stop.hidden = true;
  button.disabled = false;
  say("stopped; nothing was written");
};
input.onchange = () => input.files[0] && take(input.files[0]);
drop.ondragover = (event) => {
  event.preventDefault();
  drop.classList.add("over");
};
drop.ondragleave = () => drop.classList.remove("over");
drop.ondrop = (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const [dropped] = event.dataTransfer.files;
  if (dropped) take(dropped);
};
