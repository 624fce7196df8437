// A thread of its own. It is given documents and their stretches, and answers each question with what came of it.
import { parentPort, workerData } from "node:worker_threads";
import { setCore } from "../engine/module.js";
import { convertStretch, type Document, type Stretch } from "./stretch.js";

/** What the thread is asked: to know a document from now on, or to convert a stretch of it. */
export type Question = { readonly document: Document } | { readonly stretch: Stretch; readonly memory: ArrayBuffer };

const port = parentPort as NonNullable<typeof parentPort>;
setCore((workerData as { core: WebAssembly.Module }).core);
let document: Document | undefined;
/** One thing after the other. */
let working = Promise.resolve();

port.on("message", (question: Question) => {
  working = working.then(async () => {
    try {
      const answer = await answerTo(question);
      port.postMessage({ answer }, answer ? [...new Set([answer.memory, ...answer.written.map(({ buffer }) => buffer)])] : []);
    } catch (error) {
      // who asked does it again, and sees for itself
      port.postMessage({ error: new Error(String(error)) });
    }
  });
});

async function answerTo(question: Question): ReturnType<typeof convertStretch> {
  if ("document" in question) document = question.document;
  return "stretch" in question ? convertStretch(document as Document, question.stretch, question.memory) : undefined;
}
