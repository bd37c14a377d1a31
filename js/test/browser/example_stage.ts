// Examples as a user has them after `npm install`, in a folder of their own.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { JS, PYODIDE } from "./surfaces.ts";

const EXAMPLES = join(JS, "..", "examples");

/** The ways in which examples bring wherry aboard, and how each names an index. */
const WAYS: readonly [RegExp, (indexUrl: string) => string][] = [
  [/\battach\(pyodide\)/, (indexUrl) => `attach(pyodide, { indexUrls: ["${indexUrl}"] })`],
  [/\battach\(loading, \{/, (indexUrl) => `attach(loading, { indexUrls: ["${indexUrl}"],`],
  [/<wherry-preload /, (indexUrl) => `<wherry-preload index-url="${indexUrl}" `],
];

/** A place for examples, until it is disposed of. */
export class ExampleStage implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "wherry-examples-"));

  /** Puts an example here; where it brings wherry aboard it names `indexUrl`, if there is one. Returns the folder. */
  put(example: string, indexUrl?: string): string {
    const folder = join(this.#folder, example);
    // What a developer has installed or built in place is not part of the example.
    const isPart = (path: string) => !["dist", "node_modules", "public"].includes(basename(path));
    cpSync(join(EXAMPLES, example), folder, { recursive: true, filter: isPart });
    install(join(folder, "node_modules"));
    if (indexUrl) nameIndex(folder, indexUrl);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Does what npm would do. */
function install(modules: string): void {
  for (const path of ["package.json", "dist"]) cpSync(join(JS, path), join(modules, "wherry", path), { recursive: true });
  cpSync(join(JS, "node_modules", "pyodide"), join(modules, "pyodide"), { recursive: true });
  // The real distribution is on a CDN, from where it would come before the index.
  for (const name of readdirSync(PYODIDE).filter((name) => /-lock\.json$|\.whl$/.test(name))) {
    cpSync(join(PYODIDE, name), join(modules, "pyodide", name));
  }
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
