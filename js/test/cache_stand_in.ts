import type { Caches, Store } from "../src/host/browser_cache.ts";

/** The Cache API in memory. `quota` is that of the origin, in bytes; `failure` makes every call reject. */
export class MemoryCaches implements Caches {
  readonly stores = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();
  quota = Infinity;
  failure: Error | undefined;
  /** How many bytes were written. */
  written = 0;

  readonly estimate = async () => ({ quota: this.quota });

  async open(name: string): Promise<Store> {
    this.#check();
    const entries = this.stores.get(name) ?? new Map<string, Uint8Array<ArrayBuffer>>();
    this.stores.set(name, entries);
    return {
      match: async (url) => {
        this.#check();
        const content = entries.get(url);
        return content && new Response(content);
      },
      put: async (url, response) => {
        this.#check();
        const content = new Uint8Array(await response.arrayBuffer());
        const others = [...entries].filter(([other]) => other !== url).reduce((sum, [, { length }]) => sum + length, 0);
        if (others + content.length > this.quota) throw new DOMException("no room", "QuotaExceededError");
        this.written += content.length;
        entries.set(url, content);
      },
      delete: async (url) => entries.delete(url),
      keys: async () => [...entries.keys()].map((url) => ({ url })),
    };
  }

  async keys(): Promise<string[]> {
    this.#check();
    return [...this.stores.keys()];
  }

  async delete(name: string): Promise<boolean> {
    this.#check();
    return this.stores.delete(name);
  }

  #check(): void {
    if (this.failure) throw this.failure;
  }
}
