import { WherryError } from "../errors.ts";
import { readFile } from "../host/files.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** Outside site-packages, so that no installer takes it for an installed file. */
const ARCHIVE = "/lib/wherry.zip";

/** The magic number of the bytecode, as Python shows it. build/build.js defines it. */
declare const BYTECODE_MAGIC: string;

/** The version of wherry. build/build.js defines it. */
declare const VERSION: string;

/** Makes the modules importable that build/compile.py has written. */
const IMPORT_BYTECODE = `
import marshal
from types import ModuleType
with open(archive, "rb") as file:
    code, packages, groups = marshal.loads(file.read())
finder = ModuleType("finder")
exec(code, finder.__dict__)
finder.begin(archive, packages, groups)`;

/** The archive is first only for this import, so that another wherry in site-packages is not taken for it. */
const IMPORT_SOURCES = `
import sys
if archive not in sys.path:
    sys.path.insert(0, archive)
    try:
        import wherry
    finally:
        sys.path.remove(archive)
        sys.path.append(archive)`;

/**
 * Makes `import wherry` work in `pyodide`, if it does not yet.
 *
 * A runtime with the Python that the bundle was compiled for gets bytecode, which is imported from memory. Other
 * runtimes get source code, which is imported from the archive: unpacking a hundred small files would take longer than
 * all imports. `location` is the URL of the bundle's folder or file; a file with sources is for any runtime. `begun` is
 * the result of `beginBundle()`.
 */
export async function loadBundle(pyodide: PyodideRuntime, location?: string, begun?: Promise<Uint8Array>): Promise<void> {
  if (isLoaded(pyodide)) return requireSameVersion(pyodide);
  const asBytecode = runsBytecode(pyodide);
  const archive = await (asBytecode && begun ? begun : readBundle(asBytecode, location));
  // Another attach() may have finished in the meantime.
  if (isLoaded(pyodide)) return;
  pyodide.FS.writeFile(ARCHIVE, archive, { canOwn: true });
  if (isSources(archive)) return run(pyodide, IMPORT_SOURCES);
  run(pyodide, IMPORT_BYTECODE);
  pyodide.FS.unlink(ARCHIVE);
}

/** Starts to read the bytecode, which most runtimes use. Pass the result to `loadBundle()`. */
export function beginBundle(location?: string): Promise<Uint8Array> {
  const bundle = readBundle(true, location);
  // loadBundle() handles the failure; a runtime with another Python ignores it.
  bundle.catch(() => {});
  return bundle;
}

function isLoaded(pyodide: PyodideRuntime): boolean {
  const sys = pyodide.pyimport("sys");
  const modules = sys.modules;
  try {
    return modules.has("wherry");
  } finally {
    modules.destroy();
    sys.destroy();
  }
}

/** Throws if the wherry that Python has imported is not of this script's version. It may be from a wheel. */
function requireSameVersion(pyodide: PyodideRuntime): void {
  const module = pyodide.pyimport("wherry");
  const imported: string = module.__version__;
  module.destroy();
  if (imported === VERSION) return;
  throw new WherryError({
    type: "OtherVersion",
    code: "other-version",
    message:
      `Python has imported wherry ${imported}, and this script is of wherry ${VERSION}. ` +
      "Call attach() before Python imports wherry, or use the same version of both",
    facts: { imported, version: VERSION },
  });
}

/** Runs Python code in a namespace of its own, with the path of the archive. */
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

export function runsBytecode(pyodide: PyodideRuntime): boolean {
  const util = pyodide.pyimport("importlib.util");
  const magic = util.MAGIC_NUMBER;
  try {
    return magic.toString() === BYTECODE_MAGIC;
  } finally {
    magic.destroy();
    util.destroy();
  }
}

async function readBundle(asBytecode: boolean, location?: string): Promise<Uint8Array> {
  const url = bundleUrl(asBytecode, location);
  const content = await (url.protocol === "file:" ? readFile(url) : download(url)).catch((error) => {
    throw error instanceof WherryError ? error : unavailable(url, String(error.message));
  });
  const archive = await unpack(content, url);
  if (!asBytecode && !isSources(archive)) throw unavailable(url, "it is for another Python than this Pyodide's");
  return archive;
}

function bundleUrl(asBytecode: boolean, location: string | undefined): URL {
  if (location === undefined) {
    // Bundlers recognize this form, and copy the files.
    return asBytecode
      ? new URL("./wherry-bytecode.bin", import.meta.url)
      : new URL("./wherry-sources.bin", import.meta.url);
  }
  const url = new URL(location, globalThis.document?.baseURI ?? globalThis.location?.href ?? import.meta.url);
  if (url.pathname.endsWith(".bin")) return url;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.pathname += asBytecode ? "wherry-bytecode.bin" : "wherry-sources.bin";
  return url;
}

async function download(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  const { ok, status } = response;
  if (!ok) throw unavailable(url, `it answered with HTTP status ${status}`, status);
  const content = new Uint8Array(await response.arrayBuffer());
  // Some hosts answer every request with a page of the app.
  if (content[0] === "<".charCodeAt(0)) throw unavailable(url, "it answered with a web page", status);
  return content;
}

/** Decompresses the content, unless the browser has done so because of a header. */
async function unpack(content: Uint8Array, url: URL): Promise<Uint8Array> {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content;
  const archive = new Blob([content as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  const unpacked = new Response(archive).arrayBuffer().catch((error) => {
    throw unavailable(url, `it is damaged: ${error.message}`);
  });
  return new Uint8Array(await unpacked);
}

/** Whether the archive begins like a ZIP archive. */
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
