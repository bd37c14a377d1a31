import { type Cache, readingAhead, type ReadingAhead } from "./cache.ts";
import { hash } from "./digest.ts";

/** The most requests to begin, so that a damaged record causes no flood of them. */
const MOST = 300;

/** How many parts a request has. */
const PARTS = 4;

/** A request as Python makes it. All but the URL are JSON. */
export type Asking = [url: string, init: string, patience: string, wishes: string];

/** Begins a request, or drops it unless Python has taken it. */
export type OnPage = (...page: Asking) => void;

/** What a visit asked for: pages, and keys of the cache. */
interface Record {
  pages: Asking[];
  keys: string[];
}

/**
 * Begins the requests for pages and the reads of the cache that the last visit made, before Python can ask for them.
 *
 * Python takes them if it asks for the very same, so no answer can depend on the record. Nothing here fails.
 */
export class LastVisit {
  readonly #store: Cache;
  readonly #beginPage: OnPage;
  readonly #dropPage: OnPage;
  readonly #ahead: ReadingAhead;
  /** By URL: what this visit has asked for. */
  readonly #pages = new Map<string, Asking>();
  readonly #keys = new Set<string>();
  readonly #begun: Asking[] = [];
  #key = "";
  #hasEnded = false;

  constructor(store: Cache, beginPage: OnPage, dropPage: OnPage) {
    this.#store = store;
    this.#beginPage = beginPage;
    this.#dropPage = dropPage;
    this.#ahead = readingAhead(store);
  }

  /** Begins what the last visit with equal options asked for. */
  async begin(options: unknown): Promise<void> {
    try {
      this.#key = `visit:${await hash(new TextEncoder().encode(JSON.stringify(options)))}`;
      const { pages, keys }: Record = JSON.parse(new TextDecoder().decode(await this.#store.get(this.#key)));
      if (this.#hasEnded) return;
      for (const page of pages.slice(0, MOST)) {
        if (!isAsking(page) || this.#pages.has(page[0])) continue;
        this.#begun.push(page);
        this.#beginPage(...page);
      }
      for (const key of keys.slice(0, MOST)) if (!this.#keys.has(key)) void this.#ahead.readAhead(key);
    } catch {
      // There was no such visit.
    }
  }

  /** Notes a request of Python. Those for files, and those that may have credentials, are not kept. */
  note(...page: Asking): void {
    const { redirect: _, headers, ...rest } = JSON.parse(page[1]);
    if (!this.#hasEnded && `${Object.keys({ ...headers, ...rest })}` === "Accept") this.#pages.set(page[0], page);
  }

  /** Returns an entry of the cache, which may have been read already. */
  get(key: string): Promise<Uint8Array | undefined> {
    if (!this.#hasEnded) this.#keys.add(key);
    return this.#ahead.get(key);
  }

  /** Keeps what was asked for, and drops what was begun for nothing. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const page of this.#begun) this.#dropPage(...page);
    this.#ahead.forget();
    if (!this.#key) return;
    const record: Record = { pages: [...this.#pages.values()], keys: [...this.#keys] };
    void this.#store.put(this.#key, new TextEncoder().encode(JSON.stringify(record)));
  }
}

/** Whether a damaged record has left a request whole. */
function isAsking(page: unknown): page is Asking {
  return Array.isArray(page) && page.length === PARTS && page.every((part) => typeof part === "string");
}
