import { BINARY } from "../binary/form.js";
import { DIALECTS } from "../dialects/index.js";
import { print } from "../io/output.js";
import type { Define } from "./job.js";
import { addDefinitions, addVoice, type Definitions } from "./options.js";
import type { Voice } from "./report.js";
import { alignColumns } from "./table.js";

export const define: Define = (command, start) => {
  addVoice(addDefinitions(command))
    .summary("list the dialects and files that are known")
    .description("Lists every dialect with its forms, as --from, --to and --for take them, and every binary file with what it holds.")
    .addHelpText("after", "\nExamples:\n  transload dialects\n  transload dialects --dialect data/litserve.yaml")
    .action((call: Voice & Definitions) => start(call, () => print(`${list()}\n`)));
};

function list(): string {
  const rows = DIALECTS.map(({ name, forms, about }) => [name, forms.map((form) => form.id).join(" "), about]);
  const files = BINARY.map(({ id, about, extensions, holds }) => [id, extensions.map((ending) => `.${ending}`).join(" "), about, holds]);
  return [alignColumns([["dialect", "forms", "about"], ...rows]), alignColumns([["file", "names", "about", "holds"], ...files])].join(
    "\n\n",
  );
}
