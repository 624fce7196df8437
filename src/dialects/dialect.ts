/** A shape of cells: `frame` is rows with names and index (pandas' split), `named` an object of tensors. */
export type Layout = "frame" | "tensor" | "named";

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
  /** Column labels that occur twice are renamed by the servers. */
  readonly renamesColumns?: boolean;
  /** Deepest tensor the servers take. */
  readonly maxRank?: number;
}

export interface Dialect {
  readonly name: string;
  readonly about: string;
  /** Sibling key that carries inference parameters; undefined when the dialect has none. */
  readonly params: string | undefined;
  /** Sibling keys the dialect knows and nothing else does. */
  readonly siblings: readonly string[];
  readonly forms: readonly Form[];
  /** The form a bare dialect name means for each layout, best first. */
  readonly prefers: Readonly<Record<Layout, readonly string[]>>;
}
