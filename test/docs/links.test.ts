import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Page, pagesIn, prose, readPage, root } from "../support/page.js";

/** Links between pages, and to files of the clone: what they name must be there. Nothing is asked of the network. */

const PAGES = [
  ...pagesIn("."),
  ...pagesIn("docs"),
  ...pagesIn("bench"),
  ...pagesIn("data"),
  ...pagesIn("examples"),
  ...pagesIn("python"),
].map(readPage);

/** What a clone has only once it was made. */
const BUILT: readonly string[] = ["docs/api/"];

/** Where links and images of a page go, code aside. */
function linksOf(page: Page): string[] {
  const text = prose(page).replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(([, to]) => to as string);
}

/** What GitHub calls the headings of a page: lower case, spaces as hyphens, without other signs; one that comes again gets a number. */
function anchorsOf(page: Page): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const name = (heading as string)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    let own = name;
    for (let n = 1; anchors.has(own); n++) own = `${name}-${n}`;
    anchors.add(own);
  }
  return anchors;
}

describe("links", () => {
  test.each(PAGES.map((page) => [page.path, page] as const))("of %s lead somewhere", (path, page) => {
    for (const link of linksOf(page).filter((to) => !/^[a-z]+:/.test(to))) {
      const [file = "", anchor] = link.split("#") as [string, string?];
      const target = file === "" ? path : join(dirname(path), file);
      expect(existsSync(join(root, target)), `${path} links to ${link}`).toBe(true);
      if (anchor !== undefined) expect([...anchorsOf(readPage(target))], `${path} links to ${link}`).toContain(anchor);
    }
  });

  test.each(PAGES.map((page) => [page.path, page] as const))(
    "of %s that are code, and no links, name files that there are",
    (path, page) => {
      for (const [, file] of prose(page).matchAll(/`((?:src|test|bench|docs|examples|data|\.ci)\/[\w./-]+)`/g))
        if (!BUILT.includes(file as string)) expect(existsSync(join(root, file as string)), `${path} names ${file}`).toBe(true);
    },
  );

  test("lead from README to every page of docs/", () => {
    const linked = new Set(linksOf(readPage("README.md")).map((to) => to.replace(/#.*/, "")));
    for (const page of pagesIn("docs")) expect(linked).toContain(page);
  });

  test("in README need no address of the project", () => {
    const { text } = readPage("README.md");
    // a server on the reader's own machine is nobody's address
    expect([...text.matchAll(/https?:\/\/(?!127\.0\.0\.1:)\S+/g)].map(([url]) => url)).toEqual([]);
  });
});
