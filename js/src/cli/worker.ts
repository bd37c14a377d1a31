// The thread that Python runs in. Signals and the keyboard are the first thread's, src/cli/supervisor.ts.
import { workerData } from "node:worker_threads";
import { endsProgram, exitCode } from "./exit.ts";
import { repl } from "./repl.ts";
import { resolve, why } from "./resolve.ts";
import { run } from "./run.ts";
import type { Shared } from "./shared.ts";
import type { Assignment } from "./supervisor.ts";

const COMMANDS: Record<string, (parameters: any, shared: Shared) => Promise<number>> = { repl, resolve, run, why };

// Code that leaves by itself (`os._exit()`) surfaces here, outside every promise. What ends a task in Python surfaces
// here, too; src/cli/run.ts sees to it that it reaches somebody.
process.on("uncaughtException", (error) => {
  if (!endsProgram(error)) process.exit(exitCode(error));
});

const { command, parameters, shared } = workerData as Assignment;
COMMANDS[command]?.(parameters, shared).then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(exitCode(error)),
);
