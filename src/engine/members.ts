// JSON text taken apart without making values of it, and put together again.

/** The members of a JSON object, each key and the text of its value as it stands; `text` is sound JSON. */
export function membersOf(text: string): [key: string, value: string][] {
  const members: [string, string][] = [];
  const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]/g;
  let depth = 0;
  let key: string | undefined;
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [what] = match;
    if (what === "[" || what === "{") depth++;
    else if (depth === 1 && key === undefined && what.startsWith('"')) key = what;
    else if (depth === 1 && what === ":") from = token.lastIndex;
    else if (depth === 1 && key !== undefined && (what === "," || what === "}")) {
      members.push([JSON.parse(key) as string, text.slice(from, match.index).trim()]);
      key = undefined;
    }
    if (what === "]" || what === "}") depth--;
  }
  return members;
}

/** The elements of a JSON list, each as it stands; `text` is sound JSON. */
export function elementsOf(text: string): string[] {
  const elements: string[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[[\]{},]/g;
  let depth = 0;
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [what] = match;
    if (what === "]" || what === "}") depth--;
    if ((depth === 1 && what === ",") || (depth === 0 && what === "]")) {
      elements.push(text.slice(from, match.index).trim());
      from = token.lastIndex;
    }
    if ((what === "[" || what === "{") && ++depth === 1) from = token.lastIndex;
  }
  return elements.length === 1 && elements[0] === "" ? [] : elements;
}

/** An object of these. */
export function textOfMembers(members: readonly (readonly [key: string, value: string])[]): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}

/** Behind the object that begins at this place; undefined where it does not end in the text. */
export function objectEnd(text: string, from: number): number | undefined {
  const token = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs;
  token.lastIndex = from;
  let open = 0;
  for (let found = token.exec(text)?.[0]; found !== undefined; found = token.exec(text)?.[0]) {
    if (found === "[" || found === "{") open++;
    else if ((found === "]" || found === "}") && --open === 0) return token.lastIndex;
  }
  return undefined;
}
