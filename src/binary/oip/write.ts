// Batches to a request with binary tensors, as tritonclient writes it (tritonclient 2.73, http/_utils.py): a header in JSON, and behind it each
// tensor's bytes. The header tells their sizes, so they wait in spills, one for each, until all are known.

import type { Batch } from "../../columns/batch.js";
import { encode } from "../../columns/bytes.js";
import { needShape } from "../../columns/lists.js";
import { membersOf, textOfMembers } from "../../engine/members.js";
import { listed, TransloadError } from "../../errors.js";
import type { Beside } from "../../options/request.js";
import type { BinaryWrite, BinaryWriter } from "../form.js";
import { LENGTH_HEADER } from "./header.js";
import { TensorWriter } from "./tensor.js";

const FORM = "triton:binary";
/** What a tensor without a name is called, in JSON, too. */
const UNNAMED = "input";

/** Writes a tensor for each column of a frame, or for each tensor. */
export class OipWriter implements BinaryWriter {
  readonly #options: BinaryWrite;
  readonly #tensors = new Map<string, TensorWriter>();
  /** What all of them are together, as MLServer's content types say it. */
  #content: "pd" | "np" | undefined;

  constructor(options: BinaryWrite) {
    this.#options = options;
  }

  write({ rowOffset, rowCount, kind, columns }: Batch): readonly Uint8Array[] {
    refuseTwins(columns);
    this.#content = kind === "frame" ? "pd" : columns[0]?.name === "" ? "np" : undefined;
    for (const column of columns) {
      const name = column.name === "" && kind !== "frame" ? UNNAMED : column.name;
      let tensor = this.#tensors.get(name);
      if (!tensor) this.#tensors.set(name, (tensor = new TensorWriter(name, kind === "scalar", this.#options.spill())));
      tensor.add(needShape(column, rowOffset, FORM), rowCount, rowOffset);
    }
    return [];
  }

  /** The header, and behind it the tensors. */
  *end(): Generator<Uint8Array, void, undefined> {
    const { request } = this.#options;
    const beside = request?.beside();
    const tensors = [...this.#tensors.values()];
    for (const tensor of tensors) {
      // an array of the source's by itself has its name there alone
      const [own] = this.#content === "np" && beside?.datatypes.size === 1 ? beside.datatypes.keys() : [];
      if (own !== undefined) tensor.name = own;
      tensor.settle(request?.asked ?? [], beside?.datatypes.get(tensor.name));
    }
    const { id, parameters, ...others } = { ...Object.fromEntries(beside?.members ?? []), ...this.#parameters(beside) } as Record<
      string,
      string
    >;
    const inputs = `[${tensors.map((tensor) => tensor.head()).join(",")}]`;
    const members = Object.entries({ ...(id && { id }), inputs, ...others, ...(parameters && { parameters }) });
    const header = encode(textOfMembers(members));
    request?.onHeaders?.({ [LENGTH_HEADER]: `${header.length}`, "Content-Type": "application/octet-stream" });
    yield header;
    for (const tensor of tensors) yield* tensor.bytes();
  }

  close(): void {
    for (const tensor of this.#tensors.values()) tensor.close();
  }

  /** Those of the source, and what all inputs are together. */
  #parameters(beside: Beside | undefined): { parameters?: string } {
    const given = beside?.members.get("parameters");
    const content: [string, string][] = this.#content === undefined ? [] : [["content_type", JSON.stringify(this.#content)]];
    if (given !== undefined && !given.startsWith("{"))
      throw new TransloadError("E_TARGET", `${FORM} takes an object as parameters, and this is ${given.slice(0, 40)}`);
    const all = [...content, ...membersOf(given ?? "{}").filter(([key]) => key !== "content_type")];
    return all.length > 0 ? { parameters: textOfMembers(all) } : {};
  }
}

/** @throws TransloadError E_DUPLICATE: Triton refuses two inputs of one name. */
function refuseTwins(columns: Batch["columns"]): void {
  const names = columns.map(({ name }) => name);
  const twins = names.filter((name, i) => names.indexOf(name) < i);
  if (twins.length > 0)
    throw new TransloadError("E_DUPLICATE", `two columns are called ${listed(twins)}, and a request has one input of a name`);
}
