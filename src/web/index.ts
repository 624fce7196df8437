// transload in a browser: the conversion as a web stream. Nothing that is imported from here on is Node's.
export { Batch, type Column } from "../batch.js";
export type { BatchFunction } from "../conversion.js";
export { detect } from "../detect.js";
export type { DType, TypedArray } from "../dtype.js";
export { TransloadError, type Warning } from "../errors.js";
export { type ConvertOptions, convert } from "./convert.js";
export { loadCore } from "./core.js";
export { type ReadOptions, readBatches } from "./read.js";
