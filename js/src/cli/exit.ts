import { WherryError } from "../errors.ts";
import { sayError } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export const SUCCESS = 0;
export const FAILURE = 1;
export const MISUSE = 2;
export const OUTPUT_LOST = 120;
/** 128 + SIGINT, as a shell says it. */
export const INTERRUPTED = 130;

export const EXIT_CODES = `
Exit codes:
  0    all went well
  1    a package could not be had, or the script ended with an error
  2    the command line, the script's metadata, or a requirements file, is not right
  120  the last output could not be written: its reader is gone
  130  Ctrl-C; the process ends by the signal, as Python does
  else what the script itself left with`;

/** What a script's or a requirement's author, not the network, has to put right. */
const AUTHORS_ERRORS = new Set(["invalid-script-metadata", "invalid-requirement", "invalid-requirements-file", "missing-hash"]);

/** What a signal ends: the person at the terminal did, and knows why. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** Whether it is how Python ends a program; it says nothing of what went wrong. */
export function endsProgram({ type }: Error & { type?: string }): boolean {
  return type === "KeyboardInterrupt" || type === "SystemExit";
}

/** Says what went wrong, where that has not been said, and returns the code to leave with. */
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
