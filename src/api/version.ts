import { readFileSync } from "node:fs";
import { packageFile } from "../engine/package-file.js";

/** The package's version. The build of the library writes it into the code in the place of this file (rolldown.config.mjs). */
export function version(): string {
  const { version } = JSON.parse(readFileSync(packageFile("../../package.json"), "utf8")) as { version: string };
  return version;
}
