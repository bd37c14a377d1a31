// Fetches a lock and reads it, for the Python side. What fails here is left to Python, which has the errors.

import type { Cache } from "../host/cache.ts";
import { hash } from "../host/digest.ts";
import { absoluteUrl, readFile } from "../host/files.ts";
import { type Get, Transfer } from "../host/transfer.ts";
import { digestIn } from "./integrity.ts";
import { type Limits, patienceOf } from "./limits.ts";
import type { ReadLock } from "./lock_reader.ts";
import { isOpen } from "./secrets.ts";

/** A lock for Python. */
export interface LoadedLock extends Partial<ReadLock> {
  /** The text, or the address of a lock that was not read. */
  lock: string;
  /** The address of the text after redirects. */
  location?: string;
  /** A warning for the report. */
  note?: string;
  /** The hash that Python must compare it with. */
  integrity?: string;
}

/** How to fetch a lock. */
export interface LoadOptions {
  limits: Limits;
  /** The origins that JavaScript does not ask. */
  secret: ReadonlySet<string>;
  /** Cancels the request. */
  signal?: AbortSignal | undefined;
  get?: Get | undefined;
  /** The hash of the lock. With it, a lock that `cache` has is not requested. */
  integrity?: string | undefined;
  cache?: Cache | undefined;
}

/** The content of a lock, its address after redirects, and a warning. */
interface FetchedLock {
  body: Uint8Array;
  location: string;
  note?: string;
}

/** Loads a lock from its text or its address. Never rejects. */
export async function loadLock(lock: string, options: LoadOptions): Promise<LoadedLock> {
  const reader = import("./lock_reader.ts");
  // Handled below, but not while the lock is being fetched.
  reader.catch(() => {});
  const loaded = lock.includes("\n") ? await compareText(lock, options) : await fetchLock(lock, options);
  // A lock that Python will refuse begins nothing.
  if (loaded.integrity) return loaded;
  try {
    return { ...loaded, ...(await reader).parseLock(loaded.lock, loaded.location) };
  } catch {
    return loaded;
  }
}

async function compareText(lock: string, { integrity }: LoadOptions): Promise<LoadedLock> {
  const isRight = !integrity || (await hash(new TextEncoder().encode(lock))) === digestIn(integrity);
  return isRight ? { lock } : { lock, integrity };
}

async function fetchLock(lock: string, options: LoadOptions): Promise<LoadedLock> {
  let address = lock;
  const { integrity } = options;
  try {
    address = await absoluteUrl(lock);
    const { body, location, note } = integrity ? await readKept(address, integrity, options) : await read(address, options);
    return { lock: new TextDecoder("utf-8", { fatal: true }).decode(body), location, ...(note && { note }) };
  } catch {
    return { lock: address, ...(integrity && { integrity }) };
  }
}

/** Returns the lock with this hash, from the cache if it is there. */
async function readKept(address: string, integrity: string, options: LoadOptions): Promise<FetchedLock> {
  const digest = digestIn(integrity);
  const key = `sha256:${digest}`;
  const kept = await options.cache?.get(key);
  if (kept && (await hash(kept)) === digest) return { body: kept, location: address };
  const found = await read(address, options);
  if ((await hash(found.body)) !== digest) throw new Error("it is another lock");
  // The addresses of its files are relative to its own, which a redirect has changed.
  if (found.location === address) void options.cache?.put(key, found.body);
  return found;
}

/** Returns the content at a URL, and its URL after redirects. */
async function read(address: string, { limits, secret, signal, get }: LoadOptions): Promise<FetchedLock> {
  if (address.startsWith("file:")) return { body: await readFile(new URL(address)), location: address };
  if (!isOpen(address, secret)) throw new Error("it needs Python");
  const wishes = { limit: limits.maxMetadataSize };
  const transfer = new Transfer(address, {}, patienceOf(limits), wishes, get);
  const abort = () => transfer.abort();
  signal?.addEventListener("abort", abort);
  try {
    const { status, headers, hasMore, body, url, note } = await transfer.answer;
    const isWebPage = /^text\/html\b/i.test(JSON.parse(headers)["content-type"] ?? "");
    if (status !== 200 || hasMore || isWebPage) throw new Error("it is no lock");
    return { body, location: url || address, note };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
