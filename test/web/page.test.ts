// The page of site/, as a visitor uses it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FILES, FORMS, SERVERS } from "../../site/page/targets.js";
import { DIALECTS } from "../../src/dialects/index.js";
import { convert, inspect } from "../../src/index.js";
import { data, openSite, ownFiles, type Site, type Visit, visit } from "./visitor.js";

declare const DataTransfer: new () => { items: { add(file: unknown): void } };

let site: Site;
let visitor: Visit;
let page: Page;

beforeAll(async () => {
  site = await openSite();
});

beforeEach(async () => {
  visitor = await visit(site);
  page = visitor.page;
});

afterEach(async () => {
  await visitor.close();
  expect(visitor.wrong).toEqual([]);
  expect(site.odd()).toEqual([]);
});

afterAll(() => site?.close());

async function pick(options = {}): Promise<void> {
  await visitor.close();
  visitor = await visit(site, { picks: true, ...options });
  page = visitor.page;
}

function made(name: string, text: string | Uint8Array): string {
  const path = join(site.dir, name);
  writeFileSync(path, text);
  return path;
}

const choose = (...paths: string[]) => page.setInputFiles("#file", paths);
const surveyed = () => page.waitForSelector("#reading", { state: "hidden" });
const ready = () => page.waitForSelector("#go:enabled");
const textOf = (selector: string) => page.innerText(selector);
/** Waits until the text is so. */
const says = (selector: string, what: RegExp) => expect.poll(() => textOf(selector), { timeout: 20_000 }).toMatch(what);
const rows = (selector: string) =>
  page.$$eval(`${selector} tr`, (all) =>
    all.map((row) => [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map((cell) => cell.textContent)),
  );

/** Presses Convert, and gives what is downloaded. */
async function converted(): Promise<{ name: string; bytes: Buffer }> {
  await ready();
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#go")]);
  const path = join(site.dir, download.suggestedFilename());
  await download.saveAs(path);
  return { name: download.suggestedFilename(), bytes: readFileSync(path) };
}

async function inNode(path: string, options: Parameters<typeof convert>[0]): Promise<Buffer> {
  const stream = convert(options);
  stream.end(readFileSync(path));
  return Buffer.concat(await stream.toArray());
}

test("what can be chosen is what transload knows", () => {
  const files = Object.keys(FILES);
  expect([...Object.keys(SERVERS), ...files.filter((id) => DIALECTS.some(({ name }) => name === id))].sort()).toEqual(
    DIALECTS.map(({ name }) => name).sort(),
  );
  expect([...FORMS].sort()).toEqual(DIALECTS.flatMap(({ forms }) => (forms.length > 1 ? forms.map(({ id }) => id) : [])).sort());
});

test("a dropped file shows its first rows and is converted into a file that is saved", async () => {
  const bytes = readFileSync(data("heart.azureml.json"));
  const transfer = await page.evaluateHandle((text) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], "heart.azureml.json"));
    return dropped;
  }, bytes.toString());
  await page.dispatchEvent("#drop", "drop", { dataTransfer: transfer });
  await says("#facts", /^1\.?\d* kB|bytes, azureml:split, 1 row, 12 columns$/);
  await page.waitForSelector("#rows td");
  const [names, first] = await rows("#rows");
  expect(names).toHaveLength(12);
  expect(first).toEqual(["1", "1", "145", "233", "1", "2", "150", "0", "2.3", "3", "0", "2"]);
  const { name, bytes: result } = await converted();
  expect(name).toBe("heart.azureml.mlflow.json");
  expect(result.equals(readFileSync(data("heart.mlflow.json")))).toBe(true);
  await says("#status", /^heart\.azureml\.mlflow\.json: \d+ bytes written\. \d+ bytes read in/);
  expect(await textOf("#saved")).toMatch(/Save heart\.azureml\.mlflow\.json/);
});

test("the summary of the whole file, with histograms", async () => {
  await choose(data("iris.csv"));
  await surveyed();
  const { columns } = await inspect(data("iris.csv"), { summary: true });
  const table = await rows("#columns");
  expect(table[0]).toEqual([
    "Keep",
    "Name in the result",
    "Type",
    "Distribution",
    "Nulls",
    "Min",
    "Max",
    "Mean",
    "Distinct",
    "Most frequent",
  ]);
  const spelled = columns.map(({ nulls, summary }) => {
    const { numbers, texts, distinct, frequent } = summary ?? {};
    const ends = numbers ?? texts;
    return [
      nulls,
      ends?.least,
      ends?.greatest,
      numbers ? Number(numbers.mean.toPrecision(6)) : "",
      distinct?.count,
      `${frequent?.[0]?.value} × ${frequent?.[0]?.count}`,
    ].map(String);
  });
  expect(table.slice(1).map((cells) => cells.slice(4))).toEqual(spelled);
  const bars = await page.$$eval("#columns svg", (all) =>
    all.map((svg) =>
      [...(svg as unknown as { querySelectorAll(name: string): Iterable<{ textContent: string }> }).querySelectorAll("title")].reduce(
        (sum, { textContent }) => sum + Number(/(\d+) values?$/.exec(textContent)?.[1]),
        0,
      ),
    ),
  );
  expect(bars).toEqual([150, 150, 150, 150]);
});

describe("options", () => {
  test("columns are dropped, renamed and given a type", async () => {
    await choose(data("iris.csv"));
    await surveyed();
    await page.uncheck('[aria-label="Keep sepal width (cm)"]');
    await page.fill('[aria-label="Name of species in the result"]', "label");
    await page.selectOption('[aria-label="Type of petal width (cm)"]', "float32");
    await says("#trial pre", /"columns":\["sepal length \(cm\)","petal length \(cm\)","petal width \(cm\)","label"\]/);
    const columns = {
      "sepal length (cm)": "sepal length (cm)",
      "petal length (cm)": "petal length (cm)",
      "petal width (cm)": "petal width (cm)",
      label: "species",
    };
    expect((await converted()).bytes).toEqual(
      await inNode(data("iris.csv"), { from: "csv", to: "mlflow", columns, dtype: { "petal width (cm)": "float32" } }),
    );
  });

  test("a column alone is dropped; without any there is nothing to convert", async () => {
    await choose(made("two.csv", "a,b\n1,x\n2,y\n"));
    await ready();
    await page.uncheck('[aria-label="Keep a"]');
    await says("#trial pre", /"columns":\["b"\],"data":\[\["x"\],\["y"\]\]/);
    await page.uncheck('[aria-label="Keep b"]');
    await page.waitForSelector("#go:disabled");
    await says("#objection", /keep at least one/);
    await page.check('[aria-label="Keep a"]');
    await ready();
    expect(await textOf("#objection")).toBe("");
  });

  test("a payload in pieces is a zip of whole payloads", async () => {
    await choose(data("iris.csv"));
    await page.click("#options summary");
    await page.fill("#max-rows", "60");
    await ready();
    await says("#trial pre", /dataframe_split/);
    const { name, bytes } = await converted();
    expect(name).toBe("iris.mlflow.json.zip");
    const pieces = unzipped(bytes);
    expect(Object.keys(pieces)).toEqual(["iris.mlflow-00000.json", "iris.mlflow-00001.json", "iris.mlflow-00002.json"]);
    const whole = JSON.parse((await inNode(data("iris.csv"), { from: "csv", to: "mlflow" })).toString());
    const parts = Object.values(pieces).map((text) => JSON.parse(text));
    expect(parts.map((part) => part.dataframe_split.data.length)).toEqual([60, 60, 30]);
    expect(parts.flatMap((part) => part.dataframe_split.data)).toEqual(whole.dataframe_split.data);
    await says("#status", /3 pieces/);
  });

  test("a list has no names for a csv's columns, which are asked for", async () => {
    await choose(data("tensor.azureml.json"));
    await page.selectOption("#to", "csv");
    await says("#names-hint", /Give the columns names/);
    expect(await page.isDisabled("#go")).toBe(true);
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    await page.fill("#names", names.join(", "));
    const { bytes } = await converted();
    expect(bytes).toEqual(await inNode(data("tensor.azureml.json"), { to: "csv", columns: names }));
    expect(await page.isVisible("#names-hint")).toBe(false);
  });

  test("a file is read as its reader says, and a list gets names", async () => {
    await choose(made("odd.txt", "1;2\n3;4\n"));
    await page.waitForSelector("#go:disabled");
    await page.click("#reading-options summary");
    await page.selectOption("#from", "csv");
    await page.fill("#delimiter", ";");
    await page.check("#headless");
    await ready();
    await page.click("#options summary");
    await page.fill("#names", "a, b");
    await says("#trial pre", /"columns":\["a","b"\],"data":\[\[1,2\],\[3,4\]\]/);
  });
});

test.each(["parquet", "arrow", "npy"])("a csv becomes a file in %s, and that is read again", async (to) => {
  const csv = made("numbers.csv", "a,b\n1.5,2\n3.5,4\n");
  await choose(csv);
  await ready();
  await page.selectOption("#to", to);
  await says("#trial", /binary file/);
  const { name, bytes } = await converted();
  expect(name).toBe(`numbers.${to}`);
  await page.click('[aria-label="Remove numbers.csv"]');
  await choose(made(`again.${to}`, bytes));
  await surveyed();
  if (to === "npy") {
    // an array has no names, and a csv needs them
    await page.selectOption("#to", "mlflow:inputs");
    await says("#trial pre", /3\.5/);
    expect((await converted()).bytes.toString()).toBe('{"inputs":[[1.5,2.0],[3.5,4.0]]}');
    return;
  }
  await page.selectOption("#to", "csv");
  await says("#trial pre", /3\.5,4/);
  const again = await converted();
  const cells = (text: string) =>
    text
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(",").map((cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell))));
  expect(cells(again.bytes.toString())).toEqual(cells(readFileSync(csv, "utf8")));
});

test("a packed csv goes into the file that the user picks", async () => {
  await pick();
  await choose(made("iris.csv.gz", gzipSync(readFileSync(data("iris.csv")))));
  await surveyed();
  await ready();
  await page.click("#go");
  await says("#status", /^picked-iris\.mlflow\.json: .* written/);
  expect(await page.isVisible("#saved")).toBe(false);
  expect((await ownFiles(page))["picked-iris.mlflow.json"]).toBe(
    (await inNode(data("iris.csv"), { from: "csv", to: "mlflow" })).toString(),
  );
});

test("of several files each is converted on its own, and the refused one is left out", async () => {
  await pick();
  await choose(data("iris.csv"), made("bad.json", '{"input_data":{"columns":["a","b"],"data":[[1,2],[3]]}}'), data("heart.azureml.json"));
  await expect
    .poll(() => page.$$eval("#files li", (all) => all.map(({ textContent }) => textContent)))
    .toEqual([
      expect.stringMatching(/iris\.csv.*csv:delimited|iris\.csv.*csv/),
      expect.stringMatching(/bad\.json.*cannot be read/),
      expect.stringMatching(/heart\.azureml\.json.*azureml:split/),
    ]);
  await says("#why", /^bad\.json: refused, and left out\.$/);
  expect(await textOf("#go")).toBe("Convert 2 files and save");
  await page.click("#go");
  await says("#status", /iris\.mlflow\.json.*heart\.azureml\.mlflow\.json/);
  const expected = {
    "iris.mlflow.json": (await inNode(data("iris.csv"), { from: "csv", to: "mlflow" })).toString(),
    "heart.azureml.mlflow.json": readFileSync(data("heart.mlflow.json"), "utf8"),
  };
  expect(await ownFiles(page, "picked")).toEqual(expected);
  // nothing is written over
  await page.click("#go");
  await says("#status", /iris \(2\)\.mlflow\.json/);
  expect(Object.keys(await ownFiles(page, "picked")).sort()).toEqual([
    "heart (2).azureml.mlflow.json",
    "heart.azureml.mlflow.json",
    "iris (2).mlflow.json",
    "iris.mlflow.json",
  ]);
});

describe("a refusal", () => {
  const payload = (rows: readonly string[]) => `{"input_data":{"columns":["a","b"],"data":[\n${rows.join(",\n")}]}}`;

  test.each([
    ["bad.json", (text: string) => Buffer.from(text)],
    ["bad.json.gz", (text: string) => gzipSync(text)],
  ])("of %s marks the place, disables Convert and says why", async (name, pack) => {
    await choose(made(name, pack(payload(["[1,2]", "[3,4,5]", "[6,7]"]))));
    await says("#fault", /This payload is refused:.*row 1 has .*3.* cells?.*\(line 3, column \d+, \$\.input_data\.data\[1\]/s);
    expect(await textOf("#fault mark")).toBe(
      await page.$eval(
        "#fault .excerpt",
        (pre) => (pre.textContent as string)[Number(/column (\d+)/.exec(pre.parentElement?.textContent ?? "")?.[1]) - 1],
      ),
    );
    expect(await textOf("#fault .excerpt")).toBe("[3,4,5],");
    expect(await page.isDisabled("#go")).toBe(true);
    expect(await textOf("#why")).toBe(`${name}: refused, so there is nothing to convert.`);
    expect(await page.getAttribute("#go", "aria-describedby")).toBe("why");
  });

  test("far behind the first rows is found while it is converted, and nothing is left of the result", async () => {
    await pick();
    // the survey would find it first; it is still reading the file before this one
    const long = Array.from({ length: 400_000 }, (_, i) => `[${i},${i}.5]`);
    const bad = [...long];
    bad[390_000] = '[1,"x"]';
    await choose(made("long.json", payload(long)), made("mixed.json", payload(bad)));
    await page.click('[aria-label="Remove long.json"]');
    await page.selectOption("#to", "oip");
    await page.click("#options summary");
    await page.selectOption("#dtype", "float32");
    await ready();
    await page.click("#go");
    await says("#status", /mixed\.json was refused, and nothing of it was written/);
    await says("#objection", /"x"|text|string/);
    expect(await page.isDisabled("#go")).toBe(true);
    expect(Object.keys(await ownFiles(page))).toEqual([]);
  });
});

test("Cancel ends a conversion, and leaves nothing", async () => {
  await pick();
  const long = Array.from({ length: 3_000_000 }, (_, i) => `${i},${i}.5,text ${i}`).join("\n");
  await choose(made("long.csv", `a,b,c\n${long}\n`));
  await page.selectOption("#to", "parquet");
  await says("#trial", /binary/);
  await page.click("#go");
  await page.waitForSelector("#stop:visible");
  await says("#rate", /of .* MB, .* a second/);
  await page.click("#stop");
  await says("#status", /^Cancelled: nothing of the rest was written\.$/);
  expect(Object.keys(await ownFiles(page))).toEqual([]);
  await ready();
});

describe("a verdict", () => {
  test("names what is wrong, and sets up the conversion that mends it", async () => {
    await choose(data("tensor.azureml.json"));
    await page.selectOption("#server", "azureml");
    await page.setInputFiles("#model", data("heart-model/MLmodel"));
    await says("#verdict", /Azure ML refuses tensor\.azureml\.json as it is\.\s+refused Azure ML takes split, not a list/);
    await page.click("#mend");
    expect(await page.inputValue("#to")).toBe("azureml:split");
    expect(await page.inputValue("#names")).toBe("age, sex, trestbps, chol, fbs, restecg, thalach, exang, oldpeak, slope, ca, thal");
    await says("#trial pre", /"columns":\["age","sex"/);
    const { bytes } = await converted();
    expect(JSON.parse(bytes.toString()).input_data.columns).toHaveLength(12);
  });

  test("says so where nothing is", async () => {
    await choose(data("heart.mlflow.json"));
    await page.selectOption("#server", "mlflow");
    await page.setInputFiles("#model", data("heart-model/MLmodel"));
    await says("#verdict", /^MLflow takes heart\.mlflow\.json as it is\./);
    await page.setInputFiles("#model", data("iris.csv"));
    await says("#verdict", /This is no model: .*iris\.csv/);
  });
});

function unzipped(zip: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    const [size, name, extra, note, local] = [
      zip.readUInt32LE(at + 24),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ];
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    found[zip.toString("utf8", at + 46, at + 46 + name)] = zip.toString("utf8", start, start + size);
    at += 46 + name + extra + note;
  }
  return found;
}
