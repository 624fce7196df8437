import { decodeBytes } from "../../columns/bytes.js";
import { exact } from "../exact.js";
import { type Core, instantiate } from "./core.js";

// A new instance is dear: addresses are set aside for the largest memory that it may have, and the memories of some dozens make the engine
// collect all garbage there is. A payload of a few rows takes a tenth of that. So instances that are done wait here for the next conversion.

/** So many wait at most, and so many bytes of their memories together. */
const MOST = 8;
const ROOM = 32 << 20;

const idle: Core[] = [];

/** What is in a memory below the heap when nothing has been done. */
let fresh: Uint8Array | undefined;

/** An instance of the core in which nothing has been done. */
export function takeInstance(): Core {
  return idle.pop() ?? create();
}

/** The instance of somebody who is done, and has used the memory up to `top`. */
export function giveBack(core: Core, top: number): void {
  const { buffer } = core.memory;
  const waiting = idle.reduce((sum, { memory }) => sum + memory.buffer.byteLength, 0);
  if (idle.length >= MOST || waiting + buffer.byteLength > ROOM || !fresh) return;
  core.restart();
  const bytes = new Uint8Array(buffer);
  bytes.fill(0, fresh.length, top);
  bytes.set(fresh);
  idle.push(core);
}

function create(): Core {
  const core: Core = instantiate({
    exact: (at, length, single) => exact(text(at, length), single !== 0),
    holds: (at, length, value) => Number.isFinite(value) && BigInt(text(at, length)) === BigInt(value),
  });
  const text = (at: number, length: number) => decodeBytes(new Uint8Array(core.memory.buffer, at, length));
  fresh ??= new Uint8Array(core.memory.buffer.slice(0, core.heap()));
  return core;
}
