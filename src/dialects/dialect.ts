/** What is written for NaN, or for a cell without a value: nothing, and the payload is refused; null; Python's token. */
export type Gap = "error" | "null" | "token";

/**
 * A shape of cells. `frame`: rows with names and index (pandas' split). `records`: a list of objects. `tensor`: lists of any
 * rank. `named`: an object of tensors, or of columns. `delimited`: lines of fields. `lines`: a record or a list on each
 * line. `inputs`: Open Inference Protocol's list of tensors with name, shape and datatype. `ndarray`, `values`: Seldon's
 * rows and flat tensor. `features`: SageMaker's rows, each in an object.
 */
export type Layout = "frame" | "records" | "tensor" | "named" | "delimited" | "lines" | "inputs" | "ndarray" | "values" | "features";

/** One of a dialect's shapes: which key holds the cargo and what its servers refuse there. */
export interface Form {
  /** `dialect:form`. */
  readonly id: string;
  readonly dialect: string;
  /** Envelope key that holds the cargo; undefined when the document itself is the cargo. */
  readonly key: string | undefined;
  readonly layouts: readonly Layout[];
  /** The servers need `columns` in a frame. */
  readonly needsColumns?: boolean;
  /** The servers take a frame for one only when `index` is there. */
  readonly needsIndex?: boolean;
  /** A single number is no payload. */
  readonly refusesScalar?: boolean;
  /** The outermost list must have at least one element. */
  readonly refusesEmpty?: boolean;
  /** null is no cell. */
  readonly refusesNull?: boolean;
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
  /** The file has no line of names. */
  readonly headless?: boolean;
  /** All inputs are one frame (MLServer's content type `pd`), or there is one tensor. */
  readonly content?: "pd" | "np";
}

export interface Dialect {
  readonly name: string;
  readonly about: string;
  /** Sibling key that carries inference parameters; undefined when the dialect has none. */
  readonly params: string | undefined;
  /** Sibling keys the dialect knows and nothing else does. */
  readonly siblings: readonly string[];
  /** Best first: a bare dialect name means the first that has a place for the cargo. */
  readonly forms: readonly Form[];
  /** What the servers read as NaN, and as nothing; `error` where they read neither. Default: Python's tokens, and null. */
  readonly nan?: Gap;
  readonly missing?: Gap;
  /** Of a key that stands twice in an object the servers take the first; otherwise the last. */
  readonly firstKeyWins?: boolean;
  /** Bytes of a request that the servers take. */
  readonly maxBytes?: number;
}
