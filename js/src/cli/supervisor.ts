import { isatty } from "node:tty";
import { Worker } from "node:worker_threads";
import { INTERRUPTED } from "./exit.ts";
import { allowStackSwitching } from "./host.ts";
import {
  isLoading,
  isPending,
  isReading,
  raiseInterrupt,
  setLoading,
  type Shared,
  share,
  storeSize,
} from "./shared.ts";
import { endLoadingLine, say } from "./terminal.ts";

/** Milliseconds after Ctrl-C until a message explains how to end the process. */
const PATIENCE = 2000;

/** The command for the thread of Python. It is sent as a message. */
export interface Assignment {
  command: string;
  parameters: object;
  shared: Shared;
}

/** Starts a command in a thread of its own, and passes signals to it. The process ends with the thread. */
export function start(command: string, parameters: object): Worker {
  const shared = share();
  followSize(shared);
  setLoading(shared, true);
  // Flags apply to threads that start later.
  if ((parameters as { options?: { sockets?: boolean } }).options?.sockets) allowStackSwitching();
  const assignment: Assignment = { command, parameters, shared };
  const worker = new Worker(new URL("./cli-worker.js", import.meta.url), { workerData: assignment });
  let isInterrupted = false;
  const interrupt = () => {
    if (isLoading(shared)) endLoadingLine();
    if (isLoading(shared) || isPending(shared)) return die(interrupt);
    isInterrupted = true;
    raiseInterrupt(shared);
    // After raising the signal: a reader sets its flag first, and then checks for signals.
    if (isReading(shared)) return die(interrupt);
    worker.postMessage("interrupt");
    setTimeout(() => {
      if (isPending(shared)) say("wherry: still busy; press Ctrl-C again to end it at once");
    }, PATIENCE);
  };
  process.on("SIGINT", interrupt);
  worker.on("exit", (code) => (code === INTERRUPTED && isInterrupted ? die(interrupt) : process.exit(code)));
  return worker;
}

/** Ends the process by the signal, not by an exit code, so that a shell stops its loops. */
function die(listener: () => void): void {
  process.off("SIGINT", listener);
  process.kill(process.pid, "SIGINT");
  // On platforms without signals.
  setTimeout(() => process.exit(INTERRUPTED), 100);
}

/** Follows the size of the terminal. Never touches other streams, see src/cli/terminal.ts. */
function followSize(shared: Shared): void {
  if (!isatty(2) && !isatty(1)) return;
  const terminal = isatty(2) ? process.stderr : process.stdout;
  storeSize(shared, terminal);
  terminal.on("resize", () => storeSize(shared, terminal));
}
