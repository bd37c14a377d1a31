import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { connect } from "../attach.ts";
import type { Call } from "../bridge.ts";
import { createInstaller, type InstallOptions } from "../installer.ts";
import { showFolders, virtualPath } from "./folders.ts";
import { requireNode, trustSystemAuthorities } from "./host.ts";
import { type Clock, PhaseLines, reportLines, seconds, startClock } from "./progress.ts";
import { startPyodide } from "./pyodide.ts";
import { say } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export interface RunOptions {
  indexUrl?: readonly string[];
}

/** Runs a Python script with what its inline metadata asks for, and returns its exit code. */
export async function run(script: string, args: readonly string[], options: RunOptions): Promise<number> {
  requireNode();
  const hostFile = findScript(script);
  trustSystemAuthorities();

  const clock = startClock();
  const pyodide = await startPyodide();
  const call = await connect(pyodide, options.indexUrl ? { indexUrls: options.indexUrl } : {});
  await sayLoaded(pyodide.version, call, clock);
  showFolders(pyodide, [process.cwd(), dirname(hostFile)]);

  const file = virtualPath(hostFile);
  const { dependencies, options: wanted } = await call("scriptMetadata", { file });
  if (dependencies.length > 0) await install(call, dependencies, wanted);
  return call("runFile", { file, argv: [script, ...args], workingDirectory: virtualPath(process.cwd()) });
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

async function sayLoaded(version: string, call: Call, clock: Clock): Promise<void> {
  const { pythonVersion, platform } = await call("environment");
  say(`wherry: Pyodide ${version} (Python ${pythonVersion}, ${platform}) loaded in ${seconds(clock())}`);
}

async function install(call: Call, dependencies: readonly string[], options: InstallOptions): Promise<void> {
  const phases = new PhaseLines(say);
  const onProgress = phases.follow.bind(phases);
  const report = await createInstaller(call).install(dependencies, { ...options, onProgress });
  reportLines(report).forEach(say);
}
