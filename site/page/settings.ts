// The form's fields as settings, and back.
import { at, element } from "./element.js";
import type { Settings } from "./payload.js";
import { FILES, FORMS, SERVERS, titleOf } from "./targets.js";

const NUMBERS = ["float64", "float32", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"];
const MEGA = 1_000_000;

const select = (id: string) => at<HTMLSelectElement>(id);
const input = (id: string) => at<HTMLInputElement>(id);
const option = (id: string) => element("option", { value: id }, titleOf(id));

export function fillFields(): void {
  const groups = { "For a server": Object.keys(SERVERS), "As a file": Object.keys(FILES), "Exactly this shape": FORMS };
  select("to").append(...Object.entries(groups).map(([label, ids]) => element("optgroup", { label }, ...ids.map(option))));
  select("to").value = "mlflow";
  select("server").append(element("option", { value: "" }, "choose a server"), ...Object.keys(SERVERS).map(option));
  const forms = [...Object.keys(FILES), ...Object.keys(SERVERS)];
  select("from").append(element("option", { value: "" }, "told from the file"), ...forms.map(option));
  select("dtype").append(element("option", { value: "" }, "as they are"), ...NUMBERS.map((id) => element("option", { value: id }, id)));
}

export function settings(): Settings {
  const names = namesIn(input("names").value.trim());
  const megabytes = Number(input("max-bytes").value);
  const rows = Number(input("max-rows").value);
  const dtype = select("dtype").value;
  const nan = select("nan").value as NonNullable<Settings["nan"]> | "";
  const missing = select("missing").value as NonNullable<Settings["missing"]> | "";
  return {
    ...readingFields(),
    to: select("to").value,
    ...(names && { names }),
    ...(dtype && { dtype }),
    ...(nan !== "" && { nan }),
    ...(missing !== "" && { missing }),
    ...(rows > 0 && { maxRows: rows }),
    ...(megabytes > 0 && { maxBytes: Math.ceil(megabytes * MEGA) }),
  };
}

/** With commas between, or as a JSON list, where a name has a comma itself. */
function namesIn(text: string): readonly string[] | undefined {
  if (text === "") return undefined;
  try {
    if (text.startsWith("[")) return JSON.parse(text) as string[];
  } catch {
    // a name that begins so
  }
  return text.split(",").map((name) => name.trim());
}

export function readingFields(): Pick<Settings, "from" | "delimiter" | "encoding" | "header"> {
  const from = select("from").value;
  const delimiter = input("delimiter").value;
  const encoding = input("encoding").value.trim();
  return {
    ...(from && { from }),
    ...(delimiter && { delimiter }),
    ...(encoding && { encoding }),
    ...(input("headless").checked && { header: false }),
  };
}

/** As a verdict's remedy asks for it. */
export function setTarget(to: string, names: readonly string[] | undefined): void {
  select("to").value = to;
  if (names) {
    input("names").value = names.some((name) => /^\[|,/.test(name)) ? JSON.stringify(names) : names.join(", ");
    at<HTMLDetailsElement>("options").open = true;
  }
}
