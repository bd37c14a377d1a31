import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { parse } from "smol-toml";
import { count, formatBytes } from "../text/units.ts";
import { advising } from "./advice.ts";
import { SUCCESS } from "./exit.ts";
import { shownPath } from "./lock_files.ts";
import { namesOf, readLock } from "./lock_source.ts";
import { type SessionOptions, startSession, watch } from "./session.ts";
import type { Shared } from "./shared.ts";
import { say } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export interface BundleOptions extends SessionOptions {
  output: string;
  bytecode: "beside" | "only" | "none";
  exclude?: readonly string[];
  excludeTests?: boolean;
}

export interface BundleParameters {
  lock: string;
  options: BundleOptions;
}

/** A package of a bundle, and the bytes of its file before and after. */
export interface Bundled {
  name: string;
  version: string;
  before: number;
  after: number;
}

const LOCK = "pylock.toml";

/** The folder inside Pyodide where Python writes the bundle. */
const INSIDE = "/mnt/wherry-bundle";

/** The Python side as source code, because its bytecode, which pages download, has no bundler. */
const SOURCES = new URL("./wherry-sources.bin", import.meta.url);

/** Writes a lock and its files into a folder, which appears complete or not at all. */
export async function bundle({ lock, options }: BundleParameters, shared: Shared): Promise<number> {
  const given = readLock(lock);
  const output = resolve(options.output);
  requireReplaceable(output);
  const session = await startSession(options, shared, false, SOURCES);
  const unfinished = makeBeside(output);
  try {
    session.pyodide.mountNodeFS(INSIDE, unfinished);
    const { bytecode, exclude, excludeTests } = options;
    const question = { ...given, folder: INSIDE, bytecode, ...(exclude && { exclude }), ...(excludeTests && { excludeTests }) };
    const { signal } = session.interrupts;
    const { packages, warnings } = await advising({ ...options, ...namesOf(given) }, () =>
      watch(session, false, (onEvent) => session.call("bundle", question, { onEvent, signal })),
    );
    replaceFolder(output, unfinished);
    session.cache?.prune();
    if (!session.quiet) {
      (warnings as string[]).forEach((warning) => say(`wherry: warning: ${warning}`));
      sizeLines(packages, shownPath(output)).forEach(say);
    }
  } catch (error) {
    if ((error as { type?: string }).type === "OSError") throw unwritable(output, lastLine(error));
    throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return SUCCESS;
}

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
  const files = [lock.packages, lock.tool.wherry["shared-libraries"]].flat().filter(Boolean);
  const entries = files.flatMap(({ wheels, archive, path }: any) => [wheels, archive, { path }].flat()).filter(Boolean);
  return new Set([LOCK, ...entries.map(({ path }: any) => `${path}`)]);
}

/** Returns the paths of all files in a folder, with slashes. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1).replaceAll(sep, "/")).sort();
}

/** Makes an empty folder beside `folder`. */
function makeBeside(folder: string): string {
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
function replaceFolder(folder: string, made: string): void {
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

/** Lists the sizes before and after, and sums up: `2 packages in site/packages: 6.8 MB → 9.9 MB`. */
export function sizeLines(packages: readonly Bundled[], folder: string): string[] {
  const width = (texts: string[]) => Math.max(0, ...texts.map(({ length }) => length));
  const names = width(packages.map(({ name }) => name));
  const versions = width(packages.map(({ version }) => version));
  const total = { before: sum(packages.map(({ before }) => before)), after: sum(packages.map(({ after }) => after)) };
  return [
    ...packages.map((one) => `wherry:   ${one.name.padEnd(names)}  ${one.version.padEnd(versions)}  ${change(one)}`),
    `wherry: bundled ${count(packages.length, "package")} in ${folder}: ${change(total)}`,
  ];
}

function change({ before, after }: Pick<Bundled, "before" | "after">): string {
  return before === after ? formatBytes(after) : `${formatBytes(before)} → ${formatBytes(after)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function unwritable(folder: string, reason: string): UsageError {
  return new UsageError(`cannot write ${shownPath(folder)}: ${reason}`);
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? `${error}`;
}

/** Returns the last line of Python's traceback. */
function lastLine(error: unknown): string {
  return (error as Error).message.trimEnd().split("\n").at(-1) ?? "";
}
