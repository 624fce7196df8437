/** What takes chunks: a conversion, or several. */
export interface Stage {
  /** Keys beside the payload, so far. */
  readonly siblings?: readonly string[];
  push(chunk: Uint8Array): void | Promise<void>;
  end(): Promise<void>;
  close(): void;
}
