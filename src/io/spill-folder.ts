import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { optionText, TransloadError } from "../errors.js";

/** Bytes that are held before a file is made of them: to make one, and to have it go, takes longer than a small conversion. */
export const HELD = 1 << 16;

/**
 * The folder where spills are made, the system's temporary one by default: one that cannot be written to is told even where nothing is.
 * @throws TransloadError E_SPILL.
 */
export function spillFolder(asked: string | undefined): string {
  const folder = asked ?? tmpdir();
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    cannotSpill(folder, error as NodeJS.ErrnoException);
  }
  return folder;
}

export function cannotSpill(folder: string, error: NodeJS.ErrnoException): never {
  const why = error.code === "ENOSPC" ? "no space left on the device" : error.message;
  throw new TransloadError(
    "E_SPILL",
    `cannot spill to ${folder}: ${why}; choose another folder with ${optionText("spillDir")}, or give the input as a file`,
    {},
    { cause: error },
  );
}
