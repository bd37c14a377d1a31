/**
 * Shared memory of the first thread, which receives signals and knows the terminal, and the thread that runs Python,
 * which reads no messages while Python is busy.
 */
export type Shared = Int32Array<SharedArrayBuffer>;

const PLACES = { signal: 0, reading: 1, columns: 2, rows: 3, loading: 4 } as const;
export const SIGINT = 2;

export function share(): Shared {
  return new Int32Array(new SharedArrayBuffer(Object.keys(PLACES).length * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Returns the buffer in which Python looks for a signal, and writes 0 when it has seen it.
 *
 * Python writes 0 after every look, thousands of times a second. This buffer then removes only the signal that was
 * seen, not one that arrived since.
 */
export function signalPlace(shared: Shared): Shared {
  let seen = 0;
  const place = {
    get 0() {
      seen = Atomics.load(shared, PLACES.signal);
      return seen;
    },
    set 0(_: number) {
      Atomics.compareExchange(shared, PLACES.signal, seen, 0);
    },
  };
  return place as unknown as Shared;
}

export function raiseInterrupt(shared: Shared): void {
  Atomics.store(shared, PLACES.signal, SIGINT);
}

/** Whether a signal has not been seen yet. */
export function isPending(shared: Shared): boolean {
  return Atomics.load(shared, PLACES.signal) === SIGINT;
}

/** Removes a signal that Python has not seen. Returns whether one was set. */
export function takeInterrupt(shared: Shared): boolean {
  return Atomics.exchange(shared, PLACES.signal, 0) === SIGINT;
}

/** Notes that Python waits for the standard input, and receives no messages. */
export function setReading(shared: Shared, isReading: boolean): void {
  Atomics.store(shared, PLACES.reading, Number(isReading));
}

export function isReading(shared: Shared): boolean {
  return Atomics.load(shared, PLACES.reading) === 1;
}

/** Notes that Pyodide is being loaded. Until then a signal can end the process at once. */
export function setLoading(shared: Shared, isLoading: boolean): void {
  Atomics.store(shared, PLACES.loading, Number(isLoading));
}

export function isLoading(shared: Shared): boolean {
  return Atomics.load(shared, PLACES.loading) === 1;
}

export interface Size {
  columns: number;
  rows: number;
}

export function storeSize(shared: Shared, { columns, rows }: Size): void {
  Atomics.store(shared, PLACES.columns, columns);
  Atomics.store(shared, PLACES.rows, rows);
}

/** Returns the terminal's size in characters; 80 by 24 without a terminal. */
export function loadSize(shared: Shared): Size {
  return { columns: Atomics.load(shared, PLACES.columns) || 80, rows: Atomics.load(shared, PLACES.rows) || 24 };
}
