import { abortable } from "../io/abort.js";
import type { Inspection } from "../model/inspection.js";
import { checkSurvey, surveyOf } from "../model/survey.js";
import { checkOptions, INSPECT } from "../options/check.js";
import type { InspectOptions as NodeOptions } from "../options/inspect.js";
import { loadCore } from "./core.js";
import { MAX_SPILL, webHost } from "./host.js";
import { blobOf, chunksOf, type Source } from "./source.js";

/** As in Node, without what needs its files. */
export interface InspectOptions extends Omit<NodeOptions, "engine" | "spillDir"> {
  /** As in ConvertOptions. */
  maxSpill?: number;
}

const { engine: _, spillDir: __, ...OPTIONS } = INSPECT;

/**
 * Reads a payload to its end and tells what it holds.
 * @throws TransloadError for the first fault in it.
 */
export async function inspect(source: Source, { maxSpill = MAX_SPILL, ...options }: InspectOptions = {}): Promise<Inspection> {
  checkOptions("inspect", options, OPTIONS);
  checkSurvey(options);
  await loadCore();
  const host = await webHost(blobOf(source), maxSpill);
  try {
    return await surveyOf(abortable(chunksOf(source), options.signal), options, host);
  } finally {
    host.close();
  }
}
