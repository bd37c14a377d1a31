/**
 * Keeps bytes from one visit, or one run, to the next; keys are texts such as `sha256:…`.
 *
 * What comes back is compared with its hash again, so a cache needs no trust; and it may forget at any time.
 */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, content: Uint8Array): Promise<void>;
}

/** A cache whose failures are no failures of an installation: what it cannot give or keep is fetched. Says so once. */
export function forgiving(cache: Cache, warn: (message: string) => void = console.warn): Cache {
  let hasWarned = false;
  const complain = (error: unknown): undefined => {
    if (!hasWarned) warn(`wherry: the cache of downloads fails, and everything is fetched: ${error}`);
    hasWarned = true;
  };
  // Within a function, so that one that throws and one that rejects are the same.
  return {
    // Python tells `null` from `undefined`, many a cache does not.
    get: async (key) => {
      const kept = (await (async () => cache.get(key))().catch(complain)) ?? undefined;
      if (kept === undefined || ArrayBuffer.isView(kept)) return kept;
      return complain(new TypeError(`it gave something that is no Uint8Array: ${kept}`));
    },
    put: (key, content) => (async () => cache.put(key, content))().catch(complain),
  };
}
