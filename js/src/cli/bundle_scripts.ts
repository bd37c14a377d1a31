// The files of a bundle as classic scripts, for a page that is opened from a disk: see start.js.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { lockedFiles, LOCK } from "./bundle_folder.ts";
import { type Bundled, PYODIDE } from "./bundle_runtime.ts";

const RULES = new URL("./start.js", import.meta.url);

/** The script that a page loads. It is in the folder of the bundle. */
export const START = "start.js";

/** The folder of the other scripts, relative to the bundle. */
export const SCRIPTS = "scripts";

/** The place of the wheels in the lock of a page from a disk. It cannot exist: RFC 2606, section 2. */
const NOWHERE = "https://bundle.invalid/";

/** Writes the scripts into the folder of a bundle. `python` is the path of wherry's Python side. Returns their size. */
export function writeScripts(folder: string, python: string): Bundled {
  const lock = readFileSync(join(folder, LOCK), "utf8");
  const wheels = lockedFiles(lock) ?? [];
  const paths = [
    ...PYODIDE.map((name) => `pyodide/${name}`),
    ...["wherry/index.js", "wherry/lock_reader.js", python],
    ...wheels.map(({ path }) => path),
  ];
  const scripts = new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
  scripts.set(LOCK, Buffer.from(withoutPaths(lock, wheels.map(({ path }) => path))));
  let size = 0;
  for (const [path, content] of scripts) size += write(join(folder, SCRIPTS, `${path}.js`), scriptOf(path, content));
  const keys = Object.fromEntries(wheels.map(({ path, sha256 }) => [`sha256:${sha256}`, path]));
  const start = `${constant("PYTHON", python)}${constant("WHEELS", keys)}${constant("PYODIDE", PYODIDE)}\n`;
  size += write(join(folder, START), `// Written by wherry bundle.\n${start}${readFileSync(RULES, "utf8")}`);
  return { name: SCRIPTS, version: "", before: 0, after: size };
}

/** Returns the lock with URLs in place of its paths, which need a place of the lock. */
function withoutPaths(lock: string, paths: readonly string[]): string {
  return paths.reduce((text, path) => text.replace(`path = "${path}"`, `url = "${NOWHERE}${path}"`), lock);
}

function scriptOf(path: string, content: Buffer): string {
  return `bundledFile(${JSON.stringify(path)}, "${gzipSync(content, { level: 9 }).toString("base64")}");\n`;
}

function constant(name: string, value: unknown): string {
  return `const ${name} = ${JSON.stringify(value, null, 2)};\n`;
}

function write(path: string, text: string): number {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return Buffer.byteLength(text);
}
