// Which releases a server runs, as far as verdicts differ by them. A dialect's table says which ones were asked (`asked`, the newest last).

import type { Releases } from "../dialects/index.js";
import { nearest, optionText, TransloadError } from "../errors.js";

/**
 * The releases that a verdict is about: those that the caller names, and for the others those that were asked together with
 * them, the newest of them.
 * @throws TransloadError E_OPTION for a package that makes no difference, and for what is no release.
 */
export function releasesOf(asked: readonly Releases[], named: Releases, who: string): Releases {
  const known = Object.keys(asked.at(-1) ?? {});
  for (const [name, release] of Object.entries(named)) {
    if (!known.includes(name)) throw unknown(name, known, who);
    // of a number 3.1 and 3.10 would be the same
    if (typeof release !== "string" || !/^\d+(\.\d+)*/.test(release))
      throw new TransloadError(
        "E_OPTION",
        `${JSON.stringify(release)} is no release of ${name}; write ${optionText("serverVersion", asked.at(-1))}`,
      );
  }
  const apart = (one: Releases) => Object.keys(named).filter((name) => compare(one[name] as string, named[name] as string) > 0).length;
  // what was asked of an older release holds for a newer one until something newer was asked
  const best = [...asked]
    .reverse()
    .reduce<Releases | undefined>((kept, one) => (kept && apart(kept) <= apart(one) ? kept : one), undefined);
  return { ...best, ...named };
}

/** The others that were asked, and that agree with what the caller named. */
export function othersOf(asked: readonly Releases[], named: Releases, assumed: Releases): readonly Releases[] {
  const names = Object.keys(named);
  const same = (a: Releases, b: Releases, of: readonly string[]) => of.every((name) => compare(a[name] as string, b[name] as string) === 0);
  return asked.filter((one) => same(one, named, names) && !same(one, assumed, Object.keys(one)));
}

/** Below zero where a release is older: "3.9" than "3.17". What only one of them says makes no difference. */
export function compare(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((number, i) => i < right.length && number !== right[i]);
  return at < 0 ? 0 : (left[at] as number) - (right[at] as number);
}

/** `mlflow 3.17 and pandas 3.1`. */
export function spellReleases(releases: Releases): string {
  return Object.entries(releases)
    .map(([name, release]) => `${name} ${release}`)
    .join(" and ");
}

function numbers(release: string): number[] {
  return (/^\d+(\.\d+)*/.exec(release)?.[0] ?? "").split(".").map(Number);
}

function unknown(name: string, known: readonly string[], who: string): TransloadError {
  if (known.length === 0) return new TransloadError("E_OPTION", `what ${who} does is not told by releases`);
  const guess = nearest(name, known);
  const hint = guess === undefined ? "" : `; ${JSON.stringify(guess)} may be meant`;
  return new TransloadError("E_OPTION", `what ${who} does differs by ${known.join(" and ")}, and not by ${JSON.stringify(name)}${hint}`);
}
