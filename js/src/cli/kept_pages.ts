import { createHash } from "node:crypto";
import type { Cache } from "../host/cache.ts";

/** Statuses that answer for a project: its page, or that it does not exist. */
const ANSWERS = new Set([200, 404, 410]);
const BUSY = new Set([408, 425, 429]);
const SERVER_ERROR = 500;
const ARCHIVE = /\.(whl|zip|so|tar(\.\w+)?|tgz)$/i;
const LINE_FEED = 10;

/** The first line of a kept page; the body follows on the next line. */
interface Head {
  url: string;
  status: number;
  headers: Record<string, string>;
  /** In milliseconds since 1970. */
  at: number;
}

/**
 * Fetches, and keeps pages, metadata and requirements files. If a host does not answer, its kept pages are used, with
 * one warning. Archives are kept by the cache of downloads, by hash.
 */
export class KeptPages {
  readonly #cache: Cache;
  readonly #warn: (line: string) => void;
  readonly #isOffline: boolean;
  readonly #fetch: typeof fetch;
  readonly #warned = new Set<string>();

  constructor(cache: Cache, warn: (line: string) => void, isOffline = false, get: typeof fetch = fetch) {
    this.#cache = cache;
    this.#warn = warn;
    this.#isOffline = isOffline;
    this.#fetch = get;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const key = ARCHIVE.test(new URL(url).pathname) ? undefined : keyOf(url, init);
    if (this.#isOffline) return (await this.#kept(key, url, "offline")) ?? Promise.reject(notKept());
    try {
      const response = await this.#fetch(url, init);
      const isDown = response.status >= SERVER_ERROR || BUSY.has(response.status);
      const kept = isDown ? await this.#kept(key, url, `HTTP status ${response.status}`) : undefined;
      if (key !== undefined && ANSWERS.has(response.status)) void this.#keep(key, response.clone());
      return kept ?? response;
    } catch (error) {
      // The request was cancelled. A timeout has another name.
      if (init.signal?.reason?.name === "AbortError") throw error;
      const kept = await this.#kept(key, url, `no answer: ${reasonOf(error)}`);
      if (kept === undefined) throw error;
      return kept;
    }
  };

  async #keep(key: string, response: Response): Promise<void> {
    try {
      const body = new Uint8Array(await response.arrayBuffer());
      const headers = { "content-type": response.headers.get("content-type") ?? "" };
      const head: Head = { url: response.url, status: response.status, headers, at: Date.now() };
      await this.#cache.put(key, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]));
    } catch {
      // Incomplete responses are not kept.
    }
  }

  async #kept(key: string | undefined, url: string, why: string): Promise<Response | undefined> {
    const content = key === undefined ? undefined : await this.#cache.get(key);
    const end = content?.indexOf(LINE_FEED) ?? -1;
    if (content === undefined || end < 0) return undefined;
    const head = readHead(content.subarray(0, end));
    if (head === undefined) return undefined;
    this.#say(new URL(url).origin, why, head.at);
    const response = new Response(content.slice(end + 1), { status: head.status, headers: head.headers });
    // Relative URLs in the page are based on it.
    return Object.defineProperty(response, "url", { value: head.url });
  }

  #say(origin: string, why: string, at: number): void {
    if (this.#warned.has(origin)) return;
    this.#warned.add(origin);
    const moment = new Date(at).toISOString().slice(0, 16).replace("T", " ");
    this.#warn(`wherry: warning: ${origin}: ${why}; using the pages kept from ${moment} UTC, which may be old`);
  }
}

function readHead(bytes: Uint8Array): Head | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Damaged pages are ignored.
    return undefined;
  }
}

/** Returns the cache key of a page. It depends on the credentials, because pages may. */
function keyOf(url: string, init: RequestInit): string {
  const asked = JSON.stringify([url, Object.entries(init.headers ?? {}).sort()]);
  return `page:${createHash("sha256").update(asked).digest("hex")}`;
}

/** Returns an error like that of Node.js without a network. */
function notKept(): TypeError {
  const cause = Object.assign(new Error("it is not in the cache"), { code: "ENETUNREACH" });
  return new TypeError("--offline", { cause });
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
