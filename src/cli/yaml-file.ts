// A YAML file, and where in it what is wrong stands.
import { readFile } from "node:fs/promises";
import type { Document, LineCounter, Node } from "yaml";
import { type ErrorCode, type Place, TransloadError } from "../errors.js";
import { cannotRead } from "../io/disk-errors.js";
import { interruptibly } from "../io/leaving.js";

/** What a YAML file says. */
export interface YamlFile {
  readonly content: unknown;
  /** Where a key, or its value, stands; where there is none, the nearest around it. */
  place(path: readonly (string | number)[], what: "key" | "value"): Place;
}

/** @throws TransloadError E_READ; of this code, with line and column, for what is no YAML. */
export async function readYaml(file: string, code: ErrorCode): Promise<YamlFile> {
  const text = await interruptibly(readFile(file, "utf8")).catch((error) => {
    throw cannotRead(file, error);
  });
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new TransloadError(code, `${file} is not YAML: ${firstLine(fault)}`, placeAt(fault.pos[0], lines));
  return {
    content: contentOf(document, file, code),
    place: (path, what) => {
      const node = nodeAt(yaml, document, path, what);
      return node?.range ? placeAt(node.range[0], lines) : {};
    },
  };
}

/** Aliases that would make much of little are refused by the library. */
function contentOf(document: Document, file: string, code: ErrorCode): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new TransloadError(code, `${file} is not YAML: ${firstLine(error)}`, {}, { cause: error });
  }
}

/** The key at the end of the path, or its value; where there is none the nearest around it. */
function nodeAt(
  { isAlias, isMap, isScalar, isSeq }: typeof import("yaml"),
  document: Document,
  path: readonly (string | number)[],
  what: "key" | "value",
): Node | undefined {
  let node = document.contents as Node | undefined;
  for (const [depth, step] of path.entries()) {
    const inside = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(inside)) {
      node = (inside.items[step as number] as Node | undefined) ?? node;
      continue;
    }
    const pair = isMap(inside) ? inside.items.find(({ key }) => isScalar(key) && `${key.value}` === step) : undefined;
    if (!pair) break;
    const key = pair.key as Node;
    node = what === "key" && depth === path.length - 1 ? key : ((pair.value as Node | null) ?? key);
  }
  return node;
}

function placeAt(offset: number, lines: LineCounter): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function firstLine(error: unknown): string {
  return (error as Error).message.split("\n")[0] as string;
}
