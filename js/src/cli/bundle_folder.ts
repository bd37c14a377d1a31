// The folder of a bundle, which appears complete or not at all.
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { parse } from "smol-toml";
import { shownPath } from "./lock_files.ts";
import { UsageError } from "./usage.ts";

export const LOCK = "pylock.toml";

/** Throws if there is something else than a bundle, or something beside its files, which replacing it would delete. */
export function requireReplaceable(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw unwritable(folder, "it is not a folder");
  const files = filesIn(folder);
  if (files.length === 0) return;
  const own = files.includes(LOCK) ? bundledFiles(readFileSync(join(folder, LOCK), "utf8")) : undefined;
  if (!own) throw unwritable(folder, "it has files, but is no bundle: name another folder, or empty it");
  const other = files.find((file) => !own.has(file));
  if (other !== undefined) throw unwritable(folder, `it has a file that is no part of the bundle, ${other}: move it away`);
}

/** Returns the paths of the files of the bundle that has this lock; undefined if it is the lock of no bundle. */
function bundledFiles(text: string): ReadonlySet<string> | undefined {
  let lock: any;
  try {
    lock = parse(text);
  } catch {
    return undefined;
  }
  if (!lock.tool?.wherry?.bundle) return undefined;
  const { bundle, "shared-libraries": libraries } = lock.tool.wherry;
  const files = [lock.packages, libraries].flat().filter(Boolean);
  const entries = files.flatMap(({ wheels, archive, path }: any) => [wheels, archive, { path }].flat()).filter(Boolean);
  return new Set([LOCK, ...entries.map(({ path }: any) => `${path}`), ...[bundle.runtime ?? []].flat()]);
}

/** Returns the paths of all files in a folder, with slashes. */
export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1).replaceAll(sep, "/")).sort();
}

/** Makes an empty folder beside `folder`. */
export function makeBeside(folder: string): string {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    const made = join(dirname(folder), `.${basename(folder)}.${randomUUID()}.part`);
    mkdirSync(made);
    return made;
  } catch (error) {
    throw unwritable(folder, reasonOf(error));
  }
}

/** Puts `made` in the place of `folder`. If that fails, the earlier folder stays. */
export function replaceFolder(folder: string, made: string): void {
  const earlier = `${made}-earlier`;
  const isThere = existsSync(folder);
  try {
    if (isThere) renameSync(folder, earlier);
    renameSync(made, folder);
  } catch (error) {
    if (isThere && !existsSync(folder)) renameSync(earlier, folder);
    throw unwritable(folder, reasonOf(error));
  }
  rmSync(earlier, { recursive: true, force: true });
}

/** Returns the error that a file or folder cannot be written. */
export function unwritable(folder: string, reason: string): UsageError {
  return new UsageError(`cannot write ${shownPath(folder)}: ${reason}`);
}

export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? `${error}`;
}
