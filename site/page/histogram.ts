import type { Inspection } from "../messages.js";
import { spellCount, spellNumber } from "./numbers.js";

type Bins = NonNullable<NonNullable<Inspection["columns"][number]["summary"]>["numbers"]>["histogram"];

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, BARS] = [120, 28, 30];

/** Bars, as high as their bins hold numbers; of so many bins as are there, neighbours are put together. */
export function histogram({ from, step, counts }: Bins): SVGSVGElement {
  const each = Math.ceil(counts.length / BARS);
  const bars = Array.from({ length: Math.ceil(counts.length / each) }, (_, i) =>
    counts.slice(i * each, (i + 1) * each).reduce((sum, count) => sum + count, 0),
  );
  const most = Math.max(...bars);
  const width = WIDTH / bars.length;
  const picture = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, class: "histogram", role: "img" });
  const peak = bars.indexOf(most);
  const start = (bar: number) => spellNumber(from + bar * each * step);
  picture.setAttribute(
    "aria-label",
    `Histogram: most values, ${spellCount(most, "of them", "of them")}, from ${start(peak)} to ${start(peak + 1)}`,
  );
  bars.forEach((count, i) => {
    if (count === 0) return;
    const height = Math.max(1, (count / most) * HEIGHT);
    const bar = node("rect", { x: i * width, y: HEIGHT - height, width: Math.max(0.5, width - 0.6), height });
    const title = node("title", {});
    title.textContent = `${start(i)} to ${start(i + 1)}: ${spellCount(count, "value")}`;
    bar.append(title);
    picture.append(bar);
  });
  return picture;
}

function node<Tag extends "svg" | "rect" | "title">(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`);
  return made;
}
