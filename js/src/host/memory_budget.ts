/**
 * The memory that bodies share while they come, in bytes. Where it is full, one of them goes on at a time, and the others
 * wait: so many bodies that are each within their limit do not fill the memory together.
 */
export class MemoryBudget {
  readonly #size: number;
  #taken = 0;
  /** The one that goes on. */
  #first: object | undefined;
  #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes so many bytes for a body of `owner`, and returns whether it may go on without waiting. */
  take(owner: object, bytes: number): boolean {
    this.#taken += bytes;
    return this.#admits(owner);
  }

  /** Waits until the body of `owner` may go on, or `signal` is aborted. */
  async wait(owner: object, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#admits(owner)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Gives back so many bytes. With none, lets another go on while `owner` waits for something else. */
  leave(owner: object, bytes = 0): void {
    this.#taken -= bytes;
    if (this.#first === owner) this.#first = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #admits(owner: object): boolean {
    if (this.#taken <= this.#size) return true;
    this.#first ??= owner;
    return this.#first === owner;
  }
}
