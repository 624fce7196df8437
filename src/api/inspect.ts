import { abortable, close } from "../io/abort.js";
import { expansionLimit } from "../io/expansion.js";
import { blameSource, nameOf, type Source } from "../io/source.js";
import { unpack } from "../io/unpack.js";
import type { Inspection } from "../model/inspection.js";
import { checkSurvey, surveyOf } from "../model/survey.js";
import { checkOptions, INSPECT } from "../options/check.js";
import type { InspectOptions } from "../options/inspect.js";
import type { RemoteHeaders } from "../remote/store.js";
import { formOfName } from "./extension.js";
import { nodeHost } from "./node.js";

/**
 * Reads a payload to its end and tells what it holds. Its form is told by the file's name, or its first bytes, where `from` names none; what is
 * compressed is expanded, and its bytes are those of the payload.
 * @throws TransloadError for the first fault in it.
 */
export async function inspect(source: Source, asked: InspectOptions & RemoteHeaders = {}): Promise<Inspection> {
  const { headers, ...options } = asked;
  checkOptions("inspect", options, INSPECT);
  const path = nameOf(source);
  const { from = "auto", signal } = options;
  const named = { ...options, from: from === "auto" && path !== undefined ? formOfName(path) : from };
  try {
    checkSurvey(named);
    const { chunks, file, object } = await unpack(source, { ...expansionLimit(options), lend: true, remote: { headers, signal } });
    try {
      return await surveyOf(abortable(chunks, signal), named, nodeHost({ object, ...(file !== undefined && { file }) }));
    } finally {
      // it is open, also where nothing was read of it
      await close(chunks, signal);
    }
  } catch (error) {
    throw blameSource(error, source);
  }
}
