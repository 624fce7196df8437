// What a column of a file's schema is made of, where it has structs or maps: several leaves, each in a column chunk of its own (parquet-format,
// Nested Encoding and LogicalTypes.md, which has the rules for the lists of older writers).
import type { SchemaElement } from "hyparquet";
import { structKeys } from "../json-cells.js";
import type { Field, Node, Note, Tree } from "./field.js";

/** Levels so far: of definition, and of repetition. */
interface Depth {
  readonly level: number;
  readonly lists: readonly number[];
}

/** Groups in groups go no deeper. */
const DEEPEST = 64;

/**
 * The tree of the column at this place of the schema, whose first leaf is in that chunk of a row group.
 * @throws Error for a schema that ends too early, or goes too deep; TransloadError E_DUPLICATE for two fields of one name.
 */
export function treeAt(elements: readonly SchemaElement[], start: number, place: number, note: Note | undefined): Tree {
  const { name: column } = elements[start] as SchemaElement;
  const leaves: Field[] = [];
  let at = start;

  const take = (): SchemaElement => {
    const element = elements[at++];
    if (!element) throw new Error("is described by a schema that ends too early");
    return element;
  };

  /** The next element, and what belongs to it; `once`: without the list that it is if it is repeated. */
  const node = (depth: Depth, own: Note | undefined, once = false): Node => {
    const element = take();
    const repeated = element.repetition_type === "REPEATED";
    if (!repeated || once) return content(element, entered(depth, !once && element.repetition_type === "OPTIONAL"), own);
    const inner = { level: depth.level + 1, lists: [...depth.lists, depth.level + 1] };
    return { kind: "list", level: depth.level, element: inner.level, depth: inner.lists.length, item: content(element, inner, own) };
  };

  const content = (element: SchemaElement, depth: Depth, own: Note | undefined): Node => {
    const { level } = depth;
    const children = element.num_children ?? 0;
    if (depth.lists.length > DEEPEST || level > DEEPEST) throw new Error("is described by a schema without an end");
    if (!(children >= 0)) throw new Error("is described by a schema that has fewer than no fields");
    if (!Number.isSafeInteger(children)) throw new Error("is described by a schema that counts no whole fields");
    if (children === 0) {
      const nesting = { elements: depth.lists, most: level };
      leaves.push({ name: column, leaf: element, place: place + leaves.length, nesting, note: own });
      return { kind: "cell", level, leaf: leaves.length - 1 };
    }
    const next = elements[at];
    const around = children === 1 && next?.repetition_type === "REPEATED";
    if (around && isMap(element) && next.num_children === 2) return map(depth, own);
    if (around && isList(element)) return list(element, depth, own);
    const keys = structKeys(column, namesOf(elements, at, children));
    const fields = Array.from({ length: children }, () => node(depth, own?.fields?.get(elements[at]?.name ?? "")));
    return { kind: "struct", level, keys, fields };
  };

  const list = (element: SchemaElement, depth: Depth, own: Note | undefined): Node => {
    const inner = { level: depth.level + 1, lists: [...depth.lists, depth.level + 1] };
    const common = { kind: "list", level: depth.level, element: inner.level, depth: inner.lists.length } as const;
    const items = own?.items;
    if (isElement(elements, at, element.name)) return { ...common, item: node(inner, items, true) };
    take();
    return { ...common, item: node(inner, items) };
  };

  const map = (depth: Depth, own: Note | undefined): Node => {
    const inner = { level: depth.level + 1, lists: [...depth.lists, depth.level + 1] };
    take();
    const text = isText(elements[at]);
    const [key, value] = [node(inner, own?.keys), node(inner, own?.items)];
    return { kind: "map", level: depth.level, element: inner.level, depth: inner.lists.length, text, key, value };
  };

  return { root: node({ level: 0, lists: [] }, note), leaves };
}

function entered({ level, lists }: Depth, optional: boolean): Depth {
  return { level: optional ? level + 1 : level, lists };
}

export function isList({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "LIST" || logical?.type === "LIST";
}

function isMap({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "MAP" || converted === "MAP_KEY_VALUE" || logical?.type === "MAP";
}

function isText(element: SchemaElement | undefined): boolean {
  const { converted_type: converted, logical_type: logical } = element ?? {};
  return converted === "UTF8" || converted === "ENUM" || logical?.type === "STRING" || logical?.type === "ENUM";
}

/** Whether the repeated element of a list is its cell, or struct, by itself, and not a group around it. */
export function isElement(elements: readonly SchemaElement[], at: number, list: string): boolean {
  const { name, num_children: children = 0 } = elements[at] as SchemaElement;
  const inner = elements[at + 1];
  return children !== 1 || inner?.repetition_type === "REPEATED" || name === "array" || name === `${list}_tuple`;
}

/** Names of so many elements side by side. */
function namesOf(elements: readonly SchemaElement[], start: number, count: number): string[] {
  const names: string[] = [];
  for (let at = start; names.length < count && at < elements.length; at = endOf(elements, at))
    names.push((elements[at] as SchemaElement).name);
  return names;
}

/** Behind what belongs to an element. */
export function endOf(elements: readonly SchemaElement[], at: number): number {
  let end = at + 1;
  for (let left = elements[at]?.num_children ?? 0; left > 0 && end < elements.length; left--) end = endOf(elements, end);
  return end;
}
