import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { TransloadError, type Warning } from "../errors.js";
import { blame } from "../io/disk-errors.js";
import { type Around, excerptOf } from "./excerpt.js";

/** How a call wants to be spoken to. */
export interface Voice {
  quiet?: boolean;
  errors?: "text" | "json";
  messages?: "text" | "json";
}

/** What a program that starts the command is told, a line each (`--messages json`): schema/messages.schema.json describes it. */
export type Message = { readonly type: "error" | "warning" | "progress" } & Readonly<Record<string, unknown>>;

const STDERR = 2;
const UNEXPECTED = 70; // EX_SOFTWARE of sysexits.h

/**
 * Warnings and errors on standard error: a line each, for people or for programs (`--messages json`, and `--errors json`, which does not say
 * what a line is, and tells no progress). On a terminal the place of an error is shown below it.
 */
export class Report {
  readonly quiet: boolean;
  /** Whether progress is told to a program. */
  readonly programs: boolean;
  readonly #json: boolean;
  /** Called before a line is written: a progress bar makes room. */
  onLine: (() => void) | undefined;
  #excerpt: { of: TransloadError; text: string } | undefined;

  constructor({ quiet = false, errors = "text", messages = "text" }: Voice = {}) {
    this.quiet = quiet;
    this.programs = messages === "json";
    this.#json = this.programs || errors === "json";
  }

  /** Tells a program of a message: the one way that `--messages json` has. */
  tell(message: Message): void {
    const { type, ...fields } = message;
    this.#line(JSON.stringify(this.programs ? { type, ...fields } : fields));
  }

  warn({ code, message }: Warning): void {
    if (this.quiet) return;
    if (this.#json) this.tell({ type: "warning", code, message });
    else this.#line(`transload: warning: ${message}`);
  }

  /** What is no warning, and good to know. */
  note(message: string): void {
    if (!this.quiet) this.#line(this.#json ? JSON.stringify({ message }) : `transload: ${message}`);
  }

  /** The last line, for a person. */
  close(line: string): void {
    this.#line(line);
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
    const known = error instanceof TransloadError;
    if (this.#json) this.tell({ type: "error", ...(known ? error.toJSON() : { code: "E_UNEXPECTED", message: String(error) }) });
    else if (known) this.#line(this.#described(error));
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
