// What a page or a worker keeps between visits. Loaded apart from the rest, because Node.js needs none of it.
import { BrowserCache } from "./browser_cache.ts";
import { KeptPages } from "./kept_pages.ts";
import { LastVisit, type OnPage } from "./last_visit.ts";

/** Opens the cache of this page or worker, the pages in it, and the record of the last visit, whose requests are begun again. */
export function openKept(beginPage: OnPage, dropPage: OnPage) {
  const store = new BrowserCache(caches, () => navigator.storage.estimate());
  store.open().catch(() => {});
  return { store, pages: new KeptPages(store), visit: new LastVisit(store, beginPage, dropPage) };
}
