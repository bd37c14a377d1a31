// The lock that `run`, `repl`, `resolve` and `why` take.
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Settings } from "./advice.ts";
import { lockOfScript, shownPath } from "./lock_files.ts";
import { UsageError } from "./usage.ts";

/** The options that choose a lock, and from it. `lock` is false with `--no-lock`. */
export interface LockChoice {
  lock?: string | false;
  extra?: readonly string[];
  group?: readonly string[];
  requirement?: readonly string[];
}

/** The arguments of the bridge's `installLock` and `explainLock`. */
export interface LockArguments {
  /** The lock's text, or its address. */
  lock: string;
  /** The address from which relative paths in the text start. */
  location?: string;
  extras?: readonly string[];
  groups?: readonly string[];
}

/** Returns the arguments for `--lock`, `--extra` and `--group`; undefined without a lock. */
export function chosenLock(options: LockChoice): LockArguments | undefined {
  const { lock, extra, group, requirement = [] } = options;
  if (typeof lock !== "string") {
    if (extra) throw new UsageError("--extra chooses from a lock: add --lock. Extras of a project: -r 'pyproject.toml[NAME]'");
    return undefined;
  }
  const [file] = requirement;
  if (file !== undefined) {
    throw new UsageError(`--lock installs what is locked, so remove -r, and lock the file: wherry lock -r ${file} -o ${lock}`);
  }
  const ofFile = group?.find((name) => name.includes(":"));
  if (ofFile !== undefined) throw new UsageError(`with --lock, --group is a name in the lock, not FILE:NAME: ${ofFile}`);
  return { ...readLock(lock), ...(extra && { extras: extra }), ...(group && { groups: group }) };
}

/** Returns the options of what is installed beside a lock of `--lock`, from which `--group` chooses. */
export function besideLock<Options extends LockChoice>(options: Options): Options {
  if (typeof options.lock !== "string") return options;
  const { group, ...others } = options;
  return others as Options;
}

/** Returns the path of a script's own lock, if there is one that the options do not refuse or replace. */
export function ownLock(script: string, { lock }: LockChoice): string | undefined {
  const path = lockOfScript(script);
  return lock === undefined && existsSync(path) ? path : undefined;
}

/** Returns the names of a lock of this computer in errors: its address, and its path. */
export function namesOf({ location }: LockArguments): Pick<Settings, "lockNames"> {
  return location === undefined ? {} : { lockNames: [location, shownPath(fileURLToPath(location))] };
}

/** Reads a lock of this computer. Python reads the others, by their address. */
export function readLock(address: string): LockArguments {
  if (/^[a-z][a-z+.-]+:/i.test(address) && !/^file:/i.test(address)) return { lock: address };
  const path = /^file:/i.test(address) ? fileURLToPath(address) : resolve(address);
  if (!existsSync(path)) throw new UsageError(`cannot read the lock ${address}: there is no such file`);
  if (statSync(path).isDirectory()) throw new UsageError(`cannot read the lock ${address}: it is a folder`);
  return { lock: textOf(path), location: pathToFileURL(path).href };
}

/** Returns the text of a file. It has a line break, which tells a text from an address. */
function textOf(path: string): string {
  const text = readFileSync(path, "utf8");
  return text.includes("\n") ? text : `${text}\n`;
}
