/**
 * transload in a browser: the conversion as a web stream. Nothing that is imported from here on is Node's.
 * @module transload/web
 */
export { Batch } from "../columns/batch.js";
export type { Column as ColumnLike, TypedColumn as Column } from "../columns/column.js";
export type { DType, TypedArray } from "../columns/dtype.js";
export { type DialectDefinition, defineDialect } from "../dialects/index.js";
export { detect } from "../envelope/detect.js";
export { TransloadError, type Warning } from "../errors.js";
export type { BatchFunction, HttpHeaders } from "../options/convert.js";
export { type ConvertOptions, convert } from "./convert.js";
export { loadCore } from "./core.js";
export { type ReadOptions, readBatches } from "./read.js";
