// The question itself: a payload is sent to a server, and of one that is refused ever smaller pieces, until a row is left.
import { binaryAt } from "../binary/form.js";
import { concat } from "../columns/bytes.js";
import { choose, FORMS, type Form } from "../dialects/index.js";
import { type ErrorCode, optionText, TransloadError } from "../errors.js";
import { type ExpansionLimit, expansionLimit } from "../io/expansion.js";
import { unpack } from "../io/unpack.js";
import type { Inspection } from "../model/inspection.js";
import { type Verdict, type VerdictOptions, verdict } from "../model/verdict.js";
import type { SplitOptions } from "../options/convert.js";
import { type Answer, isAbout, refusalOf, wordsOf } from "./answer.js";
import type { Endpoint } from "./endpoint.js";
import { inspect } from "./inspect.js";
import { mediaTypeOf } from "./route.js";
import { split } from "./split.js";

/** What a server said of a payload. */
export interface Asked {
  /** Requests that were made. */
  readonly requests: number;
  /** It took the payload, or the rows that it was asked for. */
  readonly accepted: boolean;
  /** The answer's HTTP status. */
  readonly status: number;
  /** The row that it refuses by itself, from 0. */
  readonly row?: number;
  /** The rows that the answer is about, where they are neither all nor one. */
  readonly rows?: { readonly first: number; readonly count: number };
  /** Its own words, where it refused. */
  readonly said?: string;
  /** The verdict says the same, or that it depends. */
  readonly agrees: boolean;
}

/** A payload, and what is to be found out of it. */
export interface Question {
  /** The payload's file. */
  readonly file: string;
  /** What is expected. */
  readonly judged: Verdict;
  /** What it was made of, undefined where the payload cannot be read to its end. */
  readonly inspection: Inspection | undefined;
  /** What it was asked with. */
  readonly options: VerdictOptions;
  /** How the payload is read. */
  readonly reading: Pick<SplitOptions, "encoding" | "maxRowBytes"> & ExpansionLimit;
  /** A payload of more bytes is not sent as a whole. Default 1 MB. */
  readonly maxBytes?: number;
  /** Requests that may be made. Default 20. */
  readonly maxRequests?: number;
}

/** Rows of the payload, as a payload of their own. */
interface Part {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly first: number;
  readonly count: number;
}

/** A part that the server has refused. */
interface Refused {
  readonly part: Part;
  readonly answer: Answer;
}

const REFUSED = 400;
/** Reading failed, and not the payload. */
const FAILED: readonly ErrorCode[] = ["E_READ", "E_SPILL", "E_ABORT"];
/** A smaller piece would be taken, or none: that is not its rows' fault. */
const OF_THE_WHOLE: readonly number[] = [413, 415];
/** Findings that may be of single rows. Of others, no row is to be looked for. */
const OF_ROWS: readonly string[] = [
  "F_TYPE",
  "F_CAST",
  "F_RANGE",
  "F_DIGITS",
  "F_NULL",
  "F_NAN",
  "F_DATE",
  "F_BASE64",
  "F_WORD",
  "F_SHAPE",
  "F_FAULT",
];

/**
 * Sends a payload to a server, or the first rows of a large one, and where it is refused looks for a row that is refused by itself.
 * @throws TransloadError E_READ where no answer comes, or one that says nothing of the payload; E_FORM for a binary file; E_LIMIT for a
 * large payload that cannot be cut.
 */
export async function ask(endpoint: Endpoint, question: Question): Promise<Asked> {
  return new Asking(endpoint, question).run();
}

class Asking {
  readonly #endpoint: Endpoint;
  readonly #question: Question;
  readonly #form: Form | undefined;
  readonly #most: number;
  #requests = 0;

  constructor(endpoint: Endpoint, question: Question) {
    this.#endpoint = endpoint;
    this.#question = question;
    this.#form = formOf(question);
    this.#most = question.maxRequests ?? 20;
  }

  async run(): Promise<Asked> {
    const { judged, inspection } = this.#question;
    const whole = await this.#whole();
    const part = whole ?? (await this.#firstRows());
    const answer = await this.#post(part);
    if (!isAbout(answer)) throw refusalOf(answer, this.#endpoint.url);
    const expected = whole ? judged : await this.#verdictOn(part);
    const rows = whole ? undefined : { first: part.first, count: part.count };
    if (answer.status < REFUSED) return this.#asked(answer.status, expected, rows);
    const refused = ofRows(expected, answer) ? await this.#narrow({ part, answer }) : { part: { ...part, count: 0 }, answer };
    const { first, count } = refused.part;
    const said = wordsOf(refused.answer);
    const about = count === 1 ? { row: first } : count === 0 || count === inspection?.rows ? {} : { rows: { first, count } };
    return { ...this.#asked(refused.answer.status, expected), ...about, ...(said !== undefined && { said }) };
  }

  async #verdictOn({ body }: Part): Promise<Verdict> {
    return verdict(await inspect(body, this.#form && { from: this.#form.id }), this.#question.options);
  }

  #asked(status: number, { accepted: yes, findings }: Verdict, rows?: Asked["rows"]): Asked {
    const accepted = status < REFUSED;
    const agrees = yes === accepted || (!accepted && findings.some(({ severity }) => severity === "depends"));
    return { requests: this.#requests, accepted, status, ...(rows && { rows }), agrees };
  }

  /** The smallest refused part that can be found, by halving. */
  async #narrow(whole: Refused): Promise<Refused> {
    let smallest = whole;
    let part = whole.part;
    let rest: Part | undefined;
    while (this.#requests < this.#most) {
      const [left, right] = part.count > 1 ? await this.#halves(part) : [];
      if (part === whole.part) rest = right;
      // where one half is taken the other is the culprit, which is asked for only when it is a single row
      const next = left ?? (part === smallest.part ? undefined : part);
      if (!next) break;
      const answer = await this.#again(next);
      if (!answer) break;
      if (answer.status >= REFUSED) smallest = { part: next, answer };
      if (next === part) break;
      part = answer.status >= REFUSED ? next : (right as Part);
    }
    return (await this.#everyRow(smallest, rest)) ? { ...whole, part: { ...whole.part, count: 0 } } : smallest;
  }

  /** Where the very first row is refused, the others may be as well: then it is not the row. */
  async #everyRow({ part: { first, count } }: Refused, rest: Part | undefined): Promise<boolean> {
    if (first !== 0 || count !== 1 || !rest || this.#requests >= this.#most) return false;
    const answer = await this.#again(rest);
    return answer !== undefined && answer.status >= REFUSED;
  }

  /** A further answer; undefined where the server gives none, as what was found before stands all the same. */
  async #again(part: Part): Promise<Answer | undefined> {
    const answer = await this.#post(part).catch((error: unknown) => {
      if (error instanceof TransloadError && error.code === "E_READ") return undefined;
      throw error;
    });
    return answer && isAbout(answer) ? answer : undefined;
  }

  #post({ body }: Part): Promise<Answer> {
    this.#requests++;
    return this.#endpoint.post(body, mediaTypeOf(this.#form));
  }

  /** All of the payload, as it stands; undefined where that is too much. */
  async #whole(): Promise<Part | undefined> {
    const { file, reading, inspection, maxBytes = 1e6 } = this.#question;
    const { head, chunks } = await unpack(file, { ...expansionLimit(reading), lend: false });
    const binary = binaryAt(head)?.id;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of chunks) {
      parts.push(chunk);
      bytes += chunk.length;
      if (binary !== undefined || bytes > maxBytes) break;
    }
    if (binary !== undefined) throw new TransloadError("E_FORM", `a server is asked with text, and this is ${binary}; convert it first`);
    return bytes > maxBytes ? undefined : { body: concat(parts), first: 0, count: inspection?.rows ?? 0 };
  }

  async #firstRows(): Promise<Part> {
    const { file, maxBytes = 1e6 } = this.#question;
    const [first] = await this.#cut(file, { maxBytes }, 1);
    if (first) return first;
    throw new TransloadError(
      "E_LIMIT",
      `the payload has more than ${maxBytes} bytes, and no first rows that can be sent alone; ask for all of it with ${optionText("askBytes", "100MB")}`,
    );
  }

  async #halves({ body, first, count }: Part): Promise<Part[]> {
    const parts = await this.#cut(body, { maxRows: Math.ceil(count / 2) }, 2);
    return parts.length === 2 ? parts.map((part) => ({ ...part, first: first + part.first })) : [];
  }

  /** The first pieces; none where the payload is not one of rows, or has a fault. */
  async #cut(source: string | Uint8Array, size: Pick<SplitOptions, "maxRows" | "maxBytes">, most: number): Promise<Part[]> {
    const form = this.#form?.id;
    if (form === undefined) return [];
    // a piece of a piece is UTF-8
    const { encoding, ...limits } = this.#question.reading;
    const reading = typeof source === "string" && encoding !== undefined ? { ...limits, encoding } : limits;
    const parts: Part[] = [];
    try {
      for await (const piece of split(source, { ...reading, ...size, from: form, to: form })) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of piece) chunks.push(chunk);
        parts.push({ body: concat(chunks), first: piece.firstRow, count: piece.rows });
        if (parts.length === most) break;
      }
    } catch (error) {
      if (!(error instanceof TransloadError) || FAILED.includes(error.code)) throw error;
      return [];
    }
    return parts;
  }
}

/** Whether a single row may be the reason. */
function ofRows({ accepted, findings }: Verdict, { status }: Answer): boolean {
  const may = accepted || findings.some(({ severity, code }) => severity === "refused" && OF_ROWS.includes(code));
  return may && !OF_THE_WHOLE.includes(status);
}

/** The form of the server's own that the payload has, which keeps what only this server knows; or else the payload's. */
function formOf({ judged, inspection }: Question): Form | undefined {
  if (!inspection) return undefined;
  const source = FORMS.find(({ id }) => id === inspection.form);
  const fits = (form: Form) =>
    form.id === inspection.form || (form.key !== undefined && form.key === source?.key && form.content === source.content);
  return choose(judged.dialect).forms.find((form) => fits(form) && form.layouts.includes(inspection.layout)) ?? source;
}
