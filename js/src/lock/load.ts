// Fetches a lock and reads it, for the Python side. What fails here is left to Python, which has the errors.

import { absoluteUrl, readFile } from "../host/files.ts";
import { type Get, Transfer } from "../host/transfer.ts";
import { type Limits, patienceOf } from "./limits.ts";
import type { ReadLock } from "./lock_reader.ts";
import { isOpen } from "./secrets.ts";

/** A lock for Python. */
export interface LoadedLock extends Partial<ReadLock> {
  /** The text, or the address of a lock that was not read. */
  lock: string;
  /** The address of the text after redirects. */
  location?: string;
}

/** How to fetch a lock. */
export interface LoadOptions {
  limits: Limits;
  /** The origins that JavaScript does not ask. */
  secret: ReadonlySet<string>;
  /** Cancels the request. */
  signal?: AbortSignal | undefined;
  get?: Get | undefined;
}

/** Loads a lock from its text or its address. Never rejects. */
export async function loadLock(lock: string, options: LoadOptions): Promise<LoadedLock> {
  const reader = import("./lock_reader.ts");
  // Handled below, but not while the lock is being fetched.
  reader.catch(() => {});
  const loaded = lock.includes("\n") ? { lock } : await fetchLock(lock, options);
  try {
    return { ...loaded, ...(await reader).parseLock(loaded.lock, loaded.location) };
  } catch {
    return loaded;
  }
}

async function fetchLock(lock: string, options: LoadOptions): Promise<LoadedLock> {
  let address = lock;
  try {
    address = await absoluteUrl(lock);
    const { body, location } = await read(address, options);
    return { lock: new TextDecoder("utf-8", { fatal: true }).decode(body), location };
  } catch {
    return { lock: address };
  }
}

/** Returns the content at a URL, and its URL after redirects. */
async function read(address: string, { limits, secret, signal, get }: LoadOptions) {
  if (address.startsWith("file:")) return { body: await readFile(new URL(address)), location: address };
  if (!isOpen(address, secret)) throw new Error("it needs Python");
  const wishes = { limit: limits.maxMetadataSize };
  const transfer = new Transfer(address, {}, patienceOf(limits), wishes, get);
  const abort = () => transfer.abort();
  signal?.addEventListener("abort", abort);
  try {
    const { status, headers, hasMore, body, url } = await transfer.answer;
    const isWebPage = /^text\/html\b/i.test(JSON.parse(headers)["content-type"] ?? "");
    if (status !== 200 || hasMore || isWebPage) throw new Error("it is no lock");
    return { body, location: url || address };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
