// A dialect of the caller's own, from a YAML file: the table that defineDialect takes, and where in the file what is wrong with it stands.
import { define } from "../dialects/index.js";
import { readYaml } from "./yaml-file.js";

/**
 * Makes the dialects of these files known, one by one: a later one may be like an earlier one.
 * @throws TransloadError E_READ, or E_DIALECT with the file, the line and the column.
 */
export async function defineFrom(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { content, place } = await readYaml(file, "E_DIALECT");
    define(content, { file, place });
  }
}
