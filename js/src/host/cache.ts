import { describeThrown } from "../text/printable.ts";

/**
 * Keeps bytes from one visit, or one run, to the next. Keys are texts such as `sha256:…`.
 *
 * Entries are compared with their hashes again, so a cache needs no trust. It may forget entries at any time.
 */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, content: Uint8Array): Promise<void>;
}

/** Seconds to wait for a cache, unless `answerTimeout` is given. */
const PATIENCE = 30;
const MILLISECONDS = 1000;

/**
 * Returns a cache that never fails: a failure of `cache` is a miss, and the first is passed to `warn`.
 *
 * Entries may be any object that holds bytes, and are copied. A cache that does not settle within `seconds` is not used
 * again.
 */
export function forgiving(
  cache: Cache,
  warn: (message: string) => void = console.warn,
  seconds: number = PATIENCE,
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
        return kept === undefined || kept === null ? undefined : copyBytes(kept);
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

/** Returns a cache over one that never fails. */
export function readingAhead(cache: Cache): ReadingAhead {
  const entries = new Map<string, ReturnType<Cache["get"]>>();
  const take = (key: string) => {
    const entry = entries.get(key);
    entries.delete(key);
    return entry;
  };
  return {
    readAhead: async (key) => {
      const entry = entries.get(key) ?? cache.get(key);
      entries.set(key, entry);
      return (await entry) !== undefined;
    },
    forget: () => entries.clear(),
    get: (key) => take(key) ?? cache.get(key),
    put: (key, content) => {
      take(key);
      return cache.put(key, content);
    },
  };
}

/** Returns a copy as a plain array: Pyodide accepts no subclass such as Node's Buffer, and owners may detach theirs. */
function copyBytes(kept: unknown): Uint8Array {
  if (ArrayBuffer.isView(kept)) return new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength).slice();
  const kind = Object.prototype.toString.call(kept).slice(8, -1);
  if (/^(Shared)?ArrayBuffer$/.test(kind)) return new Uint8Array(kept as ArrayBuffer).slice();
  throw new TypeError(`it returned a ${kind} instead of a Uint8Array`);
}
