// The file of --config: a gateway's options, and those of the server that it is; of each model besides the variable with its token.
import { dirname, resolve } from "node:path";
import { nearest, TransloadError } from "../errors.js";
import { type GatewayOptions, PASSING_OPTIONS, SERVED_OPTIONS } from "../options/serve.js";
import { headersOf } from "./endpoint.js";
import { readYaml, type YamlFile } from "./yaml-file.js";

interface Config extends GatewayOptions {
  host?: string;
  port?: number;
}

const TOKEN = "tokenEnv";
const MODEL: readonly string[] = [...SERVED_OPTIONS, TOKEN];
const WHOLE: readonly string[] = ["host", "port", ...PASSING_OPTIONS, "models"];

type Members = Readonly<Record<string, unknown>>;

/**
 * The options that a YAML file says.
 * @throws TransloadError E_READ; E_OPTION with line and column for what is no YAML, and for a key that is none, with the nearest.
 */
export async function configOf(file: string): Promise<Config> {
  const yaml = await readYaml(file, "E_OPTION");
  const { models, port, ...others } = members(file, yaml, [], WHOLE);
  if (models === undefined) throw new TransloadError("E_OPTION", `${file} names no models`);
  if (port !== undefined && !(Number.isSafeInteger(port) && (port as number) >= 0))
    throw new TransloadError("E_OPTION", `${file}: port is a whole number`, yaml.place(["port"], "value"));
  const names = Object.keys(members(file, yaml, ["models"]));
  const served = names.map((name) => [name, servedOf(file, members(file, yaml, ["models", name], MODEL))]);
  return { ...others, ...(port !== undefined && { port: port as number }), models: Object.fromEntries(served) };
}

function servedOf(file: string, { [TOKEN]: tokenEnv, headers, model, ...others }: Members): object {
  const all = headersOf({ header: (headers ?? {}) as Record<string, string>, ...(tokenEnv !== undefined && { tokenEnv: `${tokenEnv}` }) });
  // a model's file is named as the config's own folder sees it
  return { ...others, headers: all, ...(typeof model === "string" && { model: resolve(dirname(file), model) }) };
}

/** The object at this path, whose keys are `known`, where they are given. */
function members(file: string, { content, place }: YamlFile, path: readonly string[], known?: readonly string[]): Members {
  const found = path.reduce((value, key) => (value as Members)[key], content);
  const where = path.length > 0 ? `${file}: ${path.join(".")}` : file;
  if (typeof found !== "object" || found === null || Array.isArray(found))
    throw new TransloadError("E_OPTION", `${where} is an object of names and values`, place(path, "value"));
  const unknown = known && Object.keys(found).find((key) => !known.includes(key));
  if (unknown === undefined) return found as Members;
  const guess = nearest(unknown, known as readonly string[]);
  const advice = guess ? `did you mean ${guess}?` : `known: ${known?.join(", ")}`;
  throw new TransloadError("E_OPTION", `${where} has no key ${unknown}; ${advice}`, place([...path, unknown], "key"));
}
