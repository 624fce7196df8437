import { type Choice, choose, type Form, type Layout } from "../dialects/index.js";
import type { End } from "../dialects/needs.js";
import { coreScanner } from "../engine/index.js";
import { Opening } from "./opening.js";
import { Rewriter } from "./rewriter.js";
import { Twins } from "./twins.js";

/**
 * The form of a payload, told from its first bytes: `azureml:split`, say. Undefined when they do not reach as far as the
 * key that tells, or are no payload at all; `inspect` says which. A file without an envelope (csv, jsonl) is not told.
 */
export function detect(head: Uint8Array): string | undefined {
  try {
    return formOf(choose("auto", true), head)?.form.id;
  } catch {
    return undefined; // one thing to one server, and another to the next
  }
}

/** What the first bytes of a payload tell. */
export interface Found extends End {
  /** Of a frame: its names, where it has any, stand behind its rows. Undefined where no more than its form is told yet. */
  readonly late?: boolean;
}

/**
 * The form among these that a payload has, as far as its first bytes tell.
 * @throws TransloadError E_AMBIGUOUS where they tell that it may be either of two.
 */
export function formOf(from: Choice, head: Uint8Array): Found | undefined {
  const file = fileForm(from, head);
  if (file) return { form: file, layout: file.layouts[0] as Layout };
  let rewriter: Rewriter | undefined;
  const opened = openedFrom(head);
  if (!opened) return undefined;
  try {
    rewriter = new Rewriter(
      {
        from,
        to: undefined,
        columns: undefined,
        nan: undefined,
        typed: undefined,
        renames: false,
        createScanner: coreScanner,
        write: () => {},
        warn: () => {},
      },
      opened.start,
    );
    rewriter.scanner.push(opened.chunk);
    rewriter.run();
  } catch {
    // what is wrong further on does not matter here
  }
  rewriter?.scanner.close();
  if (rewriter?.twinsAt !== undefined) {
    const twins = new Twins(rewriter);
    twins.check(opened.chunk, opened.start);
    if (!twins.decided) return undefined;
  }
  if (!rewriter?.form || !rewriter.layout || rewriter.undecided) return undefined;
  const { form, layout, members } = rewriter;
  const known = layout === "frame" && members.length > 0;
  const data = members.indexOf("data");
  return { form, layout, ...(known && { late: data >= 0 && !members.slice(0, data).includes("columns") }) };
}

function openedFrom(head: Uint8Array): ReturnType<Opening["push"]> {
  try {
    return new Opening().push(head, true);
  } catch {
    return undefined; // UTF-16, which is told of where it is read
  }
}

/** Brackets that begin a payload in JSON. */
const BRACKETS: readonly (number | undefined)[] = [0x7b /* { */, 0x5b /* [ */];

function isJson(head: Uint8Array): boolean {
  return BRACKETS.includes(head.find((byte) => byte > 0x20));
}

/** The form without an envelope that the source is: lines of fields, or of JSON. A dialect may have both, and JSON begins with a bracket. */
export function fileForm({ forms, dialect }: Choice, head: Uint8Array): Form | undefined {
  if (dialect === undefined) return undefined;
  const file = forms.find(isFile);
  if (!file || (!forms.every(isFile) && isJson(head))) return undefined;
  return file;
}

function isFile({ key, layouts }: Form): boolean {
  return key === undefined && (layouts.includes("delimited") || layouts.includes("lines"));
}
