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

/** After how many milliseconds somebody who pressed Ctrl-C is told what more there is to do. */
const PATIENCE = 2000;

/** What is to be done in the thread of Python; it has to survive a message. */
export interface Assignment {
  command: string;
  parameters: object;
  shared: Shared;
}

/** Starts a command in a thread of its own; the process ends with it. Signals come here, and go on to it. */
export function start(command: string, parameters: object): Worker {
  const shared = share();
  followSize(shared);
  setLoading(shared, true);
  // Flags are the whole process's, and count for threads that are begun after them.
  if ((parameters as { options?: { sockets?: boolean } }).options?.sockets) allowStackSwitching();
  const assignment: Assignment = { command, parameters, shared };
  const worker = new Worker(new URL("./cli-worker.js", import.meta.url), { workerData: assignment });
  let isInterrupted = false;
  const interrupt = () => {
    if (isLoading(shared)) endLoadingLine();
    if (isLoading(shared) || isPending(shared)) return die(interrupt);
    isInterrupted = true;
    raiseInterrupt(shared);
    // In this order: who begins to read looks for a signal after saying so.
    if (isReading(shared)) return die(interrupt);
    worker.postMessage("interrupt");
    setTimeout(() => {
      if (isPending(shared)) say("wherry: still busy; Ctrl-C once more ends it at once");
    }, PATIENCE);
  };
  process.on("SIGINT", interrupt);
  worker.on("exit", (code) => (code === INTERRUPTED && isInterrupted ? die(interrupt) : process.exit(code)));
  return worker;
}

/** Ends as the signal would have done it: a shell tells that from an exit code, and stops its loops. */
function die(listener: () => void): void {
  process.off("SIGINT", listener);
  process.kill(process.pid, "SIGINT");
  // Where signals are none.
  setTimeout(() => process.exit(INTERRUPTED), 100);
}

/** Only terminals are looked at: their writes block whatever has been looked at. */
function followSize(shared: Shared): void {
  if (!isatty(2) && !isatty(1)) return;
  const terminal = isatty(2) ? process.stderr : process.stdout;
  storeSize(shared, terminal);
  terminal.on("resize", () => storeSize(shared, terminal));
}
