// A thread of its own. It is given documents and their stretches, and answers each question with what came of it.
import { parentPort, workerData } from "node:worker_threads";
import { setCore } from "../engine/module.js";
import { type ReadDocument, readStretch } from "./reading.js";
import { convertStretch, type Document, type Stretch } from "./stretch.js";

/** What the thread is asked: to know a document from now on, which is converted or read, or to work on a stretch of it. */
export type Question =
  | { readonly document: Document }
  | { readonly table: ReadDocument }
  | { readonly stretch: Stretch; readonly memory: ArrayBuffer };

type Work = (stretch: Stretch, memory: ArrayBuffer) => Promise<Answer | undefined>;

interface Answer {
  /** What goes to the other thread. */
  readonly moved: readonly ArrayBuffer[];
}

const port = parentPort as NonNullable<typeof parentPort>;
setCore((workerData as { core: WebAssembly.Module }).core);
let work: Work | undefined;
/** One thing after the other. */
let working = Promise.resolve();

port.on("message", (question: Question) => {
  working = working.then(async () => {
    try {
      const answer = await answerTo(question);
      port.postMessage({ answer }, answer ? [...new Set(answer.moved)] : []);
    } catch (error) {
      // who asked does it again, and sees for itself
      port.postMessage({ error: new Error(String(error)) });
    }
  });
});

async function answerTo(question: Question): Promise<Answer | undefined> {
  if ("stretch" in question) return work?.(question.stretch, question.memory);
  work =
    "document" in question
      ? (stretch, memory) => convertStretch(question.document, stretch, memory)
      : (stretch, memory) => readStretch(question.table, stretch, memory);
  return undefined;
}
