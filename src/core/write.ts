// The cells of a row as the target writes them: text copied from the window wherever both sides spell it alike.
import { fill } from "./fill";
import { Style, setTarget, style } from "./output";
import { Ev } from "./state";
import { forgetEnds, writeColumns } from "./write-columns";
import { forgetRetyped, writeDelimited } from "./write-delimited";
import { writeJson } from "./write-json";

/** How rows are written from here on. */
export function startWrite(how: i32, gapMissing: i32, gapNan: i32, nullsPass: bool, delimiterByte: u8, sourceQuote: u8, escapes: bool): void {
  setTarget(how, gapMissing, gapNan, nullsPass, delimiterByte, sourceQuote, escapes);
  forgetEnds();
  forgetRetyped();
}

/** Writes the row that was read, which has `bytes` bytes. */
export function write(bytes: usize): i32 {
  if (style == Style.Json) return writeJson(bytes);
  if (style == Style.Typed) return fill();
  if (style == Style.Delimited) return writeDelimited(bytes);
  return style == Style.Columns ? writeColumns(bytes) : <i32>Ev.More;
}
