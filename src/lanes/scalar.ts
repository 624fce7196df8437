import { concat, encode } from "../columns/bytes.js";
import type { CellReader } from "../engine/cells.js";
import { Mode } from "../engine/codes.js";
import type { Scanner } from "../engine/scanner.js";
import type { CargoRequest } from "../envelope/request.js";

/** Reads a cargo that is a single cell, as a list of one, with a scanner of its own. */
export function scalarCells(scanner: Scanner, request: CargoRequest & { text: Uint8Array }): CellReader {
  scanner.push(concat([encode("["), request.text, encode("]")]));
  scanner.last();
  scanner.next();
  scanner.startCargo(Mode.Tensor, undefined);
  return scanner.cells({ ...request, layout: "tensor", reuse: false });
}
