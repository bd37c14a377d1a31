/** The most bytes that wait. Beyond, all waiting work goes on. */
const LARGEST = 2 ** 26;
/** Milliseconds after which a busy page, or one that is not shown, counts as idle. */
const LONGEST = 5000;

type RequestIdle = (callback: () => void, options: { timeout: number }) => unknown;

/**
 * Lets work wait until the page has nothing else to do, so that it takes no time of an installation.
 *
 * Over a slow link that is while the network is waited for, over a fast one after the installation.
 */
export class IdleTime {
  readonly #request: RequestIdle | undefined;
  #bytes = 0;
  #next: Promise<void> | undefined;
  #end: () => void = () => {};

  constructor(request: RequestIdle | undefined = globalThis.requestIdleCallback) {
    this.#request = request;
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
      // Called as a function: browsers refuse another receiver than the page.
      request(end, { timeout: LONGEST });
    });
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
