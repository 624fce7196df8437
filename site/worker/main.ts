// A worker: what takes long is done here, so that the page goes on. Orders are worked on as they come, and each may be stopped.
import { readModel } from "transload/web";
import type { Order, Reply, TaskName, Tasks } from "../messages.js";
import { attempt, run } from "./conversion.js";
import { faultOf } from "./fault.js";
import { Gate } from "./gate.js";
import { look } from "./look.js";
import { judge, survey } from "./survey.js";

type Work<Name extends TaskName> = (
  given: Tasks[Name][0],
  told: (used: number) => void,
  signal: AbortSignal,
) => Promise<Tasks[Name][1]> | Tasks[Name][1];

const gate = new Gate();

const work: { readonly [Name in TaskName]: Work<Name> } = {
  look: ({ file, reading }, _, signal) => look(file, reading, signal),
  survey: ({ file, reading }, told, signal) => survey(file, reading, gate, told, signal),
  judge: ({ inspection, server, model, name }) => judge(inspection, server, model, name),
  readModel: ({ file }) => readModel(file),
  try: ({ file, choices }, _, signal) => attempt(file, choices, signal),
  convert: ({ file, choices, destination }, told, signal) => run(file, choices, destination, told, signal),
};

/** Milliseconds between two words of how far it is. */
const PACE = 100;

const underWay = new Map<number, AbortController>();
const say = (reply: Reply) => postMessage(reply);

addEventListener("message", async ({ data: order }: MessageEvent<Order>) => {
  if ("hold" in order) {
    gate.closed = order.hold;
    return;
  }
  const { id } = order;
  if ("stop" in order) {
    underWay.get(id)?.abort(new Error("stopped"));
    return;
  }
  const controller = new AbortController();
  underWay.set(id, controller);
  let last = 0;
  const told = (used: number) => {
    const now = performance.now();
    if (now - last < PACE) return;
    last = now;
    say({ id, used });
  };
  try {
    const task = work[order.task] as Work<TaskName>;
    say({ id, done: await task(order.given, told, controller.signal) });
  } catch (error) {
    say({ id, fault: await faultOf(error, "file" in order.given ? order.given.file : undefined) });
  } finally {
    underWay.delete(id);
  }
});
