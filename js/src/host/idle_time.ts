/** The most bytes that wait. */
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

  constructor(request: RequestIdle | undefined = globalThis.requestIdleCallback) {
    this.#request = request;
  }

  /**
   * Returns a promise of idle time, for work that holds `bytes` of memory meanwhile. Returns undefined if the memory of
   * all waiting work would be too much, or if the platform cannot tell when it is idle, as in workers.
   */
  wait(bytes: number): Promise<void> | undefined {
    const request = this.#request;
    if (!request || this.#bytes + bytes > LARGEST) return undefined;
    this.#bytes += bytes;
    this.#next ??= new Promise((resolve) => {
      // Called as a function: browsers refuse another receiver than the page.
      request(() => {
        this.#next = undefined;
        this.#bytes = 0;
        resolve();
      }, { timeout: LONGEST });
    });
    return this.#next;
  }
}

/** Lets everything else go first: in a page until it is idle, elsewhere for one turn. */
export async function idle(): Promise<void> {
  const { requestIdleCallback = setTimeout } = globalThis;
  await new Promise<unknown>((resolve) => requestIdleCallback(resolve));
}
