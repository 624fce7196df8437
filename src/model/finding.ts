import type { Releases } from "../dialects/index.js";
import { compare } from "./releases.js";

/** Everything a verdict can say of a payload. */
export const FINDINGS = {
  F_DIALECT: "the payload is written for another server",
  F_FAULT: "transload cannot read the payload to its end",
  F_ENCODING: "the text is not UTF-8",
  F_FORM: "the model takes another form",
  F_MODEL: "the server cannot serve such a model",
  F_SHAPE: "a tensor of another shape or rank than the model's",
  F_COLUMN: "a column or tensor that the model requires is missing",
  F_EXTRA: "a column or tensor that the model does not know is dropped",
  F_ORDER: "the columns are put into the model's order",
  F_LABEL: "labels become numbers or dates, or are renamed",
  F_INDEX: "without an index the object is no frame",
  F_TYPE: "cells of a kind that the column's type refuses",
  F_DTYPE: "a datatype that the server does not know, or does not take in JSON",
  F_CAST: "cells become something else in the column's type",
  F_RANGE: "numbers beyond what a type or a server can hold",
  F_DIGITS: "digits beyond the fifteenth are lost",
  F_NULL: "null where there is no place for it, or where it changes the column",
  F_NAN: "NaN or Infinity where the server reads none",
  F_DATE: "cells become dates, or cannot",
  F_BASE64: "binary cells that are not decoded, or are no base64",
  F_WORD: "texts that read as missing values, numbers or booleans",
  F_KEY: "a key beside the payload that the server drops",
  F_MEMBER: "a member of the request that is of another kind than its protocol says",
  F_PARAMS: "parameters that the model has no place for",
  F_SIZE: "the payload is larger than the server takes",
} as const;

/** A code of a finding: `F_NULL`, `F_DATE` … docs/verdicts.md lists them. */
export type FindingCode = keyof typeof FINDINGS;

/**
 * One thing that a server does with a payload. `refused`: it answers with an error. `changed`: it takes it, and the model
 * is given something else than was sent. `depends`: either may happen, by what the payload and the signature do not tell.
 */
export interface Finding {
  /** What it is about. */
  readonly code: FindingCode;
  /** What the server does. */
  readonly severity: "refused" | "changed" | "depends";
  /** The column or tensor that it is about. */
  readonly column?: string;
  /** One line for a person. */
  readonly message: string;
}

/** Collects findings about one server. */
export class Findings {
  readonly list: Finding[] = [];
  /** The server's name in messages. */
  readonly who: string;
  /** What it runs. */
  readonly #releases: Releases;
  #column: string | undefined;

  constructor(who: string, releases: Releases = {}) {
    this.who = who;
    this.#releases = releases;
  }

  /** Whether the server runs this release of a package, or a later one: `since("mlflow", "3.12")`. False where that is not known. */
  since(name: string, release: string): boolean {
    const own = this.#releases[name];
    return own !== undefined && compare(own, release) >= 0;
  }

  get refused(): boolean {
    return this.list.some(({ severity }) => severity === "refused");
  }

  /** What is found while this runs is about this column. */
  about(column: string, look: () => void): void {
    this.#column = column;
    look();
    this.#column = undefined;
  }

  refuse(code: FindingCode, message: string): void {
    this.#add("refused", code, message);
  }

  change(code: FindingCode, message: string): void {
    this.#add("changed", code, message);
  }

  depend(code: FindingCode, message: string): void {
    this.#add("depends", code, message);
  }

  #add(severity: Finding["severity"], code: FindingCode, message: string): void {
    const column = this.#column;
    const place = column === undefined || column === "" ? "" : `${JSON.stringify(column)}: `;
    this.list.push({ code, severity, ...(column && { column }), message: `${place}${message}` });
  }
}
