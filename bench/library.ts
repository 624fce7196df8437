// The built package in dist/, as its users get it; typed by the sources it is built from.
const entry = new URL("../dist/index.js", import.meta.url).href;

export const { convert, convertFile, inspect, readBatches, score, scoreFile, split } = (await import(
  entry
)) as typeof import("../src/index.js");
