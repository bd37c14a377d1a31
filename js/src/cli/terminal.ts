import { constants, openSync, readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import type { PyodideAPI } from "pyodide";
import { printable } from "../text/printable.ts";
import { loadSize, type Shared, setReading } from "./shared.ts";

// The program uses `process.stdin`, `process.stdout` and `process.stderr` only if they are terminals. The first access
// makes a pipe non-blocking, but a synchronous interpreter needs pipes that block.

const KEYSTROKE = 20; // milliseconds

/** Writes a line to the standard error. */
export function say(line: string): void {
  draw(`${printable(line)}\n`);
}

/** Writes an error to the standard error, with the common prefix. */
export function sayError(message: string): void {
  say(`wherry: error: ${message}`);
}

/** Writes to the standard error without escaping, so that the text can move the cursor. Ignores failures. */
export function draw(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // The reader has gone.
  }
}

/** Shows on a terminal that Pyodide is being loaded, until {@link endLoadingLine}. */
export function beginLoadingLine(): void {
  if (showsLoading()) draw("wherry: loading Pyodide …");
}

export function endLoadingLine(): void {
  if (showsLoading()) draw("\r\x1b[K");
}

function showsLoading(): boolean {
  return isatty(2) && process.env["TERM"] !== "dumb";
}

/** Writes lines to the standard output. Throws `EPIPE` if the reader has gone. */
export function print(lines: readonly string[]): void {
  writeAll(1, `${lines.join("\n")}\n`);
}

/** Writes a text to the standard output, unchanged. Throws `EPIPE` if the reader has gone. */
export function printExactly(text: string): void {
  writeAll(1, text);
}

/** Writes all of the text, and waits while a pipe is full. */
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

/** Returns `end` for the error by which Windows reports the end of the input. Throws other errors. */
export function endOfInput<Value>(error: unknown, end: Value): Value {
  if ((error as NodeJS.ErrnoException).code === "EOF") return end;
  throw error;
}

/** Connects Python to the standard streams of this process. */
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
 * Polls the terminal, so that Ctrl-C is noticed while reading. Opens it again, because other processes share descriptor
 * 0, and non-blocking reads are a property of the open file.
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
      // Raises an earlier signal. A later one ends the process.
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
