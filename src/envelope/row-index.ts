/** Labels of a chunk. */
const LABELS = 4096;

/**
 * `"index":[first, …]`, in chunks: the row labels that are made for those who need some. Azure ML takes a frame without an index for named
 * tensors.
 */
export function* rowIndex(first: number, rows: number): Generator<string, void, undefined> {
  yield '"index":[';
  for (let from = 0; from < rows; from += LABELS) {
    const to = Math.min(rows, from + LABELS);
    let text = from > 0 ? "," : "";
    for (let i = from; i < to; i++) text += i > from ? `,${first + i}` : first + i;
    yield text;
  }
  yield "]";
}
