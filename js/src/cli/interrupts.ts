import { parentPort } from "node:worker_threads";
import { INTERRUPTED, Interruption } from "./exit.ts";
import { raiseInterrupt, type Shared, takeInterrupt } from "./shared.ts";

/** What Ctrl-C does in the thread of Python. */
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

  /** Ends what can be ended from outside: deciding, downloading. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * From now on an interrupt is Python's; `wake` ends what it waits for, for it looks for signals only when it runs, and
   * tells whether it waited for anything.
   */
  handOver(wake: () => boolean): void {
    this.signal.throwIfAborted();
    this.#wake = wake;
  }

  #interrupt(): void {
    // Python may have seen it itself by now.
    if (!takeInterrupt(this.#shared)) return;
    if (this.#wake !== undefined) {
      if (!this.#wake()) raiseInterrupt(this.#shared);
    } else if (this.signal.aborted) process.exit(INTERRUPTED);
    else this.#controller.abort(new Interruption("interrupted; nothing has been installed"));
  }
}
