import type { Cache } from "./cache.ts";
import { hash } from "./digest.ts";
import { IdleTime } from "./idle_time.ts";
import type { Get } from "./transfer.ts";

/** Statuses that answer for a project: its page, or that it does not exist. */
const ANSWERS = new Set([200, 404, 410]);
const NOT_MODIFIED = 304;
const BUSY = new Set([408, 425, 429]);
const SERVER_ERROR = 500;
const ARCHIVE = /\.(whl|zip|so|tar(\.\w+)?|tgz)$/i;
const LINE_FEED = 10;
/** The headers with which a server recognizes its page, and those that ask it to. */
const VALIDATORS = [["etag", "If-None-Match"], ["last-modified", "If-Modified-Since"]] as const;

/** The first line of a kept page; the body follows on the next line. */
interface Head {
  url: string;
  status: number;
  headers: Record<string, string>;
  /** In milliseconds since 1970. */
  at: number;
  /** Length of the body in bytes. */
  size: number;
}

interface Page extends Head {
  body: Uint8Array<ArrayBuffer>;
}

/** A response of a kept page, or of one to keep. */
export interface KeptResponse extends Response {
  /** A warning for the report. */
  readonly note?: string;
  /** Call it with the size of the complete body, and a function that returns it. Reading a copy takes longer. */
  readonly keep?: (size: number, body: () => Uint8Array) => void;
}

export interface KeptPagesOptions {
  get?: Get;
  /** Make no requests. */
  isOffline?: boolean;
  /** Ask servers whether the kept page is current. A browser does so itself, and without a preflight request. */
  revalidates?: boolean;
}

/**
 * Fetches, and keeps pages, metadata, locks and requirements files. If a host does not answer, its kept pages are used,
 * with a note. Archives are kept by the cache of downloads, by hash.
 *
 * Responses to requests with credentials are not kept, and neither are those that forbid it (`no-store`).
 */
export class KeptPages {
  readonly #cache: Cache;
  readonly #get: Get;
  readonly #isOffline: boolean;
  readonly #revalidates: boolean;
  /** By origin, while it does not answer: a report has each text once. */
  readonly #notes = new Map<string, string>();
  readonly #idle = new IdleTime();
  #written: Promise<unknown> = Promise.resolve();

  constructor(cache: Cache, { get = fetch, isOffline = false, revalidates = false }: KeptPagesOptions = {}) {
    this.#cache = cache;
    this.#get = get;
    this.#isOffline = isOffline;
    this.#revalidates = revalidates;
  }

  /** Fetches with `get`, once, which may have begun. */
  readonly fetch = async (url: string, init: RequestInit, get: Get = this.#get): Promise<KeptResponse> => {
    const mayKeep = isOpenPage(url, init);
    const read = () => (mayKeep ? this.#read(url, init) : undefined);
    if (this.#isOffline) return this.#respond(url, "offline", await read()) ?? Promise.reject(notKept());
    const kept = this.#revalidates && init.cache !== "reload" ? await read() : undefined;
    let response: Response;
    try {
      response = await get(url, kept ? { ...init, headers: { ...init.headers, ...validatorsOf(kept) } } : init);
    } catch (error) {
      // The request was cancelled. A timeout has another name.
      if (init.signal?.reason?.name === "AbortError") throw error;
      const noted = this.#respond(url, `no answer: ${reasonOf(error)}`, kept ?? (await read()));
      if (!noted) throw error;
      return noted;
    }
    const { status } = response;
    if (status >= SERVER_ERROR || BUSY.has(status)) {
      return this.#respond(url, `HTTP status ${status}`, kept ?? (await read())) ?? response;
    }
    this.#notes.delete(new URL(url).origin);
    if (kept && status === NOT_MODIFIED) return toResponse(kept);
    if (!mayKeep || !ANSWERS.has(status) || isForbidden(response)) return response;
    const keep = (size: number, body: () => Uint8Array) => {
      const kept = this.#keep(url, init, response, size, body);
      this.#written = Promise.all([this.#written, kept.catch(() => {})]);
    };
    return Object.defineProperty(response, "keep", { value: keep });
  };

  /** Settles when all pages until now are in the cache. */
  get written(): Promise<unknown> {
    return this.#written;
  }

  async #keep(
    url: string,
    init: RequestInit,
    response: Response,
    size: number,
    body: () => Uint8Array,
  ): Promise<void> {
    await this.#idle.wait(size);
    const headers: Record<string, string> = {};
    for (const name of ["content-type", ...VALIDATORS.map(([name]) => name)]) {
      const value = response.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    const { status } = response;
    const head: Head = { url: response.url || url, status, headers, at: Date.now(), size };
    const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
    const content = new Uint8Array(line.length + size);
    content.set(line);
    content.set(body(), line.length);
    await this.#cache.put(await keyOf(url, init), content);
  }

  /** Returns a kept page. Damaged ones are ignored. */
  async #read(url: string, init: RequestInit): Promise<Page | undefined> {
    try {
      const content = await this.#cache.get(await keyOf(url, init));
      if (!content) return undefined;
      const end = content.indexOf(LINE_FEED);
      const head: Head = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
      const body = content.subarray(end + 1) as Uint8Array<ArrayBuffer>;
      const page = { ...head, body };
      // A damaged head may have anything in its fields.
      if (head.size !== body.length || !Number.isFinite(head.at) || !toResponse(page)) return undefined;
      return page;
    } catch {
      return undefined;
    }
  }

  #respond(url: string, why: string, page: Page | undefined): KeptResponse | undefined {
    if (!page) return undefined;
    const { origin } = new URL(url);
    const moment = new Date(page.at).toISOString().slice(0, 16).replace("T", " ");
    const text = `${origin}: ${why}; using the pages kept from ${moment} UTC, which may be old`;
    const note = this.#notes.get(origin) ?? text;
    this.#notes.set(origin, note);
    return Object.defineProperty(toResponse(page), "note", { value: note });
  }
}

function toResponse({ body, status, headers, url }: Page): Response {
  const response = new Response(body, { status, headers });
  // Relative URLs in the page are based on it.
  return Object.defineProperty(response, "url", { value: new URL(url).href });
}

function validatorsOf({ headers }: Page): Record<string, string> {
  const found = VALIDATORS.map(([name, question]) => [question, headers[name]]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** Whether a request is one for a page, without credentials and without a header that may be secret. */
function isOpenPage(url: string, { headers, credentials }: RequestInit): boolean {
  const { pathname, protocol, username, password } = new URL(url);
  const isOpen = Object.keys(headers ?? {}).every((name) => name.toLowerCase() === "accept");
  return /^http/.test(protocol) && !ARCHIVE.test(pathname) && isOpen && credentials !== "include" && !username && !password;
}

function isForbidden(response: Response): boolean {
  return /\bno-store\b/i.test(response.headers.get("cache-control") ?? "");
}

/** Returns the cache key of a page. It depends on the accepted types. */
async function keyOf(url: string, { headers }: RequestInit): Promise<string> {
  const asked = JSON.stringify([url, Object.values(headers ?? {})]);
  return `page:${await hash(new TextEncoder().encode(asked))}`;
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
