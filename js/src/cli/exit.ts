import { WherryError } from "../errors.ts";
import { sayError } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export const SUCCESS = 0;
export const FAILURE = 1;
export const MISUSE = 2;
export const OUTPUT_LOST = 120;
/** 128 + SIGINT, as in shells. */
export const INTERRUPTED = 130;

export const EXIT_CODES = `
Exit codes:
  0    success
  1    a package cannot be installed, the script ended with an error, or the lock of --check is out of date
  2    the command line, the script's metadata, a requirements file or a lock is wrong
  120  the last output could not be written, because its reader has gone
  130  Ctrl-C; the process ends by the signal, as Python does
  else the script's own exit code`;

/** Codes of errors in the script's metadata, in a requirement or in a lock. */
const AUTHORS_ERRORS = new Set([
  "invalid-lock",
  "invalid-requirement",
  "invalid-requirements-file",
  "invalid-script-metadata",
  "missing-hash",
]);

/** A cancellation by Ctrl-C. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** Whether an error only ends the program, and describes no failure. */
export function endsProgram({ type }: Error & { type?: string }): boolean {
  return type === "KeyboardInterrupt" || type === "SystemExit";
}

/** Writes an error, unless it has been written, and returns the exit code. */
export function exitCode(error: unknown): number {
  if (error instanceof Interruption) return complain(error.message, INTERRUPTED);
  if (error instanceof UsageError) return complain(error.message, MISUSE);
  if (error instanceof WherryError) return complain(error.message, AUTHORS_ERRORS.has(error.code) ? MISUSE : FAILURE);
  const { code, status, stack } = error as { code?: string; status?: number; stack?: string };
  if (code === "EPIPE") return OUTPUT_LOST;
  return typeof status === "number" ? status : complain(`unexpected error: ${stack ?? error}`, FAILURE);
}

function complain(message: string, code: number): number {
  sayError(message);
  return code;
}
