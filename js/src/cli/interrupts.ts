import { parentPort } from "node:worker_threads";
import { INTERRUPTED, Interruption } from "./exit.ts";
import { raiseInterrupt, type Shared, takeInterrupt } from "./shared.ts";

/** Handles Ctrl-C in the thread that runs Python. */
export class Interrupts {
  readonly #controller = new AbortController();
  readonly #shared: Shared;
  #wake: (() => boolean) | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
    parentPort?.on("message", (message) => {
      if (message === "interrupt") this.#interrupt();
    });
  }

  /** Aborted by Ctrl-C before `handOver()`: cancels resolving and downloading. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Passes later interrupts to Python. Python checks for signals only while it runs, so `wake` ends its waiting. `wake`
   * returns whether Python was waiting.
   */
  handOver(wake: () => boolean): void {
    this.signal.throwIfAborted();
    this.#wake = wake;
  }

  #interrupt(): void {
    // Python may have handled it.
    if (!takeInterrupt(this.#shared)) return;
    if (this.#wake !== undefined) {
      if (!this.#wake()) raiseInterrupt(this.#shared);
    } else if (this.signal.aborted) process.exit(INTERRUPTED);
    else this.#controller.abort(new Interruption("interrupted; nothing has been installed"));
  }
}
