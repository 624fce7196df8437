// The scanner: RFC 8259, byte by byte, resumable at every byte, with the exact place of the first fault.
//
// How it works. scan() alternates between machines over the same state (state.ts). pass() in block.ts, and matrix.ts before it, takes 64
// bytes at a time and may only say "this block is surely fine". step() below takes the blocks that pass() leaves, byte
// by byte; it alone raises events and errors. So a rule that block.ts does not know costs speed, never correctness, and
// every error has the same place wherever the input was cut.
//
// What a change must not break: pass() must accept nothing that step() refuses, and must leave the state as step()
// would (test/core/scan.test.ts runs both over the same text at every alignment).
import { pass } from "./block";
import { isDigit, isEscape, isHex } from "./bytes";
import { literalByte, literalLength } from "./literals";
import { matrixBlocks } from "./matrix";
import {
  Err, Ev, Mode, Nan, St, admit, base, close, countAt, cursor, depth, fail, freeAbove, inKey, leaf, litFirst, litSeen,
  measure, mode, nan, newlineAt, nullOk, open, peeking, setCursor, setInKey, setLastNewline, setLit, setPeeking, setSt, setStop, st, stopAt, typeAt,
  watch,
} from "./state";
import { isWhole } from "./utf8";

const BLOCK: usize = 64;

/** Consumes [from, to) up to the next event. Watched values are those with at most `watch` containers around them. */
export function scan(from: usize, to: usize): i32 {
  let p = from;
  setLastNewline(0);
  while (p < to) {
    if (p + BLOCK <= to && blockable()) {
      p = pass(p, to);
      if (p >= to) break;
    }
    const ev = step(p, min(p + BLOCK, to));
    if (ev != Ev.More) return ev;
    p = cursor;
  }
  setCursor(p);
  return Ev.More;
}

/** Consumes blocks of [from, to) that are surely fine and ASCII, so that nobody need check their UTF-8; returns the first byte not consumed. */
export function skim(from: usize, to: usize): usize {
  return isWhole() && blockable() ? matrixBlocks(from, to) : from;
}

/** pass() knows lists of scalars and lists, unwatched, once the depth of the scalars is known. */
function blockable(): bool {
  if (depth <= watch || inKey || peeking || typeAt(depth) != 0x5b /* [ */) return false;
  if (st == St.Lit || (st >= St.Hex1 && st <= St.Hex4)) return false;
  return mode == Mode.Free || depth > freeAbove || leaf >= 0; // records have no leaf: their list is not for pass()
}

function step(from: usize, to: usize): i32 {
  let p = from;
  while (p < to) {
    const c = load<u8>(p);
    switch (st) {
      case St.Value:
      case St.ValueOrClose: {
        if (isSpace(c, p)) { p++; break; }
        if (peeking) { setPeeking(false); return tell(Ev.Element, p); }
        if (c == 0x5d /* ] */ && st == St.ValueOrClose) {
          if (endsRows()) return tell(Ev.Cells, p);
          if (!measure(0)) return fail(Err.Ragged, p);
          p++;
          close();
          if (depth <= watch) return tell(Ev.End, p);
          break;
        }
        const error = startValue(c);
        if (error == -1) { // a closing bracket or anything else that starts no value
          return fail(Err.Unexpected, p);
        }
        if (error != Err.None) return fail(error, p);
        if (st == St.Lit && (c == 0x4e /* N */ || c == 0x49 /* I */)) {
          const ev = startNan(p);
          if (ev != Ev.More) return ev;
        }
        p++;
        if (watchedStart()) return tell(Ev.Value, p);
        break;
      }
      case St.KeyOrClose:
      case St.Key: {
        if (isSpace(c, p)) { p++; break; }
        if (c == 0x7d /* } */ && st == St.KeyOrClose) {
          if (!measure(0)) return fail(Err.Ragged, p);
          p++;
          close();
          if (depth <= watch) return tell(Ev.End, p);
          break;
        }
        if (c != 0x22 /* " */) return fail(Err.Unexpected, p);
        setInKey(true);
        setSt(St.Str);
        p++;
        if (depth <= watch) return tell(Ev.Key, p);
        break;
      }
      case St.Colon: {
        if (isSpace(c, p)) { p++; break; }
        if (c != 0x3a /* : */) return fail(Err.Unexpected, p);
        setSt(St.Value);
        p++;
        break;
      }
      case St.After: {
        if (isSpace(c, p)) { p++; break; }
        if (depth == 0) return fail(Err.Trailing, p);
        const list = typeAt(depth) == 0x5b; /* [ */
        if (c == 0x2c /* , */) {
          store<u64>(countAt(depth), load<u64>(countAt(depth)) + 1);
          setSt(list ? St.Value : St.Key);
          p++;
          if (depth <= watch) return tell(Ev.Comma, p);
          if (depth == base && load<u64>(countAt(depth)) == stopAt) return tell(Ev.Limit, p);
          break;
        }
        if (c == 0x5d /* ] */ || c == 0x7d /* } */) {
          if ((c == 0x5d) != list) return fail(Err.Bracket, p);
          if (endsRows()) return tell(Ev.Cells, p);
          if (!measure(load<u64>(countAt(depth)) + 1)) return fail(Err.Ragged, p);
          p++;
          close();
          if (depth <= watch) return tell(Ev.End, p);
          break;
        }
        return fail(Err.Unexpected, p);
      }
      case St.Minus: {
        if (c == 0x30 /* 0 */) setSt(St.Zero);
        else if (isDigit(c)) setSt(St.Int);
        else if (c == 0x49 /* I */) {
          setLit(c, 1);
          setSt(St.Lit);
          const ev = startNan(p);
          if (ev != Ev.More) return ev;
        } else return fail(Err.Number, p);
        p++;
        break;
      }
      case St.Zero: {
        if (isDigit(c)) return fail(Err.Number, p);
        if (numberGoesOn(c)) { p++; break; }
        if (isNumberTail(c)) return fail(Err.Number, p);
        if (endScalar()) return tell(Ev.End, p);
        break;
      }
      case St.Int: {
        while (isDigit(load<u8>(p)) && p < to) p++;
        if (p == to) break;
        if (numberGoesOn(load<u8>(p))) { p++; break; }
        if (isNumberTail(load<u8>(p))) return fail(Err.Number, p);
        if (endScalar()) return tell(Ev.End, p);
        break;
      }
      case St.Dot: {
        if (!isDigit(c)) return fail(Err.Number, p);
        setSt(St.Frac);
        p++;
        break;
      }
      case St.Frac: {
        while (isDigit(load<u8>(p)) && p < to) p++;
        if (p == to) break;
        if ((load<u8>(p) | 0x20) == 0x65 /* e */) { setSt(St.Exp); p++; break; }
        if (isNumberTail(load<u8>(p))) return fail(Err.Number, p);
        if (endScalar()) return tell(Ev.End, p);
        break;
      }
      case St.Exp: {
        if (c == 0x2b /* + */ || c == 0x2d /* - */) setSt(St.ExpSign);
        else if (isDigit(c)) setSt(St.ExpDigits);
        else return fail(Err.Number, p);
        p++;
        break;
      }
      case St.ExpSign: {
        if (!isDigit(c)) return fail(Err.Number, p);
        setSt(St.ExpDigits);
        p++;
        break;
      }
      case St.ExpDigits: {
        while (isDigit(load<u8>(p)) && p < to) p++;
        if (p == to) break;
        if (isNumberTail(load<u8>(p))) return fail(Err.Number, p);
        if (endScalar()) return tell(Ev.End, p);
        break;
      }
      case St.Str: {
        let b: u8 = 0;
        while (p < to) {
          b = load<u8>(p);
          if (b == 0x22 /* " */ || b == 0x5c /* \ */ || b < 0x20) break;
          p++;
        }
        if (p == to) break;
        if (b == 0x5c) { setSt(St.Esc); p++; break; }
        if (b != 0x22) return fail(Err.Control, p);
        p++;
        if (inKey) {
          setInKey(false);
          setSt(St.Colon);
          if (depth <= watch) return tell(Ev.KeyEnd, p);
        } else if (endScalar()) return tell(Ev.End, p);
        break;
      }
      case St.Esc: {
        if (c == 0x75 /* u */) setSt(St.Hex1);
        else if (isEscape(c)) setSt(St.Str);
        else return fail(Err.Escape, p);
        p++;
        break;
      }
      case St.Hex1:
      case St.Hex2:
      case St.Hex3:
      case St.Hex4: {
        if (!isHex(c)) return fail(Err.Escape, p);
        setSt(st == St.Hex4 ? St.Str : st + 1);
        p++;
        break;
      }
      default: { // St.Lit
        if (c != literalByte(litFirst, litSeen)) return fail(Err.Literal, p);
        p++;
        setLit(litFirst, litSeen + 1);
        if (litSeen < literalLength(litFirst)) break;
        const special = litFirst == 0x4e /* N */ || litFirst == 0x49; /* I */
        if (endScalar()) return tell(Ev.End, p);
        if (special && nan == Nan.Tell) return tell(Ev.NanEnd, p);
      }
    }
  }
  setCursor(p);
  return Ev.More;
}

// @ts-ignore: decorator
@inline function tell(ev: i32, p: usize): i32 { setCursor(p); return ev; }

// @ts-ignore: decorator
@inline function isSpace(c: u8, p: usize): bool {
  if (c == 0x20) return true;
  if (c == 0x0a) { newlineAt(p); return true; }
  return c == 0x0d || c == 0x09;
}

/** Begins the value whose first byte is c: the new state is set. Returns an Err, or -1 when no value starts so. */
function startValue(c: u8): i32 {
  if (c == 0x5b /* [ */ || c == 0x7b /* { */) {
    const error = admit(c == 0x5b ? 1 : 2);
    if (error != Err.None) return error;
    return open(c) ? Err.None : Err.Depth;
  }
  let next = -1;
  if (c == 0x22 /* " */) next = St.Str;
  else if (c == 0x2d /* - */) next = St.Minus;
  else if (c == 0x30 /* 0 */) next = St.Zero;
  else if (isDigit(c)) next = St.Int;
  else if (literalLength(c) != 0) next = St.Lit;
  if (next < 0) return -1;
  const error = admit(0);
  if (error != Err.None) return error;
  if (next == St.Lit) {
    if (c == 0x6e /* n */ && !nullOk && mode != Mode.Free) return Err.Null;
    setLit(c, 1);
  }
  setSt(next);
  return Err.None;
}

/** The bracket that ends the rows is due an event of its own, before it is consumed. */
// @ts-ignore: decorator
@inline function endsRows(): bool {
  if (depth != base || stopAt == u64.MAX_VALUE) return false;
  setStop(u64.MAX_VALUE);
  return true;
}

/** A NaN or Infinity begins at p (after a minus, perhaps): refused, passed over, or raised as an event. */
function startNan(p: usize): i32 {
  if (nan == Nan.Error) return fail(Err.Nan, p);
  if (nan == Nan.Pass || depth <= watch) return Ev.More;
  return tell(Ev.NanStart, p + 1);
}

/** True when the value that was just begun is watched. A container is one level up from its inside. */
// @ts-ignore: decorator
@inline function watchedStart(): bool {
  const inside = st == St.ValueOrClose || st == St.KeyOrClose;
  return (inside ? depth - 1 : depth) <= watch;
}

/** A number's integer part met c: true when c belongs to the number. */
// @ts-ignore: decorator
@inline function numberGoesOn(c: u8): bool {
  if (c == 0x2e /* . */) { setSt(St.Dot); return true; }
  if ((c | 0x20) == 0x65 /* e */) { setSt(St.Exp); return true; }
  return false;
}

/** Bytes that make a complete number a bad one (0x1, 1.2.3, 1-2), rather than a number with something after it. */
// @ts-ignore: decorator
@inline function isNumberTail(c: u8): bool {
  return <u32>(c | 0x20) - 0x61 < 26 || c == 0x2e /* . */ || c == 0x2b /* + */ || c == 0x2d /* - */ || c == 0x5f; /* _ */
}

// @ts-ignore: decorator
@inline function endScalar(): bool { setSt(St.After); return depth <= watch; }
