import { needsNames } from "../../dialects/needs.js";
import { checkNames } from "../../engine/columns.js";
import { optionText } from "../../errors.js";
import type { Payload } from "../payload.js";

/** A tensor without a name begins, its target chosen: where that is a frame, writes what stands before the rows. */
export function beginTensor(to: Payload): void {
  const { form, target } = to;
  if (target?.layout !== "frame") {
    checkNames([], to.options.typed?.dtype);
    return;
  }
  if (to.columns === undefined && form && needsNames({ form, layout: "tensor" }, target, true))
    throw to.error(
      "E_COLUMNS",
      `${target.form.id} needs names for the columns of a tensor; give them with ${optionText("columns", ["a", "b", "c"])}`,
    );
  to.write(to.renames ? '{"data":' : `{"columns":${JSON.stringify(to.columns)},"data":`);
}

/** It has ended: what a frame has behind its rows. */
export function endTensor(to: Payload, members: number): void {
  to.tensorEnded(members);
  if (to.target?.layout !== "frame" || to.lane !== "splice") return;
  if (to.renames && to.columns) to.write(`,"columns":${JSON.stringify(to.columns)}`);
  if (to.target.form.needsIndex) {
    to.write(",");
    to.writeIndex(to.rowsWritten ?? members);
  }
  to.write("}");
}
