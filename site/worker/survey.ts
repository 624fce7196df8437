import { type Inspection, inspect, type Model, type Verdict, verdict } from "transload/web";
import type { Reading } from "../messages.js";
import type { Gate } from "./gate.js";
import { openInput } from "./input.js";

/** Reads a file to its end, and tells what it holds. */
export async function survey(
  file: File,
  reading: Reading,
  gate: Gate,
  told: (used: number) => void,
  signal: AbortSignal,
): Promise<Inspection> {
  const { stream, blob, options } = await openInput(file, reading, told);
  const source = blob ? gate.held(blob) : stream;
  return await inspect(source, { ...options, summary: true, signal, ...(blob && { onProgress: told }) });
}

/** What a server does with it. */
export function judge(inspection: Inspection, server: string, model: Model | undefined, name: string): Verdict {
  return verdict(inspection, { for: server, file: name, ...(model && { model }) });
}
