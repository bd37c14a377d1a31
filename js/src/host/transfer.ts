// Fetches for Python. A whole transfer is followed here: each call into Python costs more than all of it in JavaScript.

import type { KeptResponse } from "./kept_pages.ts";
import { isJsonPage, type Listing, ListingReader } from "./page_listing.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { hash } from "./digest.ts";

/** Time limits in seconds. Without a value, or with `null`, there is no limit. */
export interface Patience {
  answer?: number | null;
  idle?: number | null;
  total?: number | null;
}

/** The function `fetch`, or a replacement. */
export type Get = (url: string, init: RequestInit) => Promise<Response>;

export interface Answer {
  status: number;
  /** The URL after redirects; empty if unknown. */
  url: string;
  /** The type of the `Response`, such as "cors" or "opaqueredirect". */
  type: string;
  /** Selected headers, as JSON. Browsers hide most headers of other origins. */
  headers: string;
  /** Empty if there is a listing. */
  body: Uint8Array;
  /** The hexadecimal SHA-256 of the body; empty if not asked for, or if the platform cannot compute it. */
  sha256: string;
  /** The listing of a project page, unless the page is unusual. */
  listing?: Listing | undefined;
  /** Whether the body exceeded the limit, and is cut. */
  hasMore: boolean;
  /** A warning for the report; empty if there is none. */
  note: string;
}

const NOTHING = new Uint8Array();
const HEADERS = ["content-type", "content-encoding", "location", "retry-after"];
const MILLISECONDS = 1000;

/** One fetch, from the request to the last byte. After a timeout, `expired` says which limit was exceeded. */
export class Transfer {
  /** Whether the response has started. */
  hasBegun = false;
  readonly answer: Promise<Answer>;
  /** Bytes received of a successful response. */
  received = 0;
  /** Continues a transfer that was held by `holdAt`. */
  release!: () => void;
  readonly #controller = new AbortController();
  readonly #budget: MemoryBudget;
  /** Bytes taken from the budget. */
  #taken = 0;
  #hasEnded = false;
  #isUnclaimed: boolean;
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor(
    url: string,
    init: RequestInit,
    patience: Patience,
    wishes: Wishes = {},
    get: Get = fetch,
    budget = BODIES,
  ) {
    this.#budget = budget;
    this.#isUnclaimed = wishes.isUnclaimed ?? false;
    this.answer = this.#run(url, init, patience, wishes, get);
    // Python handles the failure, unless it has been cancelled.
    this.answer.catch(() => {});
  }

  get expired(): string {
    const reason = this.#controller.signal.reason;
    return reason instanceof Expired ? reason.message : "";
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Takes over a transfer that began as unclaimed. */
  claim(): void {
    this.#isUnclaimed = false;
    if (this.#hasEnded) this.#leave();
  }

  async #run(url: string, init: RequestInit, patience: Patience, wishes: Wishes, get: Get): Promise<Answer> {
    const total = this.#expire(patience.total, "it was not complete after");
    const step = new Deadline(() => this.#expire(patience.answer, "no answer began within"));
    try {
      const response = await get(url, { ...init, signal: this.#controller.signal });
      this.hasBegun = true;
      step.move(() => this.#expire(patience.idle, "nothing more came for"), (patience.idle ?? 0) * MILLISECONDS);
      return await this.#read(response, wishes, step);
    } catch (error) {
      // Discard the rest of the body.
      this.abort();
      throw error;
    } finally {
      clearTimeout(total);
      step.clear();
      this.#hasEnded = true;
      this.#leave();
    }
  }

  /** Gives the budget the turn and the bytes back. The bytes of an unclaimed body follow when it is claimed. */
  #leave(): void {
    const bytes = this.#isUnclaimed ? 0 : this.#taken;
    this.#taken -= bytes;
    this.#budget.leave(this, bytes);
  }

  /** Reads the body to its end. At the limit, closes the connection. */
  async #read(response: Response, wishes: Wishes, step: Deadline): Promise<Answer> {
    const isPage = !wishes.wantsHash && isJsonPage(response.headers.get("content-type"));
    const reader = isPage ? new ListingReader() : undefined;
    const headers = listHeaders(response);
    const limit = limitOf(response, headers, wishes);
    // An error or a web page is no part of the requested file.
    const counts = response.ok && !(wishes.wantsHash && isWebPage(response));
    const body = new Growing(wishes.size ?? Number(response.headers.get("content-length")));
    for await (const piece of pieces(response)) {
      body.add(piece);
      if (counts) this.received = body.length;
      if (body.length > limit) {
        this.abort();
        return answer(response, headers, { body: body.start(), hasMore: response.ok });
      }
      reader?.add(piece);
      await this.#wait(piece.length, wishes, step);
      step.moveLazily();
    }
    const listing = reader?.finish();
    const { keep } = response as KeptResponse;
    const content = listing ? NOTHING : body.take();
    keep?.(body.length, () => (listing ? body.take() : content));
    return answer(response, headers, { body: content, listing, sha256: wishes.wantsHash ? await hash(content) : "" });
  }

  /** Waits while the budget is used up or the transfer is held. Without reads, the sender stops, too. */
  async #wait(bytes: number, wishes: Wishes, step: Deadline): Promise<void> {
    this.#taken += bytes;
    const mayGoOn = this.#budget.take(this, bytes);
    const isHeld = wishes.holdAt && this.received >= wishes.holdAt;
    if (mayGoOn && !isHeld) return;
    step.clear();
    if (isHeld) {
      this.#budget.leave(this);
      await this.#released;
    }
    await this.#budget.wait(this, this.#controller.signal);
    step.restart();
  }

  #expire(seconds: number | null | undefined, complaint: string): Timer {
    if (seconds == null) return undefined;
    const expired = new Expired(`${complaint} ${seconds} seconds`);
    return setTimeout(() => this.#controller.abort(expired), seconds * MILLISECONDS);
  }
}

/** Options of a transfer. */
interface Wishes {
  /** The expected size in bytes. */
  size?: number | null;
  /** Stop after more than this many bytes. Without a value, or with `null`, there is no limit. */
  limit?: number | null;
  wantsHash?: boolean;
  /** Pause after this many bytes, until the transfer is released. */
  holdAt?: number | null;
  /** Whether the body is to be kept, and so takes memory of the budget, until the transfer is claimed. */
  isUnclaimed?: boolean;
}

class Expired extends Error {}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** A timer that can be restarted. */
class Deadline {
  #timer: Timer;
  #start: () => Timer;
  #length = 0;
  #setAt = performance.now();

  constructor(start: () => Timer) {
    this.#start = start;
    this.#timer = start();
  }

  /** Replaces the timer by one of `length` milliseconds. */
  move(start: () => Timer, length: number): void {
    this.#start = start;
    this.#length = length;
    this.restart();
  }

  restart(): void {
    this.clear();
    this.#timer = this.#start();
    this.#setAt = performance.now();
  }

  /** Restarts the timer, unless it was restarted within a tenth of its length: pieces arrive by hundreds. */
  moveLazily(): void {
    if (performance.now() - this.#setAt > this.#length / 10) this.restart();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

async function* pieces(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/**
 * Collects bytes. If their number is known, no byte is held twice. Small pieces are joined, because each array takes as
 * much memory as a hundred bytes.
 */
class Growing {
  length = 0;
  readonly #full: Uint8Array[] = [];
  #last: Uint8Array<ArrayBuffer>;
  /** Used bytes of the last block. */
  #used = 0;

  constructor(expected: number) {
    this.#last = new Uint8Array(expected > 0 ? Math.min(expected, LARGEST_GUESS) : FIRST_SIZE);
  }

  add(piece: Uint8Array): void {
    const free = this.#last.length - this.#used;
    this.#append(piece.subarray(0, free));
    if (piece.length <= free) return;
    this.#full.push(this.#last);
    this.#last = new Uint8Array(Math.max(piece.length - free, Math.min(this.length, LARGEST_BLOCK)));
    this.#used = 0;
    this.#append(piece.subarray(free));
  }

  #append(piece: Uint8Array): void {
    this.#last.set(piece, this.#used);
    this.#used += piece.length;
    this.length += piece.length;
  }

  /** Returns the beginning of the bytes. */
  start(): Uint8Array<ArrayBuffer> {
    return (this.#full[0] ?? this.#last).slice(0, Math.min(this.length, BEGINNING));
  }

  take(): Uint8Array<ArrayBuffer> {
    if (!this.#full.length) return this.#last.subarray(0, this.length);
    const all = new Uint8Array(this.length);
    let end = 0;
    for (const block of this.#full) {
      all.set(block, end);
      end += block.length;
    }
    all.set(this.#last.subarray(0, this.#used), end);
    return all;
  }
}

const FIRST_SIZE = 2 ** 16;
const LARGEST_BLOCK = 2 ** 24;
/** The most memory to reserve for a size that an index states, in bytes. */
const LARGEST_GUESS = 2 ** 27;
/** Bytes to keep of a body that is too large: enough to recognize a web page. */
const BEGINNING = 2 ** 10;
/** Bytes to read of an error's body, so that the connection can be used again. */
const LARGEST_ERROR = 2 ** 16;
/** The memory of all bodies that are being received. */
export const BODIES = new MemoryBudget(2 ** 28);

function limitOf(response: Response, headers: Record<string, string>, { limit }: Wishes): number {
  if (!response.ok) return LARGEST_ERROR;
  if (limit == null) return Infinity;
  // Do not wait for a body that is announced as too large.
  return !headers["content-encoding"] && Number(headers["content-length"]) > limit ? 0 : limit;
}

function answer(response: Response, headers: Record<string, string>, rest: Partial<Answer>): Answer {
  const { status, url, type, note = "" } = response as KeptResponse;
  const nothing = { body: NOTHING, listing: undefined, sha256: "", hasMore: false };
  return { status, url, type, note, headers: JSON.stringify(headers), ...nothing, ...rest };
}

function isWebPage(response: Response): boolean {
  return /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
}

function listHeaders(response: Response): Record<string, string> {
  // Across origins a browser shows the length, but not whether it is the length of compressed bytes.
  const names = response.type === "cors" ? HEADERS : [...HEADERS, "content-length"];
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = response.headers.get(name);
    if (value !== null) found[name] = value;
  }
  return found;
}
