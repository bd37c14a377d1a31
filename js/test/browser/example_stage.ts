// Examples as a user has them after `npm install`, in a folder of their own.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Lock } from "./cdn.ts";
import { JS } from "./surfaces.ts";

const EXAMPLES = join(JS, "..", "examples");
const PYODIDE = join(JS, "node_modules", "pyodide");
/** How Pyodide names its CDN, which no option changes. */
const CDN = /`https:[^`]+\/full\/`/;

/** Reads the lock that npm's package brings. */
export function readLock(): Lock {
  return JSON.parse(readFileSync(join(PYODIDE, "pyodide-lock.json"), "utf8"));
}

/** Where the packages of Pyodide's distribution come from. */
export interface Distribution {
  readonly lock: Lock;
  /** The address that takes the place of Pyodide's CDN. */
  readonly cdnUrl: string;
}

/** The ways in which examples bring wherry aboard, and how each names an index. */
const WAYS: readonly [RegExp, (indexUrl: string) => string][] = [
  [/\battach\(pyodide\)/, (indexUrl) => `attach(pyodide, { indexUrls: ["${indexUrl}"] })`],
  [/\battach\(loading, \{/, (indexUrl) => `attach(loading, { indexUrls: ["${indexUrl}"],`],
  [/<wherry-preload /, (indexUrl) => `<wherry-preload index-url="${indexUrl}" `],
];

/** A place for examples, until it is disposed of. */
export class ExampleStage implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "wherry-examples-"));

  /**
   * Puts an example into a folder `name` here and returns it; where it brings wherry aboard it names `indexUrl`, if
   * there is one.
   */
  put(example: string, distribution: Distribution, indexUrl?: string, name = example): string {
    const folder = join(this.#folder, name);
    // What a developer has installed or built in place is not part of the example.
    const isPart = (path: string) => !["dist", "node_modules", "public"].includes(basename(path));
    cpSync(join(EXAMPLES, example), folder, { recursive: true, filter: isPart });
    install(join(folder, "node_modules"), distribution);
    if (indexUrl) nameIndex(folder, indexUrl);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Does what npm would do, but for the address of the CDN. */
function install(modules: string, { lock, cdnUrl }: Distribution): void {
  for (const path of ["package.json", "dist"]) cpSync(join(JS, path), join(modules, "wherry", path), { recursive: true });
  const pyodide = join(modules, "pyodide");
  cpSync(PYODIDE, pyodide, { recursive: true });
  writeFileSync(join(pyodide, "pyodide-lock.json"), JSON.stringify(lock));
  const script = join(pyodide, "pyodide.mjs");
  const text = readFileSync(script, "utf8");
  if (!CDN.test(text)) throw new Error(`${script} names no CDN in the known way`);
  writeFileSync(script, text.replace(CDN, JSON.stringify(cdnUrl)));
}

function nameIndex(folder: string, indexUrl: string): void {
  const files = readdirSync(folder).filter((name) => /\.(html|js)$/.test(name)).map((name) => join(folder, name));
  const changed = files.flatMap((file) => WAYS.filter((way) => replaceIn(file, way, indexUrl)));
  if (changed.length !== 1) throw new Error(`${folder} brings wherry aboard in ${changed.length} known ways, and not in one`);
}

/** Tells whether there was something to replace. */
function replaceIn(file: string, [pattern, replacement]: (typeof WAYS)[number], indexUrl: string): boolean {
  const text = readFileSync(file, "utf8");
  if (!pattern.test(text)) return false;
  writeFileSync(file, text.replace(pattern, replacement(indexUrl)));
  return true;
}
