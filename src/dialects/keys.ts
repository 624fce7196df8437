// What the keys of an envelope tell.
import type { Dialect, Form } from "./dialect.js";

/** Keys that may stand in a split object; any other is an error on every server. */
export const FRAME_KEYS: readonly string[] = ["columns", "index", "data"];

/** Forms among these whose cargo is under this envelope key. */
export function formsAt(forms: readonly Form[], key: string): readonly Form[] {
  return forms.filter((f) => (f.key === undefined ? f.layouts.includes("frame") && FRAME_KEYS.includes(key) : f.key === key));
}

/** Dialects that `auto` tells by their keys. */
export function detected(dialects: readonly Dialect[]): readonly Dialect[] {
  return dialects.filter(({ detect }) => detect !== false);
}

/**
 * The dialect that this key would be told to be of, or that has it beside its cargo: to no other can it belong. `beside`: the key is a
 * sibling, which may be one of others' as well.
 */
export function ownerOf(key: string, dialects: readonly Dialect[], beside: boolean): Dialect | undefined {
  return detected(dialects).find(
    ({ forms, params, siblings }) => formsAt(forms, key).length > 0 || (!beside && (params === key || siblings.includes(key))),
  );
}
