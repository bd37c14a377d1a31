import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { InstallOptions } from "../types.ts";
import { endsProgram } from "./exit.ts";
import { showFolders, virtualPath } from "./folders.ts";
import { installFromLock, type Meeting } from "./lock_install.ts";
import { besideLock, chosenLock, type LockChoice, ownLock, readLock } from "./lock_source.ts";
import { choosing, install, type Session, type SessionOptions, startSession } from "./session.ts";
import { raiseInterrupt, setReading, type Shared, signalPlace } from "./shared.ts";
import { endOfInput, say } from "./terminal.ts";
import { quoted, UsageError } from "./usage.ts";

export interface RunOptions extends SessionOptions, LockChoice {
  with?: readonly string[];
  module?: boolean;
}

export interface RunParameters {
  program: string;
  args: readonly string[];
  options: RunOptions;
}

/** The file inside Pyodide of a program from the standard input. Errors show its name. */
const STDIN_FOLDER = "/mnt/wherry";
const STDIN_FILE = `${STDIN_FOLDER}/<stdin>`;

/** Installs the requirements of a Python program and of the command line, runs it, and returns its exit code. */
export async function run({ program, args, options }: RunParameters, shared: Shared): Promise<number> {
  const given = chosenLock(options);
  const chosen = choosing(besideLock(options));
  const hostFile = options.module || program === "-" ? undefined : findScript(program);
  const own = hostFile === undefined ? undefined : ownLock(hostFile, options);
  const lock = own === undefined ? given : readLock(own);
  const source = program === "-" && !options.module ? readStandardInput(shared) : undefined;
  const session = await startSession(options, shared);
  const { pyodide, call, interrupts } = session;
  if (source) {
    // Before host folders are mounted, so that the file is in none of them.
    pyodide.FS.mkdirTree(STDIN_FOLDER);
    pyodide.FS.writeFile(STDIN_FILE, source);
  }
  showFolders(pyodide, [process.cwd(), ...(hostFile === undefined ? [] : [dirname(hostFile)])]);

  const file = hostFile === undefined ? STDIN_FILE : virtualPath(hostFile);
  const wanted = options.module ? { dependencies: [], options: {} } : await call("scriptMetadata", { file });
  if (own !== undefined && !options.quiet) say(`wherry: installing from ${basename(own)}; --no-lock ignores it`);
  const meeting = wanted.dependencies.length > 0 ? meetingOf(program, wanted.dependencies, options) : undefined;
  if (lock) await installFromLock(session, lock, chosen, meeting);
  const dependencies = lock ? [] : wanted.dependencies;
  await bring(session, [...dependencies, ...(options.with ?? [])], { ...wanted.options, ...chosen });

  const script = pyodide.pyimport("wherry.runtime.program");
  interrupts.handOver(script.interrupt);
  pyodide.setInterruptBuffer(signalPlace(shared));
  process.on("uncaughtException", (error: Error & { type?: string }) => {
    if (endsProgram(error) && !script.pass_on() && error.type === "KeyboardInterrupt") raiseInterrupt(shared);
  });
  const place = { workingDirectory: virtualPath(process.cwd()), argv: [program, ...args] };
  const runs = options.module ? call("runModule", { name: program, ...place }) : call("runFile", { file, ...place });
  const code: number = await runs;
  await session.bytecode?.keep();
  return code;
}

async function bring(session: Session, requirements: readonly string[], options: InstallOptions): Promise<void> {
  if (requirements.length > 0 || options.requirementsFiles || options.groups) await install(session, requirements, options);
}

/** Returns what the lock of a program must satisfy. */
function meetingOf(program: string, dependencies: readonly string[], { lock }: LockChoice): Meeting {
  if (program === "-") return { meets: dependencies, meetsName: "the standard input", relock: "remove --lock" };
  const other = lock === undefined ? "ignore it with --no-lock" : "remove --lock";
  const relock = `lock the script with wherry lock ${quoted(program)}, or ${other}`;
  return { meets: dependencies, meetsName: program, relock };
}

function readStandardInput(shared: Shared): Uint8Array {
  setReading(shared, true);
  try {
    return readFileSync(0);
  } catch (error) {
    return endOfInput(error, new Uint8Array());
  } finally {
    setReading(shared, false);
  }
}

/** Returns the path of a script. Follows links, because the target may not be visible inside Pyodide. */
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
