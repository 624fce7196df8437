// Open Inference Protocol's bodies with binary tensors, as the same in JSON: what servers of other dialects get, and their clients.
import { LENGTH_HEADER } from "../binary/oip/header.js";
import { concat, decode, encode } from "../columns/bytes.js";
import type { What } from "../dialects/index.js";
import { membersOf } from "../engine/members.js";
import { TransloadError, type Warning } from "../errors.js";
import { requestOf } from "../options/request.js";
import { type Begun, converted } from "./body.js";

/** Node has headers in small letters. */
export const BINARY_LENGTH = LENGTH_HEADER.toLowerCase();
/** Members that are no tensors and no parameters, and stand in JSON as they do here. */
const BESIDE = ["id", "model_name", "model_version"];

/**
 * The same body in JSON. `length` is what HTTP's header says that the JSON before the tensors has.
 * @throws TransloadError E_FORM for a length that is none; as a conversion from `triton:binary`.
 */
export async function inJson(body: Begun, length: string, what: What, onWarning: (warning: Warning) => void): Promise<Begun> {
  if (!/^\d+$/.test(length)) throw new TransloadError("E_FORM", `${LENGTH_HEADER} is ${length.slice(0, 40)}, and must be a count of bytes`);
  const beside = besideIn(body.head.subarray(0, Number(length)));
  const request = requestOf("convert", {
    from: "triton:binary",
    to: "oip",
    what,
    // what becomes of it, the next conversion says
    nan: "token",
    headerLength: Number(length),
    onWarning: (warning) => {
      if (!beside.some(([key]) => warning.message.startsWith(`${JSON.stringify(key)} is dropped`))) onWarning(warning);
    },
  });
  const { head, rest } = await converted(body, request);
  const members = encode(beside.map(([key, text]) => `${JSON.stringify(key)}:${text},`).join(""));
  return { head: concat([head.subarray(0, 1), members, head.subarray(1)]), rest };
}

/** Of a header that is there as a whole; what is wrong with it is told where it is read. */
function besideIn(header: Uint8Array): [key: string, text: string][] {
  try {
    return membersOf(decode(header)).filter(([key]) => BESIDE.includes(key));
  } catch {
    return [];
  }
}
