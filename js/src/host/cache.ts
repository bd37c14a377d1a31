import { describeThrown } from "../text/printable.ts";

/**
 * Keeps bytes from one visit, or one run, to the next. Keys are texts such as `sha256:…`.
 *
 * Entries are compared with their hashes again, so a cache needs no trust. It may forget entries at any time.
 */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, content: Uint8Array): Promise<void>;
  /** Bytes of all entries, for `wherry.cache.size`. */
  readonly size?: number | Promise<number>;
  /** Deletes all entries, for `wherry.cache.clear()`. */
  clear?(): Promise<void>;
}

/** A cache with a limit on its size. */
export interface LimitedCache extends Required<Cache> {
  /** Deletes the entries unused for longest while the limit is exceeded. */
  prune(): Promise<void>;
}

/** Seconds to wait for a cache, unless `answerTimeout` is given. */
const PATIENCE = 30;
const MILLISECONDS = 1000;
/** Bytes to hold of what Python has not asked for yet. */
const MOST_AHEAD = 2 ** 27;

/**
 * Returns a cache that never fails: a failure of `cache` is a miss, and the first is passed to `warn`.
 *
 * Entries may be any object that holds bytes, and are copied, unless `read` does otherwise. A cache that does not settle
 * within `seconds` is not used again.
 */
export function forgiving(
  cache: Cache,
  warn: (message: string) => void = console.warn,
  seconds: number = PATIENCE,
  read: (kept: unknown) => Uint8Array = copyBytes,
): Cache {
  let hasWarned = false;
  let isGivenUp = false;
  const complain = (error: unknown): void => {
    if (!hasWarned) warn(`wherry: the cache of downloads fails, so everything is downloaded: ${describeThrown(error)}`);
    hasWarned = true;
  };
  const ask = async <Value>(use: () => Value): Promise<Awaited<Value> | undefined> => {
    if (isGivenUp) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isGivenUp = true;
        reject(new Error(`it has not answered within ${seconds} seconds, and is not used again`));
      }, seconds * MILLISECONDS);
    });
    try {
      // The async function turns an exception into a rejection.
      return await Promise.race([(async () => use())(), expiry]);
    } catch (error) {
      complain(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    get: async (key) => {
      const kept: unknown = await ask(() => cache.get(key));
      try {
        // Python distinguishes `null` from `undefined`; many caches do not.
        return kept === undefined || kept === null ? undefined : read(kept);
      } catch (error) {
        complain(error);
        return undefined;
      }
    },
    put: async (key, content) => {
      await ask(async () => void (await cache.put(key, content)));
    },
  };
}

/** A cache whose entries can be read before they are needed. */
export interface ReadingAhead extends Cache {
  /** Reads an entry for the next `get()` of it. Returns whether it exists. */
  readAhead(key: string): Promise<boolean>;
  /** Releases what was read ahead. */
  forget(): void;
}

/**
 * Returns a cache over one that never fails.
 *
 * After `limit` bytes no more is read ahead: `readAhead()` then returns true for everything, and leaves it to `get()`.
 */
export function readingAhead(cache: Cache, limit: number = MOST_AHEAD): ReadingAhead {
  const entries = new Map<string, ReturnType<Cache["get"]>>();
  let bytes = 0;
  const take = (key: string) => {
    const entry = entries.get(key);
    entries.delete(key);
    return entry;
  };
  return {
    readAhead: async (key) => {
      if (bytes > limit) return true;
      const entry = entries.get(key) ?? cache.get(key);
      entries.set(key, entry);
      const content = await entry;
      bytes += content?.length ?? 0;
      return content !== undefined;
    },
    forget: () => entries.clear(),
    get: (key) => take(key) ?? cache.get(key),
    put: (key, content) => {
      take(key);
      return cache.put(key, content);
    },
  };
}

/** Reads the entries of a cache of wherry's own, which nothing else changes. */
export const uncopied = (kept: unknown): Uint8Array => kept as Uint8Array;

/** Returns a copy as a plain array: Pyodide accepts no subclass such as Node's Buffer, and owners may detach theirs. */
function copyBytes(kept: unknown): Uint8Array {
  if (ArrayBuffer.isView(kept)) return new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength).slice();
  const kind = Object.prototype.toString.call(kept).slice(8, -1);
  if (/^(Shared)?ArrayBuffer$/.test(kind)) return new Uint8Array(kept as ArrayBuffer).slice();
  throw new TypeError(`it returned a ${kind} instead of a Uint8Array`);
}
