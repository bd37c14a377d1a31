import { describeThrown } from "../text/printable.ts";

/**
 * Keeps bytes from one visit, or one run, to the next; keys are texts such as `sha256:…`.
 *
 * What comes back is compared with its hash again, so a cache needs no trust; and it may forget at any time.
 */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, content: Uint8Array): Promise<void>;
}

/** Seconds to wait for a cache, unless the network's options name a time for answers. */
const PATIENCE = 30;
const MILLISECONDS = 1000;

/**
 * Returns a cache whose failures cost a download and nothing else; the first one is passed to `warn`.
 *
 * Anything that holds bytes is taken, and copied. A cache that does not settle within `seconds` is not asked again.
 */
export function forgiving(
  cache: Cache,
  warn: (message: string) => void = console.warn,
  seconds: number = PATIENCE,
): Cache {
  let hasWarned = false;
  let isGivenUp = false;
  const complain = (error: unknown): void => {
    if (!hasWarned) warn(`wherry: the cache of downloads fails, and everything is fetched: ${describeThrown(error)}`);
    hasWarned = true;
  };
  const ask = async <Value>(use: () => Value): Promise<Awaited<Value> | undefined> => {
    if (isGivenUp) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isGivenUp = true;
        reject(new Error(`it has not answered within ${seconds} seconds, and is not asked again`));
      }, seconds * MILLISECONDS);
    });
    try {
      // Within a function, so that one that throws and one that rejects are the same.
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
        // Python tells `null` from `undefined`, many a cache does not.
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

/** Returns a plain array of its own: Pyodide knows no subclass such as Node's Buffer, and an owner may detach his. */
function copyBytes(kept: unknown): Uint8Array {
  if (ArrayBuffer.isView(kept)) return new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength).slice();
  const kind = Object.prototype.toString.call(kept).slice(8, -1);
  if (/^(Shared)?ArrayBuffer$/.test(kind)) return new Uint8Array(kept as ArrayBuffer).slice();
  throw new TypeError(`it gave a ${kind}, which is no Uint8Array`);
}
