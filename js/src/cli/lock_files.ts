// The names and places of lock files.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, parse, relative, resolve } from "node:path";
import { UsageError } from "./usage.ts";

export type LockFormat = "pylock" | "pyodide-lock";

/** The names of lock files (PEP 751). Other tools find no others. */
const PYLOCK = /^pylock\.(?:[^.]+\.)?toml$/;
const DEFAULTS = { pylock: "pylock.toml", "pyodide-lock": "pyodide-lock.json" } as const;

/** Whether an argument is the path of an existing script. A project may have such a name, such as `discord.py`. */
export function isScript(argument: string): boolean {
  return /\.pyw?$/i.test(argument) && existsSync(argument) && !statSync(argument).isDirectory();
}

/**
 * Returns the path of a script's own lock: `pylock.app.toml` beside `app.py`. A lock's name has no further dots, so
 * those of a script become hyphens. Follows links, as `wherry run` does.
 */
export function lockOfScript(script: string): string {
  const path = existsSync(script) ? realpathSync(script) : resolve(script);
  return join(dirname(path), `pylock.${parse(path).name.replaceAll(".", "-")}.toml`);
}

/**
 * Returns the path of the lock to write: `output`, or the default name, in the current folder or beside the `script`.
 * Follows links. Throws if the name or the folder does not fit.
 */
export function lockToWrite(format: LockFormat, output?: string, script?: string): string {
  const path = output ?? (script !== undefined && format === "pylock" ? lockOfScript(script) : DEFAULTS[format]);
  checkName(path, format);
  if (!existsSync(dirname(resolve(path)))) throw new UsageError(`cannot write ${path}: there is no folder ${dirname(path)}`);
  if (!existsSync(path)) return resolve(path);
  if (!statSync(path).isFile()) throw new UsageError(`cannot write ${path}: it is not a file`);
  return realpathSync(path);
}

function checkName(path: string, format: LockFormat): void {
  const name = basename(path);
  if (format === "pyodide-lock") {
    if (!name.endsWith(".json")) throw new UsageError(`-o ${path}: the name of a pyodide-lock ends with .json`);
  } else if (!PYLOCK.test(name)) {
    const instead = name.endsWith(".json") ? "; for a lock that Pyodide reads, add --format pyodide-lock" : "";
    throw new UsageError(
      `-o ${path}: other tools find a lock only if its name is pylock.toml or pylock.NAME.toml, where NAME has no dot${instead}`,
    );
  }
}

/** Returns a path as a reader in the current folder would write it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** Returns the text of the lock that is there, with the line breaks that wherry writes. */
export function readIfThere(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
}

/** Writes a file, which appears complete or not at all. An existing file keeps its permissions. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  try {
    writeFileSync(unfinished, content, mode === undefined ? {} : { mode: mode & 0o777 });
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new UsageError(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}
