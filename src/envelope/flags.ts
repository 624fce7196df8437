// Parameters in Open Inference Protocol that are said to the server, and not to the model: no other protocol has a place for them.
import { membersOf, textOfMembers } from "../engine/members.js";

/** How cells travel (Triton's binary data and shared memory extensions), and what inputs are together: whoever writes says it anew. */
const OF_CARRIAGE: readonly string[] = [
  "content_type",
  "binary_data_output",
  "binary_data",
  "binary_data_size",
  "shared_memory_region",
  "shared_memory_offset",
  "shared_memory_byte_size",
];

/**
 * What Triton reserves besides (protocol/extension_parameters.md, and tritonclient refuses as parameters of the caller's own): in which
 * sequence, how soon and how long the model is asked, and in which form it answers. Something is lost without them.
 */
const OF_SCHEDULING: readonly string[] = [
  "sequence_id",
  "sequence_start",
  "sequence_end",
  "priority",
  "timeout",
  "headers",
  "classification",
];

/** Parameters apart: the model's, as text where there are any, and the names of those of the server's whose loss is to be told. */
export function parted(parameters: string): { readonly models: string | undefined; readonly lost: readonly string[] } {
  if (!parameters.trim().startsWith("{")) return { models: parameters, lost: [] };
  const all = membersOf(parameters);
  const lost = all.map(([key]) => key).filter((key) => OF_SCHEDULING.includes(key) || key.startsWith("triton_"));
  const models = all.filter(([key]) => !OF_CARRIAGE.includes(key) && !lost.includes(key));
  return { models: all.length === 0 || models.length > 0 ? textOfMembers(models) : undefined, lost };
}
