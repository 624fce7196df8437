// Reads a payload's envelope, event by event, and writes the target's around the same cargo.
//
// How it works. The scanner raises events for the outermost object and, where the cargo is an object, for its members;
// everything deeper passes unseen. Each object has a scope (layouts/) that says what becomes of its members; the tape
// copies, drops or holds the bytes between events. Nothing is held but a key and the white space around it, so the
// memory used never depends on the payload. In the typed lane the cargo itself is not passed: run() returns "cells"
// and the caller reads it with the engine's cell reader, then goes on.
import { decode, decodeBytes, encode } from "../columns/bytes.js";
import { optionText, type TransloadError } from "../errors.js";
import { Envelope } from "./envelope.js";
import { kindOf } from "./kind.js";
import { Bare } from "./layouts/bare.js";
import type { Scope } from "./layouts/scope.js";
import { Payload } from "./payload.js";

const OBJECT = 0x7b; /* { */
const LIST = 0x5b; /* [ */
const MAYBE_NAN: readonly number[] = [0x4e /* N */, 0x49 /* I */, 0x2d /* - */];
const WRITTEN_NULL = encode("null");

export class Rewriter extends Payload {
  /** A watched value that may be NaN is held, to be written as null. */
  #perhapsNan = false;
  /** The document is no object; thrown once it is known to be JSON. */
  #stray: TransloadError | undefined;
  /** White space before the key that was read last. */
  #gap: Uint8Array = new Uint8Array();

  /** Goes through what has been pushed. "cells": the cargo begins, to be read as `request` says. */
  run(): "more" | "cells" {
    const { scanner, tape } = this;
    for (;;) {
      const event = scanner.next();
      const at = scanner.offset;
      switch (event) {
        case "more":
          tape.takeChunk();
          return "more";
        case "key":
          tape.take(at - 1);
          this.#gap = tape.release();
          tape.mode = "hold";
          break;
        case "keyEnd":
          this.#key(at);
          break;
        case "value":
          tape.take(at - 1);
          this.#value(at);
          if (this.request || this.pending) return "cells";
          break;
        case "element":
          tape.take(at);
          this.#scope.element?.(this.scanner.slice(at, at + 1)[0] as number, at);
          if (this.request || this.pending) return "cells";
          break;
        case "end":
          this.#end(at);
          if (this.request || this.pending) return "cells"; // a scalar, known as a whole
          break;
        case "comma":
          tape.take(at - 1);
          tape.skip(at);
          tape.mode = "hold";
          break;
        case "nanStart":
          this.#nullForNan();
          tape.startNan(at - 1);
          break;
        case "nanEnd":
          tape.endNan(at, WRITTEN_NULL);
      }
    }
  }

  /** The table lane has read the cargo, or will have the scanner go through it. */
  pendingRead(): void {
    this.pending = undefined;
    this.tape.mode = "drop";
    this.tape.skip(this.scanner.judged);
  }

  /** The typed lane has read the cargo. */
  cellsRead(): void {
    const whole = this.request?.text !== undefined;
    this.request = undefined;
    if (whole) return;
    this.tape.mode = "drop";
    this.tape.skip(this.scanner.judged);
  }

  /** The input has ended. */
  end(): void {
    this.scanner.finish();
    if (!this.request && !this.pending) this.run();
    this.finish();
  }

  /** The input has been gone through to its end. */
  finish(): void {
    this.scanner.end();
    if (this.#stray) throw this.#stray;
  }

  #key(at: number): void {
    const { tape } = this;
    tape.take(at);
    const raw = tape.release();
    this.inMember = true;
    this.#scope.key(JSON.parse(decode(raw)) as string, this.#gap, raw);
  }

  #value(at: number): void {
    const first = this.scanner.slice(at - 1, at)[0] as number;
    const depth = this.scopes.length;
    if (depth > 0) {
      this.#scope.value(first, at - 1);
      if (this.scopes.length > depth) this.inMember = false;
      else if (this.nullsNan && MAYBE_NAN.includes(first) && this.tape.mode === "copy") {
        this.#perhapsNan = true;
        this.tape.mode = "hold";
      }
      return;
    }
    if (
      first === LIST &&
      this.options.from.forms.some((f) => f.key === undefined && f.layouts.some((l) => l === "records" || l === "tensor"))
    ) {
      // the document itself is the list: MLflow 1.x's records, SageMaker's tensor, or a bare answer
      this.inMember = true;
      this.scanner.watch(0);
      this.scopes.push(new Bare(this, at - 1));
      this.tape.skip(at - 1);
      this.tape.mode = "hold";
      this.peek();
      return;
    }
    if (first !== OBJECT) {
      const hint = first === LIST ? `; a bare list is MLflow 1.x's records, or SageMaker's tensor: try ${optionText("from", "auto")}` : "";
      this.#stray = this.error("E_FORM", `a payload is a JSON object, but this document is ${kindOf(first)}${hint}`, { offset: at - 1 });
      if (first === LIST) throw this.#stray;
      this.tape.mode = "drop"; // a word may yet turn out to be none
      return;
    }
    this.tape.skip(at);
    this.tape.mode = "hold";
    this.scopes.push(new Envelope(this));
  }

  #end(at: number): void {
    const { tape } = this;
    if (this.#stray) throw this.#stray;
    if (this.inMember) {
      tape.take(at);
      if (this.#perhapsNan) this.#writeScalar();
      this.inMember = false;
      this.#scope.ended(this.scanner.members);
      return;
    }
    tape.take(at - 1);
    tape.skip(at);
    this.#scope.close();
    this.scopes.pop();
    if (this.scopes.length === 0) return;
    this.scanner.watch(this.scopes.length);
    this.#scope.ended(this.scanner.members);
  }

  /** A scalar that was held: NaN and Infinity become null. */
  #writeScalar(): void {
    const text = this.tape.release();
    this.#perhapsNan = false;
    this.tape.mode = "copy";
    const special = /^-?[NI]/.test(decodeBytes(text));
    if (special) this.#nullForNan();
    this.write(special ? WRITTEN_NULL : text);
  }

  #nullForNan(): void {
    if (this.inCargo && this.target?.form.refusesNull)
      throw this.error("E_NULL", "NaN or Infinity would become null, which the target's servers refuse in every dtype");
  }

  get #scope(): Scope {
    return this.scopes[this.scopes.length - 1] as Scope;
  }
}
