import { DIALECTS } from "../dialects/index.js";
import type { Define } from "./job.js";
import { addVoice } from "./options.js";
import { print } from "./output.js";
import { alignColumns } from "./table.js";

export const define: Define = (command, start) => {
  addVoice(command)
    .summary("list the dialects that are known")
    .description("Lists every dialect with its forms, as --from, --to and --for take them.")
    .addHelpText("after", "\nExamples:\n  transload dialects")
    .action((call) => start(call, () => print(`${list()}\n`)));
};

function list(): string {
  const rows = DIALECTS.map(({ name, forms, about }) => [name, forms.map((form) => form.id).join(" "), about]);
  return alignColumns([["dialect", "forms", "about"], ...rows]);
}
