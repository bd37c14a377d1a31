// The service worker of a bundle: a list of files with their hashes, before the rules in service_worker.js.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { count, formatBytes } from "../text/units.ts";
import { filesIn, reasonOf, unwritable } from "./bundle_folder.ts";
import { isLicence } from "./bundle_runtime.ts";
import { SCRIPTS } from "./bundle_scripts.ts";
import { shownPath } from "./lock_files.ts";
import { UsageError } from "./usage.ts";

const RULES = new URL("./service_worker.js", import.meta.url);

/** The first line of every service worker that was written here, and of no other file. */
const MARK = "// A service worker, written by wherry bundle. Write it again when one of the files changes.";

/** Absolute paths. `pages` are files and folders of the page. */
export interface WorkerPlan {
  script: string;
  bundle: string;
  pages: readonly string[];
}

/** Reads the options of a service worker. Throws if it must not be written, or would not find the page's files. */
export function planWorker(script: string, bundle: string, pages: readonly string[]): WorkerPlan {
  const plan = { script: resolve(script), bundle, pages: pages.map((page) => resolve(page)) };
  const folder = dirname(plan.script);
  if (isWithin(plan.script, bundle)) throw unwritable(plan.script, "it is in the bundle: name a file beside the page");
  if (!existsSync(folder)) throw unwritable(plan.script, `there is no folder ${shownPath(folder)}`);
  if (existsSync(plan.script) && !isOwn(plan.script)) {
    throw unwritable(plan.script, "it is no service worker of a bundle: name another file, or delete it");
  }
  for (const page of plan.pages) {
    if (!existsSync(page)) throw new UsageError(`--page ${shownPath(page)}: there is no such file`);
    if (!isWithin(page, folder)) {
      throw new UsageError(`--page ${shownPath(page)}: it is not in the folder of the service worker, ${shownPath(folder)}`);
    }
  }
  return plan;
}

/** A worker for the bundle in the folder `made`, which will have the place of the bundle. */
export interface MadeWorker {
  text: string;
  /** How many files it keeps, and their size in bytes. */
  count: number;
  size: number;
}

/** Makes the worker of a bundle. */
export function makeWorker({ script, bundle, pages }: WorkerPlan, made: string): MadeWorker {
  const folder = dirname(script);
  const files = new Map<string, string>();
  for (const path of pages.flatMap(pageFiles)) {
    if (path !== script && !isWithin(path, bundle)) files.set(urlOf(path, folder), path);
  }
  for (const path of filesIn(made)) {
    // Pages from a disk, which load the scripts, have no service worker.
    if (!isLicence(path) && !path.startsWith(`${SCRIPTS}/`)) files.set(urlOf(join(bundle, path), folder), join(made, path));
  }
  const contents = [...files].sort(([one], [other]) => (one < other ? -1 : 1)).map(([url, path]) => [url, readFileSync(path)] as const);
  const list = contents.map(([url, content]) => `  ${JSON.stringify(url)}: ${JSON.stringify(integrity(content))},\n`);
  const text = `${MARK}\nconst FILES = {\n${list.join("")}};\n\n${readFileSync(RULES, "utf8")}`;
  return { text, count: list.length, size: contents.reduce((total, [, { length }]) => total + length, 0) };
}

/** Sums up: `site/service-worker.js keeps 22 files: 28.2 MB`. */
export function workerLine(script: string, { count: files, size }: MadeWorker): string {
  return `wherry: ${shownPath(script)} keeps ${count(files, "file")}: ${formatBytes(size)}`;
}

/** Writes the worker beside its place, and returns the path. */
export function stageWorker(script: string, text: string): string {
  const staged = join(dirname(script), `.${basename(script)}.${randomUUID()}.part`);
  try {
    writeFileSync(staged, text);
  } catch (error) {
    rmSync(staged, { force: true });
    throw unwritable(script, reasonOf(error));
  }
  return staged;
}

/** Moves a staged worker to its place. */
export function placeWorker(staged: string, script: string): void {
  try {
    renameSync(staged, script);
  } catch (error) {
    rmSync(staged, { force: true });
    throw unwritable(script, reasonOf(error));
  }
}

function isOwn(script: string): boolean {
  return statSync(script).isFile() && readFileSync(script, "utf8").startsWith(MARK);
}

/** Returns a file itself, or the files in a folder that are not hidden. */
function pageFiles(page: string): string[] {
  if (!statSync(page).isDirectory()) return [page];
  const isShown = (path: string) => path.split("/").every((part) => !part.startsWith(".") && part !== "node_modules");
  return filesIn(page).filter(isShown).map((path) => join(page, path));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Returns the URL of a file relative to a folder. A page `index.html` has that of its folder. */
function urlOf(path: string, folder: string): string {
  const url = relative(folder, path).split(sep).map(encodeURIComponent).join("/");
  return url.replace(/(^|\/)index\.html$/, "$1") || "./";
}

/** https://www.w3.org/TR/SRI/#integrity-metadata-description */
function integrity(content: Buffer): string {
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}
