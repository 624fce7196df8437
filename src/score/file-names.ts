// What stands beside a file of predictions.

/** Where the journal of a file's run is. */
export function journalOf(target: string): string {
  return `${target}.transload-score`;
}

/** Where rows are told that the server refused. */
export function refusedOf(target: string): string {
  return `${target}.refused.jsonl`;
}
