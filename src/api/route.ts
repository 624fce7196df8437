// How the servers of a dialect are asked: where, and with which content type.
import { choose, DIALECTS, type Dialect, type Form } from "../dialects/index.js";
import { formOf } from "../envelope/detect.js";
import { optionText, TransloadError } from "../errors.js";
import { modelIn } from "./probes.js";

const MODEL = "{model}";

/** HTTP's content type of a payload of this form. */
export function mediaTypeOf(form: Form | undefined): string {
  const layouts = form?.layouts ?? [];
  if (layouts.includes("delimited")) return "text/csv";
  return layouts.includes("lines") ? "application/jsonlines" : "application/json";
}

/** The same of a request that begins so: of the form which it has, of those that the dialect has. */
export function contentTypeOf(to: string, head: Uint8Array): string {
  const choice = choose(to, true);
  const [first, ...others] = choice.forms.map(mediaTypeOf);
  if (first !== undefined && others.every((type) => type === first)) return first;
  return mediaTypeOf(formOf(choice, head)?.form ?? choice.forms[0]);
}

/**
 * Where a request is posted to: a URL with a path as it stands; behind one without, the dialect's route.
 * @throws TransloadError E_OPTION where the route is not known, or needs a model's name.
 */
export function requestUrl(url: URL, { name, title, route }: Dialect, modelName: string | undefined): URL {
  if (url.pathname !== "/") return url;
  if (route === undefined)
    throw new TransloadError("E_OPTION", `no route of ${title} is known; give the whole URL that ${name} is posted to`);
  if (route.includes(MODEL) && modelName === undefined)
    throw new TransloadError("E_OPTION", `${title}'s route has the model's name, ${route}; say it with ${optionText("modelName", "NAME")}`);
  const whole = new URL(url);
  whole.pathname = route.replace(MODEL, encodeURIComponent(modelName ?? ""));
  return whole;
}

/**
 * The dialect whose route a URL ends in, the first of the list.
 * @throws TransloadError E_OPTION where none is told.
 */
export function dialectAt(url: URL): Dialect {
  const model = modelIn(url);
  const routes = (route: string) => (model === undefined ? route : route.replace(MODEL, model));
  const found = DIALECTS.find(({ route }) => route !== undefined && url.pathname.replace(/\/$/, "").endsWith(routes(route)));
  if (found) return choose(found.name).dialect as Dialect;
  throw new TransloadError("E_OPTION", `the URL does not tell what the server speaks; say it with ${optionText("for", "mlflow")}`);
}
