// What score says of a run, in words.
import type { Rehearsal } from "../score/rehearsal.js";
import type { ScoreSummary } from "../score/tally.js";
import { alignColumns } from "./table.js";

export function describeSummary({ rows, requests, retries, refused, bytes, latency }: ScoreSummary, seconds: number, file: string): string {
  const { p50, p95, p99 } = latency;
  const lines = [
    ["rows", `${rows}, ${Math.round(rows / seconds)}/s`],
    ["requests", `${requests}, ${retries} of them again, ${bytes} bytes`],
    ["latency", `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}, p99 ${milliseconds(p99)}`],
    ...(refused > 0 ? [["refused", `${refused}, listed in ${file}`]] : []),
  ];
  return `${alignColumns(lines)}\n`;
}

export function describeRehearsal({ url, headers, requests, rows, bytes, largest, first, verdict }: Rehearsal): string {
  const told = [
    `POST ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    first,
    "",
    `${requests} ${requests === 1 ? "request" : "requests"}, ${rows} rows, ${bytes} bytes, ${largest} in the largest`,
    ...(verdict ? [`${verdict.accepted ? "accepted" : "refused"} by ${verdict.server}, by the first request`] : []),
    ...(verdict?.findings ?? []).map(({ severity, message }) => `  ${severity}  ${message}`),
  ];
  return `${told.join("\n")}\n`;
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
