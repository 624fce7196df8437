// Columns of structs and maps: the leaves' entries, row by row, to one text each, as Dremel's levels say (nesting.ts).
import type { Column } from "../../columns/column.js";
import { TransloadError } from "../../errors.js";
import { type ExpansionGuard, expansionGuard } from "../../io/expansion.js";
import type { Span } from "../../remote/ranges.js";
import { cellTexts, jsonColumn, mapText, NULL, structText } from "../json-cells.js";
import type { Between } from "./between.js";
import type { ChunkReader } from "./chunk.js";
import type { Node, Tree } from "./field.js";

/** Reads a column that is several column chunks. */
export class StructReader {
  readonly #name: string;
  readonly #tree: Tree;
  readonly #leaves: readonly ChunkReader[];
  readonly #guard: ExpansionGuard;
  readonly #keyBytes: number;

  /** `leaves` read entries, in the order of the tree's; its texts may exceed the file as what is compressed may. */
  constructor(name: string, tree: Tree, leaves: readonly ChunkReader[], { file, maxExpand }: Between) {
    this.#guard = expansionGuard("structs of the parquet file", maxExpand);
    this.#guard.took(file.size);
    this.#keyBytes = keyBytes(tree.root);
    this.#name = name;
    this.#tree = tree;
    this.#leaves = leaves;
  }

  /** Where its leaves' bytes are in the file. */
  get spans(): readonly Span[] {
    return this.#leaves.flatMap(({ spans }) => spans);
  }

  /** What is at hand of each leaf. */
  async peek(): Promise<readonly Column[]> {
    return (await Promise.all(this.#leaves.map((leaf) => leaf.peek()))).flat();
  }

  /** @throws TransloadError as ChunkReader's; Error where the leaves contradict each other. */
  async take(rows: number): Promise<Column> {
    const leaves: Leaf[] = [];
    this.#guard.gave(rows * this.#keyBytes);
    for (const leaf of this.#leaves) leaves.push(new Leaf(await leaf.takeAll(rows)));
    const texts: string[] = [];
    for (let row = 0; row < rows; row++) {
      texts.push(textOf(this.#tree.root, leaves, this.#name, 0, 0));
      for (const leaf of leaves) leaf.endRow(row);
    }
    return jsonColumn(this.#name, texts);
  }
}

/** The entries of one leaf, and which is next. */
class Leaf {
  readonly #texts: readonly string[];
  readonly #repetition: Uint8Array;
  readonly #definition: Uint8Array;
  readonly #ends: Int32Array;
  #at = 0;

  constructor([cells, repetition, definition]: readonly Column[]) {
    this.#texts = cellTexts(cells as Column);
    this.#repetition = repetition?.values as Uint8Array;
    this.#definition = definition?.values as Uint8Array;
    this.#ends = (cells?.lists?.[0]?.offsets ?? new Int32Array(1)) as Int32Array;
  }

  /** How much there is of the next entry. */
  get depth(): number {
    return this.#definition[this.#at] ?? contradicts();
  }

  /** Which list the next entry goes on with. */
  get repetition(): number {
    return this.#repetition[this.#at] ?? 0;
  }

  /** Whether that is the one of this level. */
  goesOn(level: number): boolean {
    return this.repetition === level;
  }

  take(): string {
    return this.#texts[this.#at++] ?? contradicts();
  }

  endRow(row: number): void {
    if (this.#at !== this.#ends[row + 1]) contradicts();
  }
}

function contradicts(): never {
  throw new TransloadError("E_SYNTAX", "the parquet file has structs whose levels contradict each other");
}

/** What comes next of a node, in something of this level, and in so many lists. */
function textOf(node: Node, leaves: readonly Leaf[], name: string, least: number, depth: number): string {
  const first = leaves[firstOf(node)] as Leaf;
  if (first.depth < least) contradicts();
  if (node.kind === "cell") return first.depth === node.level ? first.take() : absent(first);
  if (first.depth < node.level) return none(node, leaves, node.level, depth, NULL);
  if (node.kind === "struct") {
    const texts = node.fields.map((field) => textOf(field, leaves, name, node.level, depth));
    return structText(node.keys, texts);
  }
  if (node.kind === "list") {
    if (first.depth < node.element) return none(node, leaves, node.element, depth, "[]");
    const items: string[] = [];
    do items.push(textOf(node.item, leaves, name, node.element, node.depth));
    while (first.goesOn(node.depth));
    return `[${items.join(",")}]`;
  }
  if (first.depth < node.element) return none(node, leaves, node.element, depth, mapText(name, [], [], node.text));
  const [keys, values]: [string[], string[]] = [[], []];
  do {
    keys.push(textOf(node.key, leaves, name, node.element, node.depth));
    values.push(textOf(node.value, leaves, name, node.element, node.depth));
  } while (first.goesOn(node.depth));
  return mapText(name, keys, values, node.text);
}

/** A cell that is null itself. */
function absent(leaf: Leaf): string {
  leaf.take();
  return NULL;
}

/**
 * One entry of each leaf says that there is nothing, and no leaf may say that there is something. DuckDB 2.0 has as many of such entries for an
 * array that is null as the array would have cells.
 */
function none(node: Node, leaves: readonly Leaf[], level: number, depth: number, text: string): string {
  for (const place of leavesOf(node)) {
    const leaf = leaves[place] as Leaf;
    do {
      if (leaf.depth >= level) contradicts();
      leaf.take();
    } while (leaf.repetition > depth);
  }
  return text;
}

/** Keys stand in every row, and may be long. */
function keyBytes(node: Node): number {
  if (node.kind !== "struct") return node.kind === "list" ? keyBytes(node.item) : 0;
  return node.keys.reduce((sum, { length }) => sum + length, 0) + node.fields.reduce((sum, field) => sum + keyBytes(field), 0);
}

function firstOf(node: Node): number {
  switch (node.kind) {
    case "cell":
      return node.leaf;
    case "struct":
      return firstOf(node.fields[0] as Node);
    case "list":
      return firstOf(node.item);
    case "map":
      return firstOf(node.key);
  }
}

function leavesOf(node: Node): number[] {
  switch (node.kind) {
    case "cell":
      return [node.leaf];
    case "struct":
      return node.fields.flatMap(leavesOf);
    case "list":
      return leavesOf(node.item);
    case "map":
      return [...leavesOf(node.key), ...leavesOf(node.value)];
  }
}
