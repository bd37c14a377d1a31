import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { InstallOptions } from "../types.ts";
import { advising, GIVEN_LOCK, inOptions, type Settings } from "./advice.ts";
import { FAILURE, SUCCESS } from "./exit.ts";
import { showFolders, virtualPath } from "./folders.ts";
import { hostRequirement } from "./host_paths.ts";
import { changeLines, closingLine, type Locked, pyodideChanges, versionsIn } from "./lock_changes.ts";
import { isBeside, micropipWheel, pathBeside, readLocation, releaseWheel, type Wheel, withMicropip, writeBeside } from "./micropip_wheel.ts";
import { isScript, type LockFormat, lockToWrite, readIfThere, shownPath, writeAtomically } from "./lock_files.ts";
import { namesFiles } from "./requirements.ts";
import { choosing, type Session, type SessionOptions, startSession, watch } from "./session.ts";
import type { Shared } from "./shared.ts";
import { printExactly, say, sayError } from "./terminal.ts";
import { quoted, UsageError } from "./usage.ts";

export interface LockOptions extends SessionOptions {
  output?: string;
  format: LockFormat;
  upgrade?: boolean;
  upgradePackage?: readonly string[];
  excludeNewer?: string;
  pre?: boolean;
  check?: boolean;
  onlyThese?: boolean;
  /** The wheel of wherry takes the place of micropip; the address of the lock's folder, or true if it is not known. */
  asMicropip?: string | boolean;
}

export interface LockParameters {
  requirements: readonly string[];
  options: LockOptions;
  /** The arguments as typed, for the advice of `--check`. */
  typed: readonly string[];
}

/** What is to be locked, and where. */
export interface LockPlan {
  requirements: readonly string[];
  options: LockOptions;
  /** The script that is the only input. */
  script: string | undefined;
  /** The file to write; undefined for the standard output. */
  output: string | undefined;
}

/** Locks requirements in a file, and lists what changed. With `--check`, fails if the file would change. */
export async function lock(parameters: LockParameters, shared: Shared): Promise<number> {
  const plan = planLock(parameters);
  const { options, output } = plan;
  const existing = output === undefined ? undefined : earlierLock(output, options.format);
  // Write only the result, not how long Pyodide took to load.
  const session = await startSession(options, shared, false);
  const wheel = options.asMicropip === undefined ? undefined : micropipWheel(releaseWheel());
  const locked = standingIn(await makeLock(session, plan, existing), existing, options, wheel);
  const warnings = [...locked.warnings.map((warning) => inOptions(warning, options)), ...unknownUpgrades(locked, options)];
  if (!options.quiet) warnings.forEach((warning) => say(`wherry: warning: ${warning}`));
  if (output === undefined) return deliver(locked, session.quiet);
  const isChanged = existing !== locked.text;
  const file = shownPath(output);
  if (isChanged && !session.quiet) sayChanges(locked, existing);
  const complaint = options.check ? complaintOf({ output, existing, text: locked.text, wheel, typed: parameters.typed }) : undefined;
  if (complaint !== undefined) {
    sayError(complaint);
    return FAILURE;
  }
  if (wheel) writeBeside(output, wheel);
  if (isChanged) writeAtomically(output, locked.text);
  if (!session.quiet) say(closingLine(locked, file, isChanged));
  return SUCCESS;
}

/** Returns the text of the lock that is there. Throws if a pyodide-lock would replace another file. */
export function earlierLock(path: string, format: LockFormat): string | undefined {
  const text = readIfThere(path);
  if (text === undefined || format === "pylock") return text;
  try {
    versionsIn(text);
  } catch {
    throw new UsageError(`cannot write ${path}: the file that is there is not a pyodide-lock`);
  }
  return text;
}

/** Returns the lock with `wheel` in the place of micropip, if there is one. */
function standingIn(locked: Locked, existing: string | undefined, { asMicropip }: LockOptions, wheel: Wheel | undefined): Locked {
  if (wheel === undefined || asMicropip === undefined) return locked;
  const text = withMicropip(locked.text, wheel, readLocation(asMicropip));
  return { ...locked, text, changes: pyodideChanges(existing, text) };
}

/** Reads the arguments. Throws if they do not go together. */
export function planLock({ requirements, options }: LockParameters): LockPlan {
  const { asMicropip, check, format, onlyThese, output, upgrade, upgradePackage } = options;
  if (check && output === "-") throw new UsageError("--check compares with a file: name it with -o in place of -");
  if (onlyThese && format !== "pyodide-lock") throw new UsageError("--only-these needs --format pyodide-lock");
  if (asMicropip !== undefined) {
    if (format !== "pyodide-lock") throw new UsageError("--as-micropip needs --format pyodide-lock");
    if (output === "-") throw new UsageError("--as-micropip writes a wheel beside the lock: name a file with -o in place of -");
    readLocation(asMicropip);
  }
  if (format === "pyodide-lock" && (upgrade || upgradePackage)) {
    throw new UsageError("a pyodide-lock always takes the newest versions that fit, so remove --upgrade and --upgrade-package");
  }
  const scripts = requirements.filter(isScript);
  const named = requirements.filter((requirement) => !scripts.includes(requirement));
  named.forEach(refuseFile);
  const files = [...scripts, ...(options.requirement ?? [])];
  const all: LockOptions = { ...options, ...(files.length > 0 && { requirement: files }) };
  if (named.length === 0 && !namesFiles(all) && asMicropip === undefined) throw new UsageError("no requirements: name some, a script, or a file with -r");
  const [first = "", ...more] = files;
  const isAlone = named.length + more.length + (options.group?.length ?? 0) === 0;
  const script = isAlone && isScript(first) ? first : undefined;
  return {
    requirements: named,
    options: all,
    script,
    output: output === "-" ? undefined : lockToWrite(format, output, script),
  };
}

/** Refuses a requirements file among the requirements. */
function refuseFile(requirement: string): void {
  if (/\.(txt|in|toml)$/i.test(requirement) && existsSync(requirement)) {
    throw new UsageError(`${requirement} is a file, not a requirement: -r ${quoted(requirement)}`);
  }
}

async function makeLock(session: Session, plan: LockPlan, existing: string | undefined): Promise<Locked> {
  const { options, output, script } = plan;
  const settings = { ...(script !== undefined && (await headerOptions(session, script))), ...choosing(options) };
  const { signal } = session.interrupts;
  const question = lockArguments(plan, settings, existing);
  const lockNames: Settings["lockNames"] = output === undefined ? undefined : [GIVEN_LOCK, shownPath(output)];
  const locked: Locked = await advising({ ...options, ...settings, lockNames }, () =>
    watch(session, false, (onEvent) => session.call("lock", question, { onEvent, signal })),
  );
  session.cache?.prune();
  return options.format === "pylock" ? locked : { ...locked, changes: pyodideChanges(existing, locked.text) };
}

/** Returns the options of `[tool.wherry]` in a script's header. Throws if the script needs another Python. */
async function headerOptions({ pyodide, call }: Session, script: string): Promise<InstallOptions> {
  const path = realpathSync(script);
  showFolders(pyodide, [dirname(path)]);
  return (await call("scriptMetadata", { file: virtualPath(path) })).options;
}

/** Returns the arguments of the bridge's `lock`. */
export function lockArguments(plan: LockPlan, settings: InstallOptions, existing: string | undefined): object {
  const { excludeNewer, format, onlyThese, pre, upgrade, upgradePackage } = plan.options;
  return {
    ...settings,
    requirements: plan.requirements.map(hostRequirement),
    location: pathToFileURL(plan.output ?? resolve("pylock.toml")).href,
    format,
    ...(existing !== undefined && format === "pylock" && { existing }),
    ...(excludeNewer !== undefined && { excludeNewer }),
    ...(onlyThese && { others: false }),
    ...(plan.options.asMicropip !== undefined && { absolute: true }),
    ...(pre && { pre }),
    ...(upgrade && { upgrade }),
    ...(upgradePackage && { upgradePackages: upgradePackage }),
  };
}

/** Returns a warning for each project of `--upgrade-package` that the lock does not have. */
export function unknownUpgrades({ pins }: Pick<Locked, "pins">, { upgradePackage = [] }: Partial<LockOptions>): string[] {
  const unknown = upgradePackage.filter((name) => !Object.hasOwn(pins, name.toLowerCase().replace(/[-_.]+/g, "-")));
  return unknown.map((name) => `--upgrade-package ${name}: the lock does not have it`);
}

/** Writes the lock to the standard output. */
function deliver(locked: Locked, isQuiet: boolean): number {
  printExactly(locked.text);
  if (!isQuiet) say(closingLine(locked, undefined, true));
  return SUCCESS;
}

function sayChanges({ changes }: Locked, existing: string | undefined): void {
  changeLines(changes).forEach(say);
  if (changes.length === 0 && existing !== undefined) say("wherry:   the versions are the same; other entries differ");
}

interface Checked {
  output: string;
  existing: string | undefined;
  text: string;
  wheel: Wheel | undefined;
  typed: readonly string[];
}

/** Returns the error of `--check` about the lock, or about the wheel beside it; undefined if both are as they should be. */
export function complaintOf({ output, existing, text, wheel, typed }: Checked): string | undefined {
  if (existing !== text) return outOfDate(shownPath(output), existing, typed);
  if (wheel === undefined || isBeside(output, wheel)) return undefined;
  return outOfDate(shownPath(pathBeside(output, wheel)), undefined, typed);
}

/** Returns the error of `--check`, with the command that updates the lock. */
export function outOfDate(file: string, existing: string | undefined, typed: readonly string[]): string {
  const problem = existing === undefined ? `there is no ${file}` : `${file} is out of date`;
  const action = existing === undefined ? "make" : "update";
  const repeated = typed.filter((argument) => argument !== "--check").map((argument) => quoted(withoutSecrets(argument)));
  const command = ["wherry", ...repeated].join(" ");
  return `${problem}; to ${action} it: ${command}`;
}

/** Removes name and password from a URL. */
function withoutSecrets(argument: string): string {
  return argument.replace(/\/\/[^/\s]*@/g, "//");
}
