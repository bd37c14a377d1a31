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

/** A file in the lock of a bundle. */
export interface LockedFile {
  path: string;
  sha256: string;
}

/** Returns the files that the lock of a bundle lists; undefined if it is the lock of no bundle. */
export function lockedFiles(text: string): LockedFile[] | undefined {
  const { packages, tool } = parsed(text);
  if (!tool?.wherry?.bundle) return undefined;
  const entries = [packages, tool.wherry["shared-libraries"]].flat().filter(Boolean);
  const files = entries.flatMap(({ wheels, archive, path, hashes }: any) => [wheels, archive, path && { path, hashes }].flat());
  return files.filter(Boolean).map(({ path, hashes }: any) => ({ path: `${path}`, sha256: `${hashes?.sha256}` }));
}

/** Returns the paths of the files of the bundle that has this lock; undefined if it is the lock of no bundle. */
function bundledFiles(text: string): ReadonlySet<string> | undefined {
  const files = lockedFiles(text)?.map(({ path }) => path);
  if (!files) return undefined;
  const runtime = [parsed(text).tool.wherry.bundle.runtime ?? []].flat();
  const own = [LOCK, ...files, ...runtime];
  return new Set([...own, ...(runtime.includes("start.js") ? own.map((path) => `scripts/${path}.js`) : [])]);
}

/** Returns the content of a lock; empty if it cannot be read. */
function parsed(text: string): any {
  try {
    return parse(text);
  } catch {
    return {};
  }
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
