// The keys of records, by a hash of how they are spelled: one that stands out of order is found at once, however many there are.
import { hash, same } from "./texts";

/** A spelling, quotes included: its address, its length, the field it stands for. Fields may have several. */
const SPELLING: usize = 16;
const LENGTH: usize = 4;
const FIELD_OF: usize = 8;
/** An address and a length. */
const STRANGER: usize = 8;

let spellings: usize = 0;
/** The table: numbers of spellings, from 1; twice as many places as there are spellings, and more. */
let slots: usize = 0;
let mask: u32 = 0;
/** Keys of a record that no field has, and how many there is room for. */
let strangers: usize = 0;
let strangersMost: u32 = 0;
export let strangerCount: u32 = 0;

/** `slotCount` is a power of two, and all places are empty. */
export function setKeys(spellingsAt: usize, slotsAt: usize, slotCount: u32): void { spellings = spellingsAt; slots = slotsAt; mask = slotCount - 1; }

export function setStrangers(at: usize, most: u32): void { strangers = at; strangersMost = most; strangerCount = 0; }

/** Takes these spellings into the table; of two that are alike the first counts. */
export function learnKeys(from: u32, to: u32): void {
  for (let k = from; k < to; k++) {
    const spelling = spellings + <usize>k * SPELLING;
    const at = placeOf(<usize>load<u32>(spelling), <usize>load<u32>(spelling, LENGTH));
    if (load<u32>(at) == 0) store<u32>(at, k + 1);
  }
}

/** The field whose key is spelled so, or -1. As many bytes as a copy runs over may be read behind it. */
export function fieldOfKey(p: usize, n: usize): i32 {
  if (slots == 0) return -1;
  const number = load<u32>(placeOf(p, n));
  return number == 0 ? -1 : load<i32>(spellings + <usize>(number - 1) * SPELLING, FIELD_OF);
}

/** Where the table has the spelling, or would have it. */
function placeOf(p: usize, n: usize): usize {
  let i = hash(p, n) & mask;
  while (true) {
    const at = slots + (<usize>i << 2), number = load<u32>(at);
    if (number == 0) return at;
    const spelling = spellings + <usize>(number - 1) * SPELLING;
    if (<usize>load<u32>(spelling, LENGTH) == n && same(<usize>load<u32>(spelling), p, n)) return at;
    i = (i + 1) & mask;
  }
}

/** A record begins. */
export function forgetStrangers(): void { strangerCount = 0; }

/** Remembers a key that no field has; false where there is no room. */
export function remember(p: usize, n: usize): bool {
  if (strangerCount == strangersMost) return false;
  const at = strangers + <usize>strangerCount * STRANGER;
  strangerCount++;
  store<u32>(at, <u32>p);
  store<u32>(at, <u32>n, LENGTH);
  return true;
}
