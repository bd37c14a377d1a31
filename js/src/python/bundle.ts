import { WherryError } from "../errors.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** Outside site-packages, so that no installer takes it for something that was installed. */
const ARCHIVE = "/lib/wherry.zip";

/** How Python shows the magic number of the bytecode that build/build.js has made, and puts in here. */
declare const BYTECODE_MAGIC: string;

/** Reads what build/compile.py has written, and makes its modules importable. */
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
 * longer than all imports. `place` is where both files are, or one of them; `begun` is what `beginBundle()` has returned.
 */
export async function bringAboard(pyodide: PyodideRuntime, place?: string, begun?: Promise<Uint8Array>): Promise<void> {
  if (isAboard(pyodide)) return;
  const asBytecode = runsBytecode(pyodide);
  const archive = await (asBytecode && begun ? begun : readBundle(asBytecode, place));
  // Another attach() may have come first while this one was waiting.
  if (isAboard(pyodide)) return;
  pyodide.FS.writeFile(ARCHIVE, archive, { canOwn: true });
  run(pyodide, asBytecode ? IMPORT_BYTECODE : IMPORT_SOURCES);
  if (asBytecode) pyodide.FS.unlink(ARCHIVE);
}

/** Begins to read what most runtimes will want, for `bringAboard()` to wait for. */
export function beginBundle(place?: string): Promise<Uint8Array> {
  const bundle = readBundle(true, place);
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

async function readBundle(asBytecode: boolean, place?: string): Promise<Uint8Array> {
  const url = bundleUrl(asBytecode, place);
  const content = await (url.protocol === "file:" ? readFile(url) : download(url)).catch((error) => {
    throw error instanceof WherryError ? error : unavailable(url, String(error.message));
  });
  const archive = await unpack(content, url);
  if (isSources(archive) === asBytecode) throw unavailable(url, "it is for another Python than this Pyodide's");
  return archive;
}

function bundleUrl(asBytecode: boolean, place: string | undefined): URL {
  if (place === undefined) {
    // In this very form bundlers see that the files belong to the program.
    return asBytecode
      ? new URL("./wherry-bytecode.bin", import.meta.url)
      : new URL("./wherry-sources.bin", import.meta.url);
  }
  const url = new URL(place, globalThis.document?.baseURI ?? globalThis.location?.href ?? import.meta.url);
  if (url.pathname.endsWith(".bin")) return url;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.pathname += asBytecode ? "wherry-bytecode.bin" : "wherry-sources.bin";
  return url;
}

async function readFile(url: URL): Promise<Uint8Array> {
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");
  return readFile(url);
}

async function download(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  const { ok, status } = response;
  if (!ok) throw unavailable(url, `it answered with HTTP status ${status}`, status);
  const content = new Uint8Array(await response.arrayBuffer());
  // A host may answer with a page of the app whatever it is asked for.
  if (content[0] === "<".charCodeAt(0)) throw unavailable(url, "it answered with a web page", status);
  return content;
}

/** Decompresses what is compressed still: a server may have told the browser to do so. */
async function unpack(content: Uint8Array, url: URL): Promise<Uint8Array> {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content;
  const archive = new Blob([content as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  const unpacked = new Response(archive).arrayBuffer().catch((error) => {
    throw unavailable(url, `it is damaged: ${error.message}`);
  });
  return new Uint8Array(await unpacked);
}

/** Whether an archive begins as a ZIP archive does. */
function isSources([first, second]: Uint8Array): boolean {
  return first === 0x50 && second === 0x4b;
}

function unavailable(url: URL, reason: string, status: number | null = null): WherryError {
  const file = url.pathname.split("/").at(-1);
  return new WherryError({
    type: "BundleUnavailable",
    code: "bundle-unavailable",
    message:
      `Cannot read ${url}: ${reason}. Serve ${file} beside wherry's own script, ` +
      "or name the folder that has it: attach(pyodide, { bundleUrl })",
    facts: { url: url.href, status },
  });
}
