// What columns are called among the members of an npz.

import { TransloadError } from "../../errors.js";

/** numpy's name of an array that has none. */
const UNNAMED = "arr_0";
/** Bytes of a name in a zip, less those of its ending. */
const LONGEST = 0xffff - 4;

/**
 * What columns are called in an npz.
 * @throws TransloadError E_COLUMNS for a name that a zip cannot hold, or that others would read as another; E_DUPLICATE.
 */
export function arrayNames(columns: readonly { readonly name: string }[]): string[] {
  const known = new Set<string>();
  return columns.map(({ name }) => {
    const own = name === "" ? UNNAMED : name;
    const fault = faultOf(own);
    if (fault)
      throw new TransloadError("E_COLUMNS", `column ${JSON.stringify(name).slice(0, 100)} ${fault}; rename it, or write parquet or arrow`);
    if (known.has(own))
      throw new TransloadError("E_DUPLICATE", `two columns are called ${JSON.stringify(own)}, and an npz has one array of a name`);
    known.add(own);
    return own;
  });
}

function faultOf(name: string): string | undefined {
  if (name.includes("\\") || name.includes("\0")) return "has a character that the names in a zip cannot have";
  if (/^([a-zA-Z]:|\/)/.test(name) || name.split("/").includes("..")) return "would be a path out of the zip";
  if (/\p{Surrogate}/u.test(name)) return "has half a surrogate pair, which UTF-8 cannot spell";
  return new TextEncoder().encode(name).length > LONGEST ? "is longer than the names in a zip" : undefined;
}
