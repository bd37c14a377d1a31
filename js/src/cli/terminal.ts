import { constants, openSync, readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import type { PyodideAPI } from "pyodide";
import { printable } from "../text/printable.ts";
import { loadSize, type Shared, setReading } from "./shared.ts";

// `process.stdin`, `process.stdout` and `process.stderr` are left alone all through the program, unless they are
// terminals: the first look at one of them makes a pipe non-blocking, and a synchronous interpreter needs pipes that
// block.

const KEYSTROKE = 20; // milliseconds

/** Writes one line to the standard error. */
export function say(line: string): void {
  draw(`${printable(line)}\n`);
}

/** Says on the standard error that something went wrong: the one place where errors get their prefix. */
export function sayError(message: string): void {
  say(`wherry: error: ${message}`);
}

/** Writes to the standard error, which may be gone, as it is: what moves the cursor, too. */
export function draw(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // Nobody listens.
  }
}

/** Shows, on a terminal, that Pyodide is being loaded, until {@link endLoadingLine}. */
export function beginLoadingLine(): void {
  if (showsLoading()) draw("wherry: loading Pyodide …");
}

export function endLoadingLine(): void {
  if (showsLoading()) draw("\r\x1b[K");
}

function showsLoading(): boolean {
  return isatty(2) && process.env["TERM"] !== "dumb";
}

/** Writes lines to the standard output; throws `EPIPE` where nobody reads them any more. */
export function print(lines: readonly string[]): void {
  writeAll(1, `${lines.join("\n")}\n`);
}

/** Writes all of it, to a pipe that is full for a while, too. */
function writeAll(descriptor: 1 | 2, text: string): void {
  const nap = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(nap, 0, 0, KEYSTROKE);
    }
  }
}

/** Returns what stands for the end of the input, which Windows takes for an error; throws what is another. */
export function endOfInput<Value>(error: unknown, end: Value): Value {
  if ((error as NodeJS.ErrnoException).code === "EOF") return end;
  throw error;
}

/** Gives Python this process's own standard streams. */
export function connectStreams(pyodide: PyodideAPI, shared: Shared): void {
  pyodide.setStdin(isatty(0) ? keyboard(pyodide, shared) : pipe(pyodide, shared));
  pyodide.setStdout(writer(1, shared));
  pyodide.setStderr(writer(2, shared));
}

function writer(descriptor: 1 | 2, shared: Shared) {
  return {
    isatty: isatty(descriptor),
    write: (bytes: Uint8Array) => writeSync(descriptor, bytes),
    getTerminalSize: () => loadSize(shared),
  };
}

/**
 * A terminal that is asked again and again, so that Ctrl-C is noticed meanwhile. It is opened once more for that:
 * whether a read waits is a property of what was opened, and other processes have the descriptor 0, too.
 */
function keyboard(pyodide: PyodideAPI, shared: Shared) {
  const nap = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let terminal: number | undefined;
  const read = (buffer: Uint8Array): number => {
    terminal ??= openSync("/dev/tty", constants.O_RDONLY | constants.O_NONBLOCK);
    for (;;) {
      try {
        return readSync(terminal, buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
      pyodide.checkInterrupt();
      Atomics.wait(nap, 0, 0, KEYSTROKE);
    }
  };
  return process.platform === "win32" ? { ...pipe(pyodide, shared), isatty: true } : { read, isatty: true };
}

function pipe(pyodide: PyodideAPI, shared: Shared) {
  const read = (buffer: Uint8Array): number => {
    setReading(shared, true);
    try {
      // A signal from before is in time to be raised; one that comes from now on ends the process.
      pyodide.checkInterrupt();
      return readSync(0, buffer);
    } catch (error) {
      return endOfInput(error, 0);
    } finally {
      setReading(shared, false);
    }
  };
  return { read, isatty: false };
}
