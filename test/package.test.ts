// The house: imports point one way, names say what is in a file, and package.json tells the truth.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Err, Ev, FREE, LEARN, Mode, Nan, St } from "../src/engine/codes.js";
import * as api from "../src/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");
const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => name.replaceAll("\\", "/"));
const code = (file: string) => readFileSync(join(src, file), "utf8");

interface Import {
  to: string;
  /** Erased when compiled. */
  type: boolean;
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  for (const [, clause = "", spec = ""] of code(file).matchAll(/^\s*(?:import|export)\b([^;]*?)from "([^"]+)"/gm)) {
    if (!spec.startsWith(".")) continue;
    const path = relative(src, resolve(src, dirname(file), spec)).replaceAll("\\", "/");
    const names = clause
      .replace(/[{}]/g, "")
      .split(",")
      .map((n) => n.trim())
      .filter(Boolean);
    found.push({
      to: file.startsWith("core/") ? `${path}.ts` : path.replace(/\.js$/, ".ts"),
      type: clause.trim().startsWith("type") || names.every((n) => n.startsWith("type ")),
    });
  }
  return found;
}

/** The rooms, from the ground up; a file may import from its own room and those below it. */
const ROOMS = [
  "core",
  "errors",
  "columns",
  "dialects",
  "engine",
  "remote",
  "io",
  "options",
  "binary",
  "envelope",
  "table",
  "lanes",
  "jobs",
  "model",
  "api",
  "score",
  "serve",
  "web",
  "index",
  "cli",
];

/** A file's room; `src/` itself holds two that are rooms of their own. */
function roomOf(file: string): string {
  return (file.includes("/") ? file.split("/")[0] : file.replace(/\.ts$/, "")) as string;
}

describe("imports", () => {
  test("are of files that exist", () => {
    for (const file of files) for (const { to } of importsOf(file)) expect(existsSync(join(src, to)), `${file} imports ${to}`).toBe(true);
  });

  test("stand in rooms", () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual([...ROOMS].sort());
  });

  test("point one way", () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => ROOMS.indexOf(roomOf(to)) > ROOMS.indexOf(roomOf(file)))
        .map(({ to }) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test("of the core stay in it", () => {
    for (const file of files.filter((f) => f.startsWith("core/")))
      for (const { to } of importsOf(file)) expect(to, file).toMatch(/^core\//);
    for (const file of files.filter((f) => !f.startsWith("core/")))
      for (const { to } of importsOf(file)) expect(to, file).not.toMatch(/^core\//);
  });

  test("of dialects are dialects and errors", () => {
    for (const file of files.filter((f) => f.startsWith("dialects/")))
      for (const { to } of importsOf(file)) expect(to, file).toMatch(/^(dialects\/|errors\.ts$)/);
  });

  test("of the command line are made by nobody else", () => {
    for (const file of files.filter((f) => !f.startsWith("cli/")))
      for (const { to } of importsOf(file)) expect(to, file).not.toMatch(/^cli\//);
  });

  test("of the browser's entry are not Node's own", () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { to, type } of importsOf(file)) if (!type) visit(to);
    };
    visit("web/index.ts");
    expect(reached.size).toBeGreaterThan(40);
    const wrong = [...reached].filter((file) => /^import (?!type).*from "node:/m.test(code(file)));
    expect(wrong).toEqual([]);
  });

  test.each(["src", "bench", "test"])("make no circle in %s, those of types counted", (folder) => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (path.includes(file) || done.has(file)) return;
      for (const to of neighbours(file)) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of sourcesIn(folder)) visit(join(root, folder, file), []);
    expect(done.size).toBeGreaterThan(10);
    expect(circles).toEqual([]);
  });
});

function sourcesIn(folder: string): string[] {
  return (readdirSync(join(root, folder), { recursive: true }) as string[]).filter((name) => name.endsWith(".ts"));
}

/** Files that a file names, those of dynamic imports and of types among them. */
function neighbours(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g)]
    .map(([, spec = ""]) => resolve(dirname(file), spec.replace(/\.js$/, ".ts")))
    .map((path) => (existsSync(path) ? path : `${path}.ts`))
    .filter((path) => existsSync(path) && path.endsWith(".ts"));
}

test("ARCHITECTURE.md lists the tree as it is", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const listing = /```\nsrc\/\n(.*?)```/s.exec(text)?.[1] ?? "";
  const listed: string[] = [];
  const folders: string[] = [];
  for (const line of listing.trimEnd().split("\n")) {
    const indent = line.search(/\S/);
    const depth = indent / 2 - 1;
    const folder = /^\s*([\w-]+)\//.exec(line)?.[1];
    if (folder !== undefined && depth <= 1) folders.splice(depth, folders.length, folder);
    else if (depth < folders.length && depth <= 1) folders.length = depth;
    for (const [, name = ""] of line.matchAll(/(?<![\w/-])([\w-]+(?:\.d)?\.ts)\b/g)) listed.push([...folders, name].join("/"));
  }
  const tree = (readdirSync(src, { recursive: true }) as string[])
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts"));
  expect(
    tree.filter((name) => !listed.includes(name)),
    "in the tree alone",
  ).toEqual([]);
  expect(
    listed.filter((name) => !tree.includes(name)),
    "in the listing alone",
  ).toEqual([]);
});

test("no file is called after what it is not", () => {
  for (const file of readdirSync(src, { recursive: true }) as string[])
    expect(file).not.toMatch(/(^|[/\\-])(utils?|helpers?|common|types?|base|manager|misc|shared)(\.|$|[/\\])/);
});

describe("package.json", () => {
  const pack = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    type: string;
    engines: { node: string };
    bin: Record<string, string>;
    exports: Record<string, string | { types: string; default: string }>;
    files: string[];
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional: boolean }>;
    devDependencies: Record<string, string>;
  };

  test("is ESM for Node 20.19 and up", () => {
    expect(pack.type).toBe("module");
    expect(pack.engines.node).toBe(">=20.19");
  });

  test("names files that the build makes of sources that exist", () => {
    const entries = [".", "./web", "./fastify"].map((name) => pack.exports[name] as { types: string; default: string });
    for (const entry of entries) expect(Object.keys(entry)[0]).toBe("types");
    for (const path of [...entries.flatMap((entry) => [entry.types, entry.default]), ...Object.values(pack.bin)]) {
      const source = path.replace(/^(\.\/)?dist\//, "src/").replace(/(\.d\.ts|\.c?js)$/, ".ts");
      expect(existsSync(join(root, source)), `${path} is built from ${source}`).toBe(true);
    }
    expect(Object.keys(pack.bin)).toEqual(["transload"]);
    expect(pack.files).toContain("dist");
  });

  test("has every dependency that the code imports, and no other", () => {
    const imported = new Set<string>();
    for (const file of files.filter((f) => !f.startsWith("core/")))
      for (const [, spec = ""] of code(file).matchAll(/(?:from |import\()"([^."][^"]*)"/g))
        if (!spec.startsWith("node:"))
          imported.add(spec.startsWith("@") ? spec.split("/").slice(0, 2).join("/") : (spec.split("/")[0] as string));
    // they are in our code (rolldown.config.mjs)
    for (const inside of ["commander", "cli-progress", "string-width", "hyparquet-writer"])
      expect(imported.delete(inside) && Object.keys(pack.devDependencies)).toContain(inside);
    // whoever runs a gateway installs them; and whose program has batches of Arrow's, whose types are apache-arrow's
    for (const peer of Object.keys(pack.peerDependencies)) {
      expect(imported.delete(peer), peer).toBe(true);
      expect(pack.peerDependenciesMeta[peer], peer).toEqual({ optional: true });
      expect(Object.keys(pack.devDependencies)).toContain(peer);
    }
    // the types of ndarray are in the declarations that callers compile against
    const named = Object.keys(pack.dependencies).filter((name) => !name.startsWith("@types/"));
    expect([...imported].sort()).toEqual(named.sort());
  });
});

test("the public names are these", () => {
  expect(Object.keys(api).sort()).toEqual(expect.arrayContaining(["Batch", "CODES", "TransloadError", "convert", "readBatches"]));
});

describe("the core's enumerations", () => {
  const state = code("core/state.ts");
  const members = (name: string): string[] => {
    const body = new RegExp(`export const enum ${name} \\{([^}]*)\\}`).exec(state)?.[1] ?? "";
    return body
      .replace(/\/\/.*$/gm, "")
      .split(",")
      .map((m) => m.trim())
      .filter(Boolean);
  };
  const tables = { St, Ev, Err, Mode } as const;
  for (const [name, table] of Object.entries(tables))
    test(`${name} is the same to JavaScript`, () => {
      expect(members(name).length).toBeGreaterThan(2);
      expect(Object.entries(table)).toEqual(members(name).map((member, i) => [member, i]));
    });

  test("Nan is the same to JavaScript, in small letters", () => {
    expect(Object.entries(Nan)).toEqual(members("Nan").map((member, i) => [member.toLowerCase(), i]));
  });

  test("so are LEARN and FREE", () => {
    for (const [name, value] of Object.entries({ LEARN, FREE })) expect(state).toContain(`export const ${name}: i64 = ${value};`);
  });

  test("dtypes have the core's numbers", async () => {
    const { NUMERIC, STRING_CODE } = await import("../src/columns/dtype.js");
    const names = (/export const enum DType \{([^}]*)\}/.exec(code("core/column.ts"))?.[1] ?? "")
      .split(",")
      .map((n) => n.trim().toLowerCase());
    for (const [name, { code: number }] of Object.entries(NUMERIC)) expect(names[number]).toBe(name);
    expect(names[STRING_CODE]).toBe("string");
  });
});
