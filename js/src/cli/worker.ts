// The thread that runs Python. The first thread handles signals and the keyboard: src/cli/supervisor.ts.
import { workerData } from "node:worker_threads";
import { bundle } from "./bundle.ts";
import { endsProgram, exitCode } from "./exit.ts";
import { lock } from "./lock.ts";
import { repl } from "./repl.ts";
import { resolve, why } from "./resolve.ts";
import { run } from "./run.ts";
import type { Shared } from "./shared.ts";
import type { Assignment } from "./supervisor.ts";

const COMMANDS: Record<string, (parameters: any, shared: Shared) => Promise<number>> = { bundle, lock, repl, resolve, run, why };

// `os._exit()` arrives here, outside every promise. So does an exception that ends a task in Python, which
// src/cli/run.ts passes on.
process.on("uncaughtException", (error) => {
  if (!endsProgram(error)) process.exit(exitCode(error));
});

const { command, parameters, shared } = workerData as Assignment;
COMMANDS[command]?.(parameters, shared).then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(exitCode(error)),
);
