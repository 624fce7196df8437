// The API reference: npm run docs. A link that leads nowhere, and a public name without a word, are errors.
import { readFileSync } from "node:fs";

/** The meaning of a code is its value, and is shown as such. */
const codes = [...readFileSync("src/errors.ts", "utf8").matchAll(/^ {2}(E_\w+):/gm)].map(([, code]) => `transload.CODES.__type.${code}`);

export default {
  name: "transload",
  entryPoints: ["src/index.ts", "src/web/index.ts", "src/serve/gateway.ts"],
  tsconfig: "tsconfig.build.json",
  out: "docs/api",
  readme: "none",
  // a clone without a remote has no address that sources could link to
  disableSources: true,
  excludePrivate: true,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  intentionallyNotDocumented: codes,
  // parts of public types, and no names of their own
  intentionallyNotExported: [
    "TimeDType",
    "FINDINGS",
    "Block",
    "Level",
    "Texts",
    "Cast",
    "EngineName",
    "Layout",
    "CoreSource",
    "NamesOf",
    "BUILT_IN",
    "RESERVED",
    "Inputs",
    "DefinedLayout",
    "Gap",
    "ValuesOf",
  ],
};
