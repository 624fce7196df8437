import type { Outlet } from "../lanes/conversion.js";
import { exchange } from "../lanes/exchange.js";
import { FedStage } from "../lanes/fed.js";
import type { Host } from "../lanes/host.js";
import type { Stage } from "../lanes/stage.js";
import type { Request } from "../options/request.js";

/** A conversion of batches, which asks for chunks, as one that is given them. */
export function exchangeStage(
  request: Request,
  host: Host,
  write: (bytes: Uint8Array) => void,
  outlet: Pick<Outlet, "full" | "drained">,
): Stage {
  return new FedStage(async (chunks) => {
    for await (const bytes of exchange(chunks, request, host)) {
      write(bytes);
      if (outlet.full) await outlet.drained();
    }
  });
}
