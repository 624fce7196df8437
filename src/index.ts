export { Batch, type BatchInit, type Column } from "./batch.js";
export { type BatchFunction, type ConvertOptions, convert } from "./convert.js";
export { detect } from "./detect.js";
export type { DType, TypedArray } from "./dtype.js";
export { CODES, type ErrorCode, type Place, TransloadError, type Warning } from "./errors.js";
export { type InspectedColumn, type Inspection, type InspectOptions, inspect } from "./inspect.js";
export type { Source } from "./io/source.js";
export { type ReadOptions, readBatches } from "./read.js";
export { type Piece, type SplitOptions, split } from "./split.js";
