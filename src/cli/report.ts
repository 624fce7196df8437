import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { TransloadError, type Warning } from "../errors.js";
import { blame } from "../io/disk-errors.js";
import { type Around, excerptOf } from "./excerpt.js";

/** How a call wants to be spoken to. */
export interface Voice {
  quiet?: boolean;
  errors?: "text" | "json";
}

const STDERR = 2;
const UNEXPECTED = 70; // EX_SOFTWARE of sysexits.h

/**
 * Warnings and errors on standard error: a line each, for people or (`--errors json`) for programs. On a terminal the place of an error
 * is shown below it.
 */
export class Report {
  readonly quiet: boolean;
  readonly #json: boolean;
  /** Called before a line is written: a progress bar makes room. */
  onLine: (() => void) | undefined;
  #excerpt: { of: TransloadError; text: string } | undefined;

  constructor({ quiet = false, errors = "text" }: Voice = {}) {
    this.quiet = quiet;
    this.#json = errors === "json";
  }

  warn({ code, message }: Warning): void {
    if (this.quiet) return;
    this.#line(this.#json ? JSON.stringify({ code, message }) : `transload: warning: ${message}`);
  }

  /** What is no warning, and good to know. */
  note(message: string): void {
    if (!this.quiet) this.#line(this.#json ? JSON.stringify({ message }) : `transload: ${message}`);
  }

  /** The error, which is one of this input; `around` has the input's bytes. */
  async trace(error: unknown, input: { readonly file?: string | undefined }, around: Around | undefined): Promise<unknown> {
    if (!(error instanceof TransloadError)) return error;
    error.inFile(input.file);
    if (around && this.shows) this.#excerpt = { of: error, text: await excerptOf(error, around, process.stderr) };
    return error;
  }

  /** Whether somebody sees the place of an error. */
  get shows(): boolean {
    return !this.#json && isatty(STDERR);
  }

  fail(thrown: unknown): void {
    const error = blame(thrown);
    if (error instanceof TransloadError) this.#line(this.#json ? JSON.stringify(error) : this.#described(error));
    else if (this.#json) this.#line(JSON.stringify({ code: "E_UNEXPECTED", message: String(error) }));
    else this.#line(`transload: unexpected: ${(error as Error | undefined)?.stack ?? error}`);
  }

  #described(error: TransloadError): string {
    const { code, message, file } = error;
    const excerpt = this.#excerpt?.of === error ? this.#excerpt.text : "";
    return `transload: ${code}: ${file === undefined ? "" : `${file}: `}${message}${excerpt}`;
  }

  /** Written at once, so that a line is out before the process ends; nobody is left to tell where that fails. */
  #line(text: string): void {
    this.onLine?.();
    try {
      writeSync(STDERR, `${text}\n`);
    } catch {}
  }
}

/** 1 the input was refused, 2 the call was wrong, 3 reading or writing failed, 130 interrupted, 70 a fault of ours. */
export function exitCode(thrown: unknown): number {
  const error = blame(thrown);
  if (!(error instanceof TransloadError)) return UNEXPECTED;
  switch (error.code) {
    case "E_DIALECT":
    case "E_OPTION":
      return 2;
    case "E_READ":
    case "E_WRITE":
    case "E_SPILL":
      return 3;
    case "E_ABORT":
      return 130;
    default:
      return 1;
  }
}

/** The reader of our output has had enough (`| head`): no reason to complain. */
export function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "EPIPE";
}
