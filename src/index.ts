/**
 * transload in Node: payloads from one server's wire dialect to another's, typed arrays out of the middle, and what a server makes of
 * a payload.
 * @module transload
 */
export { convert } from "./api/convert.js";
export { type ConvertFileOptions, convertFile } from "./api/convert-file.js";
export { loadCore } from "./api/core.js";
export { inspect } from "./api/inspect.js";
export { type ReadOptions, readBatches } from "./api/read.js";
export { split } from "./api/split.js";
export { type WriteOptions, writeBatches } from "./api/write.js";
export { Batch, type BatchInit } from "./columns/batch.js";
export type { Column as ColumnLike, TypedColumn as Column } from "./columns/column.js";
export type { DType, DTypeChoice, DTypes, TypedArray } from "./columns/dtype.js";
export type { RowLabels } from "./columns/labels.js";
export {
  type DialectDefinition,
  type DialectName,
  defineDialect,
  type FormDefinition,
  type FormName,
  type Releases,
  type ServerName,
  type SourceName,
  type TargetName,
  type TrafficDefinition,
} from "./dialects/index.js";
export { detect } from "./envelope/detect.js";
export { CODES, type ErrorCode, type Place, TransloadError, type Warning } from "./errors.js";
export type { Source, Sources } from "./io/source.js";
export type { Piece } from "./lanes/pieces.js";
export type { Finding, FindingCode } from "./model/finding.js";
export type { Bins } from "./model/histogram.js";
export type {
  DateUnit,
  InspectedCells,
  InspectedColumn,
  InspectedInput,
  InspectedParam,
  InspectedParams,
  InspectedRequest,
  Inspection,
  StringLook,
  ValueKind,
} from "./model/inspection.js";
export { type Model, readModel } from "./model/mlmodel.js";
export type { Remedy } from "./model/remedy.js";
export type { ColumnSpec, ColumnType, ParamSpec, ScalarType, Schema, Signature, TensorSpec } from "./model/signature.js";
export type { ColumnSummary, Frequency } from "./model/summary.js";
export { type Otherwise, type Verdict, type VerdictOptions, verdict } from "./model/verdict.js";
export type { BatchFunction, ConvertOptions, HttpHeaders, SplitOptions } from "./options/convert.js";
export type { InspectOptions } from "./options/inspect.js";
export type { AskingOptions, ScoreOptions } from "./options/score.js";
export type { RemoteHeaders } from "./remote/store.js";
export type { ScoreFileOptions } from "./score/file-options.js";
export type { ScoreTarget } from "./score/records.js";
export type { RefusedRows } from "./score/retrying.js";
export { type ScoredPiece, type Scoring, score } from "./score/score.js";
export { scoreFile } from "./score/score-file.js";
export type { ScoreSummary } from "./score/tally.js";
