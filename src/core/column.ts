// A typed column in memory: the record that tells where its values lie. The readers of cells fill columns and print.ts writes them
// out; both go by the same record, which JavaScript lays out.

/**
 * What a column's values are. columns/dtype.ts has the same numbers. Any: they are only surveyed; Skip: they are passed over; Verbatim: they
 * are remembered as the JSON that they are.
 */
export const enum DType { Bool, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64, Float32, Float64, String, Any, Skip, Verbatim }

/** Offsets in a column's record of 32 bytes. */
export const AT: usize = 0; // address of the first value; in a survey, where every step is 0, of the column's Range (survey.ts)
export const STEP: usize = 4; // bytes from one value to the next
export const DTYPE: usize = 8;
export const VALID: usize = 12; // address of the first validity byte: 1 present, 0 null; to be printed, 0 where there are no nulls
export const RECORD: usize = 32;
// of a column that is filled
export const SKIPPED: usize = 12; // of a column that is passed over: how many are from it on, itself included
export const SEEN: usize = 16; // Look bits (survey.ts) of the cells so far
export const NULL_COUNT: usize = 20; // this and the next only in a survey
export const NAN_COUNT: usize = 24;
export const TAKES: usize = 28; // what the column takes besides cells of its dtype: the five below
/** Of a string column: its cells are lists, which are remembered as their text. Of a verbatim one: they may be lists and objects, too. */
export const LISTS: u32 = 1;
/** Of a string column: numbers, true and false are taken, as their text. */
export const SCALARS: u32 = 2;
/** Of a float64 column that nobody asked for: whole numbers must be exact. */
export const EXACT: u32 = 4;
/** Of a column of numbers, or of booleans: nobody asked for its dtype, and it takes none of the other kind; integers no 1.0. */
export const PURE: u32 = 8;
/** Of a string column: its cells so far are null, and another shows what the column is. */
export const NOTHING: u32 = 16;
// of a column that is printed
export const OFFSETS: usize = 20; // of strings: u32 per cell and one more, into the JSON texts at AT
export const CODES: usize = 24; // where a dictionary's texts are numbered: i32 per cell; 0 elsewhere

/** Records of the columns that are filled. */
export let columns: usize = 0;
export function setColumns(at: usize): void { columns = at; }
