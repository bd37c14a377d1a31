// Examples as a user has them after `npm install`, in a folder of their own.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JS, PYODIDE } from "./surfaces.ts";

const EXAMPLES = join(JS, "..", "examples");
const CALL = /\battach\(pyodide\)/g;

/** A folder in which examples are unpacked beside one `node_modules/`, until it is disposed of. */
export class ExampleStage implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "wherry-examples-"));

  constructor() {
    const modules = join(this.#folder, "node_modules");
    // What npm would unpack.
    for (const path of ["package.json", "dist"]) copy(join(JS, path), join(modules, "wherry", path));
    copy(join(JS, "node_modules", "pyodide"), join(modules, "pyodide"));
    // The real distribution is on a CDN, from where it would come before the index.
    for (const name of readdirSync(PYODIDE).filter((name) => /-lock\.json$|\.whl$/.test(name))) {
      copy(join(PYODIDE, name), join(modules, "pyodide", name));
    }
  }

  /** Copies an example; its only call of `attach()` names `indexUrl`, if there is one. Returns the folder. */
  put(example: string, indexUrl?: string): string {
    const folder = join(this.#folder, example);
    copy(join(EXAMPLES, example), folder);
    if (!existsSync(join(folder, "node_modules"))) symlinkSync(join("..", "node_modules"), join(folder, "node_modules"), "dir");
    if (indexUrl) nameIndex(folder, indexUrl);
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function copy(from: string, to: string): void {
  mkdirSync(join(to, ".."), { recursive: true });
  // What a developer has installed or built in place is not part of the example.
  cpSync(from, to, { recursive: true, filter: (path) => !/\/examples\/[^/]+\/(node_modules|dist|public)$/.test(path) });
}

function nameIndex(folder: string, indexUrl: string): void {
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js")).map((name) => join(folder, name));
  const calling = scripts.filter((script) => CALL.test(readFileSync(script, "utf8")));
  if (calling.length !== 1) throw new Error(`${folder}: ${calling.length} scripts call attach(pyodide), and not one`);
  const [script] = calling as [string];
  const options = JSON.stringify({ indexUrls: [indexUrl] });
  writeFileSync(script, readFileSync(script, "utf8").replaceAll(CALL, `attach(pyodide, ${options})`));
}
