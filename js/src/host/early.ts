// Transfers that begin before Python asks for them.

import type { MemoryBudget } from "./memory_budget.ts";
import { BODIES, type Get, type Patience, Transfer } from "./transfer.ts";

/** Returns a transfer for Python, begun early or new. Arguments are JSON, which costs less than objects. */
export function transfer(
  url: string,
  initJson: string,
  patienceJson: string,
  wishesJson: string,
  get?: Get,
): Transfer {
  const init = JSON.parse(initJson);
  const begun = takeEarly(url, initJson, patienceJson) ?? takeArchive(url, init);
  return begun ?? new Transfer(url, init, JSON.parse(patienceJson), JSON.parse(wishesJson), get);
}

/** Transfers of pages that were started early. An identical request takes one, once. */
const early = new Map<string, Transfer>();

/** Starts a transfer that an identical request will take later. */
export function beginEarly(url: string, initJson: string, patienceJson: string, wishesJson = "{}", get?: Get): void {
  const key = JSON.stringify([url, initJson, patienceJson]);
  if (early.has(key)) return;
  early.set(key, new Transfer(url, JSON.parse(initJson), JSON.parse(patienceJson), JSON.parse(wishesJson), get));
}

/** Cancels an early transfer that no request has taken. */
export function dropEarly(url: string, initJson: string, patienceJson: string): void {
  takeEarly(url, initJson, patienceJson)?.abort();
}

function takeEarly(url: string, initJson: string, patienceJson: string): Transfer | undefined {
  const key = JSON.stringify([url, initJson, patienceJson]);
  const begun = early.get(key);
  early.delete(key);
  return begun;
}

/** An archive to begin early. */
export interface EarlyArchive {
  url: string;
  /** In bytes, if known. Otherwise `limit` is the most to read. */
  size: number | null;
  limit: number | null;
}

/** How to begin archives early. */
export interface EarlyOptions {
  patience: Patience;
  /** How many to receive from one origin at a time. */
  atOnce: number;
  /** Whether an archive needs no request. Without it, each needs one. */
  isKept?: ((archive: EarlyArchive) => Promise<boolean>) | undefined;
  get?: Get | undefined;
  budget?: MemoryBudget;
}

/** All sets of archives that were not dropped. */
const archives = new Set<EarlyArchives>();

/**
 * Archives that begin before Python asks for them, in the given order. A plain request of the same URL takes one, once.
 *
 * A transfer that fails before it is taken does not count: the request then starts a new one. No more transfers begin
 * while the memory of all bodies is used up; Python starts the others itself.
 */
export class EarlyArchives {
  /** By normal URL: those that have not begun. */
  readonly #waiting: Map<string, EarlyArchive>;
  /** By normal URL: those that no request has taken. */
  readonly #begun = new Map<string, Transfer>();
  /** By normal URL: those whose transfer failed before it was taken. */
  readonly #failed = new Set<string>();
  readonly #options: EarlyOptions;

  constructor(wanted: readonly EarlyArchive[], options: EarlyOptions) {
    this.#options = options;
    this.#waiting = new Map(wanted.map((archive) => [normal(archive.url), archive]));
    archives.add(this);
    for (const queue of byOrigin(this.#waiting)) {
      // Several loops share one iterator.
      for (let lane = 0; lane < options.atOnce; lane++) void this.#receive(queue);
    }
  }

  /** Returns the transfer of a URL, once. One that has not begun will not begin. */
  take(url: string): Transfer | undefined {
    this.#waiting.delete(url);
    const begun = this.#begun.get(url);
    this.#begun.delete(url);
    begun?.claim();
    return begun;
  }

  /** Whether the transfer of a URL has failed before it was taken. */
  hasFailed(url: string): boolean {
    return this.#failed.has(normal(url));
  }

  /** Aborts the transfers that no request has taken, and begins no more. */
  drop(): void {
    archives.delete(this);
    this.#waiting.clear();
    for (const url of [...this.#begun.keys()]) this.take(url)?.abort();
  }

  async #receive(queue: Iterable<[url: string, archive: EarlyArchive]>): Promise<void> {
    const { isKept, budget = BODIES } = this.#options;
    for (const [url, archive] of queue) {
      if (await isKept?.(archive)) this.#waiting.delete(url);
      if (budget.isUsedUp) return;
      if (this.#waiting.delete(url)) await this.#transfer(url, archive);
    }
  }

  async #transfer(key: string, { url, size, limit }: EarlyArchive): Promise<void> {
    const wishes = { size, limit, wantsHash: true, isUnclaimed: true };
    const { patience, get, budget } = this.#options;
    const begun = new Transfer(url, { redirect: "follow", headers: {} }, patience, wishes, get, budget);
    this.#begun.set(key, begun);
    const isUsable = await begun.answer.then(({ status, hasMore }) => status === OK && !hasMore, () => false);
    if (isUsable || this.#begun.get(key) !== begun) return;
    this.#failed.add(key);
    this.take(key);
  }
}

const OK = 200;

function takeArchive(url: string, init: RequestInit): Transfer | undefined {
  if (!archives.size || !isPlain(init)) return undefined;
  for (const some of archives) {
    const begun = some.take(normal(url));
    if (begun) return begun;
  }
  return undefined;
}

/** Whether a request has no headers, credentials or cache mode of its own: then any transfer of its URL answers it. */
function isPlain({ redirect, headers, ...rest }: RequestInit): boolean {
  return redirect === "follow" && !Object.keys(headers ?? {}).length && !Object.keys(rest).length;
}

/** Returns a URL as browsers write it, without a fragment. Python may write the same URL in another way. */
function normal(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/#.*/, "") : url;
}

function byOrigin(wanted: ReadonlyMap<string, EarlyArchive>): Iterable<Iterable<[string, EarlyArchive]>> {
  const queues = new Map<string, [string, EarlyArchive][]>();
  for (const entry of wanted) {
    const { origin } = new URL(entry[0]);
    const queue = queues.get(origin) ?? [];
    queues.set(origin, queue);
    queue.push(entry);
  }
  return [...queues.values()].map((queue) => queue.values());
}
