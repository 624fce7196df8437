// What the answers of a run depend on, in a few digits: a run goes on only where all of it is as it was.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { version } from "../api/version.js";
import { cannotRead } from "../io/disk-errors.js";
import type { Identity } from "./journal.js";
import type { Plan } from "./plan.js";

/** Bytes at either end of a file that are read to know it again. */
const EDGE = 1 << 20;
/** Of the journal's own form. */
const FORM = 1;

/**
 * @param file the payload, where it can be read again
 * @param fingerprint what else the answers depend on, as the caller knows it
 * @throws TransloadError E_READ.
 */
export async function identityOf(plan: Plan, file: string | undefined, fingerprint: string | undefined): Promise<Identity> {
  const { signal: _, onProgress: __, onWarning: ___, spillDir: ____, engine: _____, ...reading } = plan.parts.cutting;
  return {
    journal: FORM,
    version: version(),
    ...(file !== undefined && (await ofFile(file))),
    // no header is among these: another token asks the same server; what stands behind the URL's ? may ask another model
    options: digest(
      JSON.stringify([plan.upstream.url.href, plan.parts.params, Object.entries(reading).sort(([a], [b]) => (a < b ? -1 : 1))]),
    ),
    ...(fingerprint !== undefined && { model: digest(fingerprint) }),
  };
}

async function ofFile(path: string): Promise<Identity> {
  try {
    const file = await open(path);
    try {
      const { size, mtimeMs } = await file.stat();
      const hash = createHash("sha256");
      for (const at of size > 2 * EDGE ? [0, size - EDGE] : [0, EDGE]) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(EDGE), 0, EDGE, at);
        hash.update(buffer.subarray(0, bytesRead));
      }
      return { "the payload's size": size, "the payload's time": mtimeMs, "the payload": hash.digest("hex") };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
