import { writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { PyodideAPI } from "pyodide";
import { endsProgram, exitCode, SUCCESS } from "./exit.ts";
import { showFolders, virtualPath } from "./folders.ts";
import { namesFiles } from "./requirements.ts";
import { choosing, install, type SessionOptions, startSession } from "./session.ts";
import { type Shared, signalPlace } from "./shared.ts";
import { say } from "./terminal.ts";

export interface ReplParameters {
  options: SessionOptions & { with?: readonly string[] };
}

/** What the prompt, in the first thread, says to Python. */
export type Said = { line: string } | { complete: string } | "forget" | "leave";

/** What Python says to the prompt: the next one, or what a word could go on with and where that begins. */
export type Answered = { prompt: string } | { completions: string[]; start: number };

/** What stands at the prompt is the program's; all else has a namespace of its own. */
const CONSOLE = `
import asyncio, json, os, sys, traceback
from pyodide.console import Console

os.chdir(folder)
sys.path[:0] = [] if "" in sys.path else [""]
exec("import wherry", names)
class Prompt(Console):
    """Runs what is entered in a task of its own: the console's does not survive being cancelled."""

    before = set()

    async def runcode(self, source, code):
        self.before = asyncio.all_tasks()
        try:
            return await asyncio.ensure_future(super().runcode(source, code))
        except asyncio.CancelledError:
            sys.stderr.write("KeyboardInterrupt\\n")

console = Prompt(names)

def users_traceback(error):
    """Return the traceback of an error that wherry raises on purpose, without the frames inside wherry."""
    if not isinstance(error, sys.modules["wherry"].WherryError):
        return ""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if is_users(one.filename)]
    return "Traceback (most recent call last):\\n" + "".join(
        traceback.format_list(frames) + traceback.format_exception_only(error)
    )

def is_users(filename):
    return filename != "<prompt>" and not {"wherry", "pyodide", "_pyodide", "asyncio"} & set(filename.split("/")[:-1])

async def push(line):
    future = console.push(line)
    if future.syntax_check == "incomplete":
        return "... "
    try:
        sys.displayhook(await future)
    except SystemExit as request:
        return request.code
    except BaseException as error:
        # What is shown at the prompt may fail to be.
        said = users_traceback(error) or future.formatted_error or "".join(traceback.format_exception(error))
        sys.stderr.write(said.rstrip("\\n") + "\\n")
    return ">>> "

def interrupt():
    for task in asyncio.all_tasks() - console.before:
        task.cancel()
    return True

def complete(source):
    try:
        found, start = console.complete(source)
    except Exception:
        # It asks objects for their attributes, and they may do anything then.
        found, start = [], len(source)
    return json.dumps({"completions": found, "start": start})

def forget():
    console.buffer.clear()
`;

/** A Python prompt whose lines come from the first thread, see src/cli/prompt.ts. Returns the code to leave with. */
export async function repl({ options }: ReplParameters, shared: Shared): Promise<number> {
  const chosen = choosing(options);
  const session = await startSession(options, shared);
  const { pyodide, interrupts } = session;
  showFolders(pyodide, [process.cwd()]);
  if (options.with || namesFiles(options)) await install(session, options.with ?? [], chosen);
  if (!options.quiet) say('wherry: await wherry.install("…") installs packages; Ctrl-D leaves');

  const console = openConsole(pyodide);
  interrupts.handOver(console.interrupt);
  pyodide.setInterruptBuffer(signalPlace(shared));
  ignoreSignals();
  return converse(console);
}

interface Console {
  push(line: string): Promise<unknown>;
  interrupt(): boolean;
  complete(source: string): string;
  forget(): void;
}

function openConsole(pyodide: PyodideAPI): Console {
  const namespace = pyodide.toPy({ folder: virtualPath(process.cwd()) });
  namespace.set("names", pyodide.globals);
  // Frames of "<exec>" would be shown.
  pyodide.runPython(CONSOLE, { globals: namespace, filename: "<prompt>" });
  return {
    push: namespace.get("push"),
    interrupt: namespace.get("interrupt"),
    complete: namespace.get("complete"),
    forget: namespace.get("forget"),
  };
}

/** What ends a task in Python ends it here, too, and has been shown by then. */
function ignoreSignals(): void {
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => {
    if (endsProgram(error)) return;
    const code = exitCode(error);
    // `os._exit()` leaves at once.
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
      if ("complete" in said) return answer(JSON.parse(console.complete(said.complete)));
      const next = await console.push(said.line).catch(unexpected);
      if (next === ">>> " || next === "... ") answer({ prompt: next });
      else resolve(statusOf(next));
    };
    parentPort?.on("message", (said) => void hear(said));
    answer({ prompt: ">>> " });
  });
}

/** Whatever happens, there is a prompt again. */
function unexpected(error: unknown): string {
  exitCode(error);
  return ">>> ";
}

/** What `exit()` was given is a number, or something to say. */
function statusOf(given: unknown): number {
  if (given === undefined || given === null) return 0;
  if (typeof given === "number") return given & 0xff;
  writeSync(2, `${given}\n`);
  return 1;
}
