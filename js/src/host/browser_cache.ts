import type { LimitedCache } from "./cache.ts";
import { idle, IdleTime } from "./idle_time.ts";
import { type Entry, leastUsed, totalSize } from "./least_used.ts";

/** Has the number of the layout. Caches with lower numbers are deleted. */
const NAME = "wherry-v1";
const LAYOUTS = /^wherry-v(\d+)$/;
/** The Cache API wants URLs as keys. This host cannot exist, so a service worker takes no entry for an answer. */
const PLACE = "https://wherry.invalid/";
/** The entry that records sizes and times of the last use. */
const USES = `${PLACE}uses`;

const SHARE = 0.1;
const LARGEST = 512e6; // bytes

/** The part of the Cache API that is used. */
export interface Caches {
  open(name: string): Promise<Store>;
  keys(): Promise<readonly string[]>;
  delete(name: string): Promise<boolean>;
}

export interface Store {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
  delete(url: string): Promise<boolean>;
  keys(): Promise<readonly { readonly url: string }[]>;
}

interface StoredEntry extends Entry {
  url: string;
}

/**
 * Keeps bytes in the browser's Cache API, for all tabs of an origin, up to a tenth of the quota.
 *
 * Nothing here rejects or says anything: whatever fails counts as missing. `put()` does not wait for the browser.
 */
export class BrowserCache implements LimitedCache {
  readonly #caches: Caches;
  readonly #estimate: () => Promise<{ quota?: number }>;
  #opened: Promise<Store> | undefined;
  /**
   * The URLs of all entries. Then a missing one is known at once, in a page whose thread is busy starting Python. What
   * other tabs add is not seen.
   */
  #known: Promise<Set<string>> | undefined;
  /** All changes, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  /** By URL: sizes of the entries that were used since the last pruning. */
  #used = new Map<string, number>();
  readonly #idle = new IdleTime();
  /** The first failure of writing since the last pruning. */
  #failure: { error: any } | undefined;

  constructor(caches: Caches, estimate: () => Promise<{ quota?: number }>) {
    this.#caches = caches;
    this.#estimate = estimate;
  }

  /** Opens the cache, so that `get()` need not wait for it. Rejects if that is not possible. */
  open(): Promise<Set<string>> {
    return (this.#known ??= this.#open().then(async (store) => new Set((await store.keys()).map(({ url }) => url))));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const url = PLACE + key;
      if (!(await this.open()).has(url)) return undefined;
      const content = await read(await this.#open(), url);
      if (content) this.#used.set(url, content.length);
      return content;
    } catch {
      return undefined;
    }
  }

  async put(key: string, content: Uint8Array): Promise<void> {
    const ready = this.#idle.wait(content.length);
    void this.#do(async (store) => {
      if (ready) await ready;
      // Not retried with each file when the quota is used up.
      if (this.#failure) return;
      const url = PLACE + key;
      this.#used.set(url, content.length);
      const known = await this.open();
      await write(store, url, content).then(() => known.add(url), (error) => (this.#failure = { error }));
    });
  }

  async prune(): Promise<void> {
    await idle();
    await this.#do(async (store) => {
      if (!this.#used.size) return;
      const entries = await this.#entries(store);
      const unwanted = new Set(await this.#unwanted(entries));
      this.#used.clear();
      this.#failure = undefined;
      const known = await this.open();
      for (const { url } of unwanted) {
        known.delete(url);
        await store.delete(url);
      }
      const uses = entries.filter((entry) => !unwanted.has(entry)).map(({ url, size, usedAt }) => [url, size, usedAt]);
      await write(store, USES, JSON.stringify(uses));
      await this.#deleteOlder();
    });
  }

  async #unwanted(entries: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
    // Browsers may report a larger quota than they grant. Then only what this visit used is kept.
    if (this.#failure?.error.name === "QuotaExceededError") return entries.filter(({ url }) => !this.#used.has(url));
    const { quota = 0 } = await this.#estimate();
    return leastUsed(entries, Math.min(quota * SHARE, LARGEST));
  }

  get size(): Promise<number> {
    return this.#do(async (store) => totalSize(await this.#entries(store))).then((size) => size ?? 0);
  }

  async clear(): Promise<void> {
    await this.#do(async () => {
      this.#opened = this.#known = undefined;
      this.#used.clear();
      await this.#caches.delete(NAME);
    });
  }

  /** Works after all work before, and returns undefined if that is not possible. */
  #do<Result>(work: (store: Store) => Promise<Result>): Promise<Result | undefined> {
    const done = this.#work.then(async () => work(await this.#open())).catch(() => undefined);
    this.#work = done;
    return done;
  }

  #open(): Promise<Store> {
    return (this.#opened ??= this.#caches.open(NAME));
  }

  async #entries(store: Store): Promise<StoredEntry[]> {
    const recorded = await readUses(store);
    const entries: StoredEntry[] = [];
    for (const { url } of await store.keys()) {
      if (url === USES) continue;
      const [size, usedAt] = recorded.get(url) ?? [];
      const now = this.#used.get(url);
      // Another tab may have written the entry, and not recorded it yet.
      const isKnown = now === undefined && size !== undefined && usedAt !== undefined;
      entries.push(isKnown ? { url, size, usedAt } : { url, size: now ?? (await sizeOf(store, url)), usedAt: Date.now() });
    }
    return entries;
  }

  async #deleteOlder(): Promise<void> {
    const layoutOf = (name: string) => Number(LAYOUTS.exec(name)?.[1] ?? Infinity);
    for (const name of await this.#caches.keys()) if (layoutOf(name) < layoutOf(NAME)) await this.#caches.delete(name);
  }
}

async function read(store: Store, url: string): Promise<Uint8Array | undefined> {
  const response = await store.match(url);
  return response && new Uint8Array(await response.arrayBuffer());
}

async function write(store: Store, url: string, content: Uint8Array | string): Promise<void> {
  await store.put(url, new Response(content as BodyInit));
}

async function sizeOf(store: Store, url: string): Promise<number> {
  return (await (await store.match(url))?.blob())?.size ?? 0;
}

/** Reads the record of sizes and times. What is damaged is missing. */
async function readUses(store: Store): Promise<Map<string, [size: number, usedAt: number]>> {
  const uses = new Map<string, [number, number]>();
  try {
    for (const [url, size, usedAt] of JSON.parse(new TextDecoder().decode(await read(store, USES)))) {
      if (size >= 0 && usedAt <= Date.now()) uses.set(url, [Number(size), Number(usedAt)]);
    }
  } catch {
    // Sizes are then read from the entries.
  }
  return uses;
}
