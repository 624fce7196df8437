import { isatty } from "node:tty";
import type { SingleBar } from "cli-progress";
import { beforeLeaving } from "../io/leaving.js";
import { amount, closingLine } from "./closing.js";
import type { Input } from "./input.js";
import type { Report } from "./report.js";

const STDERR = 2;
/** What is over sooner needs no bar; a program is told no more often. */
const PATIENCE_MS = 100;
const CLEAR_LINE = "\r\x1b[K";

/** How far a command has come. */
export interface Progress {
  /** Takes the bytes of input that are used up. */
  readonly update: (bytes: number) => void;
  /** Has this said behind the rest, to a person. */
  tell(more: string): void;
  /** Has a person told what it came to. */
  close(rows: number | undefined): void;
  stop(): void;
}

/** Lines for a program that asked for them, a bar on a terminal; nothing where nobody looks, or quiet is wanted. */
export function progressOf({ size }: Pick<Input, "size">, report: Report): Progress | undefined {
  if (report.quiet) return undefined;
  if (report.programs) return new Lines(report, size);
  return isatty(STDERR) ? new Bar(report, size) : undefined;
}

/** A message now and then, and one at the end. */
class Lines implements Progress {
  readonly #report: Report;
  readonly #size: number | undefined;
  #told = performance.now();
  #bytes = 0;

  constructor(report: Report, size: number | undefined) {
    this.#report = report;
    this.#size = size;
  }

  readonly update = (bytes: number): void => {
    this.#bytes = bytes;
    if (performance.now() - this.#told > PATIENCE_MS) this.#say();
  };

  tell(): void {}

  close(): void {}

  stop(): void {
    this.#say();
  }

  #say(): void {
    this.#told = performance.now();
    this.#report.tell({ type: "progress", bytes: this.#bytes, ...(this.#size !== undefined && { total: this.#size }) });
  }
}

/** Bytes, rate and, where the size is known, time left; only for what takes a while. */
class Bar implements Progress {
  readonly #report: Report;
  readonly #size: number | undefined;
  readonly #started = performance.now();
  #bar: SingleBar | undefined;
  #callOff: (() => void) | undefined;
  #bytes = 0;
  #more = "";
  #wanted = false;
  #over = false;

  constructor(report: Report, size: number | undefined) {
    this.#report = report;
    this.#size = size;
  }

  tell(more: string): void {
    this.#more = ` | ${more}`;
    this.#bar?.update(this.#bytes, this.#told);
  }

  readonly update = (bytes: number): void => {
    this.#bytes = bytes;
    if (!this.#wanted && performance.now() - this.#started > PATIENCE_MS) void this.#show();
    this.#bar?.update(bytes, this.#told);
  };

  close(rows: number | undefined): void {
    this.stop();
    const seconds = (performance.now() - this.#started) / 1000;
    this.#report.close(closingLine({ rows, bytes: this.#size ?? this.#bytes, seconds }));
  }

  stop(): void {
    this.#over = true;
    this.#report.onLine = undefined;
    this.#bar?.stop();
    this.#bar = undefined;
    this.#callOff?.();
  }

  async #show(): Promise<void> {
    this.#wanted = true;
    const { default: progress } = await import("cli-progress");
    if (this.#over) return;
    const format = this.#size === undefined ? "{read} | {rate}{more}" : "{percentage}% {bar} {read} of {all} | {rate} | {left} left{more}";
    // our own signal handlers leave the process, and leaving stops the bar
    const options = { format, gracefulExit: false, barCompleteChar: "█", barIncompleteChar: "░", barsize: barWidth() };
    this.#bar = new progress.SingleBar(options as object);
    this.#bar.start(this.#size ?? 0, this.#bytes, this.#told);
    this.#report.onLine = () => process.stderr.write(CLEAR_LINE);
    // a terminal that is gone is no reason to stop
    process.stderr.on("error", () => {});
    this.#callOff = beforeLeaving(() => this.stop());
  }

  /** What the bar says besides how long it is. */
  get #told(): Record<string, string> {
    const rate = (this.#bytes / (performance.now() - this.#started)) * 1000;
    const size = this.#size ?? 0;
    const left = rate > 0 ? Math.max(0, size - this.#bytes) / rate : 0;
    return { read: amount(this.#bytes), all: amount(size), rate: `${amount(rate)}/s`, left: clock(left), more: this.#more };
  }
}

/** What is behind it has about fifty columns; where there are fewer, it goes first. */
function barWidth(): number {
  return Math.max(8, Math.min(30, (process.stderr.columns ?? 80) - 50));
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
