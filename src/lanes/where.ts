// Conditions on rows: text that a person writes, and what it says of a row. jsep makes a tree of the text, and the tree is walked here; nothing
// of it is ever run as a program.
//
// What is missing is unknown, as in SQL: what compares with it is unknown, too, and `&&` and `||` know as much as they can.
import jsep from "jsep";
import { optionText, TransloadError } from "../errors.js";
import type { Cell as AnyCell } from "./line-cells.js";

type Cell = Exclude<AnyCell, null>;
/** The cells of a row; undefined for what is missing. */
type Row = (name: string) => Cell;
type Term = (row: Row) => Cell;
type Kind = "number" | "text" | "truth" | "list";

/** A condition. */
export interface Where {
  /** The columns that it speaks of, each once. */
  readonly names: readonly string[];
  /** Whether it holds of a row; where it is unknown it does not. @throws TransloadError E_OPTION for cells that do not compare. */
  holds(row: Row): boolean;
}

/** @throws TransloadError E_OPTION for what is no condition. */
export function whereOf(text: string): Where {
  const names = new Set<string>();
  const term = termOf(parsed(text), names);
  return { names: [...names], holds: (row) => truth(term(row), "the condition") === true };
}

const TICK = 0x60; /* ` */

// a name of any characters stands between backticks, of which one within it is doubled
jsep.hooks.add("gobble-token", function (env) {
  this.gobbleSpaces();
  if (this.code !== TICK) return;
  let name = "";
  for (let at = this.index + 1; at < this.expr.length; at++) {
    if (this.expr.charCodeAt(at) !== TICK) name += this.expr[at];
    else if (this.expr.charCodeAt(at + 1) === TICK) name += this.expr[at++];
    else {
      this.index = at + 1;
      env.node = { type: "Identifier", name };
      return;
    }
  }
  throw new Error("a name between backticks does not end");
});

function parsed(text: string): jsep.Expression {
  try {
    return jsep(text);
  } catch (error) {
    throw refused(`${JSON.stringify(text)}: ${(error as Error).message.toLowerCase()}`);
  }
}

function refused(why: string): TransloadError {
  return new TransloadError("E_OPTION", `${optionText("where")}: ${why}`);
}

// ---- terms

function termOf(node: jsep.Expression, names: Set<string>): Term {
  switch (node.type) {
    case "Identifier": {
      const { name } = node as jsep.Identifier;
      names.add(name);
      return (row) => row(name);
    }
    case "Literal":
      return literal(node as jsep.Literal);
    case "UnaryExpression": {
      const { operator, argument } = node as jsep.UnaryExpression;
      return unary(operator, termOf(argument, names));
    }
    case "LogicalExpression":
    case "BinaryExpression": {
      const { operator, left, right } = node as jsep.BinaryExpression;
      return isNull(left) || isNull(right)
        ? missing(operator, termOf(isNull(left) ? right : left, names))
        : binary(operator, termOf(left, names), termOf(right, names));
    }
    case "Compound":
      throw refused("this is no one condition; && or || stands between two, and a text in quotes");
    default:
      throw refused(`${WORDS[node.type] ?? node.type} is nothing that a condition may have`);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  CallExpression: "a call",
  MemberExpression: "a point, or a bracket,",
  ArrayExpression: "a list",
  ConditionalExpression: "a question mark",
  ThisExpression: "`this`",
  SequenceExpression: "a comma",
};

function literal({ value, raw }: jsep.Literal): Term {
  const whole = typeof value === "number" && /^\d+$/.test(raw) && !Number.isSafeInteger(value);
  const cell: Cell = whole ? BigInt(raw) : ((value as Cell | null) ?? undefined);
  return () => cell;
}

function isNull(node: jsep.Expression): boolean {
  return node.type === "Literal" && (node as jsep.Literal).value === null;
}

/** A cell beside the word null: whether it is missing. */
function missing(operator: string, term: Term): Term {
  if (!["==", "===", "!=", "!=="].includes(operator)) throw refused(`null is equal or not, and ${operator} is of no use beside it`);
  const wanted = operator.startsWith("=");
  return (row) => (term(row) === undefined) === wanted;
}

function unary(operator: string, term: Term): Term {
  if (operator === "!") return (row) => negated(truth(term(row), "what ! stands before"));
  if (operator !== "-" && operator !== "+") throw refused(`${operator} is nothing that a condition may have`);
  return (row) => {
    const value = term(row);
    if (value === undefined) return undefined;
    if (kindOf(value) !== "number") throw unlike(`${operator} stands before ${named(value)}`);
    return operator === "-" ? -(value as number) : value;
  };
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function binary(operator: string, left: Term, right: Term): Term {
  if (operator === "&&" || operator === "||") return logical(operator === "||", left, right);
  const compare = COMPARE[operator];
  if (compare) return (row) => compared(operator, compare, left(row), right(row));
  const compute = COMPUTE[operator];
  if (!compute) throw refused(`${operator} is nothing that a condition may have`);
  return (row) => computed(operator, compute, left(row), right(row));
}

/** Known as soon as one side settles it. */
function logical(settles: boolean, left: Term, right: Term): Term {
  const operator = settles ? "||" : "&&";
  return (row) => {
    const first = truth(left(row), `the left of ${operator}`);
    if (first === settles) return settles;
    const second = truth(right(row), `the right of ${operator}`);
    if (second === settles) return settles;
    return first === undefined || second === undefined ? undefined : !settles;
  };
}

type Comparable = number | string;

const COMPARE: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  "==": (a, b) => a === b,
  "===": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "!==": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const COMPUTE: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

function compared(operator: string, compare: (a: Comparable, b: Comparable) => boolean, a: Cell, b: Cell): boolean | undefined {
  if (a === undefined || b === undefined) return undefined;
  const kind = kindOf(a);
  if (kind !== kindOf(b) || kind === "list") throw unlike(`${operator} stands between ${named(a)} and ${named(b)}`);
  if (kind === "truth" && !/^[=!]/.test(operator))
    throw unlike(`${operator} stands between ${named(a)} and ${named(b)}, which have no order`);
  // a double and a bigint are compared by their values, but for === ; equal ones are neither less nor more
  if (typeof a !== typeof b && /^[=!]/.test(operator))
    return ((a as number) >= (b as number) && (a as number) <= (b as number)) === operator.startsWith("=");
  return compare(a as Comparable, b as Comparable);
}

function computed(operator: string, compute: (a: number, b: number) => number, a: Cell, b: Cell): Cell {
  if (a === undefined || b === undefined) return undefined;
  if (kindOf(a) !== "number" || kindOf(b) !== "number") throw unlike(`${operator} stands between ${named(a)} and ${named(b)}`);
  const value = compute(Number(a), Number(b));
  return Number.isNaN(value) ? undefined : value;
}

// ---- kinds

function kindOf(value: NonNullable<Cell>): Kind {
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "truth" : "list";
}

const KINDS: Readonly<Record<Kind, string>> = { number: "the number", text: "the text", truth: "the boolean", list: "a list or object" };

function named(value: NonNullable<Cell>): string {
  const kind = kindOf(value);
  if (kind === "list") return KINDS.list;
  return `${KINDS[kind]} ${kind === "text" ? JSON.stringify((value as string).slice(0, 40)) : value}`;
}

function truth(value: Cell, what: string): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw unlike(`${what} is ${named(value)}, and neither true nor false`);
}

function unlike(why: string): TransloadError {
  return new TransloadError("E_OPTION", `${optionText("where")}: ${why}`);
}
