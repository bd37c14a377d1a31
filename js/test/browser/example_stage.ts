// Copies of the examples as after `npm install`.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Lock } from "./cdn.ts";
import { JS } from "./surfaces.ts";

const EXAMPLES = join(JS, "..", "examples");
const PYODIDE = join(JS, "node_modules", "pyodide");
/** The text by which Pyodide names its CDN, which no option changes. */
const CDN = /`https:[^`]+\/full\/`/;

/** Names of files and folders that the examples' scripts make. */
const MADE = new Set(["dist", "node_modules", "packages", "public", "pylock.toml", "service-worker.js"]);

/** Reads the lock of npm's package. */
export function readLock(): Lock {
  return JSON.parse(readFileSync(join(PYODIDE, "pyodide-lock.json"), "utf8"));
}

/** The source of the packages of Pyodide's distribution. */
export interface Distribution {
  readonly lock: Lock;
  /** The URL to use in place of Pyodide's CDN. */
  readonly cdnUrl: string;
}

/** The ways in which examples load wherry, and how each names an index. */
const WAYS: readonly [RegExp, (indexUrl: string) => string][] = [
  [/\battach\(pyodide\)/, (indexUrl) => `attach(pyodide, { indexUrls: ["${indexUrl}"] })`],
  [/\battach\(loading, \{/, (indexUrl) => `attach(loading, { indexUrls: ["${indexUrl}"],`],
  [/\bwherry lock /, (indexUrl) => `wherry lock --index-url ${indexUrl} `],
  [/<wherry-preload /, (indexUrl) => `<wherry-preload index-url="${indexUrl}" `],
];

/** A temporary folder for examples. */
export class ExampleStage implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "wherry-examples-"));

  /**
   * Copies an example to a folder `name` and returns the folder. With `indexUrl`, the example uses that index.
   */
  put(example: string, distribution: Distribution, indexUrl?: string, name = example): string {
    const folder = join(this.#folder, name);
    // Skip files that a developer has installed or built.
    const isPart = (path: string) => !MADE.has(basename(path));
    cpSync(join(EXAMPLES, example), folder, { recursive: true, filter: isPart });
    install(join(folder, "node_modules"), distribution);
    if (indexUrl) nameIndex(folder, indexUrl);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Installs the packages as npm would, with another URL of the CDN. Further ones are links. */
function install(modules: string, { lock, cdnUrl }: Distribution): void {
  for (const path of ["package.json", "dist"]) cpSync(join(JS, path), join(modules, "wherry", path), { recursive: true });
  mkdirSync(join(modules, ".bin"));
  symlinkSync("../wherry/dist/cli.js", join(modules, ".bin", "wherry"));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(modules, "..", "package.json"), "utf8"));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (name === "wherry" || name === "pyodide") continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(JS, "node_modules", name), join(modules, name));
  }
  const pyodide = join(modules, "pyodide");
  cpSync(PYODIDE, pyodide, { recursive: true });
  writeFileSync(join(pyodide, "pyodide-lock.json"), JSON.stringify(lock));
  const script = join(pyodide, "pyodide.mjs");
  const text = readFileSync(script, "utf8");
  if (!CDN.test(text)) throw new Error(`${script} names no CDN in the known way`);
  writeFileSync(script, text.replace(CDN, JSON.stringify(cdnUrl)));
}

function nameIndex(folder: string, indexUrl: string): void {
  const files = readdirSync(folder).filter((name) => /\.(html|js|json)$/.test(name)).map((name) => join(folder, name));
  const changed = files.flatMap((file) => WAYS.filter((way) => replaceIn(file, way, indexUrl)));
  if (changed.length !== 1) throw new Error(`${folder} loads wherry in ${changed.length} known ways instead of one`);
}

/** Returns whether anything was replaced. */
function replaceIn(file: string, [pattern, replacement]: (typeof WAYS)[number], indexUrl: string): boolean {
  const text = readFileSync(file, "utf8");
  if (!pattern.test(text)) return false;
  writeFileSync(file, text.replace(pattern, replacement(indexUrl)));
  return true;
}
