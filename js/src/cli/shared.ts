/**
 * What the process's first thread, which gets signals and knows the terminal, tells the thread that Python runs in:
 * that one is busy for as long as Python is, and reads no messages then.
 */
export type Shared = Int32Array<SharedArrayBuffer>;

const PLACES = { signal: 0, reading: 1, columns: 2, rows: 3, loading: 4 } as const;
export const SIGINT = 2;

export function share(): Shared {
  return new Int32Array(new SharedArrayBuffer(Object.keys(PLACES).length * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Where Python looks for a signal, and puts 0 once it has seen it.
 *
 * It puts 0 there whenever it looks, thousands of times a second. Here that takes away what was seen, and not what has
 * come since.
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

/** Whether there is a signal that nobody has seen yet. */
export function isPending(shared: Shared): boolean {
  return Atomics.load(shared, PLACES.signal) === SIGINT;
}

/** Whether there was a signal that Python had not seen yet; it will not any more. */
export function takeInterrupt(shared: Shared): boolean {
  return Atomics.exchange(shared, PLACES.signal, 0) === SIGINT;
}

/** Notes that nothing can be heard until somebody writes to the standard input. */
export function setReading(shared: Shared, isReading: boolean): void {
  Atomics.store(shared, PLACES.reading, Number(isReading));
}

export function isReading(shared: Shared): boolean {
  return Atomics.load(shared, PLACES.reading) === 1;
}

/** Notes that Pyodide is being loaded: there is nothing yet that could hear a signal, or be put in order. */
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

/** The terminal's size in characters, 80 by 24 where there is none. */
export function loadSize(shared: Shared): Size {
  return { columns: Atomics.load(shared, PLACES.columns) || 80, rows: Atomics.load(shared, PLACES.rows) || 24 };
}
