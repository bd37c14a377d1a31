import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { InstallOptions } from "../installer.ts";
import { INTERRUPTED } from "./exit.ts";
import { showFolders, virtualPath } from "./folders.ts";
import { choosing, install, type Session, type SessionOptions, startSession } from "./session.ts";
import { type Shared, signalPlace } from "./shared.ts";
import { UsageError } from "./usage.ts";

export interface RunOptions extends SessionOptions {
  with?: readonly string[];
  module?: boolean;
}

export interface RunParameters {
  program: string;
  args: readonly string[];
  options: RunOptions;
}

/** Where a program lies inside Pyodide that came on the standard input; errors show the name. */
const STDIN_FILE = "/tmp/<stdin>";

/** Runs a Python program with what it and the command line ask for, and returns its exit code. */
export async function run({ program, args, options }: RunParameters, shared: Shared): Promise<number> {
  const chosen = choosing(options);
  const hostFile = options.module || program === "-" ? undefined : findScript(program);
  const source = program === "-" && !options.module ? readFileSync(0) : undefined;
  const session = await startSession(options, shared);
  const { pyodide, call, interrupts } = session;
  showFolders(pyodide, [process.cwd(), ...(hostFile === undefined ? [] : [dirname(hostFile)])]);
  if (source) pyodide.FS.writeFile(STDIN_FILE, source);

  const file = hostFile === undefined ? STDIN_FILE : virtualPath(hostFile);
  const wanted = options.module ? { dependencies: [], options: {} } : await call("scriptMetadata", { file });
  await bring(session, [...wanted.dependencies, ...(options.with ?? [])], { ...wanted.options, ...chosen });

  interrupts.handOver(() => void call("interrupt"));
  pyodide.setInterruptBuffer(signalPlace(shared));
  const place = { workingDirectory: virtualPath(process.cwd()), argv: [program, ...args] };
  const code = await (options.module
    ? call("runModule", { name: program, ...place })
    : call("runFile", { file, ...place }));
  return code !== 0 && interrupts.hasWoken ? INTERRUPTED : code;
}

async function bring(session: Session, requirements: readonly string[], options: InstallOptions): Promise<void> {
  if (requirements.length > 0) await install(session, requirements, options);
}

/** Follows links, because what a link names need not be visible inside Pyodide. */
function findScript(script: string): string {
  try {
    const file = realpathSync(script);
    if (!statSync(file).isDirectory()) return file;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot open the script ${script}: ${code === "ENOENT" ? "there is no such file" : code}`);
  }
  throw new UsageError(`cannot run ${script}: it is a folder`);
}
