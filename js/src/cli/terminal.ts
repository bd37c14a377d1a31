import { readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import type { PyodideAPI } from "pyodide";

// `process.stdin`, `process.stdout` and `process.stderr` are left alone all through the program: the first look at one
// of them makes a pipe non-blocking, and a synchronous interpreter needs pipes that block.

/** Writes one line to the standard error, which may be gone. */
export function say(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody listens.
  }
}

/** Gives Python this process's own standard streams. */
export function connectStreams(pyodide: PyodideAPI): void {
  pyodide.setStdin({ read: (buffer) => readStdin(buffer), isatty: isatty(0) });
  pyodide.setStdout(writer(1));
  pyodide.setStderr(writer(2));
}

function writer(descriptor: 1 | 2) {
  return {
    isatty: isatty(descriptor),
    write: (bytes: Uint8Array) => writeSync(descriptor, bytes),
    getTerminalSize: () => terminalSize(descriptor),
  };
}

/** Asked for terminals only, whose writes block whatever has been looked at. */
function terminalSize(descriptor: 1 | 2): { rows: number; columns: number } {
  const { rows, columns } = descriptor === 1 ? process.stdout : process.stderr;
  return { rows, columns };
}

function readStdin(buffer: Uint8Array): number {
  try {
    return readSync(0, buffer);
  } catch (error) {
    // Windows says so where POSIX returns 0.
    if ((error as NodeJS.ErrnoException).code === "EOF") return 0;
    throw error;
  }
}
