// Runs conversions and tells what came of them.
import { convert } from "../../dist/web/index.js";

export async function runJobs(jobs) {
  const answers = [];
  for (const job of jobs) answers.push(await runJob(job));
  return answers;
}

async function runJob({ input, options, blob, step, maxSpill, raw }) {
  const warnings = [];
  const bytes = raw ? Uint8Array.from(atob(input), (c) => c.charCodeAt(0)) : new TextEncoder().encode(input);
  try {
    const conversion = convert({
      ...options,
      ...(blob && { blob: new Blob([bytes]) }),
      ...(maxSpill && { maxSpill }),
      onWarning: ({ code }) => warnings.push(code),
    });
    let output = "";
    const decoder = raw
      ? { decode: (part) => Array.from(part, (byte) => String.fromCharCode(byte)).join("") }
      : new TextDecoder("utf-8", { ignoreBOM: true });
    const reader = chunksOf(bytes, step ?? bytes.length)
      .pipeThrough(conversion)
      .getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) output += decoder.decode(next.value, { stream: true });
    return { output: raw ? btoa(output) : output, ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    return { error: error.code ?? error.name, message: error.message };
  }
}

function chunksOf(bytes, step) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + step));
      at += step;
    },
  });
}
