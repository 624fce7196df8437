// Conversions, one behind the other, and how far they are.
import type { Result } from "../messages.js";
import { type Desk, faultIn } from "./desk.js";
import { type Place, pickPlace } from "./destination.js";
import { at, element } from "./element.js";
import { spellBytes, spellCount } from "./numbers.js";
import { choicesFor, type Payload, type Settings } from "./payload.js";
import { nameFor } from "./targets.js";

/** Addresses of results that can be saved. */
let links: string[] = [];

/** Converts each, and goes on where one is refused. @param changed told of each that has ended */
export async function convertAll(
  payloads: readonly Payload[],
  settings: Settings,
  desk: Desk,
  signal: AbortSignal,
  changed: (payload: Payload) => void,
): Promise<void> {
  const inPieces = settings.maxRows !== undefined || settings.maxBytes !== undefined;
  const names = payloads.map(({ file, beginning }) => nameFor(file.name, settings.to, inPieces, beginning));
  forget();
  const place = await pickPlace(names);
  if (!place) return say("Nothing was written.");
  const meter = new Meter(payloads.reduce((sum, { file }) => sum + file.size, 0));
  const said: string[] = [];
  for (const [i, payload] of payloads.entries()) {
    if (signal.aborted) break;
    try {
      payload.result = await convertOne(payload, settings, place, names[i] as string, { desk, signal, meter });
      said.push(summaryOf(payload.result));
    } catch (error) {
      if (signal.aborted) break;
      payload.failure = faultIn(error);
      said.push(`${payload.file.name} was refused, and nothing of it was written.`);
    }
    meter.pass(payload.file.size);
    changed(payload);
  }
  meter.close();
  if (signal.aborted) said.push("Cancelled: nothing of the rest was written.");
  else said.push(meter.summary);
  say(said.join(" "));
  offer(payloads);
}

async function convertOne(
  payload: Payload,
  settings: Settings,
  place: Place,
  name: string,
  { desk, signal, meter }: { desk: Desk; signal: AbortSignal; meter: Meter },
): Promise<Result & { name: string }> {
  const destination = await place(name);
  const choices = choicesFor(payload, settings);
  const result = await desk.ask("convert", { file: payload.file, choices, destination }, { signal, told: (used) => meter.show(used) });
  return { ...result, name: destination.name };
}

function summaryOf({ name, bytes, pieces, warnings }: Result & { name: string }): string {
  const parts = pieces === undefined ? "" : `, ${spellCount(pieces, "piece")}`;
  return [`${name}: ${spellBytes(bytes)} written${parts}.`, ...warnings.map((warning) => `${warning}.`)].join(" ");
}

/** Results that wait in the page; one alone is saved at once. */
function offer(payloads: readonly Payload[]): void {
  const anchors = payloads.flatMap(({ result }) => {
    if (!result?.blob) return [];
    const href = URL.createObjectURL(result.blob);
    links.push(href);
    return [element("a", { href, download: result.name }, `Save ${result.name}`, ` (${spellBytes(result.bytes)})`)];
  });
  at("saved").replaceChildren(...anchors.map((anchor) => element("li", {}, anchor)));
  at("saved").hidden = anchors.length === 0;
  if (anchors.length === 1) anchors[0]?.click();
}

function forget(): void {
  for (const href of links) URL.revokeObjectURL(href);
  links = [];
  at("saved").replaceChildren();
  at("saved").hidden = true;
  say("");
}

function say(text: string): void {
  at("status").textContent = text;
}

/** How far all of them are together. */
class Meter {
  readonly #all: number;
  readonly #began = performance.now();
  #passed = 0;

  constructor(all: number) {
    this.#all = all;
    at("progress").hidden = at("stop").hidden = false;
    this.show(0);
  }

  /** `used`: bytes of the file that is converted now. */
  show(used: number): void {
    const done = this.#passed + used;
    at<HTMLProgressElement>("progress").value = this.#all > 0 ? Math.min(1, done / this.#all) : 1;
    // no status: nobody wants each of these read to them
    if (used > 0) at("rate").textContent = `${spellBytes(done)} of ${spellBytes(this.#all)}, ${spellBytes(done / this.#seconds)} a second`;
  }

  pass(size: number): void {
    this.#passed += size;
  }

  close(): void {
    at("progress").hidden = at("stop").hidden = true;
    at("rate").textContent = "";
  }

  get summary(): string {
    return `${spellBytes(this.#all)} read in ${this.#seconds.toFixed(2)} s.`;
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }
}
