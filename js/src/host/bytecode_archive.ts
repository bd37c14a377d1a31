// The kept bytecode of one wheel. The first line is the SHA-256 of all that follows, in hexadecimal; the second line has
// the listing as JSON; then come the files, one after the other.
import type { Cache } from "./cache.ts";
import { hash } from "./digest.ts";

const LINE_FEED = 10;

/** A module's bytecode: the path of its source, the source's SHA-256 in RECORD's notation, and the `.pyc` file. */
export interface Module {
  place: string;
  digest: string;
  file: Uint8Array;
}

interface Listing {
  /** The archive's key, so that another archive is not taken for it. */
  key: string;
  modules: [place: string, digest: string, size: number][];
}

/** Returns the modules kept under `key`; none if the archive is missing, damaged or another one. */
export async function readArchive(store: Cache, key: string): Promise<Module[]> {
  try {
    const content = await store.get(key);
    const start = content ? content.indexOf(LINE_FEED) + 1 : 0;
    if (!content || !start) return [];
    const sealed = content.subarray(start);
    if ((await hash(sealed)) !== new TextDecoder().decode(content.subarray(0, start - 1))) return [];
    const end = sealed.indexOf(LINE_FEED);
    const listing: Listing = JSON.parse(new TextDecoder().decode(sealed.subarray(0, end)));
    if (listing.key !== key) return [];
    let at = end + 1;
    return listing.modules.map(([place, digest, size]) => ({ place, digest, file: sealed.subarray(at, (at += size)) }));
  } catch {
    return [];
  }
}

/** Keeps the modules under `key`. */
export async function writeArchive(store: Cache, key: string, modules: readonly Module[]): Promise<void> {
  const listing: Listing = { key, modules: modules.map(({ place, digest, file }) => [place, digest, file.length]) };
  const sealed = concatenate([encode(`${JSON.stringify(listing)}\n`), ...modules.map(({ file }) => file)]);
  await store.put(key, concatenate([encode(`${await hash(sealed)}\n`), sealed]));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
