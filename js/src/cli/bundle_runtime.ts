// Pyodide's and wherry's own files, for a page that gets nothing from elsewhere.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };

/** A package of a bundle, and the bytes of its files before and after. */
export interface Bundled {
  name: string;
  version: string;
  before: number;
  after: number;
}

/** Files that come along: their paths in the bundle, and on this computer. */
export interface RuntimePart {
  name: string;
  version: string;
  files: ReadonlyMap<string, string>;
}

/** The files that `loadPyodide()` loads in a page or in a module worker. */
export const PYODIDE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

/** Scripts in `dist/` that no page loads. */
const COMMAND_LINE = new Set(["cli.js", "cli-worker.js", "service_worker.js", "start.js"]);

/** Returns the files of the npm package `pyodide` beside wherry, which the command line runs, too. */
export function pyodidePart(): RuntimePart {
  const folder = dirname(fileURLToPath(import.meta.resolve("pyodide/package.json")));
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name: "pyodide", version, files: placed("pyodide", folder, PYODIDE) };
}

/**
 * Returns the files of wherry for pages, from its folder `dist`: the scripts with all that they load, the Python side as
 * bytecode or as sources, and the licences.
 */
export function wherryPart(dist: string, asBytecode: boolean): RuntimePart {
  const names = readdirSync(dist, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/")).sort();
  const scripts = names.filter((name) => name.endsWith(".js") && !COMMAND_LINE.has(name));
  const licences = names.filter((name) => isLicence(name));
  const python = basename(pythonPath(asBytecode));
  return { name: "wherry", version: manifest.version, files: placed("wherry", dist, [...scripts, python, ...licences]) };
}

/** Returns the path of wherry's Python side in a bundle. */
export function pythonPath(asBytecode: boolean): string {
  return `wherry/wherry-${asBytecode ? "bytecode" : "sources"}.bin`;
}

/** Whether a file of a bundle is a licence, which no page loads. */
export function isLicence(path: string): boolean {
  return /(^|\/)LICENSE[^/]*$/.test(path);
}

/** Copies the files into the bundle, unchanged. Returns their sizes. */
export function copyPart({ name, version, files }: RuntimePart, bundle: string): Bundled {
  let size = 0;
  for (const [path, source] of files) {
    const target = join(bundle, path);
    mkdirSync(dirname(target), { recursive: true });
    // A copy has neither the times nor the mode of the file.
    const content = readFileSync(source);
    writeFileSync(target, content);
    size += content.length;
  }
  return { name, version, before: size, after: size };
}

function placed(below: string, folder: string, names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [`${below}/${name}`, join(folder, name)]));
}
