// What the core shows to JavaScript. engine/core.ts is its only caller.
export { anyBlocks, plainBlocks } from "./block";
export { scan } from "./scan";
export { base, closedEmpty, cursor, depth, error, freeCargo, lastNewline, leaf, newlines, reset, setNan, setNullOk, setPeeking, setRowMost, setStop, setWatch, st, startCargo, COUNTS, EXPECT, TYPES } from "./state";

/** First free byte of the linear memory. */
export function heap(): usize { return __heap_base; }
export { resetUtf8, utf8 } from "./utf8";
export { assumeLeaf, cells, endBatchSoon, rewind, rows, startBatch, startCells } from "./cells";
export { drainStrings, stringEnd } from "./store";
export { print, printColumn, printed, printError, room, startPrint } from "./print";
export { writeF32, writeF64 } from "./shortest";
export { escapes, spell } from "./spell";
export { endHash, hashStripes, startHash } from "./xxh64";
export { setFields, setRoutes } from "./row";
export { cellIndex } from "./row";
export { fieldOfKey, learnKeys, setKeys, setStrangers, strangerCount } from "./keys";
export { limitRows, padded, repeated, rowCount, rows as convertRows, startRows, wholeCount } from "./rows";
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
