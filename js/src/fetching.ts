// How Python fetches. The whole of a transfer is followed here, since every step that crosses into Python costs more
// than all of it does on this side.

import { isJsonPage, type Listing, ListingReader } from "./listing.ts";

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
}

const NOTHING = new Uint8Array();
const HEADERS = ["content-type", "content-encoding", "location", "retry-after"];
const MILLISECONDS = 1000;

/** One fetch, from the request to the last byte. Whoever is not patient enough has `expired` tell what took too long. */
export class Transfer {
  /** Whether an answer has begun to come. */
  hasBegun = false;
  readonly answer: Promise<Answer>;
  /** How many bytes of the body have come. */
  received = 0;
  /** Lets a transfer go on that was to stop after so many bytes. */
  release!: () => void;
  readonly #controller = new AbortController();
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor(url: string, init: RequestInit, patience: Patience, wishes: Wishes = {}, get: Get = fetch) {
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
      step.move(() => this.#expire(patience.idle, "nothing more came for"));
      const isPage = !wishes.wantsHash && isJsonPage(response.headers.get("content-type"));
      const reader = isPage ? new ListingReader() : undefined;
      const body = new Growing(wishes.size ?? Number(response.headers.get("content-length") ?? 0));
      for await (const piece of pieces(response)) {
        body.add(piece);
        reader?.add(piece);
        this.received = body.length;
        if (wishes.holdAt && body.length >= wishes.holdAt) {
          // Who does not read does not receive, beyond what is on its way.
          step.clear();
          await this.#released;
          step.restart();
        }
        step.moveLazily((patience.idle ?? 0) * MILLISECONDS);
      }
      const listing = reader?.finish();
      const content = listing ? NOTHING : body.take();
      return {
        status: response.status,
        url: response.url,
        type: response.type,
        headers: JSON.stringify(listHeaders(response)),
        body: content,
        listing,
        sha256: wishes.wantsHash ? await hash(content) : "",
      };
    } catch (error) {
      // What is left of the body is nobody's.
      this.abort();
      throw error;
    } finally {
      clearTimeout(total);
      step.clear();
    }
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
  #setAt = performance.now();

  constructor(start: () => Timer) {
    this.#start = start;
    this.#timer = start();
  }

  move(start: () => Timer): void {
    this.#start = start;
    this.restart();
  }

  restart(): void {
    this.clear();
    this.#timer = this.#start();
    this.#setAt = performance.now();
  }

  /** Moves it unless that was done just now, measured by how long it is in milliseconds: pieces come by hundreds. */
  moveLazily(length: number): void {
    if (performance.now() - this.#setAt > length / 10) this.restart();
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

/** Bytes of which it may be known how many come; nothing is held twice then. What comes beyond stays as it came. */
class Growing {
  length = 0;
  readonly #expected: Uint8Array<ArrayBuffer>;
  readonly #beyond: Uint8Array[] = [];

  constructor(expected: number) {
    this.#expected = new Uint8Array(Math.min(expected || FIRST_SIZE, LARGEST_GUESS));
  }

  add(piece: Uint8Array): void {
    const fits = !this.#beyond.length && this.length + piece.length <= this.#expected.length;
    if (fits) this.#expected.set(piece, this.length);
    else this.#beyond.push(piece);
    this.length += piece.length;
  }

  take(): Uint8Array<ArrayBuffer> {
    if (!this.#beyond.length) return this.#expected.subarray(0, this.length);
    const all = new Uint8Array(this.length);
    let end = this.length;
    for (const piece of this.#beyond.toReversed()) all.set(piece, (end -= piece.length));
    all.set(this.#expected.subarray(0, end));
    return all;
  }
}

const FIRST_SIZE = 2 ** 16;
/** What an index says of sizes is not to be trusted with more memory than this before the bytes are there. */
const LARGEST_GUESS = 2 ** 27;

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

/** Begins a transfer, with no wishes, for whoever asks for the same later. */
export function beginEarly(url: string, initJson: string, patienceJson: string, get?: Get): void {
  const key = JSON.stringify([url, initJson, patienceJson]);
  if (!early.has(key)) early.set(key, new Transfer(url, JSON.parse(initJson), JSON.parse(patienceJson), {}, get));
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
