import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runsBytecode } from "../python/bundle.ts";
import { count, formatBytes } from "../text/units.ts";
import { advising } from "./advice.ts";
import { makeBeside, replaceFolder, requireReplaceable, unwritable } from "./bundle_folder.ts";
import { type Bundled, copyPart, pyodidePart, pythonPath, type RuntimePart, wherryPart } from "./bundle_runtime.ts";
import { START, writeScripts } from "./bundle_scripts.ts";
import { makeWorker, placeWorker, planWorker, stageWorker, workerLine } from "./bundle_worker.ts";
import { Interruption, SUCCESS } from "./exit.ts";
import { shownPath } from "./lock_files.ts";
import { namesOf, readLock } from "./lock_source.ts";
import { type Session, type SessionOptions, startSession, watch } from "./session.ts";
import type { Shared } from "./shared.ts";
import { say } from "./terminal.ts";
import { UsageError } from "./usage.ts";

export interface BundleOptions extends SessionOptions {
  output: string;
  bytecode: "beside" | "only" | "none";
  exclude?: readonly string[];
  excludeTests?: boolean;
  import?: readonly string[];
  pyodide?: boolean;
  fromDisk?: boolean;
  serviceWorker?: string;
  page?: readonly string[];
}

export interface BundleParameters {
  lock: string;
  options: BundleOptions;
}

/** The folder inside Pyodide where Python writes the bundle. */
const INSIDE = "/mnt/wherry-bundle";

/** The Python side as source code, because its bytecode, which pages download, has no bundler. */
const SOURCES = new URL("./wherry-sources.bin", import.meta.url);

/** wherry's files, beside the script of the command line. */
const DIST = new URL(".", import.meta.url);

/** Writes a lock and its files into a folder, which appears complete or not at all. */
export async function bundle({ lock, options }: BundleParameters, shared: Shared): Promise<number> {
  const given = readLock(lock);
  const output = resolve(options.output);
  requireReplaceable(output);
  const worker = planned(options, output);
  const session = await startSession(options, shared, false, SOURCES);
  const asBytecode = runsBytecode(session.pyodide);
  const parts = options.pyodide || options.fromDisk ? [pyodidePart(), wherryPart(fileURLToPath(DIST), asBytecode)] : [];
  const unfinished = makeBeside(output);
  let staged: string | undefined;
  try {
    session.pyodide.mountNodeFS(INSIDE, unfinished);
    const { packages, warnings } = await advising({ ...options, ...namesOf(given) }, () =>
      write(session, { ...given, ...choices(options, parts) }),
    );
    const runtime = parts.map((part) => copyPart(part, unfinished));
    if (options.fromDisk) runtime.push(writeScripts(unfinished, pythonPath(asBytecode)));
    const made = worker && makeWorker(worker, unfinished);
    staged = made && stageWorker(worker.script, made.text);
    session.interrupts.signal.throwIfAborted();
    replaceFolder(output, unfinished);
    if (staged && worker) placeWorker(staged, worker.script);
    session.cache?.prune();
    if (!session.quiet) {
      warnings.forEach((warning) => say(`wherry: warning: ${warning}`));
      sizeLines(packages, shownPath(output), runtime).forEach(say);
      if (made) say(workerLine(worker.script, made));
    }
  } catch (error) {
    if (error instanceof Interruption) throw new Interruption("interrupted; no bundle has been written");
    if ((error as { type?: string }).type === "OSError") throw unwritable(output, lastLine(error));
    throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    if (staged) rmSync(staged, { force: true });
  }
  return SUCCESS;
}

function planned({ serviceWorker, page }: BundleOptions, output: string) {
  if (serviceWorker !== undefined) return planWorker(serviceWorker, output, page ?? []);
  if (page) throw new UsageError("--page lists files for a service worker: add --service-worker FILE");
  return undefined;
}

/** Returns the arguments of the Python side about the files of a bundle. */
function choices(options: BundleOptions, parts: readonly RuntimePart[]) {
  const { bytecode, exclude, excludeTests, import: imports, fromDisk } = options;
  const runtime = [...parts.flatMap(({ files }) => [...files.keys()]), ...(fromDisk ? [START] : [])];
  const chosen = { ...(exclude && { exclude }), ...(excludeTests && { excludeTests }), ...(imports && { imports }) };
  return { bytecode, ...chosen, ...(runtime.length && { runtime }) };
}

/** Writes the packages and their lock. */
function write(session: Session, question: object): Promise<{ packages: Bundled[]; warnings: string[] }> {
  const { signal } = session.interrupts;
  return watch(session, false, (onEvent) => session.call("bundle", { ...question, folder: INSIDE }, { onEvent, signal }));
}

/** Lists the sizes before and after, and sums up: `bundled 2 packages in site/packages: 6.8 MB → 9.9 MB`. */
export function sizeLines(packages: readonly Bundled[], folder: string, runtime: readonly Bundled[] = []): string[] {
  const all = [...packages, ...runtime];
  const width = (texts: string[]) => Math.max(0, ...texts.map(({ length }) => length));
  const names = width(all.map(({ name }) => name));
  const versions = width(all.map(({ version }) => version));
  const total = { before: sum(all.map(({ before }) => before)), after: sum(all.map(({ after }) => after)) };
  const others = runtime.length > 0 ? ", Pyodide and wherry" : "";
  return [
    ...all.map((one) => `wherry:   ${one.name.padEnd(names)}  ${one.version.padEnd(versions)}  ${change(one)}`),
    `wherry: bundled ${count(packages.length, "package")}${others} in ${folder}: ${change(total)}`,
  ];
}

function change({ before, after }: Pick<Bundled, "before" | "after">): string {
  return before === after ? formatBytes(after) : `${formatBytes(before)} → ${formatBytes(after)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Returns the last line of Python's traceback. */
function lastLine(error: unknown): string {
  return (error as Error).message.trimEnd().split("\n").at(-1) ?? "";
}
