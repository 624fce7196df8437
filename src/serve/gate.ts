/** Lets so many requests in at a time. */
export class Gate {
  readonly #most: number;
  #inside = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Requests under way. */
  get inside(): number {
    return this.#inside;
  }

  /** It is about to be closed for good: connections end with the answers under way. */
  isClosing = false;

  /** False where there is no room; whoever is let in leaves. */
  enter(): boolean {
    if (this.#inside >= this.#most) return false;
    this.#inside++;
    return true;
  }

  leave(): void {
    this.#inside--;
  }
}
