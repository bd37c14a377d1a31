/**
 * Limits the memory of all response bodies together, in bytes.
 *
 * When it is used up, one body continues at a time and the others wait. So many bodies, each within its own limit, do
 * not fill the memory together.
 */
export class MemoryBudget {
  readonly #size: number;
  #taken = 0;
  /** The owner that may continue although the budget is used up. */
  #first: object | undefined;
  #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get isUsedUp(): boolean {
    return this.#taken > this.#size;
  }

  /** Takes bytes for a body of `owner`. Returns whether it may continue without waiting. */
  take(owner: object, bytes: number): boolean {
    this.#taken += bytes;
    return this.#admits(owner);
  }

  /** Waits until the body of `owner` may continue, or `signal` is aborted. */
  async wait(owner: object, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#admits(owner)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Gives bytes back, and the turn of `owner` to another. With no bytes, gives only the turn. */
  leave(owner: object, bytes = 0): void {
    this.#taken -= bytes;
    if (this.#first === owner) this.#first = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #admits(owner: object): boolean {
    if (!this.isUsedUp) return true;
    this.#first ??= owner;
    return this.#first === owner;
  }
}
