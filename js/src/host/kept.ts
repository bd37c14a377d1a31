// What a page or a worker keeps between visits. Loaded apart from the rest, because Node.js needs none of it.
import { BrowserCache } from "./browser_cache.ts";
import { KeptPages } from "./kept_pages.ts";

/** Opens the cache of this page or worker, and the pages in it. */
export function openKept() {
  const store = new BrowserCache(caches, () => navigator.storage.estimate());
  store.open().catch(() => {});
  return { store, pages: new KeptPages(store) };
}
