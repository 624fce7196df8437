import { digits } from "./race.js";
import type { Bar } from "./section.js";

const WIDTH = 760;
const LABELS = 250;
const FIGURES = 90;
const ROW = 24;
const THICK = 15;
const PANEL = 44;
const TOP = 46;

const TITLES: Readonly<Record<string, string>> = {
  heart: "JSON for one server to JSON for another: a table of 12 short numbers a row",
  tensor: "the same: a tensor of 128 numbers of 17 digits a row",
  csv: "CSV to JSON: the table of short numbers",
  text: "CSV to JSON: quoted text with line breaks",
  parquet: "CSV to Parquet: the table of short numbers",
};

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 16px; font-weight: 600 }
.panel { font-weight: 600 }
.quiet { fill: #57606a }
.ours { fill: #0969da }
.theirs { fill: #afb8c1 }
.axis { stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9198a1 }
  .ours { fill: #4493f8 }
  .theirs { fill: #6e7681 }
  .axis { stroke: #3d444d }
}`;

/** Horizontal bars of MB/s, a panel for each payload, fastest first, all on one linear scale; readable on light and dark ground. */
export function drawChart(bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ rate }) => rate));
  const scale = (WIDTH - LABELS - FIGURES) / longest;
  const lines: string[] = [];
  let y = TOP;
  for (const panel of new Set(bars.map((bar) => bar.panel))) {
    const own = bars.filter((bar) => bar.panel === panel).sort((a, b) => b.rate - a.rate);
    lines.push(text(16, y + 22, TITLES[panel] ?? panel, "panel"));
    y += PANEL - 10;
    lines.push(`<line class="axis" x1="${LABELS}" x2="${LABELS}" y1="${y}" y2="${y + own.length * ROW}"/>`);
    for (const { label, rate, ours } of own) {
      const long = Math.max(1, rate * scale);
      lines.push(
        text(LABELS - 8, y + 16, label, ours ? "end panel" : "end"),
        `<rect class="${ours ? "ours" : "theirs"}" x="${LABELS}" y="${y + 4}" width="${long.toFixed(1)}" height="${THICK}" rx="2"/>`,
        text(LABELS + long + 6, y + 16, digits(rate), "quiet"),
      );
      y += ROW;
    }
    y += 10;
  }
  const height = y + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="MB/s of input">
<style>${STYLE}</style>
${text(16, 28, "MB/s of input, more is better", "title")}
<rect class="ours" x="${WIDTH - 130}" y="17" width="12" height="12" rx="2"/>
${text(WIDTH - 112, 28, "transload", "quiet")}
${lines.join("\n")}
</svg>
`;
}

function text(x: number, y: number, content: string, style: string): string {
  const end = style.startsWith("end");
  const className = style.replace(/^end ?/, "");
  return `<text x="${x.toFixed(0)}" y="${y}"${className ? ` class="${className}"` : ""}${end ? ' text-anchor="end"' : ""}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c] ?? c);
}
