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
  Batch: 9,
  Strings: 10,
  Cells: 11,
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
} as const;

/** How the cargo's lengths are checked: rows of one width, or every level of a tensor. */
export const Mode = { Free: 0, Rows: 1, Tensor: 2 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const Nan = { error: 0, pass: 1, tell: 2 } as const;

/** The length of a level that is still to be learned, and of one that is not checked. */
export const LEARN = -2n;
export const FREE = -1n;
