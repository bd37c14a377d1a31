import type { Cache } from "../host/cache.ts";
import { type ErrorDescription, WherryError } from "../errors.ts";
import { describeThrown } from "../text/printable.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** The Python object that does the work; JSON goes both ways, so no other proxy outlives a call. */
interface BridgeProxy {
  call(
    method: string,
    argumentsJson: string,
    onProgress?: (eventJson: string) => void,
    ticket?: number,
  ): Promise<string>;
  cancel(ticket: number): void;
}

type Reply = { value: any } | { error: ErrorDescription };

/** What a call may bring besides the arguments of the method. */
export interface CallOptions {
  onEvent?: ((event: any) => void) | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Calls a method of the Python side by name, with named arguments. */
export type Call = (method: string, parameters?: object, options?: CallOptions) => Promise<any>;

/** Makes the Python side's Bridge and returns the function that calls it. */
export function openBridge(pyodide: PyodideRuntime, options: object, cache?: Cache): Call {
  const bridge = createBridge(pyodide, options, cache);
  let tickets = 0;
  return async (method, parameters = {}, { onEvent, signal } = {}) => {
    signal?.throwIfAborted();
    const ticket = tickets++;
    const cancel = () => bridge.cancel(ticket);
    const listener = onEvent && new Listener(onEvent, cancel);
    signal?.addEventListener("abort", cancel);
    try {
      const reply: Reply = JSON.parse(
        await bridge.call(method, JSON.stringify(parameters), listener?.hear, ticket).catch((fault) => {
          listener?.throwAgain();
          throw signal?.aborted ? signal.reason : fault;
        }),
      );
      listener?.throwAgain();
      if ("value" in reply) return reply.value;
      const { error } = reply;
      throw error.type === "TypeError" ? new TypeError(error.message) : new WherryError(error);
    } finally {
      listener?.end();
      signal?.removeEventListener("abort", cancel);
    }
  };
}

/**
 * Hears events from Python. What it throws, or a promise of its rejects with, stops the call; it is kept here and not
 * thrown into Python, from where it would come back wrapped, and leave a proxy of its traceback at every step of the way.
 */
class Listener {
  #thrown: { error: unknown } | undefined;
  #hasEnded = false;
  readonly #onEvent: (event: any) => void;
  readonly #cancel: () => void;

  constructor(onEvent: (event: any) => void, cancel: () => void) {
    this.#onEvent = onEvent;
    this.#cancel = cancel;
  }

  readonly hear = (json: string): void => {
    if (this.#thrown) return;
    try {
      const returned: unknown = this.#onEvent(JSON.parse(json));
      // An asynchronous listener is not waited for.
      if (returned) Promise.resolve(returned).catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Ends the hearing: what fails later can stop nothing. */
  end(): void {
    this.#hasEnded = true;
  }

  #fail(error: unknown): void {
    if (this.#hasEnded) console.warn(`wherry: a listener failed after its call: ${describeThrown(error)}`);
    else if (!this.#thrown) {
      this.#thrown = { error };
      this.#cancel();
    }
  }

  throwAgain(): void {
    if (this.#thrown) throw this.#thrown.error;
  }
}

function createBridge(pyodide: PyodideRuntime, options: object, cache: Cache | undefined): BridgeProxy {
  const module = pyodide.pyimport("wherry.bridge");
  try {
    return module.Bridge(JSON.stringify(options), cache);
  } finally {
    module.destroy();
  }
}
