import type { Cache, LimitedCache } from "./cache.ts";
import { beginEarly, dropEarly } from "./early.ts";
import type { LastVisit } from "./last_visit.ts";
import type { Get } from "./transfer.ts";

/** Milliseconds after the last use of the cache until it is pruned. */
const QUIET = 2000;

/** A cache, and what fetches and keeps pages in it. */
export interface DefaultCache {
  store: Required<Cache>;
  get: Get;
  /** Begins what the last visit asked for. */
  visit: Promise<LastVisit | undefined>;
}

/**
 * Returns the cache of this page or worker; undefined if there is none, as in Node.js and on insecure origins.
 *
 * Requests do not wait until its code is loaded. If that fails, the cache is empty.
 */
export function openDefaultCache(): DefaultCache | undefined {
  if (!hasStorage()) return undefined;
  const loading = import("./kept.ts")
    .then(({ openKept }) => openKept((...page) => beginEarly(...page, get), dropEarly))
    .catch(() => undefined);
  const use = async <Result>(work: (store: LimitedCache) => Promise<Result>) => {
    const store = (await loading)?.store;
    return store && work(store);
  };
  const useAll = async <Result>(work: (store: LimitedCache) => Promise<Result>) => {
    await (await loading)?.pages.written;
    return use(work);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pruneLater = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => useAll((store) => store.prune()), QUIET);
  };
  const get: Get = async (url, init) => {
    const response = fetch(url, init);
    // Its failure is handled below.
    response.catch(() => {});
    const pages = (await loading)?.pages;
    return pages ? pages.fetch(url, init, () => response) : response;
  };
  return {
    store: {
      get: (key) => {
        pruneLater();
        return loading.then((kept) => kept?.visit.get(key));
      },
      put: (key, content) => {
        pruneLater();
        return use((store) => store.put(key, content));
      },
      clear: () => useAll((store) => store.clear()),
      get size() {
        return useAll(async (store) => store.size).then((size) => size ?? 0);
      },
    },
    get,
    visit: loading.then((kept) => kept?.visit),
  };
}

/** Whether there are the Cache API and its quota. Deno has the first alone. */
function hasStorage(): boolean {
  try {
    return Boolean(globalThis.caches && navigator.storage);
  } catch {
    // Some frames may not even read the properties.
    return false;
  }
}
