import type { Cache } from "./caching.ts";
import { type ErrorDescription, WherryError } from "./errors.ts";
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
    const listener = onEvent && new Listener(onEvent);
    const ticket = tickets++;
    const cancel = () => bridge.cancel(ticket);
    signal?.addEventListener("abort", cancel);
    try {
      const reply: Reply = JSON.parse(
        await bridge.call(method, JSON.stringify(parameters), listener?.hear, ticket).catch((fault) => {
          if (listener?.thrown) throw listener.thrown.error;
          throw signal?.aborted ? signal.reason : fault;
        }),
      );
      if ("error" in reply) throw new WherryError(reply.error);
      return reply.value;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  };
}

/** Hears events from Python. What it throws stops the call, and would come back wrapped twice: so it is kept. */
class Listener {
  thrown: { error: unknown } | undefined;
  readonly #onEvent: (event: any) => void;

  constructor(onEvent: (event: any) => void) {
    this.#onEvent = onEvent;
  }

  readonly hear = (json: string): void => {
    try {
      this.#onEvent(JSON.parse(json));
    } catch (error) {
      this.thrown = { error };
      throw error;
    }
  };
}

function createBridge(pyodide: PyodideRuntime, options: object, cache: Cache | undefined): BridgeProxy {
  const module = pyodide.pyimport("wherry.bridge");
  try {
    return module.Bridge(JSON.stringify(options), cache);
  } finally {
    module.destroy();
  }
}
