// The core's enumerations (core/state.ts), as JavaScript sees them. test/package.test.ts compares the two.

export const St = {
  Value: 0,
  ValueOrClose: 1,
  KeyOrClose: 2,
  Key: 3,
  Colon: 4,
  After: 5,
  Minus: 6,
  Zero: 7,
  Int: 8,
  Dot: 9,
  Frac: 10,
  Exp: 11,
  ExpSign: 12,
  ExpDigits: 13,
  Str: 14,
  Esc: 15,
  Hex1: 16,
  Hex2: 17,
  Hex3: 18,
  Hex4: 19,
  Lit: 20,
} as const;

export const Ev = {
  More: 0,
  Error: 1,
  Value: 2,
  End: 3,
  Key: 4,
  KeyEnd: 5,
  Comma: 6,
  NanStart: 7,
  NanEnd: 8,
  Element: 9,
  Batch: 10,
  Strings: 11,
  Cells: 12,
  Limit: 13,
  Flush: 14,
  NewKey: 15,
  Width: 16,
  Side: 17,
} as const;

export const Err = {
  None: 0,
  Unexpected: 1,
  Number: 2,
  Escape: 3,
  Control: 4,
  Literal: 5,
  Bracket: 6,
  Depth: 7,
  Trailing: 8,
  Ragged: 9,
  Mixed: 10,
  Object: 11,
  Null: 12,
  Nan: 13,
  Utf8: 14,
  Range: 15,
  Kind: 16,
  Record: 17,
  Missing: 18,
  Nested: 19,
  Surrogate: 20,
  OpenQuote: 21,
  StrayQuote: 22,
  AfterQuote: 23,
  Long: 24,
} as const;

/** How the cargo's lengths are checked: rows of one width, every level of a tensor, or objects of any members. */
export const Mode = { Free: 0, Rows: 1, Tensor: 2, Records: 3 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const Nan = { error: 0, pass: 1, tell: 2 } as const;

/** The length of a level that is still to be learned, and of one that is not checked. */
export const LEARN = -2n;
export const FREE = -1n;

/** How rows are read, and how they are written. */
export const Syntax = {
  Lists: 0,
  Records: 1,
  Cells: 2,
  ListLines: 3,
  RecordLines: 4,
  Delimited: 5,
  Across: 6,
  Grouped: 7,
  Features: 8,
} as const;
export const Style = { None: 0, Json: 1, Delimited: 2, Columns: 3, Typed: 4 } as const;
export const Gap = { Error: 0, Null: 1, Token: 2, Omit: 3, Finite: 4 } as const;
export const Kind = {
  Int: 0,
  Float: 1,
  Bool: 2,
  Text: 3,
  Escaped: 4,
  Nested: 5,
  Null: 6,
  Nan: 7,
  Missing: 8,
  Bare: 9,
  Doubled: 10,
  Odd: 11,
} as const;
export const Typing = { Lexical: 0, Pointed: 1, Numbers: 2, Pandas: 3, Text: 4 } as const;

/** What cells were, in a survey (core/survey.ts). */
export const Look = {
  Null: 0x1,
  Int: 0x2,
  Float: 0x4,
  Text: 0x8,
  Bool: 0x10,
  Nested: 0x20,
  Fraction: 0x40,
  Long: 0x80,
  Over: 0x100,
  Under: 0x200,
  Empty: 0x400,
  Plain: 0x800,
  Numbered: 0x400000,
  Missing: 0x1000,
  Nan: 0x2000,
  Whole: 0x4000,
  Decimal: 0x8000,
  Truth: 0x10000,
  Date: 0x20000,
  Zoned: 0x40000,
  Foreign: 0x80000,
  Junk: 0x100000,
  Unpadded: 0x200000,
  Day: 0x800000,
  Minute: 0x1000000,
  Second: 0x2000000,
  Subsecond: 0x4000000,
  Tee: 0x8000000,
  Blank: 0x10000000,
  Far: 0x20000000,
  Endless: 0x40000000,
  Lone: 0x80000000,
} as const;
/** Bits beside those of the kinds (core/row.ts): whole numbers above 2^63 - 1, those that 64 bits cannot hold, negative ones. */
export const Beside = { Unsigned: 16, Huge: 17, Negative: 18 } as const;
