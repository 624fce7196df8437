// What a dialect's table may say. A built-in dialect is one such table in a file of its own; `defineDialect` takes the same from
// a program, and `--dialect` from a YAML file. table.ts makes of it what the rest of the code reads.
import type { ErrorCode } from "../errors.js";

/** What is written for NaN, or for a cell without a value: nothing, and the payload is refused; null; Python's token. */
export type Gap = "error" | "null" | "token";

/**
 * A shape of cells. `frame`: rows with names and index (pandas' split). `records`: a list of objects. `tensor`: lists of any
 * rank. `named`: an object of tensors, or of columns. `delimited`: lines of fields. `lines`: a record or a list on each
 * line. `inputs`: Open Inference Protocol's list of tensors with name, shape and datatype. `ndarray`, `values`: Seldon's
 * rows and flat tensor. `features`: SageMaker's rows, each in an object.
 */
export type Layout = "frame" | "records" | "tensor" | "named" | "delimited" | "lines" | "inputs" | "ndarray" | "values" | "features";

/**
 * How a Python server makes cells of a payload's text.
 * `frame`: Python's json, then a pandas DataFrame (MLflow's split and records; exact).
 * `ujson`: pandas' own read_json, which drops digits and guesses dates (Azure ML's split, MLflow 1.x).
 * `numpy`: Python's json, then numpy arrays (MLflow's inputs and instances, Azure ML's lists and named tensors; exact).
 * `csv`: pandas' read_csv (MLflow's text/csv).
 * `parquet`: pandas' read_parquet (MLflow's application/vnd.apache.parquet); nothing is cast.
 */
export type Reading = "frame" | "ujson" | "numpy" | "csv" | "parquet";

/** What a model's signature has for inputs: columns, columns of which some are binary, one tensor without a name, or tensors with names. */
export type Inputs = "columns" | "binary" | "tensor" | "tensors";

/** Releases that stand behind a server, by their packages: `{ mlflow: "3.17", pandas: "3.1" }`. */
export type Releases = Readonly<Record<string, string>>;

/** One of a dialect's shapes: which key holds the cargo and what its servers refuse there. */
export interface FormTable {
  /** Key of the envelope that holds the cargo. Without one the document itself is the cargo. */
  readonly key?: string;
  /** What the key may hold. */
  readonly layouts: readonly Layout[];
  /** Of these, what is read and not written: another form is for it. */
  readonly readsOnly?: readonly Layout[];
  /** The servers need `columns` in a frame. */
  readonly needsColumns?: boolean;
  /** The servers take a frame for one only when `index` is there. */
  readonly needsIndex?: boolean;
  /** A single number is no payload. */
  readonly refusesScalar?: boolean;
  /** A string is no payload, but JSON that is to be decoded first. */
  readonly refusesString?: boolean;
  /** The outermost list must have at least one element. */
  readonly refusesEmpty?: boolean;
  /** null is no cell. */
  readonly refusesNull?: boolean;
  /** The cells of a tensor, or of a column, must be texts, truths or numbers, all of them. */
  readonly oneKind?: boolean;
  /** The servers give all cells of a tensor one dtype: numbers beside texts become texts there, in silence. */
  readonly oneDtype?: boolean;
  /** The tensors of a `named` cargo must agree in their first dimension. */
  readonly equalRows?: boolean;
  /** Records must all have the same keys. */
  readonly equalKeys?: boolean;
  /** Column labels that occur twice are renamed by the servers. */
  readonly renamesColumns?: boolean;
  /** Deepest tensor the servers take. */
  readonly maxRank?: number;
  /** Between the fields of a delimited file. */
  readonly delimiter?: string;
  /** The delimited file has no line of names. */
  readonly headless?: boolean;
  /** Each of the lines is a list, and no record. */
  readonly lists?: boolean;
  /** All inputs are one frame (MLServer's content type `pd`), or there is one tensor. */
  readonly content?: "pd" | "np";
  /** What a tensor of Open Inference Protocol's is called that has no name. Default `input`. */
  readonly unnamed?: string;
  /** Datatypes of Open Inference Protocol's that the servers do not read in JSON. */
  readonly refusesDatatypes?: readonly string[];
  /** Among named tensors, the key under which an object is no fault but the parameters. */
  readonly paramsWithin?: string;
  /** Among named tensors, the key under which objects are a language model's messages. */
  readonly messagesWithin?: string;
  /** Another spelling of the form of this name: read where that is asked for, too, and written only where it is named itself. */
  readonly readAs?: string;
  /** Of an answer: the forms of requests, by their names, that are answered so, where those of others are not. */
  readonly answers?: readonly string[];
  /** The signatures that this form is for; where no form says so, each is for all of them. */
  readonly fits?: readonly Inputs[];
  /** How servers with `rules` read its cells. */
  readonly reading?: Reading;
}

/** What goes one way, as requests or as answers. What it says of a form holds for each of its forms that does not say otherwise. */
export interface Traffic<Form extends string = string> extends Partial<FormTable> {
  /** In a list of dialects. */
  readonly about?: string;
  /** Sibling keys the dialect knows and nothing else does. */
  readonly siblings?: readonly string[];
  /** By name, best first: a bare dialect name means the first that has a place for the cargo. Without forms it is one form, called as the dialect. */
  readonly forms?: Readonly<Record<Form, Partial<FormTable>>>;
  /** What is written for NaN, as the servers read it; `error` where they read none. Default: Python's token. */
  readonly nan?: Gap;
  /** What is written for a cell without a value; `error` where the servers read no gap. Default: null. */
  readonly missing?: Gap;
  /** Of a key that stands twice in an object the servers take the first; otherwise the last. */
  readonly firstKeyWins?: boolean;
  /** `auto` tells a payload by these keys. Default true. */
  readonly detect?: boolean;
}

/** Servers of which it is known what they make of a payload's cells. */
export type Rules = "mlflow" | "azureml" | "mlserver" | "kserve" | "triton" | "tfserving" | "seldon" | "sagemaker";

/** What servers do with a payload that transload does not read to its end: the severity of the finding, and what messages say. */
type Fault = readonly [severity: "refuse" | "change" | "depend", what: string];

/** What servers say where they refuse a request. */
interface RefusalTable {
  /** The body: `{message}` in it stands for why, `{reason}` for the status's name. */
  readonly body: object;
  /** Names of statuses. Of one that has none, that of 400 or 500. */
  readonly reasons?: Readonly<Record<number, string>>;
}

/** What servers say where they are asked how they are. */
interface ProbeTable {
  /** The body: text, or JSON. `{model}` in it stands for the model's name, `{version}` for the version of what answers. */
  readonly says: string | object;
  /** It asks whether predictions can be made, and not only whether somebody is there. */
  readonly ready?: true;
}

/** A dialect: its envelope, and its servers. */
export interface DialectTable<Name extends string = string, Form extends string = string, Answer extends string = string>
  extends Traffic<Form> {
  /** What it is called wherever a dialect is named. */
  readonly name: Name;
  /** What messages call the server. Default: the name. */
  readonly title?: string;
  /** Sibling key that carries inference parameters. */
  readonly params?: string;
  /** Where its servers are posted to: a path behind the server's own, in which `{model}` stands for the model's name. */
  readonly route?: string;
  /** Routes by which servers are asked how they are, by GET; `{model}` as in `route`. */
  readonly probes?: Readonly<Record<string, ProbeTable>>;
  /** Where it is not `{"error": …}`. */
  readonly refusal?: RefusalTable;
  /** The key beside an answer's cargo that has the model's name. */
  readonly modelKey?: string;
  /** The key beside a request's cargo by which its answer is told: it has the same. */
  readonly idKey?: string;
  /** What a refusal says that is due to the request's size alone, where its status is not 413. */
  readonly tooLarge?: string;
  /** Bytes of a request that the servers take. */
  readonly maxBytes?: number;
  /** More bytes may pass: when, and what to change for it. */
  readonly softLimit?: string;
  /** Endings of files' names that tell the dialect, without the point; the first is that of files that are written. */
  readonly extensions?: readonly string[];
  /** What the servers answer, where it is known. */
  readonly response?: Traffic<Answer>;
  /**
   * How bytes are spelled in JSON, where it is known: as an object, `{"b64": "aGk="}`, or as text of an input whose content type says that
   * it is base64.
   */
  readonly bytes?: "object" | "content";
  /** Every number is carried as a double. */
  readonly doubles?: boolean;
  /** Of several ways to its servers, the one on which doubles, NaN and null are as the table says; the others take more. */
  readonly way?: string;
  /** Of a payload under two of its keys, the key that the servers take. */
  readonly wins?: string;
  /** Whose code reads a payload: the rules of verdicts. MLflow's and Azure ML's hold it against the model's signature. */
  readonly rules?: Rules;
  /** The releases that `rules` were held against, the newest last. */
  readonly asked?: readonly Releases[];
  /** Forms of other dialects, and binary files, that its servers take, too, by their content type. */
  readonly takes?: readonly string[];
  /** Where its servers are not as strict as transload, or otherwise. */
  readonly faults?: Readonly<Partial<Record<ErrorCode, Fault>>>;
}

/** A built-in table, whose names TypeScript knows. */
export function dialect<const Name extends string, Form extends string = never, Answer extends string = never>(
  table: DialectTable<Name, Form, Answer>,
): DialectTable<Name, Form, Answer> {
  return table;
}

/** A form as it is read: with its name. */
export interface Form extends Omit<FormTable, "key"> {
  /** `dialect:form`, or `dialect` where that is its only one. */
  readonly id: string;
  readonly dialect: string;
  /** Undefined when the document itself is the cargo. */
  readonly key: string | undefined;
}

/** One direction of a dialect as it is read. */
export interface Dialect extends Omit<DialectTable, "forms" | "response" | "params" | keyof FormTable> {
  readonly title: string;
  readonly about: string;
  readonly params: string | undefined;
  readonly siblings: readonly string[];
  readonly forms: readonly Form[];
}

/** Requests to a server, or its answers. */
export type What = "request" | "response";

/** What the caller named: `auto`, a dialect, or one of its forms. */
export interface Choice {
  /** Forms that are meant, best first. */
  readonly forms: readonly Form[];
  /** The dialect, unless `auto`. */
  readonly dialect: Dialect | undefined;
  /** True when a single form was named. */
  readonly exact: boolean;
  readonly name: string;
  readonly what: What;
}
