import type { Cache } from "../host/cache.ts";
import { type ErrorDescription, WherryError } from "../errors.ts";
import { describeThrown } from "../text/printable.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** The Python object behind an installer. Arguments and results are JSON, so no other proxy outlives a call. */
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

/** Options of a call, besides the arguments of the method. */
export interface CallOptions {
  onEvent?: ((event: any) => void) | undefined;
  /** Cancels the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Calls a method of the Python side by name, with named arguments. */
export type Call = (method: string, parameters?: object, options?: CallOptions) => Promise<any>;

/** Creates the Bridge in Python and returns a function that calls its methods. */
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
 * Passes events to the caller's listener. An exception or rejection of the listener cancels the call.
 *
 * The exception is kept and thrown again at the end of the call. Thrown through Python, it would come back wrapped, and
 * leave a proxy of its traceback in every frame.
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
      // Do not wait for an asynchronous listener.
      if (returned) Promise.resolve(returned).catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Notes that the call has ended, so that later failures only warn. */
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
