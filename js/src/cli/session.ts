import { isatty } from "node:tty";
import type { PyodideAPI } from "pyodide";
import { connect } from "../attach.ts";
import { forgiving, uncopied } from "../host/cache.ts";
import { KeptPages } from "../host/kept_pages.ts";
import type { Bytecode } from "../host/bytecode.ts";
import type { Call } from "../python/bridge.ts";
import { createInstaller } from "../installer.ts";
import { formatSeconds } from "../text/units.ts";
import type { InstallOptions, InstallReport, ProgressListener } from "../types.ts";
import { advising, inOptions, type Settings } from "./advice.ts";
import { readConstraints } from "./constraints.ts";
import { type FolderCache, openCache } from "./folder_cache.ts";
import { requireNode, trustSystemAuthorities } from "./host.ts";
import { hostIndex, hostRequirement } from "./host_paths.ts";
import { Interrupts } from "./interrupts.ts";
import { LiveBars } from "./live.ts";
import { type Clock, PhaseLines, reportLines, startClock } from "./progress.ts";
import { startPyodide } from "./pyodide.ts";
import { filesAndGroups, type NamedRequirements } from "./requirements.ts";
import { loadSize, setLoading, type Shared } from "./shared.ts";
import { styleFor } from "./style.ts";
import { beginLoadingLine, endLoadingLine, say } from "./terminal.ts";
import { UsageError } from "./usage.ts";

/** The common options of the commands. */
export interface SessionOptions extends NamedRequirements {
  indexUrl?: readonly string[];
  constraint?: readonly string[];
  prefer?: "distribution" | "index";
  overwrite?: readonly string[];
  quiet?: boolean;
  verbose?: boolean;
  cache?: boolean;
  sockets?: boolean;
  offline?: boolean;
}

/** A Pyodide with wherry, at a terminal. */
export interface Session {
  pyodide: PyodideAPI;
  call: Call;
  interrupts: Interrupts;
  shared: Shared;
  quiet: boolean;
  cache: FolderCache | undefined;
  bytecode: Bytecode | undefined;
  options: SessionOptions;
}

/** Starts Pyodide. If `saysLoaded`, writes how long that took. `bundleUrl` names another Python side than usual. */
export async function startSession(
  options: SessionOptions,
  shared: Shared,
  saysLoaded = true,
  bundleUrl?: URL,
): Promise<Session> {
  requireNode();
  if (options.offline && options.cache === false) {
    throw new UsageError("--offline needs the cache: remove --no-cache");
  }
  trustSystemAuthorities();
  const clock = startClock();
  const interrupts = new Interrupts(shared);
  const chosen = forEveryCall(options);
  const quiet = options.quiet ?? false;
  const warn = quiet ? () => {} : say;
  if (!quiet) beginLoadingLine();
  const pyodide = await startPyodide(shared, options).finally(() => quiet || endLoadingLine());
  setLoading(shared, false);
  const cache = options.cache === false ? undefined : openCache(warn);
  const pages = cache && new KeptPages(cache, { isOffline: options.offline ?? false, revalidates: true });
  const given = { ...chosen, ...(bundleUrl && { bundleUrl }) };
  const kept = cache && forgiving(cache, warn, undefined, uncopied);
  // While a program runs, its Ctrl-C must not meet other Python code.
  const storage = { get: pages?.fetch, cache: kept, bytecode: kept, keepsWhenIdle: false };
  const { call, bytecode } = await connect(pyodide, given, storage);
  if (saysLoaded && !quiet) await sayLoaded(pyodide.version, call, clock);
  return { pyodide, call, interrupts, shared, quiet, cache, bytecode, options };
}

async function sayLoaded(version: string, call: Call, clock: Clock): Promise<void> {
  const { pythonVersion, platform } = await call("environment");
  say(`wherry: Pyodide ${version} (Python ${pythonVersion}, ${platform}) loaded in ${formatSeconds(clock())}`);
}

/** Returns the options of every call, also of those at a prompt. */
function forEveryCall({ indexUrl, constraint, prefer, overwrite }: SessionOptions) {
  const constraints = readConstraints(constraint).map(hostRequirement);
  const options = { constraints, ...(prefer && { prefer }), ...(overwrite && { overwrite }) };
  return { ...options, ...(indexUrl && { indexUrls: indexUrl.map(hostIndex) }) };
}

/** Returns the options of an installation, besides those of every call. */
export function choosing(options: SessionOptions): InstallOptions {
  const { prefer, overwrite } = options;
  return { ...filesAndGroups(options), ...(prefer && { prefer }), ...(overwrite && { overwrite }) };
}

/** Installs the requirements, and lists the installed packages. */
export async function install(
  session: Session,
  requirements: readonly string[],
  options: InstallOptions,
): Promise<void> {
  const { signal } = session.interrupts;
  const settings = { ...session.options, prefer: options.prefer };
  const report = await advising(settings, () =>
    watch(session, true, (onProgress) =>
      createInstaller(session.call).install(requirements.map(hostRequirement), { ...options, onProgress, signal }),
    ),
  );
  sayReport(session, report, settings);
}

/** Lists the installed packages and the warnings. */
export function sayReport({ cache, quiet, shared }: Session, report: InstallReport, settings: Settings): void {
  cache?.prune();
  const columns = isatty(2) ? loadSize(shared).columns : undefined;
  const warnings = report.warnings.map((warning) => inOptions(warning, settings));
  if (!quiet) reportLines({ ...report, warnings }, columns).forEach(say);
}

/** Shows the progress of `work`: bars on a terminal, and, if `sayPhases`, a line at the end of each phase. */
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
