import { WherryError } from "./errors.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** Outside site-packages, so that no installer takes it for something that was installed. */
const ARCHIVE = "/lib/wherry.zip";

/** How Python shows the magic number of the bytecode that scripts/build.js has made, and puts in here. */
declare const BYTECODE_MAGIC: string;

/** Reads what scripts/compile.py has written, and makes its modules importable. */
const IMPORT_BYTECODE = `
import marshal
from types import ModuleType
with open(archive, "rb") as file:
    code, packages, groups = marshal.loads(file.read())
finder = ModuleType("finder")
exec(code, finder.__dict__)
finder.begin(archive, packages, groups)`;

const IMPORT_SOURCES = `
import sys
if archive not in sys.path:
    sys.path.append(archive)`;

/**
 * Makes `import wherry` work in `pyodide`; does nothing where it works already.
 *
 * It comes as bytecode where the runtime is of the Python that this was made for, and Python imports it out of memory;
 * as source code elsewhere, and Python imports it from the archive as it is: unpacking a hundred small files would take
 * longer than all imports. `begun` is what `beginBundle()` has returned.
 */
export async function bringAboard(pyodide: PyodideRuntime, begun?: Promise<Uint8Array>): Promise<void> {
  if (isAboard(pyodide)) return;
  const asBytecode = runsBytecode(pyodide);
  const archive = await (asBytecode && begun ? begun : readBundle(asBytecode));
  // Another attach() may have come first while this one was waiting.
  if (isAboard(pyodide)) return;
  pyodide.FS.writeFile(ARCHIVE, archive, { canOwn: true });
  run(pyodide, asBytecode ? IMPORT_BYTECODE : IMPORT_SOURCES);
  if (asBytecode) pyodide.FS.unlink(ARCHIVE);
}

/** Begins to read what most runtimes will want, for `bringAboard()` to wait for. */
export function beginBundle(): Promise<Uint8Array> {
  const bundle = readBundle(true);
  // Whoever wants it is told; a runtime of another Python does not.
  bundle.catch(() => {});
  return bundle;
}

function isAboard(pyodide: PyodideRuntime): boolean {
  const sys = pyodide.pyimport("sys");
  const modules = sys.modules;
  try {
    return modules.has("wherry");
  } finally {
    modules.destroy();
    sys.destroy();
  }
}

/** Runs Python code that knows where the archive is, in a namespace of its own. */
function run(pyodide: PyodideRuntime, code: string): void {
  const builtins = pyodide.pyimport("builtins");
  const namespace = builtins.dict();
  try {
    namespace.set("archive", ARCHIVE);
    pyodide.runPython(code, { globals: namespace });
  } finally {
    namespace.destroy();
    builtins.destroy();
  }
}

function runsBytecode(pyodide: PyodideRuntime): boolean {
  const util = pyodide.pyimport("importlib.util");
  const magic = util.MAGIC_NUMBER;
  try {
    return magic.toString() === BYTECODE_MAGIC;
  } finally {
    magic.destroy();
    util.destroy();
  }
}

function readBundle(asBytecode: boolean): Promise<Uint8Array> {
  // In this very form bundlers see that the files belong to the program.
  const url = asBytecode
    ? new URL("./wherry-bytecode.bin", import.meta.url)
    : new URL("./wherry-sources.bin", import.meta.url);
  return url.protocol === "file:" ? readFile(url) : download(url);
}

async function readFile(url: URL): Promise<Uint8Array> {
  const { readFileSync } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs");
  const { gunzipSync } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:zlib");
  return gunzipSync(readFileSync(url));
}

async function download(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.ok && response.body) {
    const archive = response.body.pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(archive).arrayBuffer());
  }
  const file = url.pathname.split("/").at(-1);
  throw new WherryError({
    type: "BundleUnavailable",
    code: "bundle-unavailable",
    message: `${url} answered with HTTP status ${response.status}; ${file} must be served beside wherry's own script`,
    facts: { url: url.href, status: response.status },
  });
}
