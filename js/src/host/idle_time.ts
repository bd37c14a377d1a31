/** The most bytes that wait. Beyond, all waiting work goes on. */
const LARGEST = 2 ** 26;
/** Milliseconds after which a busy page, or one that is not shown, counts as idle. */
const LONGEST = 5000;
/** Milliseconds without more work: an installation pauses for shorter times, and its imports follow at once. */
const QUIET = 1000;

type RequestIdle = (callback: () => void, options: { timeout: number }) => unknown;

/**
 * Lets work wait until no more has come for a while and the page has nothing else to do, so that it takes no time of an
 * installation, or of the imports after it.
 */
export class IdleTime {
  readonly #request: RequestIdle | undefined;
  readonly #quiet: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #bytes = 0;
  #next: Promise<void> | undefined;
  #end: () => void = () => {};

  constructor(request: RequestIdle | undefined = globalThis.requestIdleCallback, quiet: number = QUIET) {
    this.#request = request;
    this.#quiet = quiet;
  }

  /**
   * Returns a promise of idle time, for work that holds `bytes` of memory meanwhile. If the memory of all waiting work
   * would be too much, all of it goes on, and this returns undefined; also where the platform cannot tell when it is
   * idle, as in workers.
   */
  wait(bytes: number): Promise<void> | undefined {
    const request = this.#request;
    if (!request) return undefined;
    if (this.#bytes + bytes > LARGEST) {
      this.#end();
      return undefined;
    }
    this.#bytes += bytes;
    this.#next ??= new Promise((resolve) => {
      const end = () => {
        if (this.#end !== end) return;
        this.#end = () => {};
        this.#next = undefined;
        this.#bytes = 0;
        resolve();
      };
      this.#end = end;
    });
    clearTimeout(this.#timer);
    // Called as a function: browsers refuse another receiver than the page.
    this.#timer = setTimeout(() => request(this.#end, { timeout: LONGEST }), this.#quiet);
    return this.#next;
  }
}

/** Lets everything else go first: in a page until it is idle, for some seconds at most, elsewhere for one turn. */
export async function idle(): Promise<void> {
  const { requestIdleCallback } = globalThis;
  await new Promise<unknown>((resolve) => {
    if (requestIdleCallback) requestIdleCallback(resolve, { timeout: LONGEST });
    else setTimeout(resolve);
  });
}
