// How Python fetches. The whole of a transfer is followed here, since every step that crosses into Python costs more
// than all of it does on this side.

import { isJsonPage, type Listing, ListingReader } from "./page_listing.ts";
import { MemoryBudget } from "./memory_budget.ts";

/** How patient to be, in seconds; `null` or nothing is without limit. */
export interface Patience {
  answer?: number | null;
  idle?: number | null;
  total?: number | null;
}

/** What fetches: `fetch`, or something in its place. */
export type Get = (url: string, init: RequestInit) => Promise<Response>;

export interface Answer {
  status: number;
  /** Where it came from after redirects; empty where that is not told. */
  url: string;
  /** The type of the Response, such as "cors" or "opaqueredirect". */
  type: string;
  /** Some of the headers, as JSON; across origins a browser keeps others to itself. */
  headers: string;
  /** Empty where there is a listing. */
  body: Uint8Array;
  /** The hexadecimal SHA-256 of the body, or an empty string where nobody asked for it or the platform cannot compute it. */
  sha256: string;
  /** What was read of a project page, unless something in it is unusual. */
  listing?: Listing | undefined;
  /** More came than the limit. The body is only its beginning. */
  hasMore: boolean;
}

const NOTHING = new Uint8Array();
const HEADERS = ["content-type", "content-encoding", "location", "retry-after"];
const MILLISECONDS = 1000;

/** One fetch, from the request to the last byte. Whoever is not patient enough has `expired` tell what took too long. */
export class Transfer {
  /** Whether an answer has begun to come. */
  hasBegun = false;
  readonly answer: Promise<Answer>;
  /** How many bytes of what was asked for have come: none of an error's body. */
  received = 0;
  /** Lets a transfer go on that was to stop after so many bytes. */
  release!: () => void;
  readonly #controller = new AbortController();
  readonly #budget: MemoryBudget;
  /** How many bytes of the budget. */
  #taken = 0;
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
    this.answer = this.#run(url, init, patience, wishes, get);
    // Python waits for it, or has been cancelled and does not care.
    this.answer.catch(() => {});
  }

  get expired(): string {
    const reason = this.#controller.signal.reason;
    return reason instanceof Expired ? reason.message : "";
  }

  abort(): void {
    this.#controller.abort();
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
      // What is left of the body is nobody's.
      this.abort();
      throw error;
    } finally {
      clearTimeout(total);
      step.clear();
      this.#budget.leave(this, this.#taken);
    }
  }

  /** Reads the body to its end, or to its limit: then the connection is closed. */
  async #read(response: Response, wishes: Wishes, step: Deadline): Promise<Answer> {
    const isPage = !wishes.wantsHash && isJsonPage(response.headers.get("content-type"));
    const reader = isPage ? new ListingReader() : undefined;
    const headers = listHeaders(response);
    const limit = limitOf(response, headers, wishes);
    // What an error or a web page has is not what was asked for.
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
    const content = listing ? NOTHING : body.take();
    return answer(response, headers, { body: content, listing, sha256: wishes.wantsHash ? await hash(content) : "" });
  }

  /** Waits where the body is not to come further yet: who does not read does not receive, beyond what is on its way. */
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

/** What is known of a body, and to be done with it. */
interface Wishes {
  /** In bytes. */
  size?: number | null;
  /** After how many bytes to stop for good; `null` or nothing is without limit. */
  limit?: number | null;
  wantsHash?: boolean;
  /** After how many bytes to stop until the transfer is released. */
  holdAt?: number | null;
}

class Expired extends Error {}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** A timer that is set anew as things go on. */
class Deadline {
  #timer: Timer;
  #start: () => Timer;
  #length = 0;
  #setAt = performance.now();

  constructor(start: () => Timer) {
    this.#start = start;
    this.#timer = start();
  }

  /** Replaces it by one that is so many milliseconds long. */
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

  /** Moves it unless that was done just now, measured by how long it is: pieces come by hundreds. */
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
 * Bytes of which it may be known how many come; nothing is held twice then. Small pieces are put together, for each costs
 * as much as a hundred bytes.
 */
class Growing {
  length = 0;
  readonly #full: Uint8Array[] = [];
  #last: Uint8Array<ArrayBuffer>;
  /** How much of the last block is used. */
  #used = 0;

  constructor(expected: number) {
    this.#last = new Uint8Array(expected > 0 ? Math.min(expected, LARGEST_GUESS) : FIRST_SIZE);
  }

  add(piece: Uint8Array): void {
    const room = this.#last.length - this.#used;
    this.#append(piece.subarray(0, room));
    if (piece.length <= room) return;
    this.#full.push(this.#last);
    this.#last = new Uint8Array(Math.max(piece.length - room, Math.min(this.length, LARGEST_BLOCK)));
    this.#used = 0;
    this.#append(piece.subarray(room));
  }

  #append(piece: Uint8Array): void {
    this.#last.set(piece, this.#used);
    this.#used += piece.length;
    this.length += piece.length;
  }

  /** Returns the first of the bytes. */
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
/** What an index says of sizes is not to be trusted with more memory than this before the bytes are there. */
const LARGEST_GUESS = 2 ** 27;
/** How much is kept of a body that is too large: enough to tell a web page. */
const BEGINNING = 2 ** 10;
/** How much of an error's body is read, so that the connection can be used again. */
const LARGEST_ERROR = 2 ** 16;
/** The memory of all bodies that are coming. */
const BODIES = new MemoryBudget(2 ** 28);

function limitOf(response: Response, headers: Record<string, string>, { limit }: Wishes): number {
  if (!response.ok) return LARGEST_ERROR;
  if (limit == null) return Infinity;
  // Where it is announced that more comes, none of it is waited for.
  return !headers["content-encoding"] && Number(headers["content-length"]) > limit ? 0 : limit;
}

function answer(response: Response, headers: Record<string, string>, rest: Partial<Answer>): Answer {
  const { status, url, type } = response;
  const nothing = { body: NOTHING, listing: undefined, sha256: "", hasMore: false };
  return { status, url, type, headers: JSON.stringify(headers), ...nothing, ...rest };
}

function isWebPage(response: Response): boolean {
  return /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
}

function listHeaders(response: Response): Record<string, string> {
  // Across origins a browser tells the length, but not whether it is that of compressed bytes.
  const names = response.type === "cors" ? HEADERS : [...HEADERS, "content-length"];
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = response.headers.get(name);
    if (value !== null) found[name] = value;
  }
  return found;
}

/** What Python calls: JSON goes in, which costs less than objects. */
export function transfer(
  url: string,
  initJson: string,
  patienceJson: string,
  wishesJson: string,
  get?: Get,
): Transfer {
  const begun = takeEarly(url, initJson, patienceJson);
  return begun ?? new Transfer(url, JSON.parse(initJson), JSON.parse(patienceJson), JSON.parse(wishesJson), get);
}

/** What was begun before anybody could ask for it. The very same request takes it, once. */
const early = new Map<string, Transfer>();

/** Begins a transfer, for whoever asks for the same later. */
export function beginEarly(url: string, initJson: string, patienceJson: string, wishesJson = "{}", get?: Get): void {
  const key = JSON.stringify([url, initJson, patienceJson]);
  if (early.has(key)) return;
  early.set(key, new Transfer(url, JSON.parse(initJson), JSON.parse(patienceJson), JSON.parse(wishesJson), get));
}

/** Ends a transfer that nobody has asked for. */
export function dropEarly(url: string, initJson: string, patienceJson: string): void {
  takeEarly(url, initJson, patienceJson)?.abort();
}

function takeEarly(url: string, initJson: string, patienceJson: string): Transfer | undefined {
  const key = JSON.stringify([url, initJson, patienceJson]);
  const begun = early.get(key);
  early.delete(key);
  return begun;
}

/** Computes the SHA-256 beside whatever else is going on. Pages without TLS cannot. */
async function hash(body: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return "";
  const digest = new Uint8Array(await subtle.digest("SHA-256", body as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
