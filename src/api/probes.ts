// How servers tell what they are. Which route says what is from their source, and was asked of those that can be run: MLflow 3.17.2
// (pyfunc/scoring_server), MLServer 1.7.1, KServe 0.21 (protocol/rest); read of Azure ML (azureml-inference-server-http, routes.py and swagger),
// TensorFlow Serving (http_rest_api_handler.cc), Triton (its server metadata) and Seldon Core (python/seldon_core/wrapper.py).
import { type Answer, objectOf } from "./answer.js";

/** What the routes said, by their paths; nothing where no answer came. */
type Said = (route: string) => Answer | undefined;

/** A server that can be told by its routes, or by its host's name. */
export interface Product {
  /** What it is called. */
  readonly name: string;
  /** The dialects that it speaks, the likeliest first. None: it serves no model. */
  readonly dialects: readonly string[];
  /** It may be another that has this route, too. */
  readonly unsure?: true;
  /** What to do, where nothing can be validated. */
  readonly advice?: string;
  /** Whether it is this one. */
  readonly tells: (said: Said, url: URL) => Sign | undefined;
}

/** That it is. */
export interface Sign {
  /** What it says itself, where that is not the product's. */
  readonly name?: string;
  readonly version?: string;
}

/** Routes that are asked of every server; those of a model only where its name is known. All by GET, which changes nothing. */
export function routesOf(model: string | undefined): string[] {
  const named = model === undefined ? [] : [`/v1/models/${model}`, `/v2/models/${model}`];
  return [...ROUTES, ...named];
}

const ROUTES: readonly string[] = [
  "/ping",
  "/health",
  "/version",
  "/v2",
  "/v2/health/ready",
  "/v1/models",
  "/swagger.json",
  "/health/ping",
  "/health/status",
  "/",
];

const VERSION = /^\d+\.\d+\S*$/;

/** The first that fits is told first. */
export const PRODUCTS: readonly Product[] = [
  { name: "mlflow", dialects: ["mlflow"], tells: (said) => (fine(said("/ping")) ? mlflowVersion(said) : undefined) },
  {
    name: "mlflow's tracking server",
    dialects: [],
    advice: "it serves no model; give the URL of one, as mlflow models serve starts it",
    tells: (said) => (!fine(said("/ping")) && fine(said("/health"))?.text.trim() === "OK" ? mlflowVersion(said) : undefined),
  },
  { name: "triton", dialects: ["triton"], tells: (said) => metadata(said, /^triton$/i) },
  { name: "kserve", dialects: ["kserve1", "oip"], tells: (said) => metadata(said, /^kserve$/i) },
  { name: "mlserver", dialects: ["oip"], tells: (said) => metadata(said, /^(?!triton$|kserve$)/i) },
  {
    name: "azmlinfsrv",
    dialects: ["azureml"],
    tells: (said) => (fine(said("/"))?.text.trim() === "Healthy" || isAzure(said("/swagger.json")) ? azureVersion(said("/")) : undefined),
  },
  { name: "tfserving", dialects: ["tfserving"], tells: (said, url) => (isTensorflow(said, url) ? {} : undefined) },
  {
    name: "kserve",
    dialects: ["kserve1"],
    tells: (said) => (!json(said("/v2"))?.name && Array.isArray(json(said("/v1/models"))?.models) ? {} : undefined),
  },
  { name: "seldon", dialects: ["seldon"], tells: (said) => (fine(said("/health/ping"))?.text.trim() === "pong" ? {} : undefined) },
  { name: "databricks", dialects: ["databricks"], unsure: true, tells: hosted(/(\.databricks\.com|\.azuredatabricks\.net)$/) },
  { name: "azureml", dialects: ["azureml"], unsure: true, tells: hosted(/\.inference\.ml\.azure\.com$/) },
  { name: "vertex", dialects: ["vertex"], unsure: true, tells: hosted(/-aiplatform\.googleapis\.com$/) },
  { name: "sagemaker", dialects: ["sagemaker"], unsure: true, tells: hosted(/^runtime\.sagemaker\..*\.amazonaws\.com$/) },
  { name: "sagemaker", dialects: ["sagemaker"], unsure: true, tells: (said) => (fine(said("/ping")) ? {} : undefined) },
];

function fine(answer: Answer | undefined): Answer | undefined {
  return answer?.status === 200 ? answer : undefined;
}

function json(answer: Answer | undefined): Readonly<Record<string, unknown>> | undefined {
  return fine(answer) && objectOf(answer as Answer);
}

/** The version alone; MLServer's runtime for MLflow has it in quotes. */
function mlflowVersion(said: Said): Sign | undefined {
  const version = fine(said("/version"))
    ?.text.trim()
    .replace(/^"(.*)"$/, "$1");
  return version !== undefined && VERSION.test(version) ? { version } : undefined;
}

/** Open Inference Protocol's server metadata: name, version, extensions. */
function metadata(said: Said, names: RegExp): Sign | undefined {
  const { name, version } = json(said("/v2")) ?? {};
  if (typeof name !== "string" || !names.test(name)) return undefined;
  return { name, ...(typeof version === "string" && version !== "" && { version }) };
}

function isAzure(answer: Answer | undefined): boolean {
  const { description } = (json(answer)?.info ?? {}) as { description?: unknown };
  return typeof description === "string" && description.startsWith("API specification for the Azure Machine Learning service");
}

/** The header has the server's name and version: azmlinfsrv/1.4.1. */
function azureVersion(answer: Answer | undefined): Sign {
  const [, version] = /azmlinfsrv\/(\S+)/.exec(answer?.headers.get("x-ms-server-version") ?? "") ?? [];
  return version === undefined ? {} : { version };
}

/** A model's status; and where none is named, its own words for that. */
function isTensorflow(said: Said, url: URL): boolean {
  const model = modelIn(url);
  if (model !== undefined && Array.isArray(json(said(`/v1/models/${model}`))?.model_version_status)) return true;
  const answer = said("/v1/models");
  const error = answer?.status === 400 ? objectOf(answer)?.error : undefined;
  return typeof error === "string" && /^(Missing model name in request|Malformed request: GET )/.test(error);
}

function hosted(names: RegExp): Product["tells"] {
  return (_, { hostname }) => (names.test(hostname) ? {} : undefined);
}

/** The model that a URL names: /v1/models/NAME:predict, /v2/models/NAME/infer. */
export function modelIn({ pathname }: URL): string | undefined {
  return /\/v[12]\/models\/([^/:]+)/.exec(pathname)?.[1];
}
