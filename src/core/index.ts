// The core: bytes to bytes, and bytes to typed columns, in WebAssembly. AssemblyScript compiles this room (build.mjs), and engine/wasm is
// its only caller.
//
// In: the window, which is input in linear memory; what is asked of it, by the setters below; and records of columns and fields, which
// JavaScript lays out in the same memory. Out: where each call stopped, as an event and a cursor; rows as text; and cells in columns.
// One call takes a chunk, never a value.
//
//   a document    state.ts is what is known of the text up to one byte; json-grammar.ts, block.ts and matrix.ts check it; utf8.ts, bytes.ts, literals.ts, masks.ts
//   typed cells   cells.ts reads them, doubles.ts rows of plain numbers; column.ts is a column, store.ts puts a cell into it, texts.ts a text; survey.ts reads no values
//   rows          rows.ts drives; read-*.ts read a row (row.ts, token.ts, keys.ts), write-*.ts write it (output.ts, json-cell.ts); plain.ts, fill.ts
//   numbers       decimal.ts reads them, shortest-float.ts prints them; powers.ts, made by powers.gen.mjs, is for both
//   columns       print.ts writes them as rows, spell.ts their texts; hybrid.ts, plain-texts.ts and xxh64.ts are for Parquet and Zstandard
export { anyBlocks, plainBlocks } from "./block";
export { compactBlocks, matrixBlocks, noteCompact, noteSpaced, spacedBlocks } from "./matrix";
export { blockStretch, columnStretch } from "./doubles";
export { scan, skim } from "./json-grammar";
export { base, closedEmpty, cursor, depth, error, freeCargo, lastNewline, leaf, newlines, reset, setNan, setNullOk, setPeeking, setRowMost, setStop, setWatch, st, startCargo, COUNTS, EXPECT, TYPES } from "./state";

/** First free byte of the linear memory. */
export function heap(): usize { return __heap_base; }
export { resetUtf8, utf8 } from "./utf8";
export { assumeLeaf, cells, endBatchSoon, rewind, rows, startBatch, startCells } from "./cells";
export { drainStrings, stringEnd } from "./store";
export { print, printColumn, printed, printError, room, startPrint } from "./print";
export { writeF32, writeF64 } from "./shortest-float";
export { escapes, spell } from "./spell";
export { endHash, hashStripes, startHash } from "./xxh64";
export { cellIndex, setFields, setPicks, setRoutes } from "./row";
export { fieldOfKey, learnKeys, setKeys, setStrangers, strangerCount } from "./keys";
export { limitRows, padded, repeated, rowCount, rows as convertRows, skipRows, startRows, wholeCount } from "./rows";
export { startDelimited } from "./read-delimited";
export { setPlain } from "./plain";
export { begun, measureRow, needed, outAt, setOut, setTexts, startOutput } from "./output";
export { startWrite } from "./write";
export { endCount, setEnds, turnColumns } from "./write-columns";
export { retyped } from "./write-delimited";
export { forgetLone, lone } from "./unescape";
export { gatherTexts, learnTexts, skipTo } from "./texts";
export { findEnds, greatestText, leastText, readPlain, writePlain } from "./plain-texts";
export { endFillSoon, filled, limit as fillLimit, startFill } from "./fill";
export { narrow, narrowGreatest, narrowLeast, packHybrid, packedTo, setNarrowEnds, unpackCells } from "./hybrid";
