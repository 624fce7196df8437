// The fast half of the scanner: 64 bytes of lists, numbers, strings and literals at a time, judged by bit masks.
//
// How it works. One mask per class of byte. JSON's grammar of numbers and separators is almost wholly a rule about
// neighbours, so a rule is a shift and an and-not: `comma & expected` is a comma where a value must start. The rules
// that are not local are carries of an addition: adding a bit at the start of a run of digits to the digits' mask
// moves it to the byte after the run (one dot, one exponent); the same through white space gives "the significant
// byte before". Strings: quote parity by prefix xor, backslash runs by the odd/even subtraction (both after Langdale
// and Lemire, "Parsing Gigabytes of JSON per Second", 2019). One bit per class crosses from block to block.
//
// Lists: brackets are visited one by one with the commas between them counted, so widths are checked against what
// step() learned from the first row.
//
// What a change must not break: a block is taken whole or not at all, and only when nothing in it needs step(): no event, no error,
// no object, no length still to be learned. A block that may need it is left to step().
import { isHex } from "./bytes";
import { afterRun, controls, digits, equal, escapeLetters, prefixXor, runLeaves } from "./masks";
import { matrixBlocks } from "./matrix";
import {
  Mode, Nan, St, countAt, depth, expectAt, freeAbove, base, leaf, mode, nan, nullOk, setDepth, setSt, st, stopAt, typeAt, watch,
  MAX_DEPTH, TYPES, addNewlines,
} from "./state";

const ODD: u64 = 0xaaaaaaaaaaaaaaaa;
const NULL: u32 = 0x6c6c756e;
const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const INFI: u32 = 0x69666e49;
const NITY: u32 = 0x7974696e;
/** Levels of lists that one block may close; deeper is left to step(). */
const LEVELS: i32 = 8;
const SAVED: usize = memory.data(LEVELS * 8, 16);

/** Takes blocks from p while they are surely fine; returns the first byte not taken. */
export function pass(p: usize, to: usize): usize {
  p = matrixBlocks(p, to);
  if (st < St.Exp) p = plainBlocks(p, to);
  return p + 64 <= to ? anyBlocks(p, to) : p;
}

// exported from the core, or the optimizer would put both loops into pass() and spill registers in each
export function plainBlocks(p: usize, to: usize): usize { return blocks(p, to, true); }
export function anyBlocks(p: usize, to: usize): usize { return blocks(p, to, false); }

/**
 * `plain` is a constant, and each of the two calls has its own copy of the loop. The plain one knows digits, points,
 * minus signs, commas and brackets, and stops at any other byte: with fewer carries to keep it is a sixth faster. The
 * other knows the rest, too, and once begun it goes on to the end of the window.
 */
// @ts-ignore: decorator
@inline function blocks(p: usize, to: usize, plain: bool): usize {
  // carries, each 0 or 1: what the byte before the block was
  let wasDigit: u64 = <u64>(st == St.Zero || st == St.Int || st == St.Frac || st == St.ExpDigits);
  let wasNumber: u64 = <u64>(st >= St.Minus && st <= St.ExpDigits);
  let wantDigit: u64 = <u64>(st == St.Minus || st == St.Dot || st == St.ExpSign);
  let wasMinus: u64 = <u64>(st == St.Minus); // at the start of a number
  let wasZero: u64 = <u64>(st == St.Zero);
  let wasE: u64 = plain ? 0 : <u64>(st == St.Exp);
  let inFrac: u64 = <u64>(st == St.Dot || st == St.Frac);
  let inExp: u64 = plain ? 0 : <u64>(st == St.Exp || st == St.ExpSign || st == St.ExpDigits);
  let wantValue: u64 = <u64>(st == St.Value || st == St.ValueOrClose);
  let wasOpen: u64 = <u64>(st == St.ValueOrClose);
  let inString: u64 = plain ? 0 : <u64>(0 - <i64>(st == St.Str || st == St.Esc)); // all ones or none
  let escaped: u64 = plain ? 0 : <u64>(st == St.Esc);
  let litRest: u64 = 0; // bytes of a literal that reach into the block

  const checked = mode != Mode.Free && freeAbove == i32.MAX_VALUE;
  const tensorLeaf = checked ? leaf : i32.MAX_VALUE;
  const scalarsFrom = checked ? leaf : 0;
  // a matrix: rows right inside the cargo, their width learned, and no event when one ends
  const lastCell = checked ? <u64>(load<i64>(expectAt(leaf)) - 1) : 0;
  const matrixFrom = checked && leaf - 1 > watch && load<i64>(expectAt(leaf)) > 0 ? leaf - 1 : i32.MAX_VALUE;
  const limited = stopAt != u64.MAX_VALUE;
  let d = depth;
  let count = load<u64>(countAt(d));
  const start0 = p;

  while (p + 64 <= to) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    let digit = digits(v0, v1, v2, v3);
    let dot = equal(v0, v1, v2, v3, 0x2e /* . */);
    let minus = equal(v0, v1, v2, v3, 0x2d /* - */);
    let comma = equal(v0, v1, v2, v3, 0x2c /* , */);
    let openB = equal(v0, v1, v2, v3, 0x5b /* [ */);
    let closeB = equal(v0, v1, v2, v3, 0x5d /* ] */);
    let bad: u64 = 0;
    let space: u64 = 0, quoteOpen: u64 = 0, exp: u64 = 0, plus: u64 = 0, litStart: u64 = 0;
    let nextInString = inString, nextEscaped: u64 = 0, nextLitRest: u64 = 0;
    let feeds: u64 = 0;

    let other = ~(digit | dot | minus | comma | openB | closeB);
    if (plain) {
      if (other != 0) break;
    } else if ((other | inString | litRest) != 0) {
      const quoteAny = equal(v0, v1, v2, v3, 0x22 /* " */);
      const backslash = equal(v0, v1, v2, v3, 0x5c /* \ */);
      let text: u64 = 0;
      if ((quoteAny | inString) != 0) {
        let quote = quoteAny;
        if ((backslash | escaped) != 0) {
          const starts = backslash & ~escaped;
          const codes = (((starts << 1) | ODD) - starts) ^ ODD;
          const escapes = codes ^ (backslash | escaped); // bytes that a backslash stands before
          nextEscaped = (codes & backslash) >> 63;
          quote &= ~escapes;
          text = prefixXor(quote) ^ inString;
          // letters by a table; the digits behind \\u one by one
          const unicode = equal(v0, v1, v2, v3, 0x75 /* u */) & escapes;
          bad |= escapes & ~unicode & ~escapeLetters(v0, v1, v2, v3);
          for (let m = unicode; m != 0; m &= m - 1) {
            const q = p + <usize>ctz(m);
            if (q + 5 > to || !isHex(load<u8>(q, 1)) || !isHex(load<u8>(q, 2)) || !isHex(load<u8>(q, 3)) || !isHex(load<u8>(q, 4))) { bad = 1; break; }
            // the digits of an escape must be in this block, or step() could not take over after it
            if (q + 4 >= p + 64) { bad = 1; break; }
          }
          bad |= escapes & ~text;
        } else text = prefixXor(quote) ^ inString;
        nextInString = <u64>(<i64>text >> 63);
        quoteOpen = quote & text;
        bad |= controls(v0, v1, v2, v3) & text;
        const outside = ~(text | quote);
        digit &= outside; dot &= outside; minus &= outside; comma &= outside; openB &= outside; closeB &= outside;
        other &= outside;
      }
      if ((other | litRest) != 0) {
        feeds = equal(v0, v1, v2, v3, 0x0a) & other;
        space = (equal(v0, v1, v2, v3, 0x20) | equal(v0, v1, v2, v3, 0x0d) | equal(v0, v1, v2, v3, 0x09)) & other | feeds;
        let letters = (other & ~space) | litRest;
        if (letters != 0) {
          plus = equal(v0, v1, v2, v3, 0x2b /* + */) & letters;
          const eAny = (equal(v0, v1, v2, v3, 0x65 /* e */) | equal(v0, v1, v2, v3, 0x45 /* E */)) & letters;
          letters &= ~plus;
          // an e after a digit is an exponent; letters after anything else begin or continue a literal
          const eAfterDigit = eAny & ((digit << 1) | wasDigit);
          let lit = litRest;
          for (let m = letters & ~eAfterDigit & ~lit; m != 0; m &= ~lit) {
            const i = ctz(m);
            const q = p + <usize>i;
            if (q + 8 > to) { bad = 1; break; }
            const w = load<u32>(q);
            let n: u64 = 0;
            if (w == NULL) n = nullOk ? 4 : 0;
            else if (w == TRUE) n = 4;
            else if (load<u8>(q) == 0x66 /* f */ && load<u32>(q, 1) == ALSE) n = 5;
            else if (nan == Nan.Pass && (w & 0xffffff) == 0x4e614e) n = 3;
            else if (nan == Nan.Pass && w == INFI && load<u32>(q, 4) == NITY) n = 8;
            if (n == 0) { bad = 1; break; }
            const bits = ((<u64>1 << n) - 1) << <u64>i;
            litStart |= <u64>1 << <u64>i;
            lit |= bits;
            if (<u64>i + n > 64) nextLitRest = (<u64>1 << (<u64>i + n - 64)) - 1;
          }
          exp = eAny & ~lit;
          bad |= letters & ~lit & ~exp;
        }
      }
    }

    const sign = minus | plus;
    const afterDigit = (digit << 1) | wasDigit;
    const number = digit | dot | sign | exp;
    const numberStart = (digit | minus) & ~((number << 1) | wasNumber);
    const afterE = (exp << 1) | wasE;
    bad |= sign & ~(numberStart | afterE);
    bad |= (dot | exp) & ~afterDigit;
    bad |= (((dot | sign) << 1) | wantDigit) & ~digit;
    // a zero that starts an integer part stands alone
    const minusStart = minus & numberStart;
    const zero = (numberStart | (minusStart << 1) | wasMinus) & equal(v0, v1, v2, v3, 0x30 /* 0 */);
    bad |= ((zero << 1) | wasZero) & digit;
    let nextFrac: u64 = 0, nextExp: u64 = 0;
    if ((dot | inFrac) != 0) {
      const at = (dot << 1) | inFrac;
      bad |= afterRun(at, digit) & dot;
      nextFrac = runLeaves(at, digit) | (dot >> 63);
    }
    if ((exp | inExp) != 0) {
      bad |= afterE & ~(digit | sign);
      const expSign = sign & afterE;
      const at = (exp << 1) | (expSign << 1) | inExp;
      bad |= afterRun(at, digit) & (dot | exp);
      nextExp = runLeaves(at, digit) | (exp >> 63) | (expSign >> 63);
    }

    // structure: where a value must start, and where a list may close at once
    const scalarStart = numberStart | quoteOpen | litStart;
    let expected = ((openB | comma) << 1) | wantValue;
    let justOpen = (openB << 1) | wasOpen;
    let nextWant = (openB | comma) >> 63, nextOpen = openB >> 63;
    if (space != 0) {
      nextWant |= runLeaves(expected, space);
      nextOpen |= runLeaves(justOpen, space);
      expected = afterRun(expected, space);
      justOpen = afterRun(justOpen, space);
    }
    bad |= (scalarStart | openB) & ~expected;
    bad |= comma & expected;
    bad |= closeB & expected & ~justOpen;
    if (bad != 0) break;

    // an event may be due behind a row in this block
    if (limited && (d == base ? count : load<u64>(countAt(base))) + popcnt(comma) >= stopAt) break;

    const brackets = openB | closeB;
    if (brackets == 0) {
      if (d < scalarsFrom && scalarStart != 0) break;
      count += popcnt(comma);
    } else if (d >= matrixFrom) {
      // rows of one width, and nothing but rows: count the commas of each
      let afterClose = (closeB << 1) | <u64>(d < leaf && wantValue == 0);
      if (space != 0) afterClose = afterRun(afterClose, space);
      const between = comma & afterClose;
      let rowStart = (between << 1) | <u64>(d < leaf && wantValue != 0);
      if (space != 0) rowStart = afterRun(rowStart, space);
      if (((openB ^ (rowStart & ~space)) | (closeB & (afterClose | justOpen))) != 0) break;
      const cells = comma ^ between;
      let n = d < leaf ? 0 : count, done: u64 = 0, wrong: u64 = 0;
      for (let m = closeB; m != 0; m &= m - 1) {
        const before = (m & (0 - m)) - 1;
        wrong |= (n + popcnt(cells & before & ~done)) ^ lastCell;
        n = 0;
        done = before;
      }
      if (wrong != 0) break;
      // inside a row when the last bracket opens one
      const rows = load<u64>(countAt(leaf - 1));
      if (openB > closeB) {
        store<u64>(countAt(leaf - 1), (d < leaf ? count : rows) + popcnt(between));
        count = n + popcnt(cells & ~done);
        d = leaf;
      } else {
        count = (d < leaf ? count : rows) + popcnt(between);
        d = leaf - 1;
      }
    } else {
      // any nesting: visit the brackets; where step() may be needed the counts are put back, and the block is left to it
      const floor = d - LEVELS + 1;
      save(d);
      let k = d, n = count, done: u64 = 0, m = brackets, doubt = false;
      while (m != 0) {
        const bit = m & (0 - m);
        const before = (bit - 1) & ~done;
        if (k < scalarsFrom && (scalarStart & before) != 0) { doubt = true; break; }
        n += popcnt(comma & before);
        done |= before | bit;
        m &= m - 1;
        if ((openB & bit) != 0) {
          if (k >= tensorLeaf || k >= MAX_DEPTH) { doubt = true; break; }
          store<u64>(countAt(k), n);
          k++;
          store<u8>(TYPES + <usize>k, 0x5b /* [ */);
          n = 0;
        } else {
          if (checked) {
            const want = load<i64>(expectAt(k));
            const length = (justOpen & bit) != 0 ? 0 : <i64>n + 1;
            if (want != -1 && want != length) { doubt = true; break; }
          }
          k--;
          if (k <= watch || k <= floor || k == freeAbove || typeAt(k) != 0x5b) { doubt = true; break; }
          n = load<u64>(countAt(k));
        }
      }
      if (!doubt && k < scalarsFrom && (scalarStart & ~done) != 0) doubt = true;
      if (doubt) { restore(d); break; }
      count = n + popcnt(comma & ~done);
      d = k;
    }

    if (feeds != 0) addNewlines(popcnt(feeds), p + 63 - <usize>clz(feeds));
    wasDigit = digit >> 63;
    wasNumber = number >> 63;
    wantDigit = (dot | sign) >> 63;
    wasMinus = minusStart >> 63;
    wasZero = zero >> 63;
    inFrac = nextFrac;
    wantValue = nextWant; wasOpen = nextOpen;
    if (!plain) {
      wasE = exp >> 63;
      inExp = nextExp;
      inString = nextInString; escaped = nextEscaped;
      litRest = nextLitRest;
    }
    p += 64;
  }

  if (p != start0) {
    store<u64>(countAt(d), count);
    setDepth(d);
    // a literal that reached over the edge: give the bytes it has taken back to the caller as taken
    if (litRest != 0) { p += <usize>popcnt(litRest); setSt(St.After); return p; }
    if (inString != 0) setSt(escaped != 0 ? St.Esc : St.Str);
    else if (wantValue != 0) setSt(wasOpen != 0 ? St.ValueOrClose : St.Value);
    else if (wasNumber != 0) {
      if (wasMinus != 0) setSt(St.Minus);
      else if (wasE != 0) setSt(St.Exp);
      else if (inExp != 0) setSt(wasDigit != 0 ? St.ExpDigits : St.ExpSign);
      else if (inFrac != 0) setSt(wasDigit != 0 ? St.Frac : St.Dot);
      else setSt(wasZero != 0 ? St.Zero : St.Int);
    } else setSt(St.After);
  }
  return p;
}

/** Counts of the list at depth d and the LEVELS - 1 around it. */
// @ts-ignore: decorator
@inline function save(d: i32): void {
  const low = countAt(max(d - LEVELS + 1, 0));
  v128.store(SAVED, v128.load(low)); v128.store(SAVED, v128.load(low, 16), 16);
  v128.store(SAVED, v128.load(low, 32), 32); v128.store(SAVED, v128.load(low, 48), 48);
}

// @ts-ignore: decorator
@inline function restore(d: i32): void {
  const low = countAt(max(d - LEVELS + 1, 0));
  v128.store(low, v128.load(SAVED)); v128.store(low, v128.load(SAVED, 16), 16);
  v128.store(low, v128.load(SAVED, 32), 32); v128.store(low, v128.load(SAVED, 48), 48);
}
