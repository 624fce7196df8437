/** How large the payloads are and how often a case runs. */
export interface Scale {
  /** Payloads of the fast cases. */
  size: string;
  /** Payloads of the slow ones, which are up to 400 times slower. */
  slice: string;
  /** The small and the large end of the memory cases, and their single row. */
  small: string;
  large: string;
  row: string;
  /** What goes through the page of site/. */
  page: string;
  rounds: number;
  starts: number;
}

export const FULL: Scale = {
  size: "200MB",
  slice: "20MB",
  small: "200MB",
  large: "2GiB",
  row: "1GiB",
  page: "300MB",
  rounds: 5,
  starts: 30,
};
export const QUICK: Scale = {
  size: "20MB",
  slice: "2MB",
  small: "20MB",
  large: "200MB",
  row: "100MB",
  page: "20MB",
  rounds: 3,
  starts: 10,
};
