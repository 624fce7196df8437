/**
 * transload in a browser: the conversion as a web stream, typed arrays, pieces, and what a server makes of a payload. Nothing that is imported
 * from here on is Node's.
 * @module transload/web
 */
export { Batch } from "../columns/batch.js";
export type { Column as ColumnLike, TypedColumn as Column } from "../columns/column.js";
export type { DType, TypedArray } from "../columns/dtype.js";
export { type DialectDefinition, defineDialect } from "../dialects/index.js";
export { detect } from "../envelope/detect.js";
export { TransloadError, type Warning } from "../errors.js";
export type { Piece } from "../lanes/pieces.js";
export type { Inspection } from "../model/inspection.js";
export type { Model } from "../model/mlmodel-text.js";
export { type Verdict, type VerdictOptions, verdict } from "../model/verdict.js";
export type { BatchFunction, HttpHeaders } from "../options/convert.js";
export { type ConvertOptions, convert } from "./convert.js";
export { loadCore } from "./core.js";
export { type InspectOptions, inspect } from "./inspect.js";
export { readModel } from "./model.js";
export { type ReadOptions, readBatches } from "./read.js";
export type { Source } from "./source.js";
export { type SplitOptions, split } from "./split.js";
