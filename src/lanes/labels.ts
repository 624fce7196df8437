// Labels of rows that come from a file, on their way to another. On the way to text they are a split's index (printing.ts), of which text's own
// rules hold.
import { binaryForm } from "../binary/form.js";
import type { Batch } from "../columns/batch.js";
import { labelsFirst, type RowLabels, withoutLabels } from "../columns/labels.js";
import { listed, optionText, TransloadError, type Warning } from "../errors.js";

const COLUMN = "column:";

/** What is to become of labels. */
interface LabelWishes {
  readonly to: string;
  /** As of ConvertOptions. */
  readonly index: string;
  /** The columns that are wanted were named, and these labels were not among them. */
  readonly picked?: boolean;
  readonly warn: (warning: Warning) => void;
}

/**
 * The batches, with the labels as what they are to be in a binary file: the columns that they are, one of another name, or none. What has no
 * names for columns (npy) has none for labels, either, nor has a request a place for them.
 * @throws TransloadError E_OPTION for labels of several levels that are to be one column.
 */
export async function* labelled(
  batches: AsyncIterable<Batch>,
  labels: () => RowLabels | undefined,
  wishes: LabelWishes,
): AsyncGenerator<Batch, void, undefined> {
  let change: ((batch: Batch) => Batch) | undefined;
  for await (const batch of batches) {
    const found = labelsHere(batch, labels());
    if (found) change ??= changeFor(found, wishes, batch);
    yield found && change ? change(batch) : batch;
  }
}

/** A column of labels is asked for, and there are none. */
export function noLabels(index: string): Warning {
  return { code: "W_INDEX", message: `the payload has no row labels, of which ${optionText("index", index)} could make a column` };
}

function changeFor(labels: RowLabels, { to, index, warn, picked }: LabelWishes, { columns: all }: Batch): (batch: Batch) => Batch {
  const { columns, range } = labels;
  if (index === "drop") return (batch) => withoutLabels(batch, labels);
  if (index.startsWith(COLUMN)) {
    if (columns.length > 1) throw manyLevels(columns);
    return (batch) => labelsFirst(batch, labels, index.slice(COLUMN.length));
  }
  const form = binaryForm(to);
  const odd = picked && all.some(({ name, json }) => json && columns.includes(name));
  if (!range && !odd && form?.id !== "npy" && !form?.request) return (batch) => batch;
  warn({
    code: "W_INDEX",
    message: `the file's row labels are dropped; ${optionText("index", "drop")} says so, ${optionText("index", "column:NAME")} keeps them`,
  });
  return (batch) => withoutLabels(batch, labels);
}

function manyLevels(columns: readonly string[]): TransloadError {
  return new TransloadError(
    "E_OPTION",
    `the file's row labels have ${columns.length} levels (${listed(columns)}), which are no one column; without ${optionText("index")} they stay the columns that they are`,
  );
}

/** The labels that a batch has: a function on batches may have left out what they are. */
export function labelsHere({ kind, columns }: Batch, labels: RowLabels | undefined): RowLabels | undefined {
  const names = new Set(columns.map(({ name }) => name));
  return labels && kind === "frame" && labels.columns.every((name) => names.has(name)) ? labels : undefined;
}
