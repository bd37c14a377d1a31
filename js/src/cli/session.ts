import { isatty } from "node:tty";
import type { PyodideAPI } from "pyodide";
import { connect } from "../attach.ts";
import type { Call } from "../bridge.ts";
import { createInstaller, type InstallOptions, type ProgressListener } from "../installer.ts";
import { readConstraints } from "./constraints.ts";
import { type FolderCache, openCache } from "./folder_cache.ts";
import { requireNode, trustSystemAuthorities } from "./host.ts";
import { hostIndex, hostRequirement } from "./host_paths.ts";
import { Interrupts } from "./interrupts.ts";
import { LiveBars } from "./live.ts";
import { type Clock, PhaseLines, reportLines, startClock } from "./progress.ts";
import { startPyodide } from "./pyodide.ts";
import { filesAndGroups, type NamedRequirements } from "./requirements.ts";
import { loadSize, type Shared } from "./shared.ts";
import { styleFor } from "./style.ts";
import { say } from "./terminal.ts";
import { seconds } from "./units.ts";

/** What every command lets one say. */
export interface SessionOptions extends NamedRequirements {
  indexUrl?: readonly string[];
  constraint?: readonly string[];
  prefer?: "distribution" | "index";
  overwrite?: readonly string[];
  quiet?: boolean;
  cache?: boolean;
  sockets?: boolean;
}

/** A Pyodide with wherry aboard, at a terminal. */
export interface Session {
  pyodide: PyodideAPI;
  call: Call;
  interrupts: Interrupts;
  shared: Shared;
  quiet: boolean;
  cache: FolderCache | undefined;
}

export async function startSession(options: SessionOptions, shared: Shared): Promise<Session> {
  requireNode();
  trustSystemAuthorities();
  const clock = startClock();
  const interrupts = new Interrupts(shared);
  const pyodide = await startPyodide(shared, options);
  const cache = options.cache === false ? undefined : openCache(options.quiet ? () => {} : say);
  const call = await connect(pyodide, {
    ...(options.indexUrl && { indexUrls: options.indexUrl.map(hostIndex) }),
    ...(cache && { cache }),
  });
  const quiet = options.quiet ?? false;
  if (!quiet) await sayLoaded(pyodide.version, call, clock);
  return { pyodide, call, interrupts, shared, quiet, cache };
}

async function sayLoaded(version: string, call: Call, clock: Clock): Promise<void> {
  const { pythonVersion, platform } = await call("environment");
  say(`wherry: Pyodide ${version} (Python ${pythonVersion}, ${platform}) loaded in ${seconds(clock())}`);
}

/** Returns the options of an installation that the command line gives. */
export function choosing(options: SessionOptions): InstallOptions {
  const { constraint, prefer, overwrite } = options;
  const constraints = readConstraints(constraint).map(hostRequirement);
  return { ...filesAndGroups(options), constraints, ...(prefer && { prefer }), ...(overwrite && { overwrite }) };
}

/** Installs all of it, and says what came. */
export async function install(
  session: Session,
  requirements: readonly string[],
  options: InstallOptions,
): Promise<void> {
  const { signal } = session.interrupts;
  const report = await watch(session, true, (onProgress) =>
    createInstaller(session.call).install(requirements.map(hostRequirement), { ...options, onProgress, signal }),
  );
  session.cache?.prune();
  const columns = isatty(2) ? loadSize(session.shared).columns : undefined;
  if (!session.quiet) reportLines(report, columns).forEach(say);
}

/** Shows how something goes on: bars on a terminal; if `sayPhases`, a line for each phase that is over. */
export async function watch<Result>(
  { quiet, shared }: Session,
  sayPhases: boolean,
  work: (onProgress: ProgressListener) => Promise<Result>,
): Promise<Result> {
  if (quiet) return work(() => {});
  const bars = isatty(2) && process.env["TERM"] !== "dumb" ? new LiveBars(shared, styleFor(2)) : undefined;
  const sayAbove = (line: string) => {
    bars?.clear();
    say(line);
  };
  const phases = new PhaseLines(sayPhases ? sayAbove : () => {});
  try {
    return await work((event) => {
      phases.follow(event);
      bars?.follow(event);
    });
  } finally {
    bars?.clear();
  }
}
