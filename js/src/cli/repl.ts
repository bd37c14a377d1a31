import { writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { PyodideAPI } from "pyodide";
import CONSOLE from "../python/console.py";
import { endsProgram, exitCode, SUCCESS } from "./exit.ts";
import { showFolders, virtualPath } from "./folders.ts";
import { installFromLock } from "./lock_install.ts";
import { besideLock, chosenLock, type LockChoice } from "./lock_source.ts";
import { namesFiles } from "./requirements.ts";
import { choosing, install, type SessionOptions, startSession } from "./session.ts";
import { type Shared, signalPlace } from "./shared.ts";
import { say } from "./terminal.ts";

export interface ReplParameters {
  options: SessionOptions & LockChoice & { with?: readonly string[] };
}

/** Messages of the prompt, in the first thread, to Python. */
export type Said = { line: string } | { complete: string } | "forget" | "leave";

/** Messages of Python to the prompt: the next prompt, or completions and where they begin. */
export type Answered = { prompt: string } | { words: string[]; start: number };

/** Runs a Python prompt, whose lines come from the first thread: src/cli/prompt.ts. Returns the exit code. */
export async function repl({ options }: ReplParameters, shared: Shared): Promise<number> {
  const lock = chosenLock(options);
  const beside = besideLock(options);
  const chosen = choosing(beside);
  const session = await startSession(options, shared);
  const { pyodide, interrupts } = session;
  showFolders(pyodide, [process.cwd()]);
  if (lock) await installFromLock(session, lock, chosen);
  if (options.with || namesFiles(beside)) await install(session, options.with ?? [], chosen);
  if (!options.quiet) say('wherry: await wherry.install("…") installs packages; Ctrl-D exits');

  const console = openConsole(pyodide);
  interrupts.handOver(() => console.interrupt());
  pyodide.setInterruptBuffer(signalPlace(shared));
  ignoreSignals();
  const code = await converse(console);
  await session.bytecode?.keep();
  return code;
}

/** `TerminalConsole` of src/python/console.py. */
interface Console {
  enter(line: string): Promise<unknown>;
  interrupt(): boolean;
  complete_json(source: string): string;
  forget(): void;
}

function openConsole(pyodide: PyodideAPI): Console {
  const namespace = pyodide.toPy({ __name__: "wherry_console" });
  pyodide.runPython(CONSOLE, { globals: namespace, filename: "<prompt>" });
  return namespace.get("open_terminal")(virtualPath(process.cwd()), pyodide.globals);
}

/** Ignores exceptions that end a task in Python: the console has shown them. */
function ignoreSignals(): void {
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => {
    if (endsProgram(error)) return;
    const code = exitCode(error);
    // From `os._exit()`.
    if ("status" in error) process.exit(code);
  });
}

function converse(console: Console): Promise<number> {
  return new Promise((resolve) => {
    const answer = (answered: Answered) => parentPort?.postMessage(answered);
    const hear = async (said: Said | "interrupt") => {
      if (said === "interrupt") return;
      if (said === "leave") return resolve(SUCCESS);
      if (said === "forget") return console.forget();
      if ("complete" in said) return answer(JSON.parse(console.complete_json(said.complete)));
      const next = await console.enter(said.line).catch(unexpected);
      if (next === ">>> " || next === "... ") answer({ prompt: next });
      else resolve(statusOf(next));
    };
    parentPort?.on("message", (said) => void hear(said));
    answer({ prompt: ">>> " });
  });
}

/** Shows an unexpected error, and returns the next prompt. */
function unexpected(error: unknown): string {
  exitCode(error);
  return ">>> ";
}

/** Returns the exit code for the argument of `exit()`: a number, or a message to write. */
function statusOf(given: unknown): number {
  if (given === undefined || given === null) return 0;
  if (typeof given === "number") return given & 0xff;
  writeSync(2, `${given}\n`);
  return 1;
}
