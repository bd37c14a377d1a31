// Examples as a user has them after `npm install`, in a folder of their own.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { JS, PYODIDE } from "./surfaces.ts";

const EXAMPLES = join(JS, "..", "examples");
const CALL = /\battach\(pyodide\)/g;

/** A place for examples, until it is disposed of. */
export class ExampleStage implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "wherry-examples-"));

  /** Puts an example here; its only call of `attach()` names `indexUrl`, if there is one. Returns the folder. */
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
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js")).map((name) => join(folder, name));
  const calling = scripts.filter((script) => CALL.test(readFileSync(script, "utf8")));
  if (calling.length !== 1) throw new Error(`${folder}: ${calling.length} scripts call attach(pyodide), and not one`);
  const [script] = calling as [string];
  const options = JSON.stringify({ indexUrls: [indexUrl] });
  writeFileSync(script, readFileSync(script, "utf8").replaceAll(CALL, `attach(pyodide, ${options})`));
}
