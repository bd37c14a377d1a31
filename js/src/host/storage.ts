import { type Cache, forgiving, uncopied } from "./cache.ts";
import { type DefaultCache, openDefaultCache } from "./default_cache.ts";
import type { Get } from "./transfer.ts";

/** What is kept between visits. */
export interface Storage {
  /** Keeps archives and metadata. It never fails. */
  cache?: Cache | undefined;
  /** Fetches pages, and keeps them. */
  get?: Get | undefined;
  /**
   * Keeps bytecode, and never fails. It must be wherry's own: bytecode cannot be compared with a hash of the index.
   */
  bytecode?: Cache | undefined;
  /** Begins the requests of the last visit. */
  visit?: DefaultCache["visit"];
  /** Whether bytecode is kept while the page is idle. Otherwise the owner keeps it at the end. */
  keepsWhenIdle?: boolean;
}

/**
 * Opens the cache `given`, or with `true` the one of this page or worker, which waits for `seconds`. `store` is the same
 * as `cache`, as it was given or opened.
 */
export function openStorage(given: Cache | boolean, seconds?: number): Storage & { store?: Cache } {
  if (typeof given === "object") return { store: given, cache: forgiving(given, console.warn, seconds) };
  const opened = given ? openDefaultCache() : undefined;
  if (!opened) return {};
  const { store, get, visit } = opened;
  const cache = forgiving(store, () => {}, seconds, uncopied);
  return { store, get, visit, cache, bytecode: cache };
}
