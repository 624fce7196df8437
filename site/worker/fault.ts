import { TransloadError } from "transload/web";
import type { Fault } from "../messages.js";
import { excerptOf } from "./excerpt.js";

/** What is told of an error, with the line around the place that it names in this file. */
export async function faultOf(error: unknown, file: File | undefined): Promise<Fault> {
  if (!(error instanceof TransloadError))
    return { code: undefined, message: wordsOf(error), line: undefined, column: undefined, path: undefined, excerpt: undefined };
  const { code, detail, line, column, path, offset } = error;
  const excerpt = file && offset !== undefined ? await excerptOf(file, offset).catch(() => undefined) : undefined;
  return { code, message: detail, line, column, path, excerpt };
}

function wordsOf(error: unknown): string {
  const { name, message } = error as Error;
  if (name === "QuotaExceededError")
    return "this browser has no room for the result: free some space on the disk, or save into a file of your own";
  if (name === "NotReadableError") return "the file cannot be read: it was changed or moved after it was chosen; choose it again";
  return message || name;
}
