// What Triton makes of the cells of its inputs.
//
// Read in the server's source (server: src/http_server.cc, ReadDataFromJsonHelper and SetTritonParameterFromJsonParameter; common:
// include/triton/common/triton_json.h, over rapidjson), and not run.

import type { Form } from "../dialects/index.js";
import { hasNumbers, isInteger, kindNames, rangeOf, refuseUnparsed } from "./datatype.js";
import type { Findings } from "./finding.js";
import type { InspectedColumn, Inspection } from "./inspection.js";
import { type Kinds, kindsOf } from "./kinds.js";

export function judgeTriton({ columns, request }: Pick<Inspection, "columns" | "request">, _: Form, __: unknown, to: Findings): void {
  for (const key of (request?.odd ?? []).filter((key) => key !== "content_type" && key !== "headers"))
    to.refuse("F_MEMBER", `${to.who} refuses ${JSON.stringify(key)} of another kind than the protocol's`);
  const nested = request?.nested ?? [];
  if (nested.length > 0)
    to.refuse("F_PARAMS", `${to.who} refuses parameters that are no number, no text and no truth: ${nested.slice(0, 5).join(", ")}`);
  for (const column of columns)
    to.about(column.name, () => {
      refuseUnparsed(column, to);
      if (column.input) judgeCells(column, column.input.datatype, to);
    });
}

function judgeCells(column: InspectedColumn, datatype: string, to: Findings): void {
  const k = kindsOf(column);
  if (datatype === "FP16" || datatype === "BF16")
    to.refuse("F_DTYPE", `${to.who} receives no ${datatype} in JSON, but in its binary form alone; send FP32`);
  else {
    const wrong = kindNames(k).filter((kind) => kind !== kindIn(datatype));
    if (wrong.length > 0) to.refuse("F_TYPE", `${to.who} refuses ${wrong.join(" and ")} in ${datatype}`);
    else if (isInteger(datatype)) judgeWholes(k, datatype, to);
    else if (datatype.startsWith("FP")) judgeFloats(column, k, datatype, to);
  }
}

function kindIn(datatype: string): string {
  return datatype === "BOOL" ? "true and false" : datatype === "BYTES" ? "texts" : "numbers";
}

/** AsInt and AsUInt take 64 bits, which are cast to fewer without a look; `1.0` is a double, and refused. */
function judgeWholes(k: Kinds, datatype: string, to: Findings): void {
  if (k.floats || k.nans) {
    to.refuse("F_CAST", `${to.who} refuses numbers with a point or an exponent, 1.0 too, and NaN in ${datatype}`);
    return;
  }
  if (!k.integers) return;
  const [least, greatest] = rangeOf(datatype);
  const [low, high] = rangeOf(datatype.startsWith("U") ? "UINT64" : "INT64");
  if (k.least < low || k.greatest > high) to.refuse("F_RANGE", `${to.who} refuses whole numbers beyond ${low} to ${high} in ${datatype}`);
  else if (k.least < least || k.greatest > greatest)
    to.change("F_RANGE", `${to.who} keeps the lowest bits of numbers beyond ${least} to ${greatest} in ${datatype}: they wrap around`);
}

function judgeFloats({ cells: { floats } }: InspectedColumn, k: Kinds, datatype: string, to: Findings): void {
  const exact = datatype === "FP32" ? 2n ** 24n : 2n ** 53n;
  const infinite = datatype === "FP32" ? 2 ** 128 - 2 ** 103 : Number.POSITIVE_INFINITY;
  if (floats && Number.isFinite(infinite) && Math.max(floats.greatest, -floats.least) >= infinite)
    to.change("F_RANGE", `numbers beyond ${infinite.toPrecision(3)} become infinite in ${datatype}`);
  if (hasNumbers(k) && k.integers && (k.greatest > exact || k.least < -exact))
    to.change("F_RANGE", `whole numbers beyond ${exact} may be rounded in ${datatype}`);
}
